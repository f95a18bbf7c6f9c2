//! The paths of the account, their verbs, scopes and parameters.

use http::Method;

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
    UserGroups,
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
];

const fn route(verb: Verb, path: &'static str, endpoint: Endpoint) -> Route {
    Route {
        verb,
        path,
        endpoint,
    }
}

impl Path {
    pub(super) fn of(method: &Method, path: &str) -> Self {
        let (verb, endpoint) = if let Some(route) = ROUTES.iter().find(|it| it.path == path) {
            (route.verb, route.endpoint)
        } else {
            let id = path
                .strip_prefix("/api/v5/users/")
                .filter(|id| is_number(id));
            match id.and_then(|id| id.parse().ok()) {
                Some(id) => (Verb::Get, Endpoint::User(id)),
                None => return Self::Unknown,
            }
        };
        let fits = match verb {
            Verb::Get => method == Method::GET,
            Verb::Post => method == Method::POST,
        };
        if fits {
            Self::Known(endpoint)
        } else {
            Self::OtherVerb
        }
    }
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
            Self::Sites | Self::Settings => Some("reference_read"),
            Self::Credentials | Self::ApiVersions | Self::SystemInfo => None,
        }
    }

    /// The parameter it cannot do without.
    pub(super) fn needs(self) -> Option<&'static str> {
        match self {
            Self::CallEvent => Some("event"),
            Self::CallsUpload => Some("calls"),
            Self::Manager => Some("phone"),
            _ => None,
        }
    }

    /// The parameters it reads, `apiKey` apart.
    pub(super) fn reads(self) -> &'static [&'static str] {
        match self {
            Self::CallEvent => &["event", "clientId"],
            Self::CallsUpload => &["calls", "clientId"],
            Self::Manager => &["phone", "details", "ignoreStatus", "clientId"],
            Self::Users => &["filter", "limit", "page"],
            Self::UserGroups => &["limit", "page"],
            _ => &[],
        }
    }

    pub(super) fn is_post(self) -> bool {
        matches!(self, Self::CallEvent | Self::CallsUpload)
    }
}
