//! The paths of the account, their verbs, scopes and parameters.

use http::Method;

use super::super::journal::Subject;

/// An operation the account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::retailcrm) enum Endpoint {
    CallEvent,
    CallsUpload,
    Manager,
    Credentials,
    ApiVersions,
    SystemInfo,
    Settings,
    Sites,
    Users,
    User(u64),
    UserStatus(u64),
    UserGroups,
    Module,
    ModuleEdit,
    Customers,
    Customer,
    CustomerCreate,
    CustomerEdit,
    Corporates,
    Corporate,
    CorporateContacts,
    CorporateCompanies,
    History(Subject),
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

/// Where a request wants to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    Known(Endpoint),
    /// The path exists, with another verb.
    OtherVerb,
    Unknown,
}

struct Route {
    verb: Verb,
    path: &'static str,
    endpoint: Endpoint,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Get,
    Post,
}

const ROUTES: &[Route] = &[
    route(
        Verb::Post,
        "/api/v5/telephony/call/event",
        Endpoint::CallEvent,
    ),
    route(
        Verb::Post,
        "/api/v5/telephony/calls/upload",
        Endpoint::CallsUpload,
    ),
    route(Verb::Get, "/api/v5/telephony/manager", Endpoint::Manager),
    // These three are unversioned (§1.1).
    route(Verb::Get, "/api/credentials", Endpoint::Credentials),
    route(Verb::Get, "/api/api-versions", Endpoint::ApiVersions),
    route(Verb::Get, "/api/system-info", Endpoint::SystemInfo),
    route(Verb::Get, "/api/v5/settings", Endpoint::Settings),
    route(Verb::Get, "/api/v5/reference/sites", Endpoint::Sites),
    route(Verb::Get, "/api/v5/users", Endpoint::Users),
    route(Verb::Get, "/api/v5/user-groups", Endpoint::UserGroups),
    route(Verb::Get, "/api/v5/customers", Endpoint::Customers),
    route(
        Verb::Post,
        "/api/v5/customers/create",
        Endpoint::CustomerCreate,
    ),
    route(
        Verb::Get,
        "/api/v5/customers-corporate",
        Endpoint::Corporates,
    ),
    route(
        Verb::Get,
        "/api/v5/customers/history",
        Endpoint::History(Subject::Customer),
    ),
    route(
        Verb::Get,
        "/api/v5/customers-corporate/history",
        Endpoint::History(Subject::Corporate),
    ),
    route(
        Verb::Get,
        "/api/v5/orders/history",
        Endpoint::History(Subject::Order),
    ),
    route(Verb::Get, "/api/v5/orders", Endpoint::Orders),
    route(Verb::Post, "/api/v5/orders/create", Endpoint::OrderCreate),
    route(Verb::Get, "/api/v5/tasks", Endpoint::Tasks),
    route(Verb::Post, "/api/v5/tasks/create", Endpoint::TaskCreate),
    route(Verb::Get, "/api/v5/files", Endpoint::Files),
    route(Verb::Post, "/api/v5/files/upload", Endpoint::FileUpload),
];

/// Paths with the name of a thing in them, where `*` stands.
const OF_A_THING: &[Route] = &[
    route(Verb::Get, "/api/v5/integration-modules/*", Endpoint::Module),
    route(
        Verb::Post,
        "/api/v5/integration-modules/*/edit",
        Endpoint::ModuleEdit,
    ),
    route(Verb::Get, "/api/v5/customers/*", Endpoint::Customer),
    route(
        Verb::Post,
        "/api/v5/customers/*/edit",
        Endpoint::CustomerEdit,
    ),
    route(
        Verb::Get,
        "/api/v5/customers-corporate/*",
        Endpoint::Corporate,
    ),
    route(
        Verb::Get,
        "/api/v5/customers-corporate/*/contacts",
        Endpoint::CorporateContacts,
    ),
    route(
        Verb::Get,
        "/api/v5/customers-corporate/*/companies",
        Endpoint::CorporateCompanies,
    ),
    route(Verb::Get, "/api/v5/orders/*", Endpoint::Order),
    route(Verb::Post, "/api/v5/orders/*/edit", Endpoint::OrderEdit),
    route(Verb::Get, "/api/v5/tasks/*", Endpoint::Task),
    route(Verb::Post, "/api/v5/tasks/*/edit", Endpoint::TaskEdit),
    route(Verb::Get, "/api/v5/files/*", Endpoint::File),
    route(
        Verb::Get,
        "/api/v5/files/*/download",
        Endpoint::FileDownload,
    ),
    route(Verb::Post, "/api/v5/files/*/edit", Endpoint::FileEdit),
    route(Verb::Post, "/api/v5/files/*/delete", Endpoint::FileDelete),
];

/// Where the API has something else than the name of a thing, or nothing at all: nobody's
/// customer is called `notes`.
const NOT_A_THING: &[&str] = &[
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

const fn route(verb: Verb, path: &'static str, endpoint: Endpoint) -> Route {
    Route {
        verb,
        path,
        endpoint,
    }
}

impl Path {
    /// Where it leads, and the name of the thing in it.
    pub(super) fn of(method: &Method, path: &str) -> (Self, String) {
        let Some((verb, endpoint, thing)) = find(path) else {
            return (Self::Unknown, String::new());
        };
        let fits = match verb {
            Verb::Get => method == Method::GET,
            Verb::Post => method == Method::POST,
        };
        let path = if fits {
            Self::Known(endpoint)
        } else {
            Self::OtherVerb
        };
        (path, thing)
    }
}

fn find(path: &str) -> Option<(Verb, Endpoint, String)> {
    if let Some(route) = ROUTES.iter().find(|it| it.path == path) {
        return Some((route.verb, route.endpoint, String::new()));
    }
    if let Some(rest) = path.strip_prefix("/api/v5/users/") {
        let id = |text: &str| text.parse().ok().filter(|_| is_number(text));
        return match rest.strip_suffix("/status") {
            Some(text) => Some((Verb::Post, Endpoint::UserStatus(id(text)?), String::new())),
            None => Some((Verb::Get, Endpoint::User(id(rest)?), String::new())),
        };
    }
    OF_A_THING.iter().find_map(|route| {
        let thing = thing_in(path, route.path)?;
        Some((route.verb, route.endpoint, thing))
    })
}

fn thing_in(path: &str, pattern: &str) -> Option<String> {
    let (before, after) = pattern.split_once('*')?;
    let thing = path.strip_prefix(before)?.strip_suffix(after)?;
    if thing.is_empty() || thing.contains('/') || NOT_A_THING.contains(&thing) {
        return None;
    }
    // In a path a plus is a plus.
    let field = format!("thing={}", thing.replace('+', "%2B"));
    let (_, thing) = url::form_urlencoded::parse(field.as_bytes()).next()?;
    Some(thing.into_owned())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Endpoint {
    /// The scope the key needs. Which method needs which is a guess from their names (§1.2).
    pub(super) fn scope(self) -> Option<&'static str> {
        match self {
            Self::CallEvent | Self::CallsUpload => Some("telephony_write"),
            Self::Manager => Some("telephony_read"),
            Self::Users | Self::User(_) | Self::UserGroups => Some("user_read"),
            Self::UserStatus(_) => Some("user_write"),
            Self::Sites | Self::Settings => Some("reference_read"),
            Self::Module => Some("integration_read"),
            Self::ModuleEdit => Some("integration_write"),
            Self::Customers
            | Self::Customer
            | Self::Corporates
            | Self::Corporate
            | Self::CorporateContacts
            | Self::CorporateCompanies
            | Self::History(Subject::Customer | Subject::Corporate) => Some("customer_read"),
            Self::History(Subject::Order) => Some("order_read"),
            Self::CustomerCreate | Self::CustomerEdit => Some("customer_write"),
            Self::Orders | Self::Order => Some("order_read"),
            Self::OrderCreate | Self::OrderEdit => Some("order_write"),
            Self::Tasks | Self::Task => Some("task_read"),
            Self::TaskCreate | Self::TaskEdit => Some("task_write"),
            Self::Files | Self::File | Self::FileDownload => Some("file_read"),
            Self::FileUpload | Self::FileEdit | Self::FileDelete => Some("file_write"),
            Self::Credentials | Self::ApiVersions | Self::SystemInfo => None,
        }
    }

    /// The parameter it cannot do without.
    pub(super) fn needs(self) -> Option<&'static str> {
        match self {
            Self::CallEvent => Some("event"),
            Self::CallsUpload => Some("calls"),
            Self::Manager => Some("phone"),
            Self::UserStatus(_) => Some("status"),
            Self::ModuleEdit => Some("integrationModule"),
            Self::CustomerCreate | Self::CustomerEdit => Some("customer"),
            Self::OrderCreate | Self::OrderEdit => Some("order"),
            Self::TaskCreate | Self::TaskEdit => Some("task"),
            Self::FileEdit => Some("file"),
            _ => None,
        }
    }

    /// The parameters it reads, `apiKey` apart.
    pub(super) fn reads(self) -> &'static [&'static str] {
        match self {
            Self::CallEvent => &["event", "clientId"],
            Self::CallsUpload => &["calls", "clientId"],
            Self::Manager => &["phone", "details", "ignoreStatus", "clientId"],
            Self::UserStatus(_) => &["status"],
            Self::Users
            | Self::Customers
            | Self::Corporates
            | Self::Orders
            | Self::Tasks
            | Self::Files
            | Self::History(_) => &["filter", "limit", "page"],
            Self::ModuleEdit => &["integrationModule"],
            Self::Customer | Self::Corporate | Self::Order => &["by", "site"],
            Self::CustomerCreate => &["site", "customer"],
            Self::CustomerEdit => &["by", "site", "customer"],
            Self::OrderCreate => &["site", "order"],
            Self::OrderEdit => &["by", "site", "order"],
            Self::TaskCreate | Self::TaskEdit => &["site", "task"],
            Self::FileEdit => &["file"],
            Self::CorporateContacts | Self::CorporateCompanies => {
                &["by", "site", "filter", "limit", "page"]
            }
            Self::UserGroups => &["limit", "page"],
            _ => &[],
        }
    }

    pub(super) fn is_post(self) -> bool {
        matches!(
            self,
            Self::CallEvent
                | Self::CallsUpload
                | Self::UserStatus(_)
                | Self::ModuleEdit
                | Self::CustomerCreate
                | Self::CustomerEdit
                | Self::OrderCreate
                | Self::OrderEdit
                | Self::TaskCreate
                | Self::TaskEdit
                | Self::FileUpload
                | Self::FileEdit
                | Self::FileDelete
        )
    }

    /// Whether what it needs is an object to write.
    pub(super) fn writes(self) -> bool {
        matches!(
            self,
            Self::ModuleEdit
                | Self::CustomerCreate
                | Self::CustomerEdit
                | Self::OrderCreate
                | Self::OrderEdit
                | Self::TaskCreate
                | Self::TaskEdit
                | Self::FileEdit
        )
    }

    /// Whether its body is a form; an uploaded file is the bytes themselves.
    pub(super) fn takes_form(self) -> bool {
        self.is_post() && self != Self::FileUpload
    }
}
