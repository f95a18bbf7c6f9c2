//! The operations of the account: paths, scopes, parameters, filters, handlers.

use http::{Method, StatusCode};
use serde_json::Value;

use crate::schema::names_in;
use crate::wire::Response;

use super::checks::RequestContext;
use super::filters::Filter;
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
    /// `*` is a name, `{id}` a number.
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
    const fn needs(self, parameter: &'static str) -> Self {
        Self { needs: Some(parameter), ..self }
    }

    const fn writes(self, parameter: &'static str) -> Self {
        Self { writes: true, ..self.needs(parameter) }
    }

    const fn reads(self, parameters: &'static [&'static str]) -> Self {
        Self { reads: parameters, ..self }
    }

    const fn list(self, filters: &'static [Filter]) -> Self {
        Self { filters, ..self.reads(LIST) }
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
    post(E::CallEvent, "/api/v5/telephony/call/event", "telephony_write", telephony::call_event)
        .needs("event")
        .reads(&["clientId"]),
    post(
        E::CallsUpload,
        "/api/v5/telephony/calls/upload",
        "telephony_write",
        telephony::calls_upload,
    )
    .needs("calls")
    .reads(&["clientId"]),
    get(E::Manager, "/api/v5/telephony/manager", "telephony_read", telephony::manager)
        .needs("phone")
        .reads(&["details", "ignoreStatus", "clientId"]),
    // Unversioned, for every key (§1.1).
    get(E::Credentials, "/api/credentials", "", handlers::credentials),
    get(E::ApiVersions, "/api/api-versions", "", handlers::api_versions),
    get(E::SystemInfo, "/api/system-info", "", handlers::system_info),
    get(E::Settings, "/api/v5/settings", "reference_read", handlers::settings),
    get(E::Sites, "/api/v5/reference/sites", "reference_read", handlers::sites),
    get(E::Users, "/api/v5/users", "user_read", employees::list).list(employees::FILTERS),
    get(E::User, "/api/v5/users/{id}", "user_read", employees::one),
    post(E::UserStatus, "/api/v5/users/{id}/status", "user_write", employees::status)
        .needs("status"),
    get(E::UserGroups, "/api/v5/user-groups", "user_read", employees::groups).reads(PAGE),
    get(E::Customers, "/api/v5/customers", "customer_read", customers::list)
        .list(customers::FILTERS),
    post(E::CustomerCreate, "/api/v5/customers/create", "customer_write", customers::written)
        .writes("customer")
        .reads(SITE),
    post(E::CustomersUpload, "/api/v5/customers/upload", "customer_write", uploads::uploaded)
        .needs("customers")
        .reads(SITE),
    get(E::History(Customer), "/api/v5/customers/history", "customer_read", history::page)
        .list(history::OF_CUSTOMERS),
    get(E::Notes(Customer), "/api/v5/customers/notes", "customer_read", notes::list)
        .list(notes::FILTERS),
    post(
        E::NoteCreate(Customer),
        "/api/v5/customers/notes/create",
        "customer_write",
        notes::created,
    )
    .writes("note")
    .reads(SITE),
    post(
        E::NoteDelete(Customer),
        "/api/v5/customers/notes/*/delete",
        "customer_write",
        notes::deleted,
    ),
    answer(E::Customer, "/api/v5/customers/*", "customer_read", customers::one).reads(BY),
    post(E::CustomerEdit, "/api/v5/customers/*/edit", "customer_write", customers::written)
        .writes("customer")
        .reads(BY),
    get(E::Corporates, "/api/v5/customers-corporate", "customer_read", corporate::list)
        .list(corporate::FILTERS),
    post(
        E::CorporateCreate,
        "/api/v5/customers-corporate/create",
        "customer_write",
        corporate::written,
    )
    .writes("customerCorporate")
    .reads(SITE),
    get(
        E::History(Corporate),
        "/api/v5/customers-corporate/history",
        "customer_read",
        history::page,
    )
    .list(history::OF_CUSTOMERS),
    get(E::Notes(Corporate), "/api/v5/customers-corporate/notes", "customer_read", notes::list)
        .list(notes::FILTERS),
    post(
        E::NoteCreate(Corporate),
        "/api/v5/customers-corporate/notes/create",
        "customer_write",
        notes::created,
    )
    .writes("note")
    .reads(SITE),
    post(
        E::NoteDelete(Corporate),
        "/api/v5/customers-corporate/notes/*/delete",
        "customer_write",
        notes::deleted,
    ),
    get(E::Corporate, "/api/v5/customers-corporate/*", "customer_read", corporate::one).reads(BY),
    post(
        E::CorporateEdit,
        "/api/v5/customers-corporate/*/edit",
        "customer_write",
        corporate::written,
    )
    .writes("customerCorporate")
    .reads(BY),
    get(
        E::CorporateContacts,
        "/api/v5/customers-corporate/*/contacts",
        "customer_read",
        corporate::contacts,
    )
    .list(corporate::FILTERS_OF_CONTACTS)
    .reads(PART_LIST),
    post(
        E::ContactCreate,
        "/api/v5/customers-corporate/*/contacts/create",
        "customer_write",
        corporate::written,
    )
    .writes("contact")
    .reads(BY),
    post(
        E::ContactEdit,
        "/api/v5/customers-corporate/*/contacts/*/edit",
        "customer_write",
        corporate::written,
    )
    .writes("contact")
    .reads(BY_PART),
    get(
        E::CorporateCompanies,
        "/api/v5/customers-corporate/*/companies",
        "customer_read",
        corporate::companies,
    )
    .reads(PART_LIST),
    post(
        E::CompanyCreate,
        "/api/v5/customers-corporate/*/companies/create",
        "customer_write",
        corporate::written,
    )
    .writes("company")
    .reads(BY),
    post(
        E::CompanyEdit,
        "/api/v5/customers-corporate/*/companies/*/edit",
        "customer_write",
        corporate::written,
    )
    .writes("company")
    .reads(BY_PART),
    get(E::Module, "/api/v5/integration-modules/*", "integration_read", modules::one),
    post(
        E::ModuleEdit,
        "/api/v5/integration-modules/*/edit",
        "integration_write",
        modules::written,
    )
    .writes("integrationModule"),
    post(
        E::ModuleScopes,
        "/api/v5/integration-modules/*/update-scopes",
        "integration_write",
        modules::scopes_updated,
    )
    .writes("requires"),
    get(E::Orders, "/api/v5/orders", "order_read", orders::list).list(orders::FILTERS),
    get(E::History(Order), "/api/v5/orders/history", "order_read", history::page)
        .list(history::OF_ORDERS),
    post(E::OrderCreate, "/api/v5/orders/create", "order_write", orders::written)
        .writes("order")
        .reads(SITE),
    get(E::Order, "/api/v5/orders/*", "order_read", orders::one).reads(BY),
    post(E::OrderEdit, "/api/v5/orders/*/edit", "order_write", orders::written)
        .writes("order")
        .reads(BY),
    get(E::Tasks, "/api/v5/tasks", "task_read", tasks::list).list(tasks::FILTERS),
    post(E::TaskCreate, "/api/v5/tasks/create", "task_write", tasks::written)
        .writes("task")
        .reads(SITE),
    get(E::Task, "/api/v5/tasks/*", "task_read", tasks::one),
    post(E::TaskEdit, "/api/v5/tasks/*/edit", "task_write", tasks::written)
        .writes("task")
        .reads(SITE),
    get(E::Files, "/api/v5/files", "file_read", files::list).list(files::FILTERS),
    post(E::FileUpload, "/api/v5/files/upload", "file_write", files::uploaded),
    get(E::File, "/api/v5/files/*", "file_read", files::one),
    answer(E::FileDownload, "/api/v5/files/*/download", "file_read", files::download),
    post(E::FileEdit, "/api/v5/files/*/edit", "file_write", files::edited).writes("file"),
    post(E::FileDelete, "/api/v5/files/*/delete", "file_write", files::deleted),
];

/// Segments that are not names: no customer is called `notes`.
const RESERVED: &[&str] = &[
    "combine",
    "companies",
    "contacts",
    "create",
    "edit",
    "fix-external-ids",
    "history",
    "links",
    "loyalty",
    "notes",
    "packs",
    "payments",
    "statuses",
    "upload",
];

fn is_name(placeholder: &str, segment: &str) -> bool {
    match placeholder {
        "*" => !RESERVED.contains(&segment),
        _ => segment.bytes().all(|it| it.is_ascii_digit()) && segment.parse::<u64>().is_ok(),
    }
}

/// Result of path matching.
#[derive(Clone, Copy)]
pub(super) enum Path {
    Known(&'static Operation),
    /// The path exists with another method.
    OtherVerb,
    Unknown,
}

impl Path {
    /// Matches a path; returns its names, of the entity and of its part.
    pub(super) fn of(method: &Method, path: &str) -> (Self, Vec<String>) {
        let mut found = (Self::Unknown, Vec::new());
        for operation in OPERATIONS {
            let Some(names) = names_in(path, operation.path, is_name) else { continue };
            let verb = if operation.is_post { Method::POST } else { Method::GET };
            if *method == verb {
                return (Self::Known(operation), names);
            }
            found = (Self::OtherVerb, names);
        }
        found
    }
}
