//! The party behind a channel, from the channel's name.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::rules::Rules;

/// One half of a Local channel: `;1` faces the dialling side, `;2` runs the dialplan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Half {
    One,
    Two,
}

/// Channel technologies that Asterisk 12 to 22 creates for itself or for a program, without a phone
/// or a trunk.
const HELPERS: &[&str] = &[
    "ALSA",
    "Announcer",
    "AsyncGoto",
    "AudioSocket",
    "Bridge",
    "CBAnn",
    "CBRec",
    "CLIEval",
    "CLIExec",
    "Calendar",
    "Console",
    "Kill",
    "Message",
    "MulticastRTP",
    "NBS",
    "NULL",
    "OSS",
    "OutgoingSpoolFailed",
    "Parked",
    "Radio",
    "Recorder",
    "SimpleUSB",
    "Snoop",
    "Surrogate",
    "UnicastRTP",
    "WebSocket",
];

/// The DAHDI channel that mixes the audio of a `MeetMe` room or a page.
const DAHDI_MIXER: &str = "pseudo";

/// The party behind a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Peer {
    /// No event named the channel yet.
    #[default]
    Unknown,
    /// A bot, recorder, announcement, spy or media server.
    Helper,
    /// An employee's phone.
    Employee(CompactString),
    /// A trunk, with an outside party behind it.
    Line(CompactString),
    /// Half of a Local channel.
    Local {
        /// The unique name both halves share.
        pair: Box<str>,
        half: Half,
    },
}

impl Peer {
    /// Parses `TECH/peer-hex` and `Local/number@context-hex;half`. A channel that began in a
    /// trunk's context is a line, whatever the name of its peer.
    pub(crate) fn of(name: &str, context: Option<&str>, rules: &Rules) -> Self {
        let Some((technology, rest)) = name.split_once('/') else {
            return Self::Unknown;
        };
        if technology.eq_ignore_ascii_case("local") {
            return match (rest.strip_suffix(";1"), rest.strip_suffix(";2")) {
                (Some(pair), _) => Self::Local { pair: pair.into(), half: Half::One },
                (_, Some(pair)) => Self::Local { pair: pair.into(), half: Half::Two },
                (None, None) => Self::Unknown,
            };
        }
        if HELPERS.iter().any(|helper| technology.eq_ignore_ascii_case(helper)) {
            return Self::Helper;
        }
        // A peer's name may contain hyphens; the last one starts the channel's number.
        let peer = rest.rsplit_once('-').map_or(rest, |(peer, _)| peer);
        // An ISDN span precedes the dialled number.
        let peer = peer.split('/').next().unwrap_or(peer);
        if technology.eq_ignore_ascii_case("dahdi") && peer == DAHDI_MIXER {
            return Self::Helper;
        }
        if peer.is_empty() {
            return Self::Unknown;
        }
        if context.is_some_and(|context| rules.trunk_contexts.matches(context)) {
            return Self::Line(peer.into());
        }
        match rules.extensions.extension(peer) {
            Some(extension) => Self::Employee(extension.into()),
            None => Self::Line(peer.into()),
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

    /// The name that both halves of a Local channel share.
    pub(crate) fn pair(&self) -> Option<&str> {
        match self {
            Self::Local { pair, .. } => Some(pair),
            _ => None,
        }
    }

    /// The number a Local channel dials: `152` of `152@dialexecute-0000000c`.
    pub(crate) fn local_number(&self) -> Option<&str> {
        self.pair().and_then(|pair| pair.split('@').next()).filter(|number| !number.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use vochi_crm_core::Zone;
    use vochi_crm_core::phone::PhoneReader;

    use super::*;
    use crate::pattern::{ContextPattern, ExtensionPattern};
    use crate::rules::Mobiles;

    fn rules() -> Rules {
        Rules {
            extensions: ExtensionPattern::default(),
            trunk_contexts: ContextPattern::default(),
            employees: Mobiles::default(),
            phones: PhoneReader::new(),
            zone: Zone::utc(),
        }
    }

    fn of(name: &str) -> Peer {
        Peer::of(name, None, &rules())
    }

    #[test]
    fn name_distinguishes_phone_line_and_local_half() {
        assert_eq!(of("PJSIP/151-0000004f"), Peer::Employee("151".into()));
        assert_eq!(of("PJSIP/151-WS-0000004f"), Peer::Employee("151".into()));
        assert_eq!(of("SIP/0001363-00000045"), Peer::Line("0001363".into()));
        assert_eq!(of("SIP/gsm-gate-1-00000045"), Peer::Line("gsm-gate-1".into()));
        assert_eq!(of("DAHDI/i1/375291110001-5"), Peer::Line("i1".into()));
        assert_eq!(
            of("Local/152@dialexecute-0000000c;1"),
            Peer::Local { pair: "152@dialexecute-0000000c".into(), half: Half::One }
        );
        for odd in ["", "PJSIP", "PJSIP/", "Local/1@a-1", "<unknown>"] {
            assert_eq!(of(odd), Peer::Unknown, "{odd:?}");
        }
    }

    #[test]
    fn helper_channels_are_recognised() {
        for name in [
            "AudioSocket/127.0.0.1:9092-0x7f2c5c00a1b0",
            "CBAnn/800-00000001;1",
            "CBRec/conf-800-00000001",
            "Console/dsp",
            "DAHDI/pseudo-1204521",
            "MulticastRTP/0x7f2c5c00a1b0",
            "Recorder/ARI-00000000;2",
            "Snoop/1772438400.20-00000000",
            "UnicastRTP/192.0.2.9:5005-0x7f2c5c00a1b0",
            "WebSocket/bot/0x7f2c5c00a1b0",
            "Surrogate/PJSIP/151-00000004",
        ] {
            assert_eq!(of(name), Peer::Helper, "{name}");
        }
    }

    #[test]
    fn channel_in_a_trunk_context_is_a_line() {
        let of = |name: &str, context: &str| Peer::of(name, Some(context), &rules());
        assert_eq!(of("SIP/20011-00000001", "from-trunk"), Peer::Line("20011".into()));
        assert_eq!(of("DAHDI/33-1", "from-pstn"), Peer::Line("33".into()));
        assert_eq!(of("DAHDI/33-1", "from-internal"), Peer::Employee("33".into()));
        assert_eq!(of("Snoop/1.2-00000000", "from-trunk"), Peer::Helper);
    }
}
