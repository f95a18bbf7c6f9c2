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
            /// Every word, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it is written in files, JSON and on the command line.
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
                        Error::input(format!("{wanted:?} is no {}", $what))
                            .with_hint(format!("one of: {}", known.join(", ")))
                    })
            }
        }
    };
}

string_enum! {
    /// Who called whom, seen from the company.
    Direction ("call direction") {
        /// An outside party called the company.
        Inbound = "in",
        /// The company called an outside party.
        Outbound = "out",
        /// Employees among themselves; such a call reaches no CRM unless asked for.
        Internal = "internal",
    }
}

string_enum! {
    /// How a call ended for the client.
    Outcome ("call outcome") {
        /// A human of the company and the client talked.
        Answered = "answered",
        /// Incoming, nobody took it.
        Missed = "missed",
        /// Outgoing, the client did not take it.
        NoAnswer = "no-answer",
        /// The called side was busy.
        Busy = "busy",
        /// The caller hung up before an answer.
        Cancelled = "cancelled",
        /// It could not be placed.
        Failed = "failed",
        /// The client left a message.
        Voicemail = "voicemail",
    }
}

string_enum! {
    /// Why a call was not answered, where that is known.
    Reason ("reason") {
        /// The client hung up while it rang.
        CallerGaveUp = "caller_gave_up",
        /// It rang as long as the PBX lets it.
        Timeout = "timeout",
        /// Everybody called was busy.
        Busy = "busy",
        /// No phone could be reached.
        Unavailable = "unavailable",
        /// Somebody declined it.
        Refused = "refused",
    }
}

string_enum! {
    /// How a call was passed on.
    TransferMode ("transfer mode") {
        /// Without asking the new employee first.
        Blind = "blind",
        /// After a consultation.
        Attended = "attended",
    }
}

string_enum! {
    /// What became of a transfer.
    TransferResult ("transfer result") {
        /// The new employee has the client.
        Accepted = "accepted",
        /// The new employee declined.
        Refused = "refused",
        /// The new employee did not answer.
        NotAnswered = "not_answered",
    }
}

impl Outcome {
    /// Whether a human and the client talked.
    pub const fn is_answered(self) -> bool {
        matches!(self, Self::Answered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_as_written() {
        for word in Outcome::ALL {
            assert_eq!(word.as_str().parse::<Outcome>().unwrap(), *word);
            assert_eq!(serde_json::to_value(word).unwrap(), word.as_str());
        }
    }

    #[test]
    fn an_unknown_word_lists_the_known_ones() {
        let error = "lost".parse::<Outcome>().unwrap_err();
        assert!(error.to_string().contains("no-answer"), "{error}");
    }
}
