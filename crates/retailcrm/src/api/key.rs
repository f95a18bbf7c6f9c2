//! Which customer, order or the like an operation is about: by the CRM's id or by the shop's.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use vochi_crm_core::{Error, Result};

/// What cannot stand in a segment of a path as it is: all but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// One of the two ids, always sent with the word that says which (`by`): the CRM's default is not
/// the same in all its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Id(u64),
    ExternalId(String),
}

impl Key {
    /// The value of `by`.
    pub(super) fn by(&self) -> &'static str {
        match self {
            Self::Id(_) => "id",
            Self::ExternalId(_) => "externalId",
        }
    }

    /// The id as a segment of a path.
    pub(super) fn segment(&self) -> Result<String> {
        match self {
            Self::Id(id) => Ok(id.to_string()),
            // Dots alone would be taken for a way through the path, however they are encoded.
            Self::ExternalId(id) if matches!(id.as_str(), "" | "." | "..") => {
                Err(Error::input(format!("{id:?} is no external id")))
            }
            Self::ExternalId(id) => Ok(utf8_percent_encode(id, RESERVED).to_string()),
        }
    }

    /// What the audit log may say: an external id may be made of a number.
    pub(super) fn subject(&self) -> Option<String> {
        match self {
            Self::Id(id) => Some(id.to_string()),
            Self::ExternalId(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_id_stays_one_segment_of_the_path() {
        for (id, segment) in [
            ("ext-60", Some("ext-60")),
            ("a/b?c#d", Some("a%2Fb%3Fc%23d")),
            ("50% +1", Some("50%25%20%2B1")),
            ("я", Some("%D1%8F")),
            ("a-b.c_d~e", Some("a-b.c_d~e")),
            ("", None),
            ("..", None),
        ] {
            let key = Key::ExternalId(id.to_owned());
            assert_eq!(key.segment().ok().as_deref(), segment, "{id}");
        }
    }
}
