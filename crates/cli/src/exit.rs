//! Exit codes.

use std::process::ExitCode;

use vochi_crm::{Effect, Error, ErrorKind};

/// The exit code of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Success.
    Done,
    /// The requested item does not exist.
    NotFound,
    /// Invalid command line.
    Usage,
    /// Invalid configuration.
    Config,
    /// Invalid value.
    Input,
    /// The CRM refused the data.
    Rejected,
    /// The CRM denied access.
    Auth,
    /// A temporary failure: not applied, or safe to repeat.
    Temporary,
    /// Unknown outcome: the CRM may have applied it.
    Unknown,
    /// The CRM does not support the operation.
    Unsupported,
    /// A defect of this program.
    Defect,
    /// Ctrl-C or SIGTERM.
    Interrupted,
}

/// The order in which one code is chosen for several items, most severe first.
const BY_SEVERITY: [Exit; 12] = [
    Exit::Interrupted,
    Exit::Defect,
    Exit::Config,
    Exit::Auth,
    Exit::Unknown,
    Exit::Temporary,
    Exit::Rejected,
    Exit::Unsupported,
    Exit::Input,
    Exit::Usage,
    Exit::NotFound,
    Exit::Done,
];

impl Exit {
    /// Returns the process exit code.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::NotFound => 1,
            Self::Usage => 2,
            Self::Config => 3,
            Self::Input => 4,
            Self::Rejected => 5,
            Self::Auth => 6,
            Self::Temporary => 7,
            Self::Unknown => 8,
            Self::Unsupported => 9,
            Self::Defect => 70,
            Self::Interrupted => 130,
        }
    }

    /// Returns the code of an error. Effect `maybe` has a code of its own.
    pub(crate) fn of(error: &Error) -> Self {
        let by_kind = Self::of_kind(error.kind());
        match error.effect() {
            Effect::Maybe => Self::Unknown,
            // A temporary failure promises that a repeat is safe, which it is not after the effect.
            Effect::Applied if by_kind == Self::Temporary => Self::Unknown,
            _ => by_kind,
        }
    }

    /// Returns the code of a kind of error without effect.
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
            | ErrorKind::Decode => Self::Temporary,
            ErrorKind::Unsupported => Self::Unsupported,
            _ => Self::Defect,
        }
    }

    /// Returns the more severe of two codes.
    pub(crate) fn or_worse(self, other: Self) -> Self {
        let rank = |exit| BY_SEVERITY.iter().position(|known| *known == exit);
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
    fn effect_maybe_is_an_unknown_outcome() {
        for kind in [ErrorKind::Timeout, ErrorKind::Unavailable, ErrorKind::Rejected] {
            let error = Error::new(kind, "x").with_effect(Effect::Maybe);
            assert_eq!(Exit::of(&error), Exit::Unknown, "{kind}");
        }
        let error = Error::new(ErrorKind::Decode, "x").with_effect(Effect::Applied);
        assert_eq!(Exit::of(&error), Exit::Unknown, "a response lost after the write");
    }

    #[test]
    fn worst_code_of_two_wins() {
        let order = [70, 3, 6, 8, 7, 5, 9, 4, 1, 0];
        let exits = order.map(|code| *BY_SEVERITY.iter().find(|exit| exit.code() == code).unwrap());
        for pair in exits.windows(2) {
            let [graver, lighter] = pair else { unreachable!() };
            assert_eq!(lighter.or_worse(*graver), *graver);
            assert_eq!(graver.or_worse(*lighter), *graver);
        }
    }
}
