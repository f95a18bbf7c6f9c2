//! Exit codes: what a script learns without reading a word.

use std::process::ExitCode;

use vochi_crm::{Effect, Error, ErrorKind};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// What was asked for is not there.
    NotThere,
    /// The command line cannot be understood.
    Usage,
    /// The configuration is wrong.
    Config,
    /// A value that was given cannot be used.
    Input,
    /// The CRM refused the data.
    Rejected,
    /// The CRM refused us.
    Auth,
    /// Not now, and surely not carried out or safe to repeat.
    NotNow,
    /// It may have been carried out.
    Unknown,
    /// This CRM has no such thing.
    Unsupported,
    /// A defect of ours.
    Defect,
    /// Ctrl-C.
    Interrupted,
}

/// From the gravest down: how a run over many ends.
const BY_GRAVITY: [Exit; 12] = [
    Exit::Interrupted,
    Exit::Defect,
    Exit::Config,
    Exit::Auth,
    Exit::Unknown,
    Exit::NotNow,
    Exit::Rejected,
    Exit::Unsupported,
    Exit::Input,
    Exit::Usage,
    Exit::NotThere,
    Exit::Done,
];

impl Exit {
    /// The number the operating system is told.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::NotThere => 1,
            Self::Usage => 2,
            Self::Config => 3,
            Self::Input => 4,
            Self::Rejected => 5,
            Self::Auth => 6,
            Self::NotNow => 7,
            Self::Unknown => 8,
            Self::Unsupported => 9,
            Self::Defect => 70,
            Self::Interrupted => 130,
        }
    }

    /// The code of an error. One that may have been carried out is told apart from all others.
    pub(crate) fn of(error: &Error) -> Self {
        let by_kind = Self::of_kind(error.kind());
        match error.effect() {
            Effect::Maybe => Self::Unknown,
            // "Not now" promises that repeating is safe; what was carried out is not.
            Effect::Applied if by_kind == Self::NotNow => Self::Unknown,
            _ => by_kind,
        }
    }

    /// The code of a kind of error that surely changed nothing.
    pub(crate) const fn of_kind(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Usage => Self::Usage,
            ErrorKind::Config => Self::Config,
            ErrorKind::Input => Self::Input,
            ErrorKind::Rejected | ErrorKind::NotFound => Self::Rejected,
            ErrorKind::Auth => Self::Auth,
            ErrorKind::Unavailable
            | ErrorKind::RateLimited
            | ErrorKind::Timeout
            | ErrorKind::Decode => Self::NotNow,
            ErrorKind::Unsupported => Self::Unsupported,
            _ => Self::Defect,
        }
    }

    /// The graver of two.
    pub(crate) fn or_graver(self, other: Self) -> Self {
        let rank = |exit| BY_GRAVITY.iter().position(|known| *known == exit);
        if rank(other) < rank(self) { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_code() {
        for (kind, code) in [
            (ErrorKind::Usage, 2),
            (ErrorKind::Config, 3),
            (ErrorKind::Input, 4),
            (ErrorKind::Rejected, 5),
            (ErrorKind::NotFound, 5),
            (ErrorKind::Auth, 6),
            (ErrorKind::Unavailable, 7),
            (ErrorKind::RateLimited, 7),
            (ErrorKind::Timeout, 7),
            (ErrorKind::Decode, 7),
            (ErrorKind::Unsupported, 9),
            (ErrorKind::Internal, 70),
        ] {
            assert_eq!(Exit::of(&Error::new(kind, "x")).code(), code, "{kind}");
        }
    }

    #[test]
    fn what_may_have_been_carried_out_is_never_called_safe_to_repeat() {
        for kind in [ErrorKind::Timeout, ErrorKind::Unavailable, ErrorKind::Rejected] {
            let error = Error::new(kind, "x").with_effect(Effect::Maybe);
            assert_eq!(Exit::of(&error), Exit::Unknown, "{kind}");
        }
        let error = Error::new(ErrorKind::Decode, "x").with_effect(Effect::Applied);
        assert_eq!(Exit::of(&error), Exit::Unknown, "an answer lost after the write");
    }

    #[test]
    fn many_end_with_the_gravest() {
        let order = [70, 3, 6, 8, 7, 5, 9, 4, 1, 0];
        let exits = order.map(|code| *BY_GRAVITY.iter().find(|exit| exit.code() == code).unwrap());
        for pair in exits.windows(2) {
            let [graver, lighter] = pair else { unreachable!() };
            assert_eq!(lighter.or_graver(*graver), *graver);
            assert_eq!(graver.or_graver(*lighter), *graver);
        }
    }
}
