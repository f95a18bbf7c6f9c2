//! The operations of the account: paths, queries, answers, handlers.

use http::Method;

use crate::schema::{Path, Route, names_in};

use super::account::{Account, List};
use super::answer::{Answer, list, one};
use super::checks::Order;
use super::handlers::Outcome;

/// Name of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// An operation that only reads, without a body.
    Read,
    UserPhone,
    UserEmail,
    UserSearch,
    UserCreate,
    UserUpdate,
    CallCreate,
    NotificationCreate,
    Notifications,
    LeadCreate,
    LeadSearch,
    RequestSearch,
    RequestUpdate,
    ActionCreate,
    ReminderCreate,
    Reminders,
    ReminderClose,
    SourceCreate,
    FieldCreate,
    FieldUpdate,
    FieldDelete,
    WebhookCreate,
    WebhookUpdate,
    WebhookDelete,
}

use Endpoint as E;

/// Executes an accepted request.
pub(super) type Handler = fn(&mut Account, &Order) -> Outcome;

/// An operation of the account.
pub(super) struct Operation {
    pub(super) endpoint: Endpoint,
    method: &'static str,
    /// The path between the key and `.json`.
    pub(super) path: &'static str,
    /// Parameters of the query.
    pub(super) query: &'static [&'static str],
    pub(super) answer: Answer,
    pub(super) handler: Handler,
}

const fn get(path: &'static str, answer: Answer, handler: Handler) -> Operation {
    Operation { endpoint: E::Read, method: "GET", path, query: &[], answer, handler }
}

const fn post(
    endpoint: Endpoint,
    path: &'static str,
    answer: Answer,
    handler: Handler,
) -> Operation {
    Operation { endpoint, method: "POST", ..get(path, answer, handler) }
}

/// A change, answered by its result or by the id of the new record.
const fn write(endpoint: Endpoint, path: &'static str, handler: Handler) -> Operation {
    post(endpoint, path, list(""), handler)
}

const fn dictionary(path: &'static str, of: List) -> Operation {
    // A constant function cannot capture the list.
    let handler: Handler = match of {
        List::Sources => |it, _| it.all(List::Sources),
        List::RequestStatuses => |it, _| it.all(List::RequestStatuses),
        List::LeadStatuses => |it, _| it.all(List::LeadStatuses),
        List::PayStatuses => |it, _| it.all(List::PayStatuses),
        List::Companies => |it, _| it.all(List::Companies),
        List::Offices => |it, _| it.all(List::Offices),
        List::DenyReasons => |it, _| it.all(List::DenyReasons),
        List::TravelTypes => |it, _| it.all(List::TravelTypes),
        List::Labels => |it, _| it.all(List::Labels),
        _ => |it, _| it.all(List::Countries),
    };
    get(path, list("records"), handler)
}

const USERS: Answer = list("users").with_result();
const LEADS: Answer = list("leads");
const REQUESTS: Answer = list("requests");
const CALLS: Answer = list("records").with_result().or("call_history", false);
const ACTIONS: Answer = list("request-action").or_bare();

const OPERATIONS: &[Operation] = &[
    get("user", USERS, |it, _| it.clients(|_| true)),
    get("users/{page}", USERS, |it, _| it.clients(|_| true)),
    Operation {
        endpoint: E::UserPhone,
        ..get("user/phone/{phone}", USERS, |it, order| it.clients_by_phone(order))
    },
    Operation {
        endpoint: E::UserPhone,
        ..get("user/phone/{phone}/{office}", USERS, |it, order| it.clients_by_phone(order))
    },
    get("user/updated/{from}/{to}", USERS, |it, order| it.clients_updated(order)),
    get("user/updated/{from}/{to}/{page}", USERS, |it, order| it.clients_updated(order)),
    post(E::UserEmail, "user/email", list("users").with_result().bare(), |it, order| {
        it.clients_by_email(order)
    }),
    post(E::UserSearch, "user/search", USERS, |it, order| it.search_clients(order)),
    write(E::UserCreate, "user/create", Account::create_user),
    write(E::UserUpdate, "user/update/{id}", Account::update_user),
    get("user/{id}", one("user").or("users", true), |it, order| it.one(List::Users, order)),
    dictionary("user-label", List::Labels),
    Operation {
        query: &["office_id"],
        ..get("manager", USERS, |it, order| it.managers(order.parameter("office_id")))
    },
    get("manager/office/{office}", USERS, |it, order| it.managers(order.argument("office"))),
    get("manager/{id}", one("user"), |it, order| it.manager(order)),
    write(E::CallCreate, "call_history/create", Account::create_call),
    get("call_history/{page}", CALLS, |it, _| it.all(List::Calls)),
    get("call_history_by_user/{id}/{page}", CALLS, |it, order| it.calls_of_client(order)),
    get("call_history_by_request/{id}/{page}", CALLS, |it, order| it.calls_of_request(order)),
    write(E::NotificationCreate, "notification/create", Account::create_notification),
    get("notification/{id}", list("notification").with_result().missing_message(), |it, order| {
        it.one(List::Notifications, order)
    }),
    post(E::Notifications, "notifications/{page}", list("notifications").with_result(), |it, _| {
        it.all(List::Notifications)
    }),
    write(E::LeadCreate, "lead/create", Account::create_lead),
    post(E::LeadSearch, "lead/search", LEADS, |it, order| it.search(List::Leads, order)),
    get("lead/{id}", list("lead").with_result().missing_result(), |it, order| {
        it.one(List::Leads, order)
    }),
    get("lead-by-client/{id}", LEADS, |it, order| it.of_client(List::Leads, order)),
    get("lead-by-client/{id}/{page}", LEADS.missing_bare(), |it, order| {
        it.of_client(List::Leads, order)
    }),
    get("lead/{from}/{to}", LEADS, |it, order| it.period(List::Leads, "dat", order)),
    get("lead/{from}/{to}/{source}", LEADS, |it, order| it.period(List::Leads, "dat", order)),
    get("leads/{from}/{to}/{page}", LEADS, |it, order| it.period(List::Leads, "dat", order)),
    get("leads/{from}/{to}/{source}/{page}", LEADS, |it, order| {
        it.period(List::Leads, "dat", order)
    }),
    get("leads/updated/{from}/{to}/{page}", LEADS, |it, order| {
        it.period(List::Leads, "dat_updated", order)
    }),
    post(E::RequestSearch, "request/search", REQUESTS, |it, order| {
        it.search(List::Requests, order)
    }),
    write(E::RequestUpdate, "request/update/{id}", Account::update_request),
    get("request/{id}", list("request").missing_list(), |it, order| it.one(List::Requests, order)),
    get("request-by-client/{id}", REQUESTS, |it, order| it.of_client(List::Requests, order)),
    get("request-by-client/{id}/{page}", REQUESTS, |it, order| it.of_client(List::Requests, order)),
    get("request-by-tourist/{id}", REQUESTS, |it, order| it.requests_of_tourist(order)),
    get("request-by-tourist/{id}/{page}", REQUESTS, |it, order| it.requests_of_tourist(order)),
    get("request/{from}/{to}", REQUESTS, |it, order| it.period(List::Requests, "dat", order)),
    get("request/{from}/{to}/{source}", REQUESTS, |it, order| {
        it.period(List::Requests, "dat", order)
    }),
    get("requests/{from}/{to}/{page}", REQUESTS, |it, order| {
        it.period(List::Requests, "dat", order)
    }),
    get("requests/{from}/{to}/{source}/{page}", REQUESTS, |it, order| {
        it.period(List::Requests, "dat", order)
    }),
    get("requests/updated/{from}/{to}/{page}", REQUESTS, |it, order| {
        it.period(List::Requests, "dat_updated", order)
    }),
    get("requests/closed/{from}/{to}/{page}", REQUESTS, |it, order| {
        it.period(List::Requests, "date_close", order)
    }),
    write(E::ActionCreate, "request-action/create", Account::create_action),
    get("request-action/{id}", ACTIONS.missing_message(), |it, order| {
        it.of(List::Actions, "r_id", order)
    }),
    get("request-action/{from}/{to}", ACTIONS, |it, order| {
        it.period(List::Actions, "datetime", order)
    }),
    get("request-action/{from}/{to}/{page}", ACTIONS, |it, order| {
        it.period(List::Actions, "datetime", order)
    }),
    write(E::ReminderCreate, "reminder/create", Account::create_reminder),
    get("reminder/{id}", list("reminder"), |it, order| it.of(List::Reminders, "r_id", order)),
    post(E::Reminders, "reminder/{page}", list("reminder").or_bare(), |it, order| {
        it.search_reminders(order)
    }),
    get("reminder-one/{id}", list("reminder"), |it, order| it.one(List::Reminders, order)),
    write(E::ReminderClose, "reminder/close/{id}", Account::close_reminder),
    dictionary("source", List::Sources),
    write(E::SourceCreate, "source/create", Account::create_source),
    dictionary("status", List::RequestStatuses),
    dictionary("status_lead", List::LeadStatuses),
    dictionary("status_pay", List::PayStatuses),
    dictionary("company", List::Companies),
    dictionary("company-office", List::Offices),
    dictionary("reason_deny", List::DenyReasons),
    dictionary("travel-type", List::TravelTypes),
    dictionary("countries", List::Countries),
    get("extended_field/{page}", list("records"), |it, _| it.all(List::ExtendedFields)),
    write(E::FieldCreate, "extended_field/create", |it, order| {
        it.create(List::ExtendedFields, order)
    }),
    write(E::FieldUpdate, "extended_field/update/{id}", |it, order| {
        it.update(List::ExtendedFields, order)
    }),
    write(E::FieldDelete, "extended_field/delete/{id}", |it, order| {
        it.delete(List::ExtendedFields, order)
    }),
    write(E::WebhookCreate, "webhook/create", Account::create_webhook),
    get("webhook/{page}", list("records").missing_bare().or("webhooks", true), |it, _| {
        it.all(List::Webhooks)
    }),
    write(E::WebhookUpdate, "webhook/update/{id}", |it, order| it.update(List::Webhooks, order)),
    write(E::WebhookDelete, "webhook/delete/{id}", |it, order| it.delete(List::Webhooks, order)),
];

/// All operations, for tests.
pub(crate) fn routes() -> Vec<Route> {
    let route = |it: &Operation| Route {
        method: it.method,
        path: format!("/{{key}}/{}.json", it.path),
        scope: if it.method == "GET" { "GET" } else { "POST" },
        required: None,
        writes: it.method == "POST",
        parameters: it.query,
        filters: Vec::new(),
    };
    OPERATIONS.iter().map(route).collect()
}

/// Finds the operation of a path without the key and the suffix, and the names in the path.
pub(super) fn find(method: &Method, path: &str) -> (Path<Operation>, Vec<String>) {
    Path::find(OPERATIONS, |it| names_in(path, it.path, fits), |it| it.method == method.as_str())
}

/// Returns true if a segment fits its placeholder.
fn fits(placeholder: &str, segment: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match placeholder {
        "{phone}" => true,
        "{from}" | "{to}" => segment.parse::<jiff::civil::Date>().is_ok() && segment.len() == 10,
        _ => digits(segment),
    }
}

impl Operation {
    /// The placeholders of the path.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = &'static str> {
        let segments = self.path.split('/');
        segments.filter_map(|it| it.strip_prefix('{')?.strip_suffix('}'))
    }
}
