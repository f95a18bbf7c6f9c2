//! Paths of the workspace with their methods and credentials.

use http::Method;
use url::form_urlencoded;

/// An operation of the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kontur) enum Endpoint {
    AuthorizePrivate,
    AuthorizePublic,
    CallStarted,
    CallEvent,
    CallFinished,
    CallFailed,
    CallRecording,
    RegisterCall,
    CallRedirect,
    Upload,
    File,
    FileMeta,
    Instance,
    InstancePatch,
    Setup,
    UiSettings,
    Events,
    ContactsCreate,
    Contact,
    ContactPatch,
    CompaniesCreate,
}

use Endpoint as E;

/// Result of path matching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    Known(Endpoint),
    /// The path exists with another method.
    OtherVerb,
    Unknown,
}

/// `{ws}` and `*` match one segment each.
const ROUTES: &[(Method, &str, Endpoint)] = &[
    (Method::POST, "authorization/authorize-private-integration", E::AuthorizePrivate),
    (Method::POST, "authorization/authorize-integration", E::AuthorizePublic),
    (Method::POST, "{ws}/communications/callbacks/telephony/call-started", E::CallStarted),
    (Method::POST, "{ws}/communications/callbacks/telephony/call-event", E::CallEvent),
    (Method::POST, "{ws}/communications/callbacks/telephony/call-finished", E::CallFinished),
    (Method::POST, "{ws}/communications/callbacks/telephony/call-failed", E::CallFailed),
    (Method::POST, "{ws}/communications/callbacks/telephony/call-recording", E::CallRecording),
    (Method::POST, "{ws}/communications/callbacks/telephony/register-call", E::RegisterCall),
    (Method::GET, "{ws}/communications/callbacks/telephony/call-redirect", E::CallRedirect),
    (Method::POST, "{ws}/files", E::Upload),
    (Method::GET, "{ws}/files/*", E::File),
    (Method::HEAD, "{ws}/files/*", E::File),
    (Method::GET, "{ws}/files/*/meta", E::FileMeta),
    (Method::GET, "{ws}/integrations/instances/*", E::Instance),
    (Method::PATCH, "{ws}/integrations/instances/*", E::InstancePatch),
    (Method::POST, "{ws}/integrations/*/setup", E::Setup),
    (Method::GET, "{ws}/ui-settings", E::UiSettings),
    (Method::GET, "{ws}/events", E::Events),
    (Method::POST, "{ws}/contacts/create", E::ContactsCreate),
    (Method::GET, "{ws}/contacts/*", E::Contact),
    (Method::PATCH, "{ws}/contacts/*", E::ContactPatch),
    (Method::POST, "{ws}/companies", E::CompaniesCreate),
];

/// Names in a path: of the workspace and of the object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) workspace: String,
    pub(super) thing: String,
}

impl Path {
    pub(super) fn of(method: &Method, path: &str) -> (Self, Names) {
        let mut found = (Self::Unknown, Names::default());
        let Some(rest) = path.strip_prefix("/api/v1/") else {
            return found;
        };
        for (verb, pattern, endpoint) in ROUTES {
            let Some(names) = names_in(rest, pattern) else {
                continue;
            };
            if verb == method {
                return (Self::Known(*endpoint), names);
            }
            found = (Self::OtherVerb, names);
        }
        found
    }
}

fn names_in(path: &str, pattern: &str) -> Option<Names> {
    let mut names = Names::default();
    let (mut parts, mut wanted) = (path.split('/'), pattern.split('/'));
    loop {
        match (parts.next(), wanted.next()) {
            (None, None) => return Some(names),
            (Some(part), Some("{ws}")) if !part.is_empty() => names.workspace = decoded(part),
            (Some(part), Some("*")) if !part.is_empty() => names.thing = decoded(part),
            (Some(part), Some(wanted)) if part == wanted => {}
            _ => return None,
        }
    }
}

fn decoded(part: &str) -> String {
    // A plus in a path is literal.
    let field = format!("part={}", part.replace('+', "%2B"));
    let mut pairs = form_urlencoded::parse(field.as_bytes());
    pairs.next().map(|(_, part)| part.into_owned()).unwrap_or_default()
}

/// Body type of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    Json,
    JsonPatch,
    Multipart,
}

/// Credential of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opens {
    /// The integration's own key.
    ApiKey,
    /// An access key.
    AccessKey,
    /// An access key or a person.
    Either,
    /// A person, or an access key unless the dialect forbids it.
    Entities,
}

impl Endpoint {
    pub(super) fn takes(self) -> Takes {
        match self {
            E::CallStarted
            | E::CallEvent
            | E::CallFinished
            | E::CallFailed
            | E::CallRecording
            | E::RegisterCall
            | E::Setup => Takes::Json,
            E::InstancePatch | E::ContactPatch | E::ContactsCreate | E::CompaniesCreate => {
                Takes::JsonPatch
            }
            E::Upload => Takes::Multipart,
            _ => Takes::Nothing,
        }
    }

    pub(super) fn opens(self) -> Opens {
        match self {
            E::AuthorizePrivate | E::AuthorizePublic => Opens::ApiKey,
            E::Instance | E::InstancePatch => Opens::Either,
            E::Events | E::ContactsCreate | E::Contact | E::ContactPatch | E::CompaniesCreate => {
                Opens::Entities
            }
            _ => Opens::AccessKey,
        }
    }

    /// The parameters of the operation.
    pub(super) fn reads(self) -> &'static [&'static str] {
        match self {
            E::CallRedirect => &["externalId", "phoneNumber"],
            E::File => &["download"],
            E::UiSettings => &["key"],
            E::Events => &["offset", "limit"],
            _ => &[],
        }
    }

    /// The fields of the body; `None` if they are checked elsewhere.
    pub(super) fn fields(self) -> Option<&'static [&'static str]> {
        Some(match self {
            E::CallStarted | E::CallFinished => &[
                "timestamp",
                "communicationId",
                "externalId",
                "externalVatsPhone",
                "clientPhone",
                "direction",
            ],
            E::CallEvent => &[
                "communicationId",
                "externalId",
                "externalCallItemId",
                "realtimeCallItemId",
                "timestamp",
                "type",
                "from",
                "to",
            ],
            E::CallFailed => &["communicationId"],
            E::CallRecording => &[
                "communicationId",
                "externalId",
                "externalCallItemId",
                "realtimeCallItemId",
                "recordingFileId",
            ],
            E::RegisterCall => &[
                "externalVatsPhone",
                "clientPhone",
                "items",
                "communicationId",
                "externalCreatedAt",
                "externalId",
                "direction",
            ],
            _ => return None,
        })
    }

    /// The required fields of the body.
    pub(super) fn needs(self) -> &'static [&'static str] {
        match self {
            E::CallStarted => &["timestamp", "externalId", "direction"],
            E::CallFinished => &["timestamp", "direction"],
            E::CallEvent => {
                &["externalCallItemId", "realtimeCallItemId", "timestamp", "type", "from", "to"]
            }
            E::CallFailed => &["communicationId"],
            E::CallRecording => &["externalCallItemId", "recordingFileId"],
            E::RegisterCall => &["items", "externalCreatedAt", "externalId", "direction"],
            _ => &[],
        }
    }

    pub(super) fn is_telephony(self) -> bool {
        self.fields().is_some()
    }
}
