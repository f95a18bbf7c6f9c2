//! Warnings: something an operator should know about an operation that succeeded.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $code:literal,)+) => {
        /// The kind of a warning.
        ///
        /// ```
        /// use vochi_crm_core::WarningKind;
        /// assert_eq!(WarningKind::TalkUnknown.as_str(), "talk_unknown");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum WarningKind {
            $($(#[$doc])* $kind,)+
        }

        impl WarningKind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The stable code used in logs and output, in snake case.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $code,)+ }
            }
        }
    };
}

kinds! {
    /// The CRM does not know an extension or user of the request.
    UnknownToCrm = "unknown_to_crm",
    /// The account's configuration does not map an extension to a CRM user.
    UnmappedExtension = "unmapped_extension",
    /// The account's configuration does not map a line to a number, so the number was left out.
    UnmappedLine = "unmapped_line",
    /// The caller's number is hidden.
    HiddenNumber = "hidden_number",
    /// A number could not be parsed and was sent unchanged, or not at all.
    UnreadableNumber = "unreadable_number",
    /// The CRM already has the call; nothing was sent.
    AlreadyRecorded = "already_recorded",
    /// An event contradicts the known state, or arrived after the end.
    OutOfOrder = "out_of_order",
    /// There was nothing to send.
    NothingToSend = "nothing_to_send",
    /// The account's time zone was assumed.
    AssumedZone = "assumed_zone",
    /// An option that this CRM does not support was left out.
    UnknownOption = "unknown_option",
    /// A part of the operation could not be read or carried out; the rest was.
    Incomplete = "incomplete",
    /// The recording has a plain `http` address, which browsers do not play in the CRM's page.
    InsecureRecording = "insecure_recording",
    /// The call was answered, but its talk time is unknown: the answer or the end was not observed.
    TalkUnknown = "talk_unknown",
    /// The record could not be sent yet and is pending.
    RecordPending = "record_pending",
    /// The call is recorded; a customer or task could not be created yet and is pending.
    FollowUpPending = "follow_up_pending",
    /// The account has another address now; it was used.
    AccountMoved = "account_moved",
    /// The record may be incomplete: its source (the PBX) may have missed a part of the call.
    IncompleteRecord = "incomplete_record",
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something an operator should know although the operation succeeded.
///
/// It serializes as its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    kind: WarningKind,
    text: String,
}

impl Warning {
    /// Creates a warning. The text includes what was done about it.
    pub fn new(kind: WarningKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// The kind.
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

/// Serializes warnings with their kinds for the store; the public form is the text alone.
pub(crate) mod stored {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Warning, WarningKind};

    pub(crate) fn serialize<S: Serializer>(
        warnings: &[Warning],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let pairs = warnings.iter().map(|one| (one.kind.as_str(), one.text()));
        pairs.collect::<Vec<_>>().serialize(serializer)
    }

    /// Reads warnings. An unknown kind, from a newer version, becomes `incomplete_record`.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Warning>, D::Error> {
        let pairs = Vec::<(String, String)>::deserialize(deserializer)?;
        let read = |(code, text): (String, String)| {
            let mut kinds = WarningKind::ALL.iter().copied();
            let kind = kinds.find(|kind| kind.as_str() == code);
            Warning::new(kind.unwrap_or(WarningKind::IncompleteRecord), text)
        };
        Ok(pairs.into_iter().map(read).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn documentation_lists_every_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");
        let page = std::fs::read_to_string(path).unwrap();
        for kind in WarningKind::ALL {
            let row = format!("| `{}` |", kind.as_str());
            assert!(
                page.lines().any(|line| line.starts_with(&row)),
                "{kind:?} missing in errors.md"
            );
        }
    }

    #[test]
    fn codes_of_all_kinds_are_distinct_and_snake_case() {
        let codes: BTreeSet<&str> = WarningKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(codes.len(), WarningKind::ALL.len(), "a code is used twice: {codes:?}");
        for kind in WarningKind::ALL {
            // `TalkUnknown` is `talk_unknown`: the code is the name of the kind.
            let code = kind.as_str();
            assert_eq!(code.replace('_', ""), format!("{kind:?}").to_lowercase(), "{code}");
            assert_eq!(code, code.to_lowercase(), "{code}");
        }
    }
}
