//! Text ids of calls, legs, extensions, lines and users.

use crate::Id;
use crate::error::{Error, Result};

/// The length limit of ids in bytes: no PBX creates longer ones and some CRMs truncate them.
const LONGEST: usize = 255;

/// Declares a type for an id that is a text.
///
/// The last argument checks a trimmed text: `fn(what, text) -> Result<Box<str>>`, with the name for
/// errors. Errors of `Deserialize` never name the text. The crate that uses it needs serde.
///
/// ```
/// use vochi_crm_core::{Error, Result, text_id};
///
/// text_id!(
///     /// The code of a shop.
///     ShopCode, "shop code", lower_case
/// );
///
/// fn lower_case(what: &str, text: &str) -> Result<Box<str>> {
///     if text.is_empty() {
///         return Err(Error::input(format!("invalid {what} {text:?}: must not be empty")));
///     }
///     Ok(text.to_lowercase().into())
/// }
///
/// assert_eq!(ShopCode::new(" Minsk ")?.as_str(), "minsk");
/// # Ok::<(), Error>(())
/// ```
#[macro_export]
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            #[doc = concat!("Checks and wraps a ", $what, ".")]
            ///
            /// # Errors
            #[doc = concat!("`input` for a text that is no ", $what, ".")]
            pub fn new(text: impl AsRef<str>) -> $crate::Result<Self> {
                $check($what, text.as_ref().trim()).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::Error;

            fn from_str(text: &str) -> $crate::Result<Self> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::Error;

            fn try_from(text: &str) -> $crate::Result<Self> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::Error;

            fn try_from(text: String) -> $crate::Result<Self> {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), &self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <$crate::wire::TextSlice<'de> as serde::Deserialize>::deserialize(deserializer)?;
                // The reason may name the text, which may be personal data.
                Self::new(text.0)
                    .map_err(|_| serde::de::Error::custom(concat!("invalid ", $what)))
            }
        }
    };
}

fn plain(what: &str, text: &str) -> Result<Box<str>> {
    if text.is_empty() {
        return Err(Error::input(format!("invalid {what}: must not be empty")));
    }
    if text.len() > LONGEST {
        return Err(Error::input(format!("invalid {what}: must be at most {LONGEST} bytes long")));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::input(format!(
            "invalid {what} {text:?}: must not contain control characters"
        )));
    }
    Ok(text.into())
}

fn without_slash(what: &str, text: &str) -> Result<Box<str>> {
    if text.contains('/') {
        return Err(Error::input(format!("invalid {what} {text:?}: must not contain a slash")));
    }
    plain(what, text)
}

text_id!(
    /// The PBX's id of a call, the same across all transfers. With Asterisk it is the Linkedid.
    ///
    /// ```
    /// use vochi_crm_core::CallId;
    /// assert_eq!(CallId::new("1757843474.185")?.as_str(), "1757843474.185");
    /// assert!(CallId::new("  ").is_err());
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    CallId, "call id", plain
);

text_id!(
    /// The id of one leg of a call, unique in the account. It has no `/`, which some CRMs use as a
    /// separator.
    LegId, "leg id", without_slash
);

text_id!(
    /// An employee's extension (`151`), or the employee's mobile in E.164. It is text: `007` is not
    /// `7`.
    Extension, "extension", plain
);

text_id!(
    /// The company's own number or trunk of a call, as the PBX writes it.
    Line, "line", plain
);

text_id!(
    /// The CRM's own id of a call, such as the one sent with a click on a number.
    CrmCallId, "CRM call id", plain
);

text_id!(
    /// The CRM's id of one of its users (the company's employees).
    CrmUserId, "CRM user id", plain
);

impl<T> From<Id<T>> for CrmUserId {
    fn from(id: Id<T>) -> Self {
        Self(id.to_string().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_trimmed_and_checked() {
        assert_eq!(Extension::new(" 007 ").unwrap().as_str(), "007");
        for bad in ["", "   ", "a\nb", &"x".repeat(256)] {
            assert!(CallId::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn leg_id_with_slash_is_refused() {
        assert!(LegId::new("Vochi/1757843474.185").is_err());
    }
}
