//! Control API and page of the sandbox.

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use url::Url;

use crate::click::{Click, ClickError};
use crate::crm::Crm;
use crate::fault::Fault;
use crate::limits::MAX_FAULTS;
use crate::origin;
use crate::page;
use crate::pbx::Step;
use crate::sandbox::Hosts;
use crate::server::{Handler, always};
use crate::wire::{Request, Response};

/// Handler of the page's port at the URL `page`.
pub(crate) fn handler(hosts: Hosts, page: Url) -> Handler {
    let shared = Arc::new((hosts, page));
    always(move |request| {
        let shared = Arc::clone(&shared);
        async move {
            let (hosts, page) = &*shared;
            Ok(match origin::check(page, &request) {
                Ok(()) => answer(hosts, &request).await,
                Err(reason) => error_response(StatusCode::FORBIDDEN, reason),
            })
        }
    })
}

const PATHS: &[(&str, Method)] = &[
    ("/", Method::GET),
    ("/content", Method::GET),
    ("/state", Method::GET),
    ("/faults", Method::POST),
    ("/reset", Method::POST),
    ("/call", Method::POST),
    ("/click", Method::POST),
    ("/account", Method::POST),
];

async fn answer(hosts: &Hosts, request: &Request) -> Response {
    let Some((_, verb)) = PATHS.iter().find(|(path, _)| *path == request.path) else {
        let known: Vec<String> =
            PATHS.iter().map(|(path, verb)| format!("{verb} {path}")).collect();
        return error_response(
            StatusCode::NOT_FOUND,
            format!("there is only {}", known.join(", ")),
        );
    };
    if request.method != *verb {
        return error_response(
            StatusCode::METHOD_NOT_ALLOWED,
            format!("{} takes {verb} only", request.path),
        );
    }
    match request.path.as_str() {
        "/" => Response::html(StatusCode::OK, page::page(&hosts.views())),
        "/content" => Response::json(StatusCode::OK, &page::content(&hosts.views())),
        "/state" => Response::json(StatusCode::OK, &hosts.state()),
        "/faults" => respond(fault(hosts, &request.body)),
        "/reset" => {
            hosts.reset();
            respond(Ok(()))
        }
        "/call" => call(hosts, &request.body).await,
        "/click" => click(hosts, &request.body).await,
        _ => respond(account(hosts, &request.body)),
    }
}

fn fault(hosts: &Hosts, body: &[u8]) -> Result<(), String> {
    let fault = Fault::from_json(body)?;
    let crm_host = hosts.crm_host(fault.crm);
    if crm_host.waiting_faults() >= MAX_FAULTS {
        return Err(format!("{MAX_FAULTS} faults are pending already; POST /reset removes them"));
    }
    crm_host.fault(fault);
    Ok(())
}

/// Handles `POST /call`: a step of the page's PBX.
async fn call(hosts: &Hosts, body: &[u8]) -> Response {
    let step = match Step::from_json(body) {
        Ok(step) => step,
        Err(reason) => return error_response(StatusCode::BAD_REQUEST, reason),
    };
    match hosts.step(&step).await {
        Ok(result) => Response::json(StatusCode::OK, &result),
        Err(reason) => error_response(StatusCode::BAD_REQUEST, reason),
    }
}

async fn click(hosts: &Hosts, body: &[u8]) -> Response {
    let click = match Click::from_json(body) {
        Ok(click) => click,
        Err(reason) => return error_response(StatusCode::BAD_REQUEST, reason),
    };
    match hosts.click(&click).await {
        Ok(answered) => Response::json(StatusCode::OK, &answered),
        Err(error @ ClickError::Bad(_)) => {
            error_response(StatusCode::BAD_REQUEST, error.to_string())
        }
        Err(error) => error_response(StatusCode::BAD_GATEWAY, error.to_string()),
    }
}

/// Handles `POST /account`: changes an administrator can make.
fn account(hosts: &Hosts, body: &[u8]) -> Result<(), String> {
    let mut asked: Map<String, Value> =
        serde_json::from_slice(body).map_err(|error| format!("invalid JSON object: {error}"))?;
    let crm = asked.remove("crm").ok_or("missing \"crm\": the account to change")?;
    let crm: Crm = serde_json::from_value(crm).map_err(|error| error.to_string())?;
    if asked.is_empty() {
        return Err("no settings given".into());
    }
    hosts.crm_host(crm).stand_in().configure(&asked)
}

fn respond(result: Result<(), String>) -> Response {
    match result {
        Ok(()) => Response::json(StatusCode::OK, &json!({"ok": true})),
        Err(reason) => error_response(StatusCode::BAD_REQUEST, reason),
    }
}

fn error_response(status: StatusCode, message: impl Into<String>) -> Response {
    Response::json(status, &json!({"ok": false, "error": {"message": message.into()}}))
}
