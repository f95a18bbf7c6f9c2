//! Output types of the operations.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use vochi_crm_core::http::{Output, Response};
use vochi_crm_core::{Result, wire};

use crate::model::FileContent;

/// The id in planned responses, where only Kontur knows the real one.
pub(super) const PLACEHOLDER: &str = "00000000-0000-4000-8000-000000000000";

/// Accepts the JSON string `"OK"`, bare OK, an empty body, or any JSON that is not a string.
///
/// [`judge`](crate::judge) has already rejected error bodies.
#[derive(Clone, Copy, Debug)]
pub struct Done;

impl Output for Done {
    type Value = ();

    fn decode(response: &Response) -> Result<()> {
        let is_ok = |text: &str| text.trim().is_empty() || text.trim().eq_ignore_ascii_case("ok");
        let done = match serde_json::from_slice(&response.body) {
            Ok(Value::String(text)) => is_ok(&text),
            Ok(_) => true,
            Err(_) => std::str::from_utf8(&response.body).is_ok_and(is_ok),
        };
        if done { Ok(()) } else { Err(response.unreadable("expected OK")) }
    }

    fn planned() -> Response {
        Response::ok_json(&json!("OK"))
    }
}

/// Decodes the whole body, an object, as a `T`.
#[derive(Clone, Copy, Debug)]
pub struct Object<T>(PhantomData<fn() -> T>);

/// Rejects a list, which serde would map to the fields by position.
#[derive(Deserialize)]
#[serde(transparent, bound = "T: DeserializeOwned")]
struct Fields<T>(#[serde(deserialize_with = "wire::object")] T);

impl<T: DeserializeOwned + Send> Output for Object<T> {
    type Value = T;

    fn decode(response: &Response) -> Result<T> {
        response.json::<Fields<T>>().map(|fields| fields.0)
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "id": PLACEHOLDER }))
    }
}

/// Decodes an object, bare or as the `result` of a wrapper: responses to changes come in both
/// forms.
#[derive(Clone, Copy, Debug)]
pub struct Wrapped<T>(PhantomData<fn() -> T>);

impl<T: DeserializeOwned + Send> Output for Wrapped<T> {
    type Value = T;

    fn decode(response: &Response) -> Result<T> {
        #[derive(Deserialize)]
        #[serde(bound = "T: DeserializeOwned")]
        struct Wrapper<T> {
            result: Fields<T>,
        }
        match Object::<Wrapper<T>>::decode(response) {
            Ok(wrapper) => Ok(wrapper.result.0),
            Err(_) => Object::decode(response),
        }
    }

    fn planned() -> Response {
        Object::<T>::planned()
    }
}

/// Decodes the body as file content.
#[derive(Clone, Copy, Debug)]
pub struct Content;

impl Output for Content {
    type Value = FileContent;

    fn decode(response: &Response) -> Result<FileContent> {
        Ok(FileContent::new(response.content_type(), response.body.clone()))
    }

    fn planned() -> Response {
        Response::new(http::StatusCode::OK, http::HeaderMap::new(), "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn done_accepts_ok_forms_and_rejects_html() {
        for (body, done) in [
            ("\"OK\"", true),
            ("OK", true),
            ("ok\r\n", true),
            ("", true),
            (r#"{"isSuccessful":true}"#, true),
            ("null", true),
            ("\"Error\"", false),
            ("Error", false),
            ("<html>OK</html>", false),
            ("\u{fffd}", false),
        ] {
            let response = Response::new(http::StatusCode::OK, http::HeaderMap::new(), body);
            assert_eq!(Done::decode(&response).is_ok(), done, "{body:?}");
        }
    }
}
