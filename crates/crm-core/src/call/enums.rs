//! Direction, outcome and the other closed vocabularies of a call.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

macro_rules! string_enum {
    ($(#[$doc:meta])* $name:ident ($what:literal) { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value as written in files, JSON and on the command line.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                let wanted = text.trim();
                Self::ALL
                    .iter()
                    .copied()
                    .find(|word| word.as_str().eq_ignore_ascii_case(wanted))
                    .ok_or_else(|| {
                        let known: Vec<&str> = Self::ALL.iter().map(|word| word.as_str()).collect();
                        Error::input(format!("unknown {} {wanted:?}", $what))
                            .with_hint(format!("one of: {}", known.join(", ")))
                    })
            }
        }
    };
}

string_enum! {
    /// The direction of a call, as seen from the company.
    Direction ("call direction") {
        /// An outside party called the company.
        Inbound = "in",
        /// The company called an outside party.
        Outbound = "out",
        /// Between employees; sent to no CRM unless configured.
        Internal = "internal",
    }
}

string_enum! {
    /// How a call ended for the client.
    Outcome ("call outcome") {
        /// An employee and the client talked.
        Answered = "answered",
        /// Incoming and not answered.
        Missed = "missed",
        /// Outgoing and not answered by the client.
        NoAnswer = "no-answer",
        /// The called side was busy.
        Busy = "busy",
        /// The caller hung up before an answer.
        Cancelled = "cancelled",
        /// The call could not be placed.
        Failed = "failed",
        /// The client left a voice message.
        Voicemail = "voicemail",
    }
}

string_enum! {
    /// Why a call was not answered.
    Reason ("reason") {
        /// The client hung up while it rang.
        CallerGaveUp = "caller_gave_up",
        /// The PBX stopped ringing.
        Timeout = "timeout",
        /// All called extensions were busy.
        Busy = "busy",
        /// No phone was reachable.
        Unavailable = "unavailable",
        /// An employee declined the call.
        Refused = "refused",
    }
}

string_enum! {
    /// How a call was transferred.
    TransferMode ("transfer mode") {
        /// Without consulting the new employee.
        Blind = "blind",
        /// After a consultation.
        Attended = "attended",
    }
}

string_enum! {
    /// The result of a transfer.
    TransferResult ("transfer result") {
        /// The client is connected to the new employee.
        Accepted = "accepted",
        /// The new employee declined.
        Refused = "refused",
        /// The new employee did not answer.
        NotAnswered = "not_answered",
    }
}

impl Outcome {
    /// Returns true if an employee and the client talked.
    pub const fn is_answered(self) -> bool {
        matches!(self, Self::Answered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_round_trip() {
        for word in Outcome::ALL {
            assert_eq!(word.as_str().parse::<Outcome>().unwrap(), *word);
            assert_eq!(serde_json::to_value(word).unwrap(), word.as_str());
        }
    }

    #[test]
    fn unknown_value_error_lists_the_known_ones() {
        let error = "lost".parse::<Outcome>().unwrap_err();
        assert!(error.to_string().contains("no-answer"), "{error}");
    }
}
