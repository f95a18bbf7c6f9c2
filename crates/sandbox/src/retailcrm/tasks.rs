//! Tasks of employees (§6).

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::wire::Response;

use super::checks::{Endpoint, RequestContext};
use super::customers::{part_of, same_number};
use super::handlers::{Change, known, page_of};
use super::journal::{Subject, now};
use super::state::{Account, until};

/// Id of the next task.
const NEXT_TASK_ID: u64 = 434;

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Task {
    /// The CRM's id.
    pub id: u64,
    /// The text.
    pub text: String,
    /// The commentary.
    pub commentary: Option<String>,
    /// Due time, `Y-m-d H:i` in the account's zone.
    pub datetime: Option<String>,
    /// `Y-m-d H:i:s` in the account's zone.
    pub created_at: String,
    /// Completion time, in the same form; `None` while open.
    pub completed_at: Option<String>,
    /// The author; `None` if created by API.
    pub creator_id: Option<u64>,
    /// The performer.
    pub performer_id: u64,
    /// The customer.
    pub customer_id: Option<u64>,
    /// The order.
    pub order_id: Option<u64>,
    /// The phone number as sent.
    pub phone: Option<String>,
    /// The shop of the phone number.
    pub phone_site: Option<String>,
}

impl Task {
    /// Creates a task with a text and a performer.
    pub fn new(id: u64, text: impl Into<String>, performer_id: u64) -> Self {
        Self {
            id,
            text: text.into(),
            commentary: None,
            datetime: None,
            created_at: "2026-03-13 17:05:00".into(),
            completed_at: None,
            creator_id: None,
            performer_id,
            customer_id: None,
            order_id: None,
            phone: None,
            phone_site: None,
        }
    }

    fn to_json(&self, account: &Account) -> Value {
        let customer = self.customer_id.and_then(|id| account.customer(id));
        let customer = customer.map(|it| {
            known(json!({
                "type": "customer",
                "id": it.id,
                "externalId": it.external_id,
                "site": it.site,
            }))
        });
        let order = self.order_id.and_then(|id| account.order(id));
        let order = order.map(|it| {
            known(json!({"id": it.id, "externalId": it.external_id, "number": it.number}))
        });
        known(json!({
            "id": self.id,
            "text": self.text,
            "commentary": self.commentary,
            "datetime": self.datetime,
            "createdAt": self.created_at,
            "complete": self.completed_at.is_some(),
            "creator": self.creator_id,
            "performer": self.performer_id,
            "performerType": "user",
            "customer": customer,
            "order": order,
            "phone": self.phone,
            "phoneSite": self.phone_site,
            "completedAt": self.completed_at,
        }))
    }

    /// Applies the fields.
    fn write(&mut self, written: &Map<String, Value>, cx: &RequestContext<'_>) {
        for (name, value) in written {
            let text = || value.as_str().map(str::to_owned);
            match name.as_str() {
                "text" => self.text = text().unwrap_or_default(),
                "commentary" => self.commentary = text(),
                "datetime" => self.datetime = text(),
                "performerId" => self.performer_id = value.as_u64().unwrap_or_default(),
                "complete" => {
                    let done = value.as_bool().unwrap_or_default();
                    let before = self.completed_at.take().filter(|_| done);
                    self.completed_at = before.or_else(|| done.then(now));
                }
                "customer" => self.customer_id = cx.reference(Subject::Customer, value),
                "order" => self.order_id = cx.reference(Subject::Order, value),
                "phone" => self.phone = text(),
                "phoneSite" => self.phone_site = text(),
                // Only a repeated id remains after the checks.
                _ => {}
            }
        }
    }
}

/// Seed tasks: one completed, one open.
pub(super) fn seed() -> Vec<Task> {
    vec![
        Task {
            datetime: Some("2026-03-13 18:00".into()),
            completed_at: Some("2026-03-13 17:40:00".into()),
            creator_id: Some(8),
            customer_id: Some(201),
            order_id: Some(499),
            ..Task::new(432, "Уточнить адрес доставки", 18)
        },
        Task {
            commentary: Some("Просил после обеда".into()),
            datetime: Some("2026-03-16 14:30".into()),
            creator_id: Some(7),
            customer_id: Some(205),
            phone: Some("+375291256636".into()),
            phone_site: Some(super::seed::SITE.into()),
            ..Task::new(433, "Перезвонить", 20)
        },
    ]
}

impl RequestContext<'_> {
    /// The task of the path.
    pub(super) fn task(&self) -> Option<&Task> {
        let id: u64 = self.thing.parse().ok()?;
        self.account.tasks.iter().find(|task| task.id == id)
    }
}

/// Oldest first; no order is documented.
pub(super) fn list(cx: &RequestContext<'_>) -> Value {
    let account = cx.account;
    let same = |name: &str, have: &dyn Fn(&str) -> bool| {
        cx.parameter(&format!("filter[{name}]")).is_none_or(have)
    };
    let among = |name: &str, have: &dyn Fn(&str) -> bool| {
        let wanted = cx.list(&format!("filter[{name}]"));
        wanted.is_empty() || wanted.into_iter().any(have)
    };
    let is = |id: Option<u64>, wanted: &str| id.is_some_and(|id| wanted.parse() == Ok(id));
    // A missing date matches no range.
    let within = |from: &str, to: &str, moment: Option<&str>| {
        same(from, &|from| moment.is_some_and(|moment| moment >= from))
            && same(to, &|to| moment.is_some_and(|moment| until(moment, to)))
    };
    let of_customer = |task: &Task, wanted: &str| {
        let customer = task.customer_id.and_then(|id| account.customer(id));
        let mut phones = task.phone.iter();
        customer.is_some_and(|customer| customer.called(wanted))
            || phones.any(|phone| same_number(phone, wanted))
    };
    let number = |task: &Task| Some(account.order(task.order_id?)?.number.as_str());
    let tasks = account.tasks.iter();
    let found: Vec<Value> = tasks
        .filter(|it| {
            let done = it.completed_at.as_deref();
            among("ids", &|id| is(Some(it.id), id))
                && among("performers", &|id| is(Some(it.performer_id), id))
                && among("creators", &|id| is(it.creator_id, id))
                && same("status", &|status| (status == "completed") == done.is_some())
                && same("customer", &|wanted| of_customer(it, wanted))
                && same("orderNumber", &|wanted| number(it) == Some(wanted))
                && same("text", &|wanted| part_of(&it.text, wanted))
                && within("dateFrom", "dateTo", it.datetime.as_deref())
                && within("createdAtFrom", "createdAtTo", Some(&it.created_at))
                && within("completedAtFrom", "completedAtTo", done)
        })
        .map(|it| it.to_json(account))
        .collect();
    page_of(cx, "tasks", &found)
}

pub(super) fn one(cx: &RequestContext<'_>) -> Value {
    let task = cx.task().map(|task| task.to_json(cx.account));
    json!({"success": true, "task": task})
}

/// The task after the request.
pub(super) fn written(endpoint: Endpoint, cx: &RequestContext<'_>) -> (Response, Change) {
    let nothing = Map::new();
    let fields = cx.written.as_ref().unwrap_or(&nothing);
    let edited = cx.task().filter(|_| endpoint == Endpoint::TaskEdit);
    let (mut task, status) = if let Some(task) = edited {
        (task.clone(), StatusCode::OK)
    } else {
        let mut fresh = Task::new(cx.account.free_task_id(), "", 0);
        fresh.created_at = now();
        (fresh, StatusCode::CREATED)
    };
    task.write(fields, cx);
    let mut body = Map::from_iter([("success".to_owned(), json!(true))]);
    if endpoint == Endpoint::TaskCreate {
        body.insert("id".into(), json!(task.id));
    }
    (Response::json(status, &body), Change::Task(Box::new(task)))
}

impl Account {
    /// Adds or replaces a task.
    pub(super) fn put_task(&mut self, task: Task) {
        match self.tasks.iter_mut().find(|it| it.id == task.id) {
            Some(known) => *known = task,
            None => self.tasks.push(task),
        }
    }

    fn free_task_id(&self) -> u64 {
        let taken = |id: &u64| self.tasks.iter().any(|task| task.id == *id);
        let mut ids = NEXT_TASK_ID.max(self.lowest_free_id)..;
        ids.find(|id| !taken(id)).unwrap_or(u64::MAX)
    }
}
