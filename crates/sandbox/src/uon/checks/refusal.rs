//! Forms of refusals (§3.2).

use http::StatusCode;
use serde_json::json;

use crate::check::Detail;
use crate::wire::Response;

use super::super::answer::{ErrorText, json_response};
use super::RequestContext;

const HTML: &str = "text/html; charset=UTF-8";

/// Form of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::uon) enum Refusal {
    /// 404 with `result: 404` only.
    UnknownKey,
    /// 404 `No route found`.
    NoRoute,
    /// 404 `Method not allowed (see GET/POST)`.
    Method,
    /// 403 without a body.
    Forbidden,
    /// 429 without `Retry-After`.
    Busy,
    /// 404 `Parameter … is wrong`.
    Parameter,
    /// 404 `Not found`.
    NotFound,
    /// 500 `500 Server error`.
    ServerError,
    /// None: the request is executed.
    Ignored,
}

impl Refusal {
    pub(super) fn response(self, cx: &RequestContext<'_>, found: &[Detail]) -> Response {
        let errors = cx.account.dialect.errors;
        let not_found = |text: &str| match errors {
            ErrorText::Message => json_response(404, &json!({"result": 404, "message": text})),
            ErrorText::Bare => Response::new(StatusCode::NOT_FOUND, HTML, text.to_owned()),
            ErrorText::Object => {
                json_response(404, &json!({"error": {"code": 404, "message": text}}))
            }
        };
        match self {
            Self::UnknownKey => json_response(404, &json!({"result": 404})),
            Self::NoRoute => not_found("No route found"),
            Self::Method => not_found("Method not allowed (see GET/POST)"),
            Self::Forbidden => Response::new(StatusCode::FORBIDDEN, "", ""),
            Self::Busy if errors == ErrorText::Bare => {
                Response::new(StatusCode::TOO_MANY_REQUESTS, "text/html", "Too Many Requests")
            }
            Self::Busy => Response::new(StatusCode::TOO_MANY_REQUESTS, "", ""),
            Self::Parameter => not_found(found.first().map_or("", Detail::says)),
            Self::NotFound => not_found("Not found"),
            Self::ServerError => {
                Response::new(StatusCode::INTERNAL_SERVER_ERROR, "text/html", "500 Server error")
            }
            Self::Ignored => json_response(200, &json!({"result": 200})),
        }
    }
}
