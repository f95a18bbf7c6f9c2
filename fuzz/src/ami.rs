//! Streams of AMI events generated from bytes: dials, bridges, transfers and hangups in any order.

use serde_json::{Map, Value, json};

use crate::pbx_events;

/// The channels of a stream: trunks, phones, a mobile, two Local channels, a bot.
const CHANNELS: [&str; 12] = [
    "PJSIP/0001371-00000001",
    "PJSIP/0001372-00000002",
    "PJSIP/0001371-00000003",
    "PJSIP/150-00000004",
    "PJSIP/151-00000005",
    "PJSIP/152-WS-00000006",
    "PJSIP/150-00000007",
    "Local/151@queue-00000008;1",
    "Local/151@queue-00000008;2",
    "Local/375291115555@out-00000009;1",
    "Local/375291115555@out-00000009;2",
    "AudioSocket/127.0.0.1:9092-0x1b0",
];

/// Most events of one stream.
const MAX_EVENTS: usize = 400;

/// Processes the stream that the bytes describe, three bytes per event.
///
/// # Panics
/// As [`pbx_events`].
pub fn ami_stream(input: &[u8]) {
    let (first, rest) = input.split_first().unwrap_or((&0, &[]));
    let mut stream = Stream { t: 0.0, has_linkedid: first % 4 != 0, lines: Vec::new() };
    for event in rest.chunks_exact(3).take(MAX_EVENTS) {
        stream.event(event[0], event[1], event[2]);
    }
    pbx_events(stream.lines.join("\n").as_bytes());
}

struct Stream {
    t: f64,
    /// Whether events have a `Linkedid`, as since Asterisk 13.2.
    has_linkedid: bool,
    lines: Vec<String>,
}

impl Stream {
    fn event(&mut self, what: u8, who: u8, detail: u8) {
        let one = usize::from(who) % CHANNELS.len();
        let other = usize::from(detail) % CHANNELS.len();
        let kinds = ["basic", "base", "parking", "stasis"];
        let kind = kinds[usize::from(detail / 4) % kinds.len()];
        let bridge = json!({
            "BridgeUniqueid": format!("b{}", detail % 4),
            "BridgeType": kind,
            "BridgeNumChannels": (detail / 16 % 3).to_string(),
        });
        let number = format!("37529111000{}", detail % 10);
        let both = [("", one), ("Dest", other)];
        self.t += [0.0, 0.001, 0.4, 7.0, 60.0, 4_000.0][usize::from(what / 20) % 6];
        match what % 20 {
            0 | 1 => self.push(
                "Newchannel",
                &[("", one)],
                json!({
                    "ChannelState": if detail.is_multiple_of(2) { "4" } else { "0" },
                    "CallerIDNum": number,
                    "Exten": if detail.is_multiple_of(3) { "150" } else { "375172000110" },
                    "Context": if detail.is_multiple_of(5) { "from-trunk" } else { "from-internal" },
                }),
            ),
            2 => self.push(
                "Newstate",
                &[("", one)],
                json!({"ChannelState": (detail % 8).to_string()}),
            ),
            3 | 4 => self.push(
                "DialBegin",
                &both,
                json!({"DialString": format!("{number}@0001371")}),
            ),
            5 => self.push("DialBegin", &both[1..], json!({"DialString": number})),
            6 => self.push("DialState", &both, json!({"DialStatus": "RINGING"})),
            7 | 8 => {
                let statuses = [
                    "ANSWER",
                    "BUSY",
                    "NOANSWER",
                    "CANCEL",
                    "CONGESTION",
                    "CHANUNAVAIL",
                ];
                let status = statuses[usize::from(detail / 12) % statuses.len()];
                self.push("DialEnd", &both, json!({"DialStatus": status}));
            }
            9 | 10 => self.push("BridgeEnter", &[("", one)], bridge),
            11 => self.push("BridgeLeave", &[("", one)], bridge),
            12 => self.push("BridgeDestroy", &[], bridge),
            13 | 14 => self.push("Hangup", &[("", one)], json!({"Cause": detail.to_string()})),
            15 => self.push("HangupRequest", &[("", one)], json!({})),
            16 => {
                let name = ["Hold", "Unhold", "MixMonitorStart", "MessageWaiting"];
                self.push(
                    name[usize::from(detail) % name.len()],
                    &[("", one)],
                    json!({}),
                );
            }
            17 => {
                let parties = [("Transferer", one), ("Transferee", other)];
                self.push("BlindTransfer", &parties, json!({"Extension": "700"}));
            }
            18 => {
                let third = usize::from(detail / 12) % CHANNELS.len();
                let parties = [
                    ("OrigTransferer", one),
                    ("SecondTransferer", other),
                    ("Transferee", third),
                ];
                self.push("AttendedTransfer", &parties, json!({}));
            }
            _ => match detail % 4 {
                0 => self.push(
                    "LocalBridge",
                    &[("LocalOne", one), ("LocalTwo", other)],
                    json!({}),
                ),
                1 => self.push(
                    "UnParkedCall",
                    &[("Parkee", one), ("Retriever", other)],
                    json!({}),
                ),
                2 => self.push("Shutdown", &[], json!({})),
                _ => self.push("FullyBooted", &[], json!({"Uptime": who.to_string()})),
            },
        }
    }

    fn push(&mut self, name: &str, channels: &[(&str, usize)], more: Value) {
        let mut body = Map::new();
        for (prefix, channel) in channels {
            body.insert(format!("{prefix}Uniqueid"), format!("1.{channel}").into());
            body.insert(format!("{prefix}Channel"), CHANNELS[*channel].into());
            if self.has_linkedid {
                // Every third channel begins in a separate call.
                let linked = channel - channel % 3;
                body.insert(format!("{prefix}Linkedid"), format!("1.{linked}").into());
            }
        }
        if let Value::Object(more) = more {
            body.extend(more);
        }
        self.lines.push(json!({"t": self.t, "type": name, "data": body}).to_string());
    }
}
