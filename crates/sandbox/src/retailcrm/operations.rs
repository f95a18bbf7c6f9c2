//! The operations of the account: paths, scopes, parameters, filters, handlers.

use http::{Method, StatusCode};
use serde_json::Value;

use crate::schema::{Path, Route, names_in};
use crate::wire::Response;

use super::checks::RequestContext;
use super::filters::{self, Filter};
use super::handlers::{self, Change};
use super::journal::Subject::{self, Corporate, Customer, Order};
use super::{corporate, customers, employees, files, history, modules, notes, orders, tasks};
use super::{telephony, uploads};

/// Name of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    CallEvent,
    CallsUpload,
    Manager,
    Credentials,
    ApiVersions,
    SystemInfo,
    Settings,
    Sites,
    Users,
    User,
    UserStatus,
    UserGroups,
    Module,
    ModuleEdit,
    ModuleScopes,
    Customers,
    Customer,
    CustomerCreate,
    CustomerEdit,
    CustomersUpload,
    Corporates,
    Corporate,
    CorporateContacts,
    CorporateCompanies,
    CorporateCreate,
    CorporateEdit,
    ContactCreate,
    ContactEdit,
    CompanyCreate,
    CompanyEdit,
    History(Subject),
    Notes(Subject),
    NoteCreate(Subject),
    NoteDelete(Subject),
    Orders,
    Order,
    OrderCreate,
    OrderEdit,
    Tasks,
    Task,
    TaskCreate,
    TaskEdit,
    Files,
    File,
    FileDownload,
    FileUpload,
    FileEdit,
    FileDelete,
}

use Endpoint as E;

/// An operation of the account.
#[derive(Clone, Copy)]
pub(super) struct Operation {
    pub(super) endpoint: Endpoint,
    /// The method is POST, not GET.
    pub(super) is_post: bool,
    /// Below `/api/v5/`, or from the root; `*` is a name, `{id}` a number.
    path: &'static str,
    /// The required scope; which operation needs which is assumed from the names (§1.2).
    pub(super) scope: &'static str,
    /// The required parameter.
    pub(super) needs: Option<&'static str>,
    /// The required parameter is an object to write.
    pub(super) writes: bool,
    /// The other parameters, except `apiKey`.
    reads: &'static [&'static str],
    pub(super) filters: &'static [Filter],
    handler: Handler,
}

#[derive(Clone, Copy)]
enum Handler {
    Read(Read),
    Write(Write),
}

/// Returns the body of a response.
type Read = fn(&RequestContext<'_>) -> Value;
/// Returns a response and the change of the account.
type Write = fn(&RequestContext<'_>) -> (Response, Change);

const fn get(endpoint: Endpoint, path: &'static str, scope: &'static str, read: Read) -> Operation {
    Operation {
        endpoint,
        is_post: false,
        path,
        scope,
        needs: None,
        writes: false,
        reads: &[],
        filters: &[],
        handler: Handler::Read(read),
    }
}

const fn answer(
    endpoint: Endpoint,
    path: &'static str,
    scope: &'static str,
    write: Write,
) -> Operation {
    Operation { handler: Handler::Write(write), ..get(endpoint, path, scope, |_| Value::Null) }
}

const fn post(
    endpoint: Endpoint,
    path: &'static str,
    scope: &'static str,
    write: Write,
) -> Operation {
    Operation { is_post: true, ..answer(endpoint, path, scope, write) }
}

const PAGE: &[&str] = &["limit", "page"];
const LIST: &[&str] = &["filter", "limit", "page"];
const PART_LIST: &[&str] = &["by", "site", "filter", "limit", "page"];
const SITE: &[&str] = &["site"];
const BY: &[&str] = &["by", "site"];
const BY_PART: &[&str] = &["by", "entityBy", "site"];

impl Operation {
    const fn needs(self, parameter: &'static str, reads: &'static [&'static str]) -> Self {
        Self { needs: Some(parameter), reads, ..self }
    }

    const fn writes(self, parameter: &'static str, reads: &'static [&'static str]) -> Self {
        Self { writes: true, ..self.needs(parameter, reads) }
    }

    const fn reads(self, reads: &'static [&'static str]) -> Self {
        Self { reads, ..self }
    }

    const fn list(self, filters: &'static [Filter]) -> Self {
        Self { filters, ..self.reads(LIST) }
    }

    const fn part_list(self, filters: &'static [Filter]) -> Self {
        Self { filters, ..self.reads(PART_LIST) }
    }

    /// Returns true if the operation has this parameter.
    pub(super) fn has(&self, parameter: &str) -> bool {
        self.needs == Some(parameter) || self.reads.contains(&parameter)
    }

    /// Its body is a form; an uploaded file is raw bytes.
    pub(super) fn takes_form(&self) -> bool {
        self.is_post && self.endpoint != E::FileUpload
    }

    /// Returns the response of a valid request and its change.
    pub(super) fn carry_out(&self, cx: &RequestContext<'_>) -> (Response, Change) {
        match self.handler {
            Handler::Read(body) => (Response::json(StatusCode::OK, &body(cx)), Change::Nothing),
            Handler::Write(write) => write(cx),
        }
    }
}

/// The operations; exact paths stand before those with names.
const OPERATIONS: &[Operation] = &[
    post(E::CallEvent, "telephony/call/event", "telephony_write", telephony::call_event)
        .needs("event", &["clientId"]),
    post(E::CallsUpload, "telephony/calls/upload", "telephony_write", telephony::calls_upload)
        .needs("calls", &["clientId"]),
    get(E::Manager, "telephony/manager", "telephony_read", telephony::manager)
        .needs("phone", &["details", "ignoreStatus", "clientId"]),
    // Unversioned, for every key (§1.1).
    get(E::Credentials, "/api/credentials", "", handlers::credentials),
    get(E::ApiVersions, "/api/api-versions", "", handlers::api_versions),
    get(E::SystemInfo, "/api/system-info", "", handlers::system_info),
    get(E::Settings, "settings", "reference_read", handlers::settings),
    get(E::Sites, "reference/sites", "reference_read", handlers::sites),
    get(E::Users, "users", "user_read", employees::list).list(employees::FILTERS),
    get(E::User, "users/{id}", "user_read", employees::one),
    post(E::UserStatus, "users/{id}/status", "user_write", employees::status).needs("status", &[]),
    get(E::UserGroups, "user-groups", "user_read", employees::groups).reads(PAGE),
    get(E::Customers, "customers", "customer_read", customers::list).list(customers::FILTERS),
    post(E::CustomerCreate, "customers/create", "customer_write", customers::written)
        .writes("customer", SITE),
    post(E::CustomersUpload, "customers/upload", "customer_write", uploads::uploaded)
        .needs("customers", SITE),
    get(E::History(Customer), "customers/history", "customer_read", history::page)
        .list(history::OF_CUSTOMERS),
    get(E::Notes(Customer), "customers/notes", "customer_read", notes::list).list(notes::FILTERS),
    post(E::NoteCreate(Customer), "customers/notes/create", "customer_write", notes::created)
        .writes("note", SITE),
    post(E::NoteDelete(Customer), "customers/notes/*/delete", "customer_write", notes::deleted),
    answer(E::Customer, "customers/*", "customer_read", customers::one).reads(BY),
    post(E::CustomerEdit, "customers/*/edit", "customer_write", customers::written)
        .writes("customer", BY),
    get(E::Corporates, "customers-corporate", "customer_read", corporate::list)
        .list(corporate::FILTERS),
    post(E::CorporateCreate, "customers-corporate/create", "customer_write", corporate::written)
        .writes("customerCorporate", SITE),
    get(E::History(Corporate), "customers-corporate/history", "customer_read", history::page)
        .list(history::OF_CUSTOMERS),
    get(E::Notes(Corporate), "customers-corporate/notes", "customer_read", notes::list)
        .list(notes::FILTERS),
    post(
        E::NoteCreate(Corporate),
        "customers-corporate/notes/create",
        "customer_write",
        notes::created,
    )
    .writes("note", SITE),
    post(
        E::NoteDelete(Corporate),
        "customers-corporate/notes/*/delete",
        "customer_write",
        notes::deleted,
    ),
    get(E::Corporate, "customers-corporate/*", "customer_read", corporate::one).reads(BY),
    post(E::CorporateEdit, "customers-corporate/*/edit", "customer_write", corporate::written)
        .writes("customerCorporate", BY),
    get(
        E::CorporateContacts,
        "customers-corporate/*/contacts",
        "customer_read",
        corporate::contacts,
    )
    .part_list(corporate::FILTERS_OF_CONTACTS),
    post(
        E::ContactCreate,
        "customers-corporate/*/contacts/create",
        "customer_write",
        corporate::written,
    )
    .writes("contact", BY),
    post(
        E::ContactEdit,
        "customers-corporate/*/contacts/*/edit",
        "customer_write",
        corporate::written,
    )
    .writes("contact", BY_PART),
    get(
        E::CorporateCompanies,
        "customers-corporate/*/companies",
        "customer_read",
        corporate::companies,
    )
    .part_list(&[]),
    post(
        E::CompanyCreate,
        "customers-corporate/*/companies/create",
        "customer_write",
        corporate::written,
    )
    .writes("company", BY),
    post(
        E::CompanyEdit,
        "customers-corporate/*/companies/*/edit",
        "customer_write",
        corporate::written,
    )
    .writes("company", BY_PART),
    get(E::Module, "integration-modules/*", "integration_read", modules::one),
    post(E::ModuleEdit, "integration-modules/*/edit", "integration_write", modules::written)
        .writes("integrationModule", &[]),
    post(
        E::ModuleScopes,
        "integration-modules/*/update-scopes",
        "integration_write",
        modules::scopes_updated,
    )
    .writes("requires", &[]),
    get(E::Orders, "orders", "order_read", orders::list).list(orders::FILTERS),
    get(E::History(Order), "orders/history", "order_read", history::page).list(history::OF_ORDERS),
    post(E::OrderCreate, "orders/create", "order_write", orders::written).writes("order", SITE),
    get(E::Order, "orders/*", "order_read", orders::one).reads(BY),
    post(E::OrderEdit, "orders/*/edit", "order_write", orders::written).writes("order", BY),
    get(E::Tasks, "tasks", "task_read", tasks::list).list(tasks::FILTERS),
    post(E::TaskCreate, "tasks/create", "task_write", tasks::written).writes("task", SITE),
    get(E::Task, "tasks/*", "task_read", tasks::one),
    post(E::TaskEdit, "tasks/*/edit", "task_write", tasks::written).writes("task", SITE),
    get(E::Files, "files", "file_read", files::list).list(files::FILTERS),
    post(E::FileUpload, "files/upload", "file_write", files::uploaded),
    get(E::File, "files/*", "file_read", files::one),
    answer(E::FileDownload, "files/*/download", "file_read", files::download),
    post(E::FileEdit, "files/*/edit", "file_write", files::edited).writes("file", &[]),
    post(E::FileDelete, "files/*/delete", "file_write", files::deleted),
];

/// All operations, for tests.
pub(crate) fn routes() -> Vec<Route> {
    let route = |it: &Operation| {
        let of_root = it.path.starts_with('/');
        Route {
            method: if it.is_post { "POST" } else { "GET" },
            path: if of_root { it.path.to_owned() } else { format!("/api/v5/{}", it.path) },
            scope: it.scope,
            required: it.needs,
            writes: it.writes,
            parameters: it.reads,
            filters: it.filters.iter().map(filters::sample).collect(),
        }
    };
    OPERATIONS.iter().map(route).collect()
}

/// Segments that are not names: no customer is called `notes`.
const RESERVED: &str = "combine companies contacts create edit fix-external-ids history links loyalty \
                        notes packs payments statuses upload";

fn is_name(placeholder: &str, segment: &str) -> bool {
    match placeholder {
        "*" => !RESERVED.split_whitespace().any(|it| it == segment),
        _ => segment.bytes().all(|it| it.is_ascii_digit()) && segment.parse::<u64>().is_ok(),
    }
}

/// Finds the operation, and the names of the entity and of its part in its path.
pub(super) fn find(method: &Method, path: &str) -> (Path<Operation>, Vec<String>) {
    let rest = path.strip_prefix("/api/v5/");
    Path::find(
        OPERATIONS,
        |it| {
            let of_root = it.path.starts_with('/');
            names_in(if of_root { path } else { rest? }, it.path, is_name)
        },
        |it| *method == if it.is_post { Method::POST } else { Method::GET },
    )
}
