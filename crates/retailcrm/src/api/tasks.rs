//! `tasks`: tasks of users.

use std::borrow::Cow;

use vochi_crm_core::http::{ApiRequest, Operation, Repeat, Response};
use vochi_crm_core::{LocalTime, Result, Text, setters};

use super::list::Filter;
use super::response::{Created, Done, Field};
use crate::model::{Task, TaskData, TaskId, TaskStatus, UserId};

setters! {
    /// Narrows the list of tasks (`GET /api/v5/tasks`).
    ///
    /// ```
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_retailcrm::api::{List, TaskFilter};
    /// use vochi_crm_retailcrm::model::{TaskStatus, UserId};
    /// let filter = TaskFilter::new().performers([UserId::new(7)?]).status(TaskStatus::Performing);
    /// assert_eq!(
    ///     List::new(filter).request()?.query_string(),
    ///     "filter%5Bperformers%5D%5B%5D=7&filter%5Bstatus%5D=performing&limit=100&page=1",
    /// );
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    #[derive(Default)]
    pub payload TaskFilter {
        /// Users the task is assigned to.
        performers: Option<Vec<UserId>>,
        /// Users who created the task.
        creators: Option<Vec<UserId>>,
        /// Tasks with these ids.
        ids: Option<Vec<TaskId>>,
        /// Open or completed tasks.
        status: Option<TaskStatus>,
        /// A part of the customer's name or number.
        customer: Option<String>,
        /// The order's number.
        order_number: Option<String>,
        /// A part of the text.
        text: Option<String>,
        /// Created at this local time of the account or later.
        #[serde(rename = "createdAtFrom")]
        created_from: Option<LocalTime>,
        /// Created at this local time of the account or earlier.
        #[serde(rename = "createdAtTo")]
        created_until: Option<LocalTime>,
    }
}

impl Filter for TaskFilter {
    type Entity = Task;
    const NAME: &'static str = "tasks";
}

/// Reads a task (`GET /api/v5/tasks/{id}`).
#[derive(Clone, Copy, Debug)]
pub struct GetTask(pub TaskId);

impl Operation for GetTask {
    type Output = Field<Task>;
    const NAME: &'static str = "tasks/{id}";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get(format!("/api/v5/tasks/{}", self.0)))
    }

    fn planned(&self) -> Response {
        Field::<Task>::planned_with(self.0.get())
    }
}

setters! {
    /// Creates a task (`POST /api/v5/tasks/create`). No idempotency key: a lost response ends with
    /// effect `maybe`.
    pub struct CreateTask {
        data: TaskData,
        /// The shop; required if the key can access several.
        site: Option<Text>,
    }
}

impl Operation for CreateTask {
    type Output = Created<Task>;
    const NAME: &'static str = "tasks/create";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        ApiRequest::post("/api/v5/tasks/create")
            .form_opt("site", self.site.as_ref())
            .form_json("task", &self.data)
    }
}

setters! {
    /// Changes a task (`POST /api/v5/tasks/{id}/edit`). Fields that are not set keep their values.
    pub struct EditTask {
        task: TaskId,
        data: TaskData,
        /// The shop; required if the key can access several.
        site: Option<Text>,
    }
}

impl Operation for EditTask {
    type Output = Done;
    const NAME: &'static str = "tasks/{id}/edit";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        ApiRequest::post(format!("/api/v5/tasks/{}/edit", self.task))
            .form_opt("site", self.site.as_ref())
            .form_json("task", &self.data)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.task.to_string().into())
    }
}
