//! Structures as query or form parameters in brackets, as PHP reads them.

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use url::form_urlencoded;

use super::ApiRequest;
use crate::error::{Error, Result};

/// The pairs of a structure under a name: `filter[phones][0]=…`. Fields keep their order; an empty
/// list has no pair.
///
/// ```
/// use vochi_crm_core::http::nested_pairs;
/// #[derive(serde::Serialize)]
/// struct Filter {
///     ids: Vec<u32>,
///     name: Option<&'static str>,
/// }
/// let pairs = nested_pairs("filter", &Filter { ids: vec![7, 8], name: Some("a&b") })?;
/// let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
/// assert_eq!(names, ["filter[ids][0]", "filter[ids][1]", "filter[name]"]);
/// assert_eq!(pairs[2].1, "a&b");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
///
/// # Errors
/// `internal` for a structure that has no such form, as a map with keys that are no texts.
pub fn nested_pairs<T: Serialize + ?Sized>(name: &str, value: &T) -> Result<Vec<(String, String)>> {
    let text = serde_qs::to_string(&Named { name, value }).map_err(|error| {
        Error::internal("a request cannot be written in brackets").with_source(error)
    })?;
    Ok(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
}

struct Named<'a, T: ?Sized> {
    name: &'a str,
    value: &'a T,
}

impl<T: Serialize + ?Sized> Serialize for Named<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.name, self.value)?;
        map.end()
    }
}

impl ApiRequest {
    /// Adds a structure to the query in brackets, as [`nested_pairs`] writes it.
    ///
    /// # Errors
    /// As [`nested_pairs`].
    pub fn query_nested<T: Serialize + ?Sized>(mut self, name: &str, value: &T) -> Result<Self> {
        for (name, value) in nested_pairs(name, value)? {
            self = self.query(Cow::Owned(name), value);
        }
        Ok(self)
    }

    /// Adds a structure to a form body in brackets, as [`nested_pairs`] writes it.
    ///
    /// # Errors
    /// As [`nested_pairs`].
    pub fn form_nested<T: Serialize + ?Sized>(mut self, name: &str, value: &T) -> Result<Self> {
        for (name, value) in nested_pairs(name, value)? {
            self = self.form(Cow::Owned(name), value);
        }
        Ok(self)
    }

    /// Adds a query parameter if there is a value.
    #[must_use]
    pub fn query_opt(
        self,
        name: impl Into<Cow<'static, str>>,
        value: Option<impl Into<String>>,
    ) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds a field to a form body if there is a value.
    #[must_use]
    pub fn form_opt(
        self,
        name: impl Into<Cow<'static, str>>,
        value: Option<impl Into<String>>,
    ) -> Self {
        match value {
            Some(value) => self.form(name, value),
            None => self,
        }
    }
}
