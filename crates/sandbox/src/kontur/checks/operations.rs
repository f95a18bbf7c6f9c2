//! Operations of the workspace.

use http::Method;

use crate::schema::names_in;

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

/// Body of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    /// JSON about a call.
    Call,
    Json,
    JsonPatch,
    Multipart,
}

impl Takes {
    /// The media type of the body.
    pub(super) fn media_type(self) -> Option<&'static str> {
        Some(match self {
            Self::Nothing => return None,
            Self::Call | Self::Json => "application/json",
            Self::JsonPatch => "application/json-patch+json",
            Self::Multipart => "multipart/form-data",
        })
    }
}

/// Path, credential, body and parameters of an operation.
pub(super) struct Operation {
    pub(super) endpoint: Endpoint,
    methods: &'static [&'static str],
    /// The path below `/api/v1/`; `{ws}` and `*` match one segment each.
    path: &'static str,
    pub(super) opens: Opens,
    pub(super) takes: Takes,
    /// Parameters of the query.
    pub(super) parameters: &'static [&'static str],
}

const fn get(
    path: &'static str,
    endpoint: Endpoint,
    parameters: &'static [&'static str],
) -> Operation {
    let (methods, opens, takes) = (&["GET"], Opens::AccessKey, Takes::Nothing);
    Operation { endpoint, methods, path, opens, takes, parameters }
}

const fn post(path: &'static str, endpoint: Endpoint, takes: Takes) -> Operation {
    Operation { methods: &["POST"], takes, ..get(path, endpoint, &[]) }
}

const fn patch(path: &'static str, endpoint: Endpoint) -> Operation {
    Operation { methods: &["PATCH"], takes: Takes::JsonPatch, ..get(path, endpoint, &[]) }
}

impl Operation {
    const fn by(self, opens: Opens) -> Self {
        Self { opens, ..self }
    }
}

macro_rules! callback {
    ($name:literal) => {
        concat!("{ws}/communications/callbacks/telephony/", $name)
    };
}

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    post("authorization/authorize-private-integration", E::AuthorizePrivate, Takes::Nothing).by(Opens::ApiKey),
    post("authorization/authorize-integration", E::AuthorizePublic, Takes::Nothing).by(Opens::ApiKey),
    post(callback!("call-started"), E::CallStarted, Takes::Call),
    post(callback!("call-event"), E::CallEvent, Takes::Call),
    post(callback!("call-finished"), E::CallFinished, Takes::Call),
    post(callback!("call-failed"), E::CallFailed, Takes::Call),
    post(callback!("call-recording"), E::CallRecording, Takes::Call),
    post(callback!("register-call"), E::RegisterCall, Takes::Call),
    get(callback!("call-redirect"), E::CallRedirect, &["externalId", "phoneNumber"]),
    post("{ws}/files", E::Upload, Takes::Multipart),
    Operation { methods: &["GET", "HEAD"], ..get("{ws}/files/*", E::File, &["download"]) },
    get("{ws}/files/*/meta", E::FileMeta, &[]),
    get("{ws}/integrations/instances/*", E::Instance, &[]).by(Opens::Either),
    patch("{ws}/integrations/instances/*", E::InstancePatch).by(Opens::Either),
    post("{ws}/integrations/*/setup", E::Setup, Takes::Json),
    get("{ws}/ui-settings", E::UiSettings, &["key"]),
    get("{ws}/events", E::Events, &["offset", "limit"]).by(Opens::Entities),
    post("{ws}/contacts/create", E::ContactsCreate, Takes::JsonPatch).by(Opens::Entities),
    get("{ws}/contacts/*", E::Contact, &[]).by(Opens::Entities),
    patch("{ws}/contacts/*", E::ContactPatch).by(Opens::Entities),
    post("{ws}/companies", E::CompaniesCreate, Takes::JsonPatch).by(Opens::Entities),
];

/// Result of path matching.
#[derive(Clone, Copy)]
pub(super) enum Path {
    Known(&'static Operation),
    /// The path exists with another method.
    OtherVerb,
    Unknown,
}

impl Path {
    /// Finds the operation, and the names of the workspace and of the object in its path.
    pub(super) fn of(method: &Method, path: &str) -> (Self, [String; 2]) {
        let mut found = Self::Unknown;
        for operation in OPERATIONS {
            let rest = path.strip_prefix("/api/v1/");
            let Some(names) = rest.and_then(|it| names_in(it, operation.path, |_, _| true)) else {
                continue;
            };
            if operation.methods.contains(&method.as_str()) {
                let mut names = names.into_iter();
                let names = [names.next(), names.next()].map(Option::unwrap_or_default);
                return (Self::Known(operation), names);
            }
            found = Self::OtherVerb;
        }
        (found, [String::new(), String::new()])
    }
}
