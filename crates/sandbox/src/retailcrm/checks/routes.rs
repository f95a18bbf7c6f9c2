//! Paths of the account with their methods.

use http::Method;

use super::super::journal::Subject;
use super::endpoint::Endpoint;

/// Result of path matching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    Known(Endpoint),
    /// The path exists with another method.
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
    route(Verb::Post, "/api/v5/telephony/call/event", Endpoint::CallEvent),
    route(Verb::Post, "/api/v5/telephony/calls/upload", Endpoint::CallsUpload),
    route(Verb::Get, "/api/v5/telephony/manager", Endpoint::Manager),
    // Unversioned (§1.1).
    route(Verb::Get, "/api/credentials", Endpoint::Credentials),
    route(Verb::Get, "/api/api-versions", Endpoint::ApiVersions),
    route(Verb::Get, "/api/system-info", Endpoint::SystemInfo),
    route(Verb::Get, "/api/v5/settings", Endpoint::Settings),
    route(Verb::Get, "/api/v5/reference/sites", Endpoint::Sites),
    route(Verb::Get, "/api/v5/users", Endpoint::Users),
    route(Verb::Get, "/api/v5/user-groups", Endpoint::UserGroups),
    route(Verb::Get, "/api/v5/customers", Endpoint::Customers),
    route(Verb::Post, "/api/v5/customers/create", Endpoint::CustomerCreate),
    route(Verb::Get, "/api/v5/customers-corporate", Endpoint::Corporates),
    route(Verb::Get, "/api/v5/customers/history", Endpoint::History(Subject::Customer)),
    route(Verb::Get, "/api/v5/customers-corporate/history", Endpoint::History(Subject::Corporate)),
    route(Verb::Get, "/api/v5/orders/history", Endpoint::History(Subject::Order)),
    route(Verb::Get, "/api/v5/customers/notes", Endpoint::RequestLog(Subject::Customer)),
    route(Verb::Post, "/api/v5/customers/notes/create", Endpoint::NoteCreate(Subject::Customer)),
    route(Verb::Get, "/api/v5/customers-corporate/notes", Endpoint::RequestLog(Subject::Corporate)),
    route(
        Verb::Post,
        "/api/v5/customers-corporate/notes/create",
        Endpoint::NoteCreate(Subject::Corporate),
    ),
    route(Verb::Post, "/api/v5/customers/upload", Endpoint::CustomersUpload),
    route(Verb::Post, "/api/v5/customers-corporate/create", Endpoint::CorporateCreate),
    route(Verb::Get, "/api/v5/orders", Endpoint::Orders),
    route(Verb::Post, "/api/v5/orders/create", Endpoint::OrderCreate),
    route(Verb::Get, "/api/v5/tasks", Endpoint::Tasks),
    route(Verb::Post, "/api/v5/tasks/create", Endpoint::TaskCreate),
    route(Verb::Get, "/api/v5/files", Endpoint::Files),
    route(Verb::Post, "/api/v5/files/upload", Endpoint::FileUpload),
];

/// Paths with ids, marked by `*`.
const WITH_IDS: &[Route] = &[
    route(Verb::Get, "/api/v5/integration-modules/*", Endpoint::Module),
    route(Verb::Post, "/api/v5/integration-modules/*/edit", Endpoint::ModuleEdit),
    route(Verb::Get, "/api/v5/customers/*", Endpoint::Customer),
    route(Verb::Post, "/api/v5/customers/*/edit", Endpoint::CustomerEdit),
    route(Verb::Get, "/api/v5/customers-corporate/*", Endpoint::Corporate),
    route(Verb::Get, "/api/v5/customers-corporate/*/contacts", Endpoint::CorporateContacts),
    route(Verb::Get, "/api/v5/customers-corporate/*/companies", Endpoint::CorporateCompanies),
    route(Verb::Post, "/api/v5/customers-corporate/*/edit", Endpoint::CorporateEdit),
    route(Verb::Post, "/api/v5/customers-corporate/*/contacts/create", Endpoint::ContactCreate),
    route(Verb::Post, "/api/v5/customers-corporate/*/contacts/*/edit", Endpoint::ContactEdit),
    route(Verb::Post, "/api/v5/customers-corporate/*/companies/create", Endpoint::CompanyCreate),
    route(Verb::Post, "/api/v5/customers-corporate/*/companies/*/edit", Endpoint::CompanyEdit),
    route(Verb::Post, "/api/v5/customers/notes/*/delete", Endpoint::NoteDelete(Subject::Customer)),
    route(
        Verb::Post,
        "/api/v5/customers-corporate/notes/*/delete",
        Endpoint::NoteDelete(Subject::Corporate),
    ),
    route(Verb::Post, "/api/v5/integration-modules/*/update-scopes", Endpoint::ModuleScopes),
    route(Verb::Get, "/api/v5/orders/*", Endpoint::Order),
    route(Verb::Post, "/api/v5/orders/*/edit", Endpoint::OrderEdit),
    route(Verb::Get, "/api/v5/tasks/*", Endpoint::Task),
    route(Verb::Post, "/api/v5/tasks/*/edit", Endpoint::TaskEdit),
    route(Verb::Get, "/api/v5/files/*", Endpoint::File),
    route(Verb::Get, "/api/v5/files/*/download", Endpoint::FileDownload),
    route(Verb::Post, "/api/v5/files/*/edit", Endpoint::FileEdit),
    route(Verb::Post, "/api/v5/files/*/delete", Endpoint::FileDelete),
];

/// Segments that are not ids: no customer is called `notes`.
const RESERVED_NAMES: &[&str] = &[
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
    Route { verb, path, endpoint }
}

impl Path {
    /// Matches a path; returns its names, of the entity and of its part.
    pub(super) fn of(method: &Method, path: &str) -> (Self, [String; 2]) {
        let Some((verb, endpoint, thing)) = find(path) else {
            return (Self::Unknown, Default::default());
        };
        let fits = match verb {
            Verb::Get => method == Method::GET,
            Verb::Post => method == Method::POST,
        };
        let path = if fits { Self::Known(endpoint) } else { Self::OtherVerb };
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
            Some(text) => Some((Verb::Post, Endpoint::UserStatus(id(text)?), Default::default())),
            None => Some((Verb::Get, Endpoint::User(id(rest)?), Default::default())),
        };
    }
    WITH_IDS.iter().find_map(|route| {
        let things = ids_in(path, route.path)?;
        Some((route.verb, route.endpoint, things))
    })
}

/// The segments of a path at the `*` of its pattern: one or two.
fn ids_in(path: &str, pattern: &str) -> Option<[String; 2]> {
    let mut names = [const { String::new() }; 2];
    let mut free = names.iter_mut();
    let mut segments = path.split('/');
    for wanted in pattern.split('/') {
        let segment = segments.next()?;
        if wanted != "*" {
            if segment != wanted {
                return None;
            }
        } else if segment.is_empty() || RESERVED_NAMES.contains(&segment) {
            return None;
        } else {
            // A plus in a path is literal.
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
