//! Asterisk's `${DIALSTATUS}`.

use std::convert::Infallible;
use std::str::FromStr;

use vochi_crm::{Direction, Outcome, Reason};

/// The result of Asterisk's `Dial`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DialStatus {
    /// `ANSWER`.
    Answer,
    /// `NOANSWER`: the timeout of `Dial` expired.
    NoAnswer,
    /// `BUSY`.
    Busy,
    /// `CANCEL`, in manager events also `ABORT`: the caller hung up.
    Cancel,
    /// `CONGESTION`, `CHANUNAVAIL`, `INVALIDARGS`: no device could be reached.
    Unavailable,
    /// `DONTCALL`, `TORTURE`: the called party rejected the caller.
    Refused,
    /// A status this version does not know.
    Unknown(String),
}

impl FromStr for DialStatus {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.trim().to_ascii_uppercase().as_str() {
            "ANSWER" => Self::Answer,
            "NOANSWER" => Self::NoAnswer,
            "BUSY" => Self::Busy,
            "CANCEL" | "ABORT" => Self::Cancel,
            "CONGESTION" | "CHANUNAVAIL" | "INVALIDARGS" => Self::Unavailable,
            "DONTCALL" | "TORTURE" => Self::Refused,
            _ => Self::Unknown(text.trim().to_owned()),
        })
    }
}

impl DialStatus {
    /// Returns the outcome and the reason of a call in this direction. An unanswered incoming call is
    /// missed. Without a direction the outcome of an unanswered call is unknown.
    pub(crate) fn meaning(
        &self,
        direction: Option<Direction>,
    ) -> (Option<Outcome>, Option<Reason>) {
        let outgoing = direction == Some(Direction::Outbound);
        let (outcome, reason) = match self {
            Self::Answer => return (Some(Outcome::Answered), None),
            Self::Unknown(_) => return (None, None),
            Self::NoAnswer => (Outcome::NoAnswer, Some(Reason::Timeout)),
            Self::Busy => (Outcome::Busy, Some(Reason::Busy)),
            // The caller of an outgoing call is the employee.
            Self::Cancel if outgoing => (Outcome::Cancelled, None),
            Self::Cancel => (Outcome::Cancelled, Some(Reason::CallerGaveUp)),
            Self::Unavailable => (Outcome::Failed, Some(Reason::Unavailable)),
            Self::Refused => (Outcome::NoAnswer, Some(Reason::Refused)),
        };
        match direction {
            Some(Direction::Outbound) => (Some(outcome), reason),
            Some(_) => (Some(Outcome::Missed), reason),
            None => (None, reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_gives_outcome_and_reason_by_direction() {
        use {Outcome as O, Reason as R};
        for (word, out, reason_in, reason_out) in [
            ("NOANSWER", O::NoAnswer, Some(R::Timeout), Some(R::Timeout)),
            ("BUSY", O::Busy, Some(R::Busy), Some(R::Busy)),
            ("CANCEL", O::Cancelled, Some(R::CallerGaveUp), None),
            ("CONGESTION", O::Failed, Some(R::Unavailable), Some(R::Unavailable)),
            ("CHANUNAVAIL", O::Failed, Some(R::Unavailable), Some(R::Unavailable)),
            ("INVALIDARGS", O::Failed, Some(R::Unavailable), Some(R::Unavailable)),
            ("DONTCALL", O::NoAnswer, Some(R::Refused), Some(R::Refused)),
            ("TORTURE", O::NoAnswer, Some(R::Refused), Some(R::Refused)),
        ] {
            let status: DialStatus = word.parse().unwrap();
            let incoming = status.meaning(Some(Direction::Inbound));
            assert_eq!(incoming, (Some(O::Missed), reason_in), "{word} of an incoming call");
            let outgoing = status.meaning(Some(Direction::Outbound));
            assert_eq!(outgoing, (Some(out), reason_out), "{word} of an outgoing call");
        }
        for direction in [None, Some(Direction::Inbound), Some(Direction::Outbound)] {
            let answered = DialStatus::Answer.meaning(direction);
            assert_eq!(answered, (Some(O::Answered), None), "{direction:?}");
        }
    }

    #[test]
    fn unknown_status_gives_no_outcome() {
        let status: DialStatus = " Later ".parse().unwrap();
        assert_eq!(status, DialStatus::Unknown("Later".to_owned()));
        assert_eq!(status.meaning(Some(Direction::Inbound)), (None, None));
    }
}
