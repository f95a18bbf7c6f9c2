//! Which customer, order or the like an operation is about: by the CRM's id or by the shop's.

use vochi_crm_core::{Error, Result};

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
            Self::ExternalId(id) => Ok(encoded(id)),
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

fn encoded(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |nibble: u8| char::from(HEX[usize::from(nibble & 0xF)]);
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.extend(['%', digit(byte >> 4), digit(byte)]),
        }
    }
    encoded
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
            ("", None),
            ("..", None),
        ] {
            let key = Key::ExternalId(id.to_owned());
            assert_eq!(key.segment().ok().as_deref(), segment, "{id}");
        }
    }
}
