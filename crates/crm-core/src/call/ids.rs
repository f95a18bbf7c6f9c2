//! Names of calls, legs, extensions, lines and users: text with a meaning each.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Id;
use crate::error::{Error, Result};

/// Ids longer than this are refused: no PBX makes them and some CRMs cut them.
const LONGEST: usize = 255;

fn check(what: &str, text: &str) -> Result<()> {
    if text.is_empty() {
        return Err(Error::input(format!("the {what} is empty")));
    }
    if text.len() > LONGEST {
        return Err(Error::input(format!("the {what} is longer than {LONGEST} bytes")));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::input(format!("the {what} {text:?} contains control characters")));
    }
    Ok(())
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal $(, $extra:expr)?) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            #[doc = concat!("Checks and wraps ", $what, ": not empty, at most 255 bytes, no control characters.")]
            pub fn new(text: impl AsRef<str>) -> Result<Self> {
                let text = text.as_ref().trim();
                check($what, text)?;
                $( let extra: fn(&str) -> Result<()> = $extra; extra(text)?; )?
                Ok(Self(text.into()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = Error;

            fn try_from(text: &str) -> Result<Self> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;

            fn try_from(text: String) -> Result<Self> {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), &self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::new(text).map_err(serde::de::Error::custom)
            }
        }
    };
}

text_id!(
    /// The PBX's id of a call: one for the whole call, whatever transfers happen in it. With
    /// Asterisk that is the Linkedid of its first channel.
    ///
    /// ```
    /// use vochi_crm_core::CallId;
    /// assert_eq!(CallId::new("1757843474.185")?.as_str(), "1757843474.185");
    /// assert!(CallId::new("  ").is_err());
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    CallId, "call id"
);

text_id!(
    /// The id of one leg of a call, unique in the account. It has no `/`: some CRMs put a prefix
    /// with a slash in front of it.
    LegId, "leg id", |text| {
        if text.contains('/') {
            return Err(Error::input(format!("the leg id {text:?} contains a /")));
        }
        Ok(())
    }
);

text_id!(
    /// The inner number of an employee (`151`), or the employee's mobile in E.164. Text, never a
    /// number: `007` is not `7`.
    Extension, "extension"
);

text_id!(
    /// The company's own outside number or trunk a call came through, as the PBX writes it.
    Line, "line"
);

text_id!(
    /// The CRM's own id of a call, such as the one that came with a click on a number.
    CrmCallId, "CRM call id"
);

text_id!(
    /// The CRM's id of one of its users (the company's employees).
    CrmUserId, "CRM user id"
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
    fn a_leg_id_has_no_slash() {
        assert!(LegId::new("Vochi/1757843474.185").is_err());
    }
}
