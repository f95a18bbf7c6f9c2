//! What went right, but not quite as asked.

use std::fmt;

use serde::{Serialize, Serializer};

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// The CRM does not know an extension or user we named.
    UnknownToCrm,
    /// The account's configuration does not map an extension to a CRM user.
    UnmappedExtension,
    /// The account's configuration does not map a line to a number, so it was left out.
    UnmappedLine,
    /// The caller hides the number.
    HiddenNumber,
    /// A number could not be read and went as it is, or not at all.
    UnreadableNumber,
    /// The CRM holds the call already; nothing was sent.
    AlreadyRecorded,
    /// An event contradicts what was known, or came after the end.
    OutOfOrder,
    /// There was nothing to send.
    NothingToSend,
    /// The account's time zone had to be assumed.
    AssumedZone,
    /// An option this CRM does not understand was left out.
    UnknownOption,
    /// A part could not be read or done; the rest was.
    Incomplete,
}

/// Something an operator should know although the operation succeeded.
///
/// It serialises as its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    kind: WarningKind,
    text: String,
}

impl Warning {
    /// A warning; the text says what was done about it.
    pub fn new(kind: WarningKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }

    /// What it is about.
    pub fn kind(&self) -> WarningKind {
        self.kind
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Warning {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
