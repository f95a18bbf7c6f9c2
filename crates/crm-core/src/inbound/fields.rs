//! The parameters of a request, from its query and its form alike.

use std::fmt;

use http::header::CONTENT_TYPE;
use url::form_urlencoded;

use super::InboundRequest;
use crate::error::{Error, Result};

const FORM: &str = "application/x-www-form-urlencoded";

/// The parameters of a request, in their order. Its `Debug` shows no value: any may be a token.
///
/// ```
/// use http::{HeaderMap, Method};
/// use vochi_crm_core::inbound::InboundRequest;
/// let request = InboundRequest::new(Method::GET, "", "phone=%2B375291112233", HeaderMap::new(), "");
/// let fields = request.fields()?;
/// assert_eq!(fields.one("phone")?, Some("+375291112233"));
/// assert_eq!(fields.one("code")?, None);
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct InboundFields(Vec<(String, String)>);

impl InboundRequest {
    /// The parameters of the query and of a form in the body: some CRMs send the same names either
    /// way. Bytes that are no UTF-8 become replacement characters.
    ///
    /// # Errors
    /// `input`: the body says it is something else than a form.
    pub fn fields(&self) -> Result<InboundFields> {
        let mut fields = InboundFields::default();
        fields.read(self.query.as_bytes());
        if !self.body.is_empty() {
            if let Some(said) = self.headers.get(CONTENT_TYPE) {
                let said = said.to_str().unwrap_or_default();
                let essence = said.split(';').next().unwrap_or_default().trim();
                if !essence.eq_ignore_ascii_case(FORM) {
                    return Err(Error::input("the body of the request is no form")
                        .with_hint(format!("it has to be {FORM}")));
                }
            }
            fields.read(&self.body);
        }
        Ok(fields)
    }
}

impl InboundFields {
    fn read(&mut self, encoded: &[u8]) {
        self.0.extend(form_urlencoded::parse(encoded).into_owned());
    }

    /// The value of a name, without the spaces around it. An empty value is none, and a value that
    /// is repeated counts once.
    ///
    /// # Errors
    /// `input`: the name has several values that differ.
    pub fn one(&self, name: &str) -> Result<Option<&str>> {
        let mut values = self.all(name).map(str::trim).filter(|value| !value.is_empty());
        let first = values.next();
        if values.any(|other| Some(other) != first) {
            return Err(Error::input(format!("the request has several values of {name}")));
        }
        Ok(first)
    }

    /// Every value of a name, as it came.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(own, _)| *own == name).map(|(_, value)| value)
    }

    /// Every name with its value, in the order of the request.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The same parameters with every name and value changed: for taking secrets out.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Self(self.iter().map(|(name, value)| (change(name), change(value))).collect())
    }
}

impl fmt::Debug for InboundFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InboundFields({} values)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Method};

    use super::*;
    use crate::error::ErrorKind;

    fn request(query: &str, body: &[u8], content_type: Option<&'static str>) -> InboundRequest {
        let mut headers = HeaderMap::new();
        if let Some(said) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(said));
        }
        InboundRequest::new(Method::POST, "", query, headers, body.to_vec())
    }

    #[test]
    fn query_and_form_are_one() {
        let fields = request("a=1", b"b=2", None).fields().unwrap();
        assert_eq!(fields.one("a").unwrap(), Some("1"));
        assert_eq!(fields.one("b").unwrap(), Some("2"));
    }

    #[test]
    fn a_form_is_known_by_its_type_however_it_is_spelt() {
        for said in [
            None,
            Some("application/x-www-form-urlencoded"),
            Some("Application/X-WWW-Form-Urlencoded; charset=UTF-8"),
        ] {
            assert!(request("", b"a=1", said).fields().is_ok(), "{said:?}");
        }
        for said in ["application/json", "multipart/form-data; boundary=x", ""] {
            let error = request("", b"a=1", Some(said)).fields().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input, "{said}");
            assert!(request("a=1", b"", Some(said)).fields().is_ok(), "{said}");
        }
    }

    #[test]
    fn values_that_differ_are_no_value() {
        let fields = request("a=1&a=+1+&a=&b=1&b=2&c=%20", b"", None);
        let fields = fields.fields().unwrap();
        assert_eq!(fields.one("a").unwrap(), Some("1"));
        assert_eq!(fields.one("b").unwrap_err().kind(), ErrorKind::Input);
        assert_eq!(fields.one("c").unwrap(), None);
        assert_eq!(fields.all("b").collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn broken_encodings_are_read_as_far_as_they_go() {
        let fields = request("a=%zz%F0&=x&&b", b"", None).fields().unwrap();
        assert_eq!(fields.one("a").unwrap(), Some("%zz\u{fffd}"));
        assert_eq!(fields.one("b").unwrap(), None);
    }

    #[test]
    fn debug_shows_no_value() {
        let fields = request("token=canary", b"", None).fields().unwrap();
        assert!(!format!("{fields:?}").contains("canary"));
    }
}
