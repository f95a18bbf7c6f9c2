//! What operations return, each form once.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use vochi_crm_core::http::{Output, Response};
use vochi_crm_core::{Result, wire};

use crate::model::FileContent;

/// An id only Kontur knows, in planned responses.
pub(super) const PLACEHOLDER: &str = "00000000-0000-4000-8000-000000000000";

/// Accepts the JSON string `"OK"`, bare OK, an empty body, or any JSON that is not a text, as
/// success. [`judge`](crate::judge) has refused error bodies by then.
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
        if done { Ok(()) } else { Err(response.unreadable("it should be OK")) }
    }

    fn planned() -> Response {
        Response::ok_json(&json!("OK"))
    }
}

/// Returns the whole body, an object, as a `T`.
#[derive(Clone, Copy, Debug)]
pub struct Object<T>(PhantomData<fn() -> T>);

/// Refuses a list: serde would take its elements for the fields by their order.
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

/// Returns an object, bare or as `result` of a wrapper: responses to changes come in both forms.
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

/// Returns the body as the content of a file.
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
    fn success_has_many_forms_and_a_page_is_none() {
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
