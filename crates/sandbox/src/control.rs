//! The page's port: what people and scripts ask the sandbox itself.

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use url::Url;

use crate::bounds::MOST_FAULTS;
use crate::click::{Click, ClickError};
use crate::crm::Crm;
use crate::fault::Fault;
use crate::page;
use crate::sandbox::Stands;
use crate::sender;
use crate::server::{Door, always};
use crate::wire::{Answer, Request};

/// Answers at the page's port, whose own address is `page`.
pub(crate) fn door(stands: Stands, page: Url) -> Door {
    let shared = Arc::new((stands, page));
    always(move |request| {
        let shared = Arc::clone(&shared);
        async move {
            let (stands, page) = &*shared;
            Ok(match sender::check(page, &request) {
                Ok(()) => answer(stands, &request).await,
                Err(reason) => no(StatusCode::FORBIDDEN, reason),
            })
        }
    })
}

const PATHS: &[(&str, Method)] = &[
    ("/", Method::GET),
    ("/state", Method::GET),
    ("/faults", Method::POST),
    ("/reset", Method::POST),
    ("/click", Method::POST),
    ("/account", Method::POST),
];

async fn answer(stands: &Stands, request: &Request) -> Answer {
    let Some((_, verb)) = PATHS.iter().find(|(path, _)| *path == request.path) else {
        let known: Vec<String> =
            PATHS.iter().map(|(path, verb)| format!("{verb} {path}")).collect();
        return no(StatusCode::NOT_FOUND, format!("there is only {}", known.join(", ")));
    };
    if request.method != *verb {
        return no(StatusCode::METHOD_NOT_ALLOWED, format!("{} takes {verb} only", request.path));
    }
    match request.path.as_str() {
        "/" => Answer::html(StatusCode::OK, page::render(&stands.reports())),
        "/state" => Answer::json(StatusCode::OK, &stands.state()),
        "/faults" => done(fault(stands, &request.body)),
        "/reset" => {
            stands.reset();
            done(Ok(()))
        }
        "/click" => click(stands, &request.body).await,
        _ => done(account(stands, &request.body)),
    }
}

fn fault(stands: &Stands, body: &[u8]) -> Result<(), String> {
    let fault = Fault::from_json(body)?;
    let desk = stands.desk(fault.crm);
    if desk.waiting_faults() >= MOST_FAULTS {
        return Err(format!("{MOST_FAULTS} faults are waiting already; POST /reset removes them"));
    }
    desk.fault(fault);
    Ok(())
}

async fn click(stands: &Stands, body: &[u8]) -> Answer {
    let click = match Click::from_json(body) {
        Ok(click) => click,
        Err(reason) => return no(StatusCode::BAD_REQUEST, reason),
    };
    match stands.click(&click).await {
        Ok(answered) => Answer::json(StatusCode::OK, &answered),
        Err(error @ ClickError::Bad(_)) => no(StatusCode::BAD_REQUEST, error.to_string()),
        Err(error) => no(StatusCode::BAD_GATEWAY, error.to_string()),
    }
}

/// `POST /account`: what an administrator of the account changes.
fn account(stands: &Stands, body: &[u8]) -> Result<(), String> {
    let mut asked: Map<String, Value> =
        serde_json::from_slice(body).map_err(|error| format!("this is no JSON object: {error}"))?;
    let crm = asked.remove("crm").ok_or("\"crm\" says whose account it is; it is missing")?;
    let crm: Crm = serde_json::from_value(crm).map_err(|error| error.to_string())?;
    if asked.is_empty() {
        return Err("there is nothing to set".into());
    }
    stands.desk(crm).stand_in().configure(&asked)
}

fn done(result: Result<(), String>) -> Answer {
    match result {
        Ok(()) => Answer::json(StatusCode::OK, &json!({"ok": true})),
        Err(reason) => no(StatusCode::BAD_REQUEST, reason),
    }
}

fn no(status: StatusCode, message: impl Into<String>) -> Answer {
    Answer::json(status, &json!({"ok": false, "error": {"message": message.into()}}))
}
