//! Single fields of a response body.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, de};
use serde_path_to_error::Track;

use super::Response;
use crate::error::Result;
use crate::wire;

impl Response {
    /// Reads one field of a JSON object; other fields are skipped.
    ///
    /// ```
    /// use vochi_crm_core::http::Response;
    /// let response = Response::ok_json(&serde_json::json!({"success": true, "id": 7}));
    /// assert_eq!(response.field::<u32>("id")?, 7);
    /// assert!(response.field::<u32>("code").is_err());
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// `decode` for a missing field or a wrong value, naming the path, never a value.
    pub fn field<T: DeserializeOwned>(&self, name: &'static str) -> Result<T> {
        self.read(Field { name, of: PhantomData }).and_then(|found| {
            found.ok_or_else(|| self.unreadable(&format!("missing field `{name}`")))
        })
    }

    /// Reads one field of a JSON object; the default if it is missing. PHP writes an object without
    /// fields as `[]`.
    ///
    /// # Errors
    /// `decode` if the body is not an object, or the value is invalid.
    pub fn field_or_default<T: DeserializeOwned + Default>(&self, name: &'static str) -> Result<T> {
        self.read(Field { name, of: PhantomData }).map(Option::unwrap_or_default)
    }

    fn read<'de, S: DeserializeSeed<'de> + Copy>(&'de self, seed: S) -> Result<S::Value> {
        // Leniency and path tracking are slower, and needed for unexpected responses only.
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        if let Some(value) = wire::directly(|| seed.deserialize(&mut reader))
            && reader.end().is_ok()
        {
            return Ok(value);
        }
        let mut track = Track::new();
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        let read =
            seed.deserialize(serde_path_to_error::Deserializer::new(&mut reader, &mut track));
        let read = read.and_then(|value| reader.end().map(|()| value));
        read.map_err(|error| self.unreadable_json(&error, &track.path().to_string()))
    }
}

/// Reads the field `name` of an object.
struct Field<T> {
    name: &'static str,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Field<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Field<T> {}

impl<'de, T: de::Deserialize<'de>> DeserializeSeed<'de> for Field<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: de::Deserialize<'de>> Visitor<'de> for Field<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Option<T>, A::Error> {
        let mut found = None;
        while let Some(wire::TextSlice(name)) = fields.next_key()? {
            if name == self.name {
                found = Some(fields.next_value()?);
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Option<T>, A::Error> {
        match elements.next_element::<IgnoredAny>()? {
            None => Ok(None),
            Some(_) => Err(de::Error::invalid_type(de::Unexpected::Seq, &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ErrorKind;

    #[test]
    fn invalid_value_error_names_its_path() {
        #[derive(Debug, serde::Deserialize)]
        struct Task {
            #[serde(rename = "id")]
            _id: u32,
        }
        let response = Response::ok_json(&json!({"task": {"id": "secret"}}));
        let error = response.field::<Task>("task").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.message().contains("task.id"), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn missing_field_is_an_error_or_the_default() {
        for body in [json!({}), json!([]), json!({"tasks": []})] {
            let response = Response::ok_json(&body);
            let error = response.field::<u32>("id").unwrap_err();
            assert!(error.message().contains("`id`"), "{body}: {error}");
            assert_eq!(response.field_or_default::<u32>("id").unwrap(), 0, "{body}");
        }
        for body in [json!([7]), json!("id"), json!(null)] {
            let response = Response::ok_json(&body);
            assert!(response.field_or_default::<u32>("id").is_err(), "{body}");
        }
    }
}
