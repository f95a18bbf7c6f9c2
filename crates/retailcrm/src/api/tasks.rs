//! `tasks`: what somebody has to do.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{Error, LocalTime, Result};

use super::filters::Filters;
use super::paging::Paging;
use crate::model::{PageSize, Pagination, Task, TaskData, TaskId, TaskStatus, UserId, given};

/// One page of tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TasksPage {
    /// The tasks; one that cannot be read does not cost the others.
    pub tasks: Items<Task>,
    /// Where in the list this page stands.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub pagination: Pagination,
}

/// Lists tasks (`GET /api/v5/tasks`), one page.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::ListTasks;
/// use vochi_crm_retailcrm::model::{TaskStatus, UserId};
/// let request = ListTasks::new()
///     .of_performers([UserId::new(7)])
///     .with_status(&TaskStatus::Performing)
///     .request()?;
/// assert_eq!(
///     request.query_string(),
///     "filter%5Bperformers%5D%5B%5D=7&filter%5Bstatus%5D=performing&limit=100&page=1",
/// );
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ListTasks {
    filters: Filters,
    paging: Paging,
}

impl ListTasks {
    /// All tasks, a hundred a page, from the first page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only these.
    #[must_use]
    pub fn with_ids(mut self, ids: impl IntoIterator<Item = TaskId>) -> Self {
        self.filters.ids("filter[ids][]", ids);
        self
    }

    /// Only those of these users.
    #[must_use]
    pub fn of_performers(mut self, users: impl IntoIterator<Item = UserId>) -> Self {
        self.filters.ids("filter[performers][]", users);
        self
    }

    /// Only those made by these users.
    #[must_use]
    pub fn of_creators(mut self, users: impl IntoIterator<Item = UserId>) -> Self {
        self.filters.ids("filter[creators][]", users);
        self
    }

    /// Only those that are, or are not, done.
    #[must_use]
    pub fn with_status(mut self, status: &TaskStatus) -> Self {
        self.filters.set("filter[status]", status.as_str());
        self
    }

    /// Only those about a customer with this in the name or number (`filter[customer]`).
    #[must_use]
    pub fn of_customer(mut self, name_or_phone: impl Into<String>) -> Self {
        self.filters.set("filter[customer]", name_or_phone);
        self
    }

    /// Only those about the order people call by this number (`filter[orderNumber]`).
    #[must_use]
    pub fn of_order_number(mut self, number: impl Into<String>) -> Self {
        self.filters.set("filter[orderNumber]", number);
        self
    }

    /// Only those with this in their text.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<String>) -> Self {
        self.filters.set("filter[text]", text);
        self
    }

    /// Only those made at this time, local to the account, or later.
    #[must_use]
    pub fn created_from(mut self, from: LocalTime) -> Self {
        self.filters.set("filter[createdAtFrom]", from.to_string());
        self
    }

    /// Only those made at this time, local to the account, or before.
    #[must_use]
    pub fn created_until(mut self, until: LocalTime) -> Self {
        self.filters.set("filter[createdAtTo]", until.to_string());
        self
    }

    /// How many a page.
    #[must_use]
    pub fn with_page_size(mut self, size: PageSize) -> Self {
        self.paging.size = size;
        self
    }

    /// Which page, from 1.
    #[must_use]
    pub fn with_page(mut self, page: u32) -> Self {
        self.paging.page = page;
        self
    }

    pub(crate) fn page(&self) -> u32 {
        self.paging.page
    }
}

impl Endpoint for ListTasks {
    type Output = TasksPage;

    fn operation(&self) -> &'static str {
        "tasks"
    }

    fn request(&self) -> Result<ApiRequest> {
        let request = self.filters.apply(ApiRequest::get("/api/v5/tasks"))?;
        self.paging.apply(request)
    }

    fn decode(&self, answer: &Response) -> Result<TasksPage> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "tasks": [] }))
    }
}

/// Asks for one task (`GET /api/v5/tasks/{id}`).
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::GetTask;
/// use vochi_crm_retailcrm::model::TaskId;
/// assert_eq!(GetTask::new(TaskId::new(434)).request()?.path(), "/api/v5/tasks/434");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GetTask {
    task: TaskId,
}

impl GetTask {
    /// The one with this id.
    pub fn new(task: TaskId) -> Self {
        Self { task }
    }
}

impl Endpoint for GetTask {
    type Output = Task;

    fn operation(&self) -> &'static str {
        "tasks/{id}"
    }

    fn request(&self) -> Result<ApiRequest> {
        given::id("the task", self.task.get())?;
        Ok(ApiRequest::get(format!("/api/v5/tasks/{}", self.task)))
    }

    fn decode(&self, answer: &Response) -> Result<Task> {
        #[derive(Deserialize)]
        struct Found {
            #[serde(deserialize_with = "wire::object")]
            task: Task,
        }
        answer.json::<Found>().map(|found| found.task)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "task": { "id": self.task } }))
    }
}

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
        written("/api/v5/tasks/create".into(), self.site.as_deref(), &self.data)
    }

    fn decode(&self, answer: &Response) -> Result<TaskId> {
        #[derive(Deserialize)]
        struct Created {
            id: TaskId,
        }
        answer.json::<Created>().map(|created| created.id)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Unsafe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "id": 1 }))
    }
}

/// Changes a task (`POST /api/v5/tasks/{id}/edit`). A repeat writes the same once more.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::EditTask;
/// use vochi_crm_retailcrm::model::{TaskData, TaskId, UserId};
/// let data = TaskData::new("Call back, they waited a minute", UserId::new(8));
/// let request = EditTask::new(TaskId::new(434), data).request()?;
/// assert_eq!(request.path(), "/api/v5/tasks/434/edit");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EditTask {
    task: TaskId,
    data: TaskData,
    site: Option<String>,
}

impl EditTask {
    /// The task is like this from now on; what is not set stays.
    pub fn new(task: TaskId, data: TaskData) -> Self {
        Self { task, data, site: None }
    }

    /// The shop the task belongs to; needed where the key reaches several.
    #[must_use]
    pub fn with_site(mut self, site: impl Into<String>) -> Self {
        self.site = Some(site.into());
        self
    }
}

impl Endpoint for EditTask {
    type Output = ();

    fn operation(&self) -> &'static str {
        "tasks/{id}/edit"
    }

    fn request(&self) -> Result<ApiRequest> {
        given::id("the task", self.task.get())?;
        let path = format!("/api/v5/tasks/{}/edit", self.task);
        written(path, self.site.as_deref(), &self.data)
    }

    fn decode(&self, _: &Response) -> Result<()> {
        Ok(())
    }

    fn repeat(&self) -> Repeat {
        Repeat::Keyed
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.task.to_string().into())
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true }))
    }
}

fn written(path: String, site: Option<&str>, data: &TaskData) -> Result<ApiRequest> {
    if !data.has_text() {
        return Err(Error::input("the task does not say what is to be done"));
    }
    data.check()?;
    let mut request = ApiRequest::post(path);
    if let Some(site) = given::text("site", site)? {
        request = request.form("site", site);
    }
    request.form_json("task", data)
}
