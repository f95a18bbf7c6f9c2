//! Tasks of employees (§6).

use http::StatusCode;
use serde_json::{Value, json};

use crate::wire::Response;

use super::checks::RequestContext;
use super::customers::is_called;
use super::filters::{self, By, Filter, Form, same_number};
use super::handlers::{Change, page_of};
use super::journal::{Subject, now};
use super::operations::Endpoint;
use super::state::Account;
use super::store::{self, Fields, fields, id_of, only, reference, text};

pub(super) const FILTERS: &[Filter] = &[
    ("ids", Form::Numbers, By::Is("id")),
    ("performers", Form::Numbers, By::Is("performer")),
    ("creators", Form::Numbers, By::Is("creator")),
    (
        "status",
        Form::Progress,
        By::Check(|_, it, status| (status == "completed") == it.contains_key("completedAt")),
    ),
    ("customer", Form::Text, By::Check(is_of)),
    ("orderNumber", Form::Text, By::Is("order.number")),
    ("text", Form::Text, By::Part("text")),
    // The dates are from the official client's model. A missing date matches no range.
    ("dateFrom", Form::Date, By::From("datetime")),
    ("dateTo", Form::Date, By::Until("datetime")),
    ("createdAtFrom", Form::Date, By::From("createdAt")),
    ("createdAtTo", Form::Date, By::Until("createdAt")),
    ("completedAtFrom", Form::Date, By::From("completedAt")),
    ("completedAtTo", Form::Date, By::Until("completedAt")),
];

fn is_of(cx: &RequestContext<'_>, task: &Fields, wanted: &str) -> bool {
    let customer = reference(task, "customer").and_then(|id| cx.account.customers.get(id));
    customer.is_some_and(|customer| is_called(customer, wanted))
        || text(task, "phone").is_some_and(|phone| same_number(phone, wanted))
}

/// An open task.
fn fresh(id: u64) -> Fields {
    fields(json!({
        "id": id,
        "createdAt": "2026-03-13 17:05:00",
        "complete": false,
        "performerType": "user",
    }))
}

fn write(task: &mut Fields, written: &Fields, cx: &RequestContext<'_>) {
    for (name, value) in written {
        match name.as_str() {
            "performerId" => {
                task.insert("performer".into(), value.clone());
            }
            "complete" => {
                if *value != json!(true) {
                    task.remove("completedAt");
                } else if !task.contains_key("completedAt") {
                    task.insert("completedAt".into(), json!(now()));
                }
                task.insert(name.clone(), value.clone());
            }
            "customer" | "order" => {
                let customer = name == "customer";
                let subject = if customer { Subject::Customer } else { Subject::Order };
                task.insert(name.clone(), json!({"id": cx.reference(subject, value)}));
            }
            _ => store::write(task, name, value),
        }
    }
}

/// A task in the CRM's JSON; missing fields have defaults.
pub(super) fn from_json(given: &Fields) -> Fields {
    let mut task = fresh(id_of(given));
    task.extend(given.clone());
    task
}

/// Seed tasks: one completed, one open.
pub(super) fn seed() -> Vec<Fields> {
    let tasks = [
        json!({
            "id": 432,
            "text": "Уточнить адрес доставки",
            "performer": 18,
            "datetime": "2026-03-13 18:00",
            "complete": true,
            "completedAt": "2026-03-13 17:40:00",
            "creator": 8,
            "customer": {"id": 201},
            "order": {"id": 499},
        }),
        json!({
            "id": 433,
            "text": "Перезвонить",
            "performer": 20,
            "commentary": "Просил после обеда",
            "datetime": "2026-03-16 14:30",
            "creator": 7,
            "customer": {"id": 205},
            "phone": "+375291256636",
            "phoneSite": super::seed::SITE,
        }),
    ];
    tasks.into_iter().map(|it| from_json(&fields(it))).collect()
}

impl RequestContext<'_> {
    /// The task of the path.
    pub(super) fn task(&self) -> Option<&Fields> {
        self.account.tasks.get(self.thing.parse().ok()?)
    }
}

impl Account {
    /// The JSON of the CRM's response, with the customer and the order.
    fn task_json(&self, task: &Fields) -> Fields {
        let mut sent = task.clone();
        let customer = reference(task, "customer").and_then(|id| self.customers.get(id));
        let customer = customer.map(|it| only(it, &["type", "id", "externalId", "site"]));
        let order = reference(task, "order").and_then(|id| self.orders.get(id));
        let order = order.map(|it| only(it, &["id", "externalId", "number"]));
        for (name, entity) in [("customer", customer), ("order", order)] {
            match entity {
                Some(entity) => sent.insert(name.into(), Value::Object(entity)),
                None => sent.remove(name),
            };
        }
        sent
    }
}

/// Oldest first; no order is documented.
pub(super) fn list(cx: &RequestContext<'_>) -> Value {
    let sent = cx.account.tasks.iter().map(|task| cx.account.task_json(task));
    let found: Vec<Fields> = sent.filter(|it| filters::passes(cx, it)).collect();
    page_of(cx, "tasks", &found)
}

pub(super) fn one(cx: &RequestContext<'_>) -> Value {
    json!({"success": true, "task": cx.task().map(|task| cx.account.task_json(task))})
}

/// The task after the request.
pub(super) fn written(cx: &RequestContext<'_>) -> (Response, Change) {
    let edited = cx.task().filter(|_| cx.is(Endpoint::TaskEdit));
    let mut task = edited.cloned().unwrap_or_else(|| {
        let mut fresh = fresh(cx.account.tasks.free_id());
        fresh.insert("createdAt".into(), json!(now()));
        fresh
    });
    write(&mut task, cx.written(), cx);
    let (status, body) = match edited {
        Some(_) => (StatusCode::OK, json!({"success": true})),
        None => (StatusCode::CREATED, json!({"success": true, "id": id_of(&task)})),
    };
    (Response::json(status, &body), Change::Task(task))
}
