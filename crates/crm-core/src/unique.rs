//! Lists without repeated values.

use std::slice;

use serde::Serialize;

/// A list that holds each value once, in the order of the first addition.
///
/// ```
/// let codes: vochi_crm_core::Unique<u32> = [101, 102, 101].into_iter().collect();
/// assert_eq!(codes.as_slice(), [101, 102]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Unique<T>(Vec<T>);

impl<T> Unique<T> {
    /// Returns true if there is no value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// Iterates over the values.
    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl<T> Default for Unique<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> Extend<T> for Unique<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        for value in values {
            if !self.0.contains(&value) {
                self.0.push(value);
            }
        }
    }
}

impl<T: PartialEq> FromIterator<T> for Unique<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut unique = Self::default();
        unique.extend(values);
        unique
    }
}

impl<'a, T> IntoIterator for &'a Unique<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
