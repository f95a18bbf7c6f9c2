//! Forms of refusals.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Value, json};

use crate::check::Detail;
use crate::wire::Response;

use super::super::state::{TextForm, Unauthorized, Workspace};
use super::{Endpoint, RequestContext};

const PLAIN: &str = "text/plain; charset=utf-8";

/// Form of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kontur) enum Refusal {
    /// This status without a body.
    Bare(u16),
    /// 429 with `Retry-After`.
    Busy,
    /// The response to a wrong credential.
    Unauthorized,
    /// `ProblemDetails`.
    Problem,
    /// 409 with `{status, message}`; register-call has one message for everything: `Error`.
    Conflict(&'static str),
    /// 409 with the errors of a patch.
    Patch,
}

pub(in crate::kontur) fn says(workspace: &Workspace, status: StatusCode, text: &str) -> Response {
    match workspace.dialect.saying {
        TextForm::Quoted => json_answer(status, &json!(text)),
        TextForm::Bare => Response::new(status, PLAIN, text.to_owned()),
        TextForm::Empty => Response::new(status, "", ""),
    }
}

pub(in crate::kontur) fn json_answer(status: StatusCode, body: &Value) -> Response {
    Response::new(status, "application/json; charset=utf-8", body.to_string())
}

impl Refusal {
    pub(super) fn answer(self, cx: &RequestContext<'_>, found: &[Detail]) -> Response {
        let dialect = &cx.workspace.dialect;
        match self {
            Self::Bare(status) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
                Response::new(status, PLAIN, "")
            }
            Self::Busy => Response {
                retry_after: cx.over,
                ..Response::new(StatusCode::TOO_MANY_REQUESTS, "", "")
            },
            Self::Unauthorized => {
                let text = "Unauthorized";
                match dialect.unauthorized {
                    Unauthorized::Quoted => json_answer(StatusCode::UNAUTHORIZED, &json!(text)),
                    Unauthorized::Bare => Response::new(StatusCode::UNAUTHORIZED, PLAIN, text),
                    Unauthorized::Forbidden => Response::new(StatusCode::FORBIDDEN, PLAIN, ""),
                }
            }
            Self::Problem => problem_details(cx, found),
            Self::Conflict(_) if cx.is(&[Endpoint::RegisterCall]) => {
                says(cx.workspace, StatusCode::CONFLICT, "Error")
            }
            Self::Conflict(status) => {
                let message = found.first().map(|it| &it.text);
                json_answer(StatusCode::CONFLICT, &json!({"status": status, "message": message}))
            }
            Self::Patch => {
                let mut info = json!({
                    "invalidPaths": [],
                    "invalidValueTypes": [],
                    "invalidDatas": [],
                    "invalidConstraints": {},
                    "status": "invalidArgs",
                    "message": "Patch contains invalid operations",
                });
                for it in found {
                    info[&it.field] = json!([it.text]);
                }
                let body = if cx.is(&[Endpoint::InstancePatch]) && !dialect.bare_patch {
                    json!({"errorInfo": info, "isSuccessful": false, "responseCode": "conflict"})
                } else {
                    info
                };
                json_answer(StatusCode::CONFLICT, &body)
            }
        }
    }
}

fn problem_details(cx: &RequestContext<'_>, found: &[Detail]) -> Response {
    let mut errors: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for it in found {
        errors.entry(&it.field).or_default().push(&it.text);
    }
    let mut errors = json!(errors);
    // §5: if any field fails conversion, the whole body is reported missing.
    let converts = found.iter().all(|it| !it.says().starts_with("Error conv"));
    if cx.is(&[Endpoint::CallStarted]) && !converts {
        errors["callStartedInfo"] = json!(["The callStartedInfo field is required."]);
    }
    let body = json!({
        "errors": errors,
        "type": "https://tools.ietf.org/html/rfc7231#section-6.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "traceId": "00-1a2b-3c4d-00",
    });
    if cx.workspace.dialect.problems_under_409 {
        json_answer(StatusCode::CONFLICT, &body)
    } else {
        let content_type = "application/problem+json; charset=utf-8";
        Response::new(StatusCode::BAD_REQUEST, content_type, body.to_string())
    }
}
