//! Forms of refusals.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::check::Detail;
use crate::wire::Response;

/// Form of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::retailcrm) enum Refusal {
    /// The HTML page of the CRM's proxy.
    Busy,
    /// The HTML page of a server without such an account.
    NoSuchAccount,
    /// This status and `errorMsg`.
    Says(u16, &'static str),
    /// `Parameter 'X' is missing`.
    Missing,
    /// `Input value "X" contains a non-scalar value`.
    NonScalar,
    /// `Errors in the input parameters`, `errors` a map.
    Input,
    /// `Failed to activate module`, `errors` a list of texts.
    NotActivated,
    /// `Errors in the entity format`, `errors` a map.
    EntityMap,
    /// `Errors in the entity format`, `errors` a list of `field: text`.
    EntityList,
    /// This `errorMsg`, `errors` a map.
    NotLoaded(&'static str),
    /// This `errorMsg`, `errors` a list of `field: text`.
    NotLoadedList(&'static str),
}

impl Refusal {
    pub(super) fn merges(self) -> bool {
        matches!(
            self,
            Self::Input
                | Self::EntityMap
                | Self::EntityList
                | Self::NotLoaded(_)
                | Self::NotLoadedList(_)
        )
    }

    pub(super) fn answer(self, details: &[Detail]) -> Response {
        let first = details.first().map(|detail| detail.field.as_str()).unwrap_or_default();
        let says = |status, text: &str| {
            Response::json(status, &json!({"success": false, "errorMsg": text}))
        };
        let with_errors = |text: &str, errors: Value| {
            let body = json!({"success": false, "errorMsg": text, "errors": errors});
            Response::json(StatusCode::BAD_REQUEST, &body)
        };
        let map = || -> Map<String, Value> {
            details.iter().map(|detail| (detail.field.clone(), detail.text.clone())).collect()
        };
        let list = || -> Vec<String> {
            details.iter().map(|detail| format!("{}: {}", detail.field, detail.says())).collect()
        };
        match self {
            Self::Busy => Response::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "text/html",
                "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n\
                 <body></body>\r\n</html>\r\n",
            ),
            Self::NoSuchAccount => Response::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "text/html",
                "<html>\n<head><title>405 Not Allowed</title></head>\n<body></body>\n</html>",
            ),
            Self::Says(status, text) => {
                says(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), text)
            }
            Self::Missing => {
                says(StatusCode::BAD_REQUEST, &format!("Parameter '{first}' is missing"))
            }
            Self::NonScalar => says(
                StatusCode::BAD_REQUEST,
                &format!("Input value \"{first}\" contains a non-scalar value."),
            ),
            Self::Input => with_errors("Errors in the input parameters", Value::Object(map())),
            Self::NotActivated => {
                let texts: Vec<&str> = details.iter().map(Detail::says).collect();
                with_errors("Failed to activate module", json!(texts))
            }
            Self::EntityMap => with_errors("Errors in the entity format", Value::Object(map())),
            Self::EntityList => with_errors("Errors in the entity format", json!(list())),
            Self::NotLoaded(text) => with_errors(text, Value::Object(map())),
            Self::NotLoadedList(text) => with_errors(text, json!(list())),
        }
    }
}
