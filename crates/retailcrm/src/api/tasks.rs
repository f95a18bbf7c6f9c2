//! `tasks/create`: giving somebody something to do.

use serde::Deserialize;
use serde_json::json;
use vochi_crm_core::http::{Answer, ApiRequest, Endpoint, Idempotency};
use vochi_crm_core::{Error, Result};

use crate::model::given;
use crate::model::{TaskData, TaskId};

/// Makes a task (`POST /api/v5/tasks/create`).
///
/// The CRM makes another one for every request, so it is repeated only if it surely was not carried
/// out. A lost answer ends with effect `maybe`.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::CreateTask;
/// use vochi_crm_retailcrm::model::{TaskData, UserId};
/// let request = CreateTask::new(TaskData::new("Call back", UserId::new(7))).request()?;
/// assert_eq!(request.path(), "/api/v5/tasks/create");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CreateTask {
    data: TaskData,
    site: Option<String>,
}

impl CreateTask {
    /// This one.
    pub fn new(data: TaskData) -> Self {
        Self { data, site: None }
    }

    /// The shop the task belongs to; needed where the key reaches several.
    #[must_use]
    pub fn with_site(mut self, site: impl Into<String>) -> Self {
        self.site = Some(site.into());
        self
    }
}

impl Endpoint for CreateTask {
    type Output = TaskId;

    fn operation(&self) -> &'static str {
        "tasks/create"
    }

    fn request(&self) -> Result<ApiRequest> {
        if !self.data.has_text() {
            return Err(Error::input("a new task does not say what is to be done"));
        }
        self.data.check()?;
        let mut request = ApiRequest::post("/api/v5/tasks/create");
        if let Some(site) = given::text("site", self.site.as_deref())? {
            request = request.form("site", site);
        }
        request.form_json("task", &self.data)
    }

    fn decode(&self, answer: &Answer) -> Result<TaskId> {
        #[derive(Deserialize)]
        struct Created {
            id: TaskId,
        }
        answer.json::<Created>().map(|created| created.id)
    }

    fn idempotency(&self) -> Idempotency {
        Idempotency::Unsafe
    }

    fn planned(&self) -> Answer {
        Answer::ok_json(&json!({ "success": true, "id": 1 }))
    }
}
