//! Parameters of an inbound request, from its query and form.

use std::fmt;

use http::header::CONTENT_TYPE;
use url::form_urlencoded;

use super::InboundRequest;
use crate::error::{Error, Result};

const FORM: &str = "application/x-www-form-urlencoded";

/// The parameters of a request, in order. `Debug` prints no value: any may be a token.
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
    /// Reads the parameters of the query and of a form body: some CRMs send the same names in
    /// either. Bytes that are not UTF-8 become replacement characters.
    ///
    /// # Errors
    /// `input` if the body has another content type than a form.
    pub fn fields(&self) -> Result<InboundFields> {
        let mut fields = InboundFields::default();
        fields.read(self.query.as_bytes());
        if !self.body.is_empty() {
            if let Some(content_type) = self.headers.get(CONTENT_TYPE) {
                let content_type = content_type.to_str().unwrap_or_default();
                let essence = content_type.split(';').next().unwrap_or_default().trim();
                if !essence.eq_ignore_ascii_case(FORM) {
                    return Err(Error::input("cannot read the request body: it is not a form")
                        .with_hint(format!("its content type must be {FORM}")));
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

    /// The trimmed value of a name. An empty value is `None`, and a repeated value counts once.
    ///
    /// # Errors
    /// `input` if the name has several different values.
    pub fn one(&self, name: &str) -> Result<Option<&str>> {
        let mut values = self.all(name).map(str::trim).filter(|value| !value.is_empty());
        let first = values.next();
        if values.any(|other| Some(other) != first) {
            return Err(Error::input(format!("cannot read the request: several values of {name}")));
        }
        Ok(first)
    }

    /// The values of a name, unchanged.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(own, _)| *own == name).map(|(_, value)| value)
    }

    /// Iterates over names and values, in the order of the request.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Maps every name and value, for example to remove secrets.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Self(self.iter().map(|(name, value)| (change(name), change(value))).collect())
    }
}

/// For requests whose parameters are not in a query or a form.
impl FromIterator<(String, String)> for InboundFields {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
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
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        InboundRequest::new(Method::POST, "", query, headers, body.to_vec())
    }

    #[test]
    fn query_and_form_are_merged() {
        let fields = request("a=1", b"b=2", None).fields().unwrap();
        assert_eq!(fields.one("a").unwrap(), Some("1"));
        assert_eq!(fields.one("b").unwrap(), Some("2"));
    }

    #[test]
    fn form_content_type_is_case_insensitive() {
        for content_type in [
            None,
            Some("application/x-www-form-urlencoded"),
            Some("Application/X-WWW-Form-Urlencoded; charset=UTF-8"),
        ] {
            assert!(request("", b"a=1", content_type).fields().is_ok(), "{content_type:?}");
        }
        for content_type in ["application/json", "multipart/form-data; boundary=x", ""] {
            let error = request("", b"a=1", Some(content_type)).fields().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input, "{content_type}");
            assert!(request("a=1", b"", Some(content_type)).fields().is_ok(), "{content_type}");
        }
    }

    #[test]
    fn different_values_of_a_name_are_refused() {
        let fields = request("a=1&a=+1+&a=&b=1&b=2&c=%20", b"", None);
        let fields = fields.fields().unwrap();
        assert_eq!(fields.one("a").unwrap(), Some("1"));
        assert_eq!(fields.one("b").unwrap_err().kind(), ErrorKind::Input);
        assert_eq!(fields.one("c").unwrap(), None);
        assert_eq!(fields.all("b").collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn invalid_encodings_become_replacement_characters() {
        let fields = request("a=%zz%F0&=x&&b", b"", None).fields().unwrap();
        assert_eq!(fields.one("a").unwrap(), Some("%zz\u{fffd}"));
        assert_eq!(fields.one("b").unwrap(), None);
    }

    #[test]
    fn debug_prints_no_value() {
        let fields = request("token=canary", b"", None).fields().unwrap();
        assert!(!format!("{fields:?}").contains("canary"));
    }
}
