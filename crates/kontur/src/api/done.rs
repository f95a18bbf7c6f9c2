//! Answers that say nothing but yes.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use vochi_crm_core::http::Response;
use vochi_crm_core::{Result, wire};

/// An id only Kontur knows, in planned answers.
pub(super) const PLACEHOLDER: &str = "00000000-0000-4000-8000-000000000000";

/// Reads a yes. Printed is the JSON string `"OK"`; the bare text and an empty body are taken for the
/// same, and so is any JSON that is not a text: the error table has looked at it by now.
pub(super) fn read(answer: &Response) -> Result<()> {
    let is_yes = |text: &str| text.trim().is_empty() || text.trim().eq_ignore_ascii_case("ok");
    let yes = match serde_json::from_slice(&answer.body) {
        Ok(Value::String(text)) => is_yes(&text),
        Ok(_) => true,
        Err(_) => std::str::from_utf8(&answer.body).is_ok_and(is_yes),
    };
    if yes { Ok(()) } else { Err(answer.unreadable("it should be OK")) }
}

/// An object, as the whole of an answer. Out of a list, serde would take its members by their order.
#[derive(Deserialize)]
#[serde(transparent, bound = "T: DeserializeOwned")]
struct Object<T>(#[serde(deserialize_with = "wire::object")] T);

/// Reads an object.
pub(super) fn object<T: DeserializeOwned>(answer: &Response) -> Result<T> {
    answer.json::<Object<T>>().map(|object| object.0)
}

/// Reads an object that may come in a wrapper: answers to patches do, or do not.
pub(super) fn maybe_wrapped<T: DeserializeOwned>(answer: &Response) -> Result<T> {
    #[derive(Deserialize)]
    #[serde(bound = "T: DeserializeOwned")]
    struct Wrapper<T> {
        result: Object<T>,
    }
    match object::<Wrapper<T>>(answer) {
        Ok(wrapper) => Ok(wrapper.result.0),
        Err(_) => object(answer),
    }
}

/// The yes of a dry run.
pub(super) fn planned() -> Response {
    Response::ok_json(&json!("OK"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_has_many_forms_and_a_page_is_none_of_them() {
        for (body, yes) in [
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
            let answer = Response::new(http::StatusCode::OK, http::HeaderMap::new(), body);
            assert_eq!(read(&answer).is_ok(), yes, "{body:?}");
        }
    }
}
