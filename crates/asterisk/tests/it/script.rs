//! Streams written by hand, for what was not recorded.

use serde_json::{Map, Value, json};

use crate::fixture::Event;

/// A channel of a written stream: `1371/2` is the second channel of peer 1371.
#[derive(Clone, Copy)]
pub(crate) struct Ch {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) linked: &'static str,
}

pub(crate) const fn ch(id: &'static str, name: &'static str, linked: &'static str) -> Ch {
    Ch { id, name, linked }
}

/// An AMI stream in the making.
#[derive(Default)]
pub(crate) struct Ami(Vec<Event>);

impl Ami {
    pub(crate) fn event(mut self, t: f64, name: &str, parts: &[(&str, Ch)], rest: Value) -> Self {
        let mut body = Map::new();
        for (prefix, channel) in parts {
            for (field, value) in [
                ("Channel", channel.name),
                ("Uniqueid", channel.id),
                ("Linkedid", channel.linked),
            ] {
                body.insert(format!("{prefix}{field}"), value.into());
            }
        }
        if let Value::Object(rest) = rest {
            body.extend(rest);
        }
        self.0.push(Event {
            t,
            name: name.to_owned(),
            body,
        });
        self
    }

    /// A client calls in.
    pub(crate) fn calls_in(self, t: f64, client: Ch, number: &str, exten: &str) -> Self {
        let fields = json!({"ChannelState": "4", "CallerIDNum": number, "Exten": exten});
        self.event(t, "Newchannel", &[("", client)], fields)
    }

    /// A phone begins a call.
    pub(crate) fn picks_up(self, t: f64, phone: Ch, exten: &str) -> Self {
        let fields = json!({"ChannelState": "4", "CallerIDNum": "<unknown>", "Exten": exten});
        self.event(t, "Newchannel", &[("", phone)], fields)
    }

    /// One channel dials another, which rings.
    pub(crate) fn rings(self, t: f64, by: Ch, to: Ch, string: &str) -> Self {
        let parts = [("", by), ("Dest", to)];
        self.event(
            t,
            "Newchannel",
            &[("", to)],
            json!({"ChannelState": "0", "Exten": "s"}),
        )
        .event(t, "DialBegin", &parts, json!({"DialString": string}))
        .event(t, "DialState", &parts, json!({"DialStatus": "RINGING"}))
    }

    /// One channel dials another, which never rings.
    pub(crate) fn tries(self, t: f64, by: Ch, to: Ch, string: &str, end: &str) -> Self {
        let parts = [("", by), ("Dest", to)];
        self.event(
            t,
            "Newchannel",
            &[("", to)],
            json!({"ChannelState": "0", "Exten": "s"}),
        )
        .event(t, "DialBegin", &parts, json!({"DialString": string}))
        .ends(t + 0.1, by, to, end)
        .hangs_up(t + 0.1, to)
    }

    pub(crate) fn ends(self, t: f64, by: Ch, to: Ch, status: &str) -> Self {
        self.event(
            t,
            "DialEnd",
            &[("", by), ("Dest", to)],
            json!({"DialStatus": status}),
        )
    }

    pub(crate) fn enters(self, t: f64, bridge: &str, who: Ch) -> Self {
        self.event(
            t,
            "BridgeEnter",
            &[("", who)],
            json!({"BridgeUniqueid": bridge, "BridgeType": "basic"}),
        )
    }

    pub(crate) fn leaves(self, t: f64, bridge: &str, who: Ch) -> Self {
        self.event(
            t,
            "BridgeLeave",
            &[("", who)],
            json!({"BridgeUniqueid": bridge, "BridgeType": "basic"}),
        )
    }

    /// Into a bridge of another kind: a conference room, a parking lot.
    pub(crate) fn joins(self, t: f64, bridge: &str, kind: &str, who: Ch) -> Self {
        self.event(
            t,
            "BridgeEnter",
            &[("", who)],
            json!({"BridgeUniqueid": bridge, "BridgeType": kind}),
        )
    }

    pub(crate) fn quits(self, t: f64, bridge: &str, kind: &str, who: Ch) -> Self {
        self.event(
            t,
            "BridgeLeave",
            &[("", who)],
            json!({"BridgeUniqueid": bridge, "BridgeType": kind}),
        )
    }

    pub(crate) fn hangs_up(self, t: f64, who: Ch) -> Self {
        self.event(t, "Hangup", &[("", who)], json!({"Cause": "16"}))
    }

    pub(crate) fn events(self) -> Vec<Event> {
        self.0
    }
}
