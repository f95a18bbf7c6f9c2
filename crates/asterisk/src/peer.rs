//! Who is behind a channel, told by its name.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::pattern::ExtensionPattern;

/// One half of a Local channel: `;1` faces whoever dials it, `;2` runs the dialplan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Half {
    One,
    Two,
}

/// Channels the PBX makes for itself: announcements and recordings of conference rooms, stand-ins of
/// channels that are moved.
const NOBODYS: &[&str] = &[
    "Announcer",
    "AsyncGoto",
    "Bridge",
    "CBAnn",
    "CBRec",
    "Message",
    "Parked",
    "Recorder",
    "Surrogate",
];

/// Who is behind a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Peer {
    /// Nobody told the channel's name yet.
    #[default]
    Unknown,
    /// The phone of an employee.
    Employee(CompactString),
    /// A trunk: an outside party is behind it.
    Line(CompactString),
    /// Half of a Local channel.
    Local {
        /// The name both halves share, with the number that makes it unique.
        pair: Box<str>,
        half: Half,
    },
}

impl Peer {
    /// Reads `TECH/peer-hex` and `Local/number@context-hex;half`.
    pub(crate) fn of(name: &str, extensions: &ExtensionPattern) -> Self {
        let Some((technology, rest)) = name.split_once('/') else {
            return Self::Unknown;
        };
        if technology.eq_ignore_ascii_case("local") {
            return match (rest.strip_suffix(";1"), rest.strip_suffix(";2")) {
                (Some(pair), _) => Self::Local {
                    pair: pair.into(),
                    half: Half::One,
                },
                (_, Some(pair)) => Self::Local {
                    pair: pair.into(),
                    half: Half::Two,
                },
                (None, None) => Self::Unknown,
            };
        }
        if NOBODYS.contains(&technology) {
            return Self::Unknown;
        }
        // A peer's own name may hold hyphens; the last one begins the channel's number.
        let peer = rest.rsplit_once('-').map_or(rest, |(peer, _)| peer);
        // A span of ISDN lines stands before the number it was dialled with.
        let peer = peer.split('/').next().unwrap_or(peer);
        if peer.is_empty() {
            Self::Unknown
        } else if extensions.matches(peer) {
            Self::Employee(peer.into())
        } else {
            Self::Line(peer.into())
        }
    }

    pub(crate) fn extension(&self) -> Option<&str> {
        match self {
            Self::Employee(extension) => Some(extension),
            _ => None,
        }
    }

    pub(crate) fn is_line(&self) -> bool {
        matches!(self, Self::Line(_))
    }

    /// The name the halves of a Local channel share.
    pub(crate) fn pair(&self) -> Option<&str> {
        match self {
            Self::Local { pair, .. } => Some(pair),
            _ => None,
        }
    }

    /// What a Local channel was made to dial: `152` of `152@dialexecute-0000000c`.
    pub(crate) fn local_number(&self) -> Option<&str> {
        self.pair()
            .and_then(|pair| pair.split('@').next())
            .filter(|number| !number.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_name_tells_who_is_behind_it() {
        let pattern = ExtensionPattern::default();
        let of = |name: &str| Peer::of(name, &pattern);
        assert_eq!(of("PJSIP/151-0000004f"), Peer::Employee("151".into()));
        assert_eq!(of("SIP/0001363-00000045"), Peer::Line("0001363".into()));
        assert_eq!(
            of("SIP/gsm-gate-1-00000045"),
            Peer::Line("gsm-gate-1".into())
        );
        assert_eq!(of("DAHDI/i1/375291110001-5"), Peer::Line("i1".into()));
        assert_eq!(
            of("Local/152@dialexecute-0000000c;1"),
            Peer::Local {
                pair: "152@dialexecute-0000000c".into(),
                half: Half::One
            }
        );
        for odd in [
            "",
            "PJSIP",
            "PJSIP/",
            "Local/1@a-1",
            "<unknown>",
            "CBAnn/800-00000001;1",
        ] {
            assert_eq!(of(odd), Peer::Unknown, "{odd:?}");
        }
    }
}
