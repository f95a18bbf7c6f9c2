//! From a request to its response: address, credential, checks, method.

use http::StatusCode;
use serde_json::{Map, Value};

use crate::php;
use crate::wire::{Handled, Request, Response};

use super::answer::{Failure, envelope, json_response, times};
use super::checks;
use super::dialect::PortalState;
use super::operations::Endpoint;
use super::portal::Portal;
use super::rights::{Credential, Denied};

/// A method with its parameters: a request, or a command of a batch.
pub(super) struct Command<'r> {
    pub(super) request: &'r Request,
    /// Name of the method, as it was sent.
    pub(super) name: String,
    pub(super) parameters: Map<String, Value>,
    pub(super) credential: Result<Credential, Denied>,
}

impl Portal {
    pub(super) fn answer(&mut self, request: &Request) -> Handled {
        if let Some(response) = self.authorise(request) {
            return Handled::ok(response);
        }
        if let Some(response) = self.closed(request) {
            return Handled::ok(response);
        }
        let parameters = parameters_of(request);
        if !self.quota.admit(request.ip, request.at) {
            return checks::over_limit(request, self);
        }
        let command = self.addressed(request, parameters);
        if command.name.eq_ignore_ascii_case("upload") && command.credential.is_ok() {
            let time = times(self, request.at, None);
            let answer = match self.upload(request) {
                Ok(output) => json_response(StatusCode::OK, &envelope(&output, &time)),
                Err(failure) => failure.response(),
            };
            return Handled::ok(answer);
        }
        self.run(command)
    }

    /// The response of a renamed, deleted or blocked portal.
    fn closed(&self, request: &Request) -> Option<Response> {
        if let Some(new) = &self.renamed_to {
            let host = request.header("host").unwrap_or_default();
            if !new.ends_with(&format!("://{host}")) {
                return Some(Response::found(format!("{new}{}", request.path)));
            }
        }
        let (status, code, text) = match self.state {
            PortalState::Active => return None,
            PortalState::Deleted => (403, "PORTAL_DELETED", "Portal was deleted"),
            PortalState::Blocked => (503, "OVERLOAD_LIMIT", "REST API is blocked due to overload"),
            PortalState::WithoutRest => {
                (403, "ACCESS_DENIED", "REST API is available only on commercial plans")
            }
            PortalState::Unpaid => (401, "PAYMENT_REQUIRED", "Subscription has been ended"),
        };
        Some(Failure::new(status, code, text).response())
    }

    /// The method and the credential of a request: `/rest/METHOD` or `/rest/USER/SECRET/METHOD`.
    fn addressed<'r>(
        &self,
        request: &'r Request,
        mut parameters: Map<String, Value>,
    ) -> Command<'r> {
        let path = request.path.strip_prefix("/rest/").unwrap_or_default();
        // An official client doubles a slash.
        let segments: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
        let auth = parameters.remove("auth");
        let (name, credential) = match segments.as_slice() {
            [name] => {
                let access = auth.as_ref().map(php::text_of).filter(|it| !it.is_empty());
                let credential = access.ok_or(Denied::NoAuth);
                (*name, credential.and_then(|it| self.rights.application(&it, request.at)))
            }
            [user, secret, name] => (*name, self.rights.webhook(user, secret)),
            _ => ("", Err(Denied::NoAuth)),
        };
        let credential = credential.and_then(|credential| {
            let is_active = self.active_user(credential.user()).is_some();
            if is_active { Ok(credential) } else { Err(Denied::User) }
        });
        let name = name.strip_suffix(".json").unwrap_or(name).to_owned();
        Command { request, name, parameters, credential }
    }

    /// Checks and runs a method.
    pub(super) fn run(&mut self, command: Command<'_>) -> Handled {
        let now = self.time(command.request.at);
        let key = command.credential.as_ref().map(|it| it.key().to_owned()).unwrap_or_default();
        let method = command.name.to_ascii_lowercase();
        let is_used_up = self.quota.is_used_up(&key, &method, now);
        let request = command.request;
        let (order, mut findings) = match checks::run(self, command, is_used_up) {
            Ok(checked) => checked,
            Err(refused) => return refused,
        };
        if order.endpoint() == Endpoint::Batch {
            let halt = order.parameters.get("HALT");
            let (output, found) = self.batch(request, &order.credential, halt);
            findings.extend(found);
            let body = envelope(&output, &times(self, request.at, None));
            return Handled { answer: json_response(StatusCode::OK, &body), findings };
        }
        let outcome = match order.denied_crm(self) {
            Some(failure) => Err(failure),
            None => order.execute(self),
        };
        let operating = self.quota.spend(&key, &method, now);
        let answer = match outcome {
            Ok(output) => {
                let time = times(self, request.at, Some(operating));
                json_response(StatusCode::OK, &envelope(&output, &time))
            }
            Err(failure) => failure.response(),
        };
        Handled { answer, findings }
    }
}

/// Parameters of a JSON, form or multipart body, and of the query.
fn parameters_of(request: &Request) -> Map<String, Value> {
    let mut parameters = nested(&request.query);
    // Official clients number their requests.
    parameters.retain(|name, _| !name.starts_with("bx24_"));
    let json: Option<Map<String, Value>> = serde_json::from_slice(&request.body).ok();
    let body = json.unwrap_or_else(|| nested(&fields(request)));
    parameters.extend(body);
    match php::with_lists(Value::Object(parameters)) {
        Value::Object(parameters) => parameters,
        _ => Map::new(),
    }
}

fn nested(pairs: &[(String, String)]) -> Map<String, Value> {
    php::nested(pairs)
}

/// The fields of a form, urlencoded or multipart.
fn fields(request: &Request) -> Vec<(String, String)> {
    let boundary = request.header("content-type").and_then(crate::multipart::boundary);
    let parts = boundary.and_then(|it| crate::multipart::parts(&it, &request.body));
    match parts {
        Some(parts) => {
            let plain = parts.into_iter().filter(|it| it.file_name.is_none());
            plain.map(|it| (it.name, String::from_utf8_lossy(&it.content).into_owned())).collect()
        }
        None => request.form(),
    }
}

/// Returns true if the body is in a form that the portal reads.
pub(super) fn is_readable(request: &Request) -> bool {
    let is_json = serde_json::from_slice::<Map<String, Value>>(&request.body).is_ok();
    request.body.is_empty() || is_json || request.is_form() || !fields(request).is_empty()
}
