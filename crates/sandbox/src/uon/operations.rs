//! The operations of the account: paths, queries, answers, handlers.

use http::Method;

use crate::schema::{Path, Route, names_in};

use super::account::{Account, List, Record};
use super::answer::{Answer, Nothing};
use super::checks::Order;

/// Name of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// An operation that only reads, without a body.
    Read,
    UserEmail,
    UserSearch,
    UserCreate,
    UserUpdate,
    CallCreate,
    PopupCreate,
    Popups,
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
    WebhookCreate,
    WebhookUpdate,
    Delete,
}

use Endpoint as E;
use List as L;
use Run::{Change, Create};

/// Execution of an accepted request.
#[derive(Clone, Copy)]
pub(super) enum Run {
    /// Finds records.
    Read(fn(&Account, &Order) -> Vec<Record>),
    /// Adds a record; returns its id.
    Create(fn(&mut Account, &Order) -> i64),
    /// Changes records, or shows a popup.
    Change(fn(&mut Account, &Order)),
}

/// An operation of the account.
pub(super) struct Operation {
    pub(super) endpoint: Endpoint,
    method: &'static str,
    /// The path between the key and `.json`.
    pub(super) path: &'static str,
    /// Whether a page may follow the path.
    paged: bool,
    /// Parameters of the query.
    pub(super) query: &'static [&'static str],
    /// The list of the records.
    pub(super) list: List,
    pub(super) answer: Answer,
    pub(super) run: Run,
}

type Read = fn(&Account, &Order) -> Vec<Record>;

const fn get(path: &'static str, list: List, answer: Answer, read: Read) -> Operation {
    let (endpoint, run) = (E::Read, Run::Read(read));
    Operation { endpoint, method: "GET", path, paged: false, query: &[], list, answer, run }
}

/// The same with or without a page.
const fn paged(path: &'static str, list: List, answer: Answer, read: Read) -> Operation {
    Operation { paged: true, ..get(path, list, answer, read) }
}

const fn search(
    endpoint: E,
    path: &'static str,
    list: List,
    form: Answer,
    read: Read,
) -> Operation {
    Operation { endpoint, method: "POST", ..get(path, list, form, read) }
}

/// A change, answered by its result or by the id of the new record.
const fn write(endpoint: Endpoint, path: &'static str, list: List, run: Run) -> Operation {
    Operation { run, ..search(endpoint, path, list, RECORDS, Account::all) }
}

const fn dictionary(path: &'static str, list: List) -> Operation {
    get(path, list, RECORDS, Account::all)
}

const RECORDS: Answer = Answer::list("records");
const USERS: Answer = Answer::list("users").with_result();
const USER: Answer = Answer::one("user").or("users", true);
const MANAGER: Answer = Answer::one("user");
const EMAIL: Answer = USERS.bare();
const LEADS: Answer = Answer::list("leads");
const LEAD: Answer = Answer::list("lead").with_result().missing(Nothing::ListAndResult);
const REQUESTS: Answer = Answer::list("requests");
const REQUEST: Answer = Answer::list("request").missing(Nothing::EmptyList);
const CALLS: Answer = RECORDS.with_result().or("call_history", false);
const POPUP: Answer = Answer::list("notification").with_result().missing(Nothing::NotFoundMessage);
const POPUPS: Answer = Answer::list("notifications").with_result();
const ACTIONS: Answer = Answer::list("request-action").or_bare();
const ACTION: Answer = ACTIONS.missing(Nothing::NotFoundMessage);
const REMINDER: Answer = Answer::list("reminder");
const HOOKS: Answer = RECORDS.or("webhooks", true).missing(Nothing::NotFoundBare);

const OPERATIONS: &[Operation] = &[
    get("user", L::Users, USERS, Account::clients),
    get("users/{page}", L::Users, USERS, Account::clients),
    get("user/phone/{phone}", L::Users, USERS, Account::clients_by_phone),
    get("user/phone/{phone}/{office}", L::Users, USERS, Account::clients_by_phone),
    paged("user/updated/{from}/{to}", L::Users, USERS, Account::period),
    search(E::UserEmail, "user/email", L::Users, EMAIL, Account::clients_by_email),
    search(E::UserSearch, "user/search", L::Users, USERS, Account::search_clients),
    write(E::UserCreate, "user/create", L::Users, Create(Account::create_user)),
    write(E::UserUpdate, "user/update/{id}", L::Users, Change(Account::update_user)),
    get("user/{id}", L::Users, USER, Account::one),
    dictionary("user-label", L::Labels),
    Operation {
        query: &["office_id"],
        ..get("manager", L::Users, USERS, |it, order| it.managers(order.parameter("office_id")))
    },
    get("manager/office/{office}", L::Users, USERS, |it, order| {
        it.managers(order.argument("office"))
    }),
    get("manager/{id}", L::Users, MANAGER, Account::manager),
    write(E::CallCreate, "call_history/create", L::Calls, Create(Account::create)),
    get("call_history/{page}", L::Calls, CALLS, Account::all),
    get("call_history_by_user/{id}/{page}", L::Calls, CALLS, Account::calls_of_client),
    get("call_history_by_request/{id}/{page}", L::Calls, CALLS, Account::calls_of_request),
    write(
        E::PopupCreate,
        "notification/create",
        L::Notifications,
        Change(Account::create_notification),
    ),
    get("notification/{id}", L::Notifications, POPUP, Account::one),
    search(E::Popups, "notifications/{page}", L::Notifications, POPUPS, Account::all),
    write(E::LeadCreate, "lead/create", L::Leads, Create(Account::create_lead)),
    search(E::LeadSearch, "lead/search", L::Leads, LEADS, Account::search),
    get("lead/{id}", L::Leads, LEAD, Account::one),
    get("lead-by-client/{id}", L::Leads, LEADS, Account::of_client),
    get(
        "lead-by-client/{id}/{page}",
        L::Leads,
        LEADS.missing(Nothing::NotFoundBare),
        Account::of_client,
    ),
    get("lead/{from}/{to}", L::Leads, LEADS, Account::period),
    get("lead/{from}/{to}/{source}", L::Leads, LEADS, Account::period),
    get("leads/{from}/{to}/{page}", L::Leads, LEADS, Account::period),
    get("leads/{from}/{to}/{source}/{page}", L::Leads, LEADS, Account::period),
    get("leads/updated/{from}/{to}/{page}", L::Leads, LEADS, Account::period),
    search(E::RequestSearch, "request/search", L::Requests, REQUESTS, Account::search),
    write(E::RequestUpdate, "request/update/{id}", L::Requests, Change(Account::update_request)),
    get("request/{id}", L::Requests, REQUEST, Account::one),
    paged("request-by-client/{id}", L::Requests, REQUESTS, Account::of_client),
    paged("request-by-tourist/{id}", L::Requests, REQUESTS, Account::requests_of_tourist),
    get("request/{from}/{to}", L::Requests, REQUESTS, Account::period),
    get("request/{from}/{to}/{source}", L::Requests, REQUESTS, Account::period),
    get("requests/{from}/{to}/{page}", L::Requests, REQUESTS, Account::period),
    get("requests/{from}/{to}/{source}/{page}", L::Requests, REQUESTS, Account::period),
    get("requests/updated/{from}/{to}/{page}", L::Requests, REQUESTS, Account::period),
    get("requests/closed/{from}/{to}/{page}", L::Requests, REQUESTS, Account::period),
    write(E::ActionCreate, "request-action/create", L::Actions, Create(Account::create)),
    get("request-action/{id}", L::Actions, ACTION, Account::of_request),
    paged("request-action/{from}/{to}", L::Actions, ACTIONS, Account::period),
    write(E::ReminderCreate, "reminder/create", L::Reminders, Create(Account::create)),
    get("reminder/{id}", L::Reminders, REMINDER, Account::of_request),
    search(
        E::Reminders,
        "reminder/{page}",
        L::Reminders,
        REMINDER.or_bare(),
        Account::search_reminders,
    ),
    get("reminder-one/{id}", L::Reminders, REMINDER, Account::one),
    write(E::ReminderClose, "reminder/close/{id}", L::Reminders, Change(Account::update)),
    dictionary("source", L::Sources),
    write(E::SourceCreate, "source/create", L::Sources, Create(Account::create_source)),
    dictionary("status", L::RequestStatuses),
    dictionary("status_lead", L::LeadStatuses),
    dictionary("status_pay", L::PayStatuses),
    dictionary("company", L::Companies),
    dictionary("company-office", L::Offices),
    dictionary("reason_deny", L::DenyReasons),
    dictionary("travel-type", L::TravelTypes),
    dictionary("countries", L::Countries),
    dictionary("extended_field/{page}", L::ExtendedFields),
    write(
        E::FieldCreate,
        "extended_field/create",
        L::ExtendedFields,
        Create(Account::create_field),
    ),
    write(E::FieldUpdate, "extended_field/update/{id}", L::ExtendedFields, Change(Account::update)),
    write(E::Delete, "extended_field/delete/{id}", L::ExtendedFields, Change(Account::delete)),
    write(E::WebhookCreate, "webhook/create", L::Webhooks, Create(Account::create_webhook)),
    get("webhook/{page}", L::Webhooks, HOOKS, Account::all),
    write(E::WebhookUpdate, "webhook/update/{id}", L::Webhooks, Change(Account::update)),
    write(E::Delete, "webhook/delete/{id}", L::Webhooks, Change(Account::delete)),
];

/// All operations, for tests.
pub(crate) fn routes() -> Vec<Route> {
    let route = |it: &Operation, page: &str| Route {
        method: it.method,
        path: format!("/{{key}}/{}{page}.json", it.path),
        scope: it.method,
        required: None,
        writes: it.method == "POST",
        parameters: it.query,
        filters: Vec::new(),
    };
    let pages = |it: &Operation| if it.paged { &["", "/{page}"][..] } else { &[""] };
    OPERATIONS.iter().flat_map(|it| pages(it).iter().map(move |page| route(it, page))).collect()
}

/// Finds the operation of a path without the key and the suffix, and the names in the path.
pub(super) fn find(method: &Method, path: &str) -> (Path<Operation>, Vec<String>) {
    let with_page = |it: &Operation| {
        let (rest, page) = path.rsplit_once('/').filter(|(_, page)| it.paged && fits("", page))?;
        let mut names = names_in(rest, it.path, fits)?;
        names.push(page.to_owned());
        Some(names)
    };
    Path::find(
        OPERATIONS,
        |it| names_in(path, it.path, fits).or_else(|| with_page(it)),
        |it| it.method == method.as_str(),
    )
}

/// Returns true if a segment fits its placeholder.
fn fits(placeholder: &str, segment: &str) -> bool {
    match placeholder {
        "{phone}" => true,
        "{from}" | "{to}" => segment.len() == 10 && segment.parse::<jiff::civil::Date>().is_ok(),
        _ => !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

impl Operation {
    /// The placeholders of the path, and of the page that may follow.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = &'static str> {
        let segments = self.path.split('/');
        segments.filter_map(|it| it.strip_prefix('{')?.strip_suffix('}')).chain(["page"])
    }

    /// The member with the date of a period.
    pub(super) fn date(&self) -> &'static str {
        let is_of = |what: &str| self.path.split('/').any(|it| it == what);
        match self.list {
            List::Users => "u_date_update",
            List::Actions => "datetime",
            _ if is_of("updated") => "dat_updated",
            _ if is_of("closed") => "date_close",
            _ => "dat",
        }
    }
}
