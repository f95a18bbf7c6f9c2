//! The operations of the workspace: paths, credentials, bodies, parameters, handlers.

use http::Method;
use serde_json::json;

use crate::schema::{Path, Route, names_in};
use crate::wire::Response;

use super::checks::Order;
use super::handlers::{main_telephony, ok};
use super::state::Workspace;

/// Name of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
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

/// Returns the response to a valid request and changes the workspace.
pub(super) type Handler = fn(&mut Workspace, &Order) -> Response;

/// An operation of the workspace.
pub(super) struct Operation {
    pub(super) endpoint: Endpoint,
    methods: &'static [&'static str],
    /// The path below `/api/v1/`; `{ws}` and `*` match one segment each.
    path: &'static str,
    pub(super) opens: Opens,
    pub(super) takes: Takes,
    /// Parameters of the query.
    pub(super) parameters: &'static [&'static str],
    pub(super) handler: Handler,
}

const fn get(endpoint: Endpoint, path: &'static str, handler: Handler) -> Operation {
    let (opens, takes) = (Opens::AccessKey, Takes::Nothing);
    Operation { endpoint, methods: &["GET"], path, opens, takes, parameters: &[], handler }
}

const fn post(endpoint: Endpoint, path: &'static str, takes: Takes, handler: Handler) -> Operation {
    Operation { methods: &["POST"], takes, ..get(endpoint, path, handler) }
}

const fn patch(endpoint: Endpoint, path: &'static str, handler: Handler) -> Operation {
    Operation { methods: &["PATCH"], ..post(endpoint, path, Takes::JsonPatch, handler) }
}

impl Operation {
    const fn by(self, opens: Opens) -> Self {
        Self { opens, ..self }
    }

    const fn reads(self, parameters: &'static [&'static str]) -> Self {
        Self { parameters, ..self }
    }
}

type Ws = Workspace;

macro_rules! callback {
    ($name:literal) => {
        concat!("{ws}/communications/callbacks/telephony/", $name)
    };
}

const OPERATIONS: &[Operation] = &[
    post(
        E::AuthorizePrivate,
        "authorization/authorize-private-integration",
        Takes::Nothing,
        Ws::authorize,
    )
    .by(Opens::ApiKey),
    post(E::AuthorizePublic, "authorization/authorize-integration", Takes::Nothing, Ws::authorize)
        .by(Opens::ApiKey),
    post(E::CallStarted, callback!("call-started"), Takes::Call, Ws::call_started),
    post(E::CallEvent, callback!("call-event"), Takes::Call, Ws::call_event),
    post(E::CallFinished, callback!("call-finished"), Takes::Call, Ws::call_finished),
    post(E::CallFailed, callback!("call-failed"), Takes::Call, Ws::call_failed),
    post(E::CallRecording, callback!("call-recording"), Takes::Call, Ws::call_recording),
    post(E::RegisterCall, callback!("register-call"), Takes::Call, Ws::register_call),
    get(E::CallRedirect, callback!("call-redirect"), Ws::call_redirect)
        .reads(&["externalId", "phoneNumber"]),
    post(E::Upload, "{ws}/files", Takes::Multipart, Ws::upload),
    Operation {
        methods: &["GET", "HEAD"],
        parameters: &["download"],
        ..get(E::File, "{ws}/files/*", |it, order| it.download(order))
    },
    get(E::FileMeta, "{ws}/files/*/meta", |it, order| it.meta(order)),
    get(E::Instance, "{ws}/integrations/instances/*", |it, _| ok(&json!(it.instance)))
        .by(Opens::Either),
    patch(E::InstancePatch, "{ws}/integrations/instances/*", Ws::patch_instance).by(Opens::Either),
    post(E::Setup, "{ws}/integrations/*/setup", Takes::Json, |it, _| it.set_up()),
    get(E::UiSettings, "{ws}/ui-settings", |_, _| ok(&main_telephony())).reads(&["key"]),
    get(E::Events, "{ws}/events", |it, order| it.events(order))
        .by(Opens::Entities)
        .reads(&["offset", "limit"]),
    post(E::ContactsCreate, "{ws}/contacts/create", Takes::JsonPatch, Ws::create_contacts)
        .by(Opens::Entities),
    get(E::Contact, "{ws}/contacts/*", |it, order| it.contact(order)).by(Opens::Entities),
    patch(E::ContactPatch, "{ws}/contacts/*", Ws::patch_contact).by(Opens::Entities),
    post(E::CompaniesCreate, "{ws}/companies", Takes::JsonPatch, Ws::create_company)
        .by(Opens::Entities),
];

/// All operations, for tests.
pub(crate) fn routes() -> Vec<Route> {
    let route = |it: &Operation, method| Route {
        method,
        path: format!("/api/v1/{}", it.path),
        scope: match it.opens {
            Opens::ApiKey => "API key",
            Opens::AccessKey => "access key",
            Opens::Either => "access key or person",
            Opens::Entities => "access key or person; person only, if the dialect says so",
        },
        required: None,
        writes: matches!(it.takes, Takes::Call | Takes::Json | Takes::JsonPatch),
        parameters: it.parameters,
        filters: Vec::new(),
    };
    let routes = OPERATIONS.iter().flat_map(|it| it.methods.iter().map(move |m| route(it, m)));
    routes.collect()
}

/// Finds the operation, and the names of the workspace and of the object in its path.
pub(super) fn find(method: &Method, path: &str) -> (Path<Operation>, Vec<String>) {
    let rest = path.strip_prefix("/api/v1/");
    Path::find(
        OPERATIONS,
        |it| names_in(rest?, it.path, |_, _| true),
        |it| it.methods.contains(&method.as_str()),
    )
}
