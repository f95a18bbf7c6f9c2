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
    Notes(Subject),
    NoteCreate(Subject),
    NoteDelete(Subject),
    CorporateCreate,
    CorporateEdit,
    ContactCreate,
    ContactEdit,
    CompanyCreate,
    CompanyEdit,
    CustomersUpload,
    ModuleScopes,
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
    route(
        Verb::Get,
        "/api/v5/customers/notes",
        Endpoint::Notes(Subject::Customer),
    ),
    route(
        Verb::Post,
        "/api/v5/customers/notes/create",
        Endpoint::NoteCreate(Subject::Customer),
    ),
    route(
        Verb::Get,
        "/api/v5/customers-corporate/notes",
        Endpoint::Notes(Subject::Corporate),
    ),
    route(
        Verb::Post,
        "/api/v5/customers-corporate/notes/create",
        Endpoint::NoteCreate(Subject::Corporate),
    ),
    route(
        Verb::Post,
        "/api/v5/customers/upload",
        Endpoint::CustomersUpload,
    ),
    route(
        Verb::Post,
        "/api/v5/customers-corporate/create",
        Endpoint::CorporateCreate,
    ),
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
    route(
        Verb::Post,
        "/api/v5/customers-corporate/*/edit",
        Endpoint::CorporateEdit,
    ),
    route(
        Verb::Post,
        "/api/v5/customers-corporate/*/contacts/create",
        Endpoint::ContactCreate,
    ),
    route(
        Verb::Post,
        "/api/v5/customers-corporate/*/contacts/*/edit",
        Endpoint::ContactEdit,
    ),
    route(
        Verb::Post,
        "/api/v5/customers-corporate/*/companies/create",
        Endpoint::CompanyCreate,
    ),
    route(
        Verb::Post,
        "/api/v5/customers-corporate/*/companies/*/edit",
        Endpoint::CompanyEdit,
    ),
    route(
        Verb::Post,
        "/api/v5/customers/notes/*/delete",
        Endpoint::NoteDelete(Subject::Customer),
    ),
    route(
        Verb::Post,
        "/api/v5/customers-corporate/notes/*/delete",
        Endpoint::NoteDelete(Subject::Corporate),
    ),
    route(
        Verb::Post,
        "/api/v5/integration-modules/*/update-scopes",
        Endpoint::ModuleScopes,
    ),
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
    "notes",
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
    /// Where it leads, the name of the thing in it, and of the part of that thing.
    pub(super) fn of(method: &Method, path: &str) -> (Self, [String; 2]) {
        let Some((verb, endpoint, thing)) = find(path) else {
            return (Self::Unknown, Default::default());
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

fn find(path: &str) -> Option<(Verb, Endpoint, [String; 2])> {
    if let Some(route) = ROUTES.iter().find(|it| it.path == path) {
        return Some((route.verb, route.endpoint, Default::default()));
    }
    if let Some(rest) = path.strip_prefix("/api/v5/users/") {
        let id = |text: &str| text.parse().ok().filter(|_| is_number(text));
        return match rest.strip_suffix("/status") {
            Some(text) => Some((
                Verb::Post,
                Endpoint::UserStatus(id(text)?),
                Default::default(),
            )),
            None => Some((Verb::Get, Endpoint::User(id(rest)?), Default::default())),
        };
    }
    OF_A_THING.iter().find_map(|route| {
        let things = things_in(path, route.path)?;
        Some((route.verb, route.endpoint, things))
    })
}

/// What stands in a path where its pattern has a `*`: one name, or two.
fn things_in(path: &str, pattern: &str) -> Option<[String; 2]> {
    let mut names = [const { String::new() }; 2];
    let mut free = names.iter_mut();
    let mut segments = path.split('/');
    for wanted in pattern.split('/') {
        let segment = segments.next()?;
        if wanted != "*" {
            if segment != wanted {
                return None;
            }
        } else if segment.is_empty() || NOT_A_THING.contains(&segment) {
            return None;
        } else {
            // In a path a plus is a plus.
            let field = format!("thing={}", segment.replace('+', "%2B"));
            let (_, name) = url::form_urlencoded::parse(field.as_bytes()).next()?;
            *free.next()? = name.into_owned();
        }
    }
    segments.next().is_none().then_some(names)
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
            Self::ModuleEdit | Self::ModuleScopes => Some("integration_write"),
            Self::Customers
            | Self::Customer
            | Self::Corporates
            | Self::Corporate
            | Self::CorporateContacts
            | Self::CorporateCompanies
            | Self::History(Subject::Customer | Subject::Corporate) => Some("customer_read"),
            Self::History(Subject::Order) => Some("order_read"),
            Self::Notes(_) => Some("customer_read"),
            Self::CustomerCreate
            | Self::CustomerEdit
            | Self::CustomersUpload
            | Self::CorporateCreate
            | Self::CorporateEdit
            | Self::ContactCreate
            | Self::ContactEdit
            | Self::CompanyCreate
            | Self::CompanyEdit
            | Self::NoteCreate(_)
            | Self::NoteDelete(_) => Some("customer_write"),
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
            Self::CustomersUpload => Some("customers"),
            Self::CorporateCreate | Self::CorporateEdit => Some("customerCorporate"),
            Self::ContactCreate | Self::ContactEdit => Some("contact"),
            Self::CompanyCreate | Self::CompanyEdit => Some("company"),
            Self::NoteCreate(_) => Some("note"),
            Self::ModuleScopes => Some("requires"),
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
            | Self::History(_)
            | Self::Notes(_) => &["filter", "limit", "page"],
            Self::ModuleEdit => &["integrationModule"],
            Self::Customer | Self::Corporate => &["by", "site"],
            Self::CustomerCreate => &["site", "customer"],
            Self::CustomerEdit => &["by", "site", "customer"],
            Self::CorporateContacts | Self::CorporateCompanies => {
                &["by", "site", "filter", "limit", "page"]
            }
            Self::UserGroups => &["limit", "page"],
            Self::CustomersUpload => &["site", "customers"],
            Self::CorporateCreate => &["site", "customerCorporate"],
            Self::CorporateEdit => &["by", "site", "customerCorporate"],
            Self::ContactCreate => &["by", "site", "contact"],
            Self::ContactEdit => &["by", "entityBy", "site", "contact"],
            Self::CompanyCreate => &["by", "site", "company"],
            Self::CompanyEdit => &["by", "entityBy", "site", "company"],
            Self::NoteCreate(_) => &["site", "note"],
            Self::ModuleScopes => &["requires"],
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
                | Self::CustomersUpload
                | Self::NoteDelete(_)
        ) || self.writes()
    }

    /// Whether what it needs is an object to write.
    pub(super) fn writes(self) -> bool {
        matches!(
            self,
            Self::ModuleEdit
                | Self::ModuleScopes
                | Self::CustomerCreate
                | Self::CustomerEdit
                | Self::CorporateCreate
                | Self::CorporateEdit
                | Self::ContactCreate
                | Self::ContactEdit
                | Self::CompanyCreate
                | Self::CompanyEdit
                | Self::NoteCreate(_)
        )
    }

    /// Whether its path names a corporate customer.
    pub(super) fn of_corporate(self) -> bool {
        matches!(
            self,
            Self::Corporate
                | Self::CorporateContacts
                | Self::CorporateCompanies
                | Self::CorporateEdit
                | Self::ContactCreate
                | Self::ContactEdit
                | Self::CompanyCreate
                | Self::CompanyEdit
        )
    }
}
