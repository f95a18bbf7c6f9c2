//! Keys and the kinds of their values.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;

use crate::secret::Secret;

/// What may stand behind a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A text.
    Text,
    /// Scheme and host of a CRM: https, or http on this machine.
    Origin,
    /// A web address: https, or http on this machine.
    Address,
    /// A finite number.
    Number,
    /// A whole number from 0.
    Whole,
    /// True or false.
    Flag,
    /// An id: a text, or a whole number that stands for it.
    Id,
    /// A table of ids.
    Map,
    /// A list of texts.
    List,
    /// One of these words; the first is the default.
    Choice(&'static [&'static str]),
    /// One of these words, or a table with `in` and `out` of them; the first word is the default.
    ByDirection(&'static [&'static str]),
    /// A secret.
    Secret,
}

/// The kind as the documentation names it, in Markdown.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Origin => "scheme and host",
            Self::Address => "address",
            Self::Number => "number",
            Self::Whole => "whole number",
            Self::Flag => "true or false",
            Self::Id => "id",
            Self::Map => "table",
            Self::List => "list",
            Self::Choice(words) => return write!(f, "`{}`", words.join("`, `")),
            Self::ByDirection(words) => {
                return write!(f, "`{}`, or a table with `in` and `out`", words.join("`, `"));
            }
            Self::Secret => "secret",
        })
    }
}

/// A key of the configuration. [`keys!`](crate::keys) makes it from a field.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Key {
    /// The key as it is written.
    pub name: &'static str,
    /// What may stand behind it.
    pub kind: Kind,
    /// The value that holds without it, where that is a text.
    pub default: Option<&'static str>,
    /// True if a profile cannot do without it.
    pub is_needed: bool,
    /// The key that does in place of a needed one.
    pub alternative: Option<&'static str>,
    /// True for a secret that an operator does not have to invent: random characters do.
    pub is_generated: bool,
    /// The header or parameter in which requests carry it.
    pub carrier: Option<&'static str>,
    documentation: &'static str,
}

impl Key {
    /// A key of this kind with its documentation in Markdown.
    pub const fn new(name: &'static str, kind: Kind, documentation: &'static str) -> Self {
        Self {
            name,
            kind,
            default: None,
            is_needed: false,
            alternative: None,
            is_generated: false,
            carrier: None,
            documentation,
        }
    }

    /// The documentation, in Markdown without links.
    pub fn documentation(&self) -> &'static str {
        self.documentation.trim()
    }
}

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty)?) { $field:ident = $value:expr })+) => {
        impl Key {
            $($(#[$doc])*
            #[must_use]
            pub const fn $name(mut self $(, $argument: $type)?) -> Self {
                self.$field = $value;
                self
            })+
        }
    };
}

functions! {
    /// Marks an id.
    id() { kind = Kind::Id }
    /// Marks a web address.
    address() { kind = Kind::Address }
    /// Marks scheme and host of a CRM.
    origin() { kind = Kind::Origin }
    /// Marks a key that a profile cannot do without.
    needed() { is_needed = true }
    /// Names the key that does in place of this one.
    or(alternative: &'static str) { alternative = Some(alternative) }
    /// Marks a secret that may be generated.
    generated() { is_generated = true }
    /// Names the value that holds without the key.
    default(default: &'static str) { default = Some(default) }
    /// Names the header or parameter in which requests carry it.
    carrier(carrier: &'static str) { carrier = Some(carrier) }
}

/// The key that names the CRM of a profile.
pub const CRM_KEY: Key = Key::new("crm", Kind::Text, "The name of the CRM.").needed();

/// A structure whose fields are keys; made by [`keys!`](crate::keys).
pub trait Keys: DeserializeOwned {
    /// Its keys, in order of declaration.
    const KEYS: &'static [Key];
}

/// A type of a key's value.
pub trait Setting {
    /// What may stand behind a key with values of this type.
    const KIND: Kind;
}

impl<T: Setting> Setting for Option<T> {
    const KIND: Kind = T::KIND;
}

macro_rules! settings {
    ($($type:ty => $kind:ident,)+) => {
        $(impl Setting for $type {
            const KIND: Kind = Kind::$kind;
        })+
    };
}

settings! {
    String => Text,
    f64 => Number,
    u32 => Whole,
    bool => Flag,
    Secret => Secret,
    BTreeMap<String, String> => Map,
    Vec<String> => List,
}
