//! Values as path segments.

use std::fmt::Display;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::{Error, Result};

/// All characters but RFC 3986's unreserved ones.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a value as one path segment.
///
/// ```
/// use vochi_crm_core::http::segment;
/// assert_eq!(segment("a/b?c")?, "a%2Fb%3Fc");
/// assert!(segment("..").is_err());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
///
/// # Errors
/// `input` for a blank value, and for `.` and `..`: servers resolve them, encoded or not.
pub fn segment(value: impl Display) -> Result<String> {
    let value = value.to_string();
    if matches!(value.trim(), "" | "." | "..") {
        return Err(Error::input(format!("invalid id {value:?}: cannot be part of a path")));
    }
    Ok(utf8_percent_encode(&value, RESERVED).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_stays_one_segment() {
        for (value, expected) in [
            ("ext-60", Some("ext-60")),
            ("a/b?c#d", Some("a%2Fb%3Fc%23d")),
            ("50% +1", Some("50%25%20%2B1")),
            ("я", Some("%D1%8F")),
            ("a-b.c_d~e", Some("a-b.c_d~e")),
            ("", None),
            (" ", None),
            (".", None),
            ("..", None),
        ] {
            assert_eq!(segment(value).ok().as_deref(), expected, "{value:?}");
        }
    }
}
