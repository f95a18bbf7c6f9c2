//! Builder of hand-written event streams.

use serde_json::{Map, Value, json};
use vochi_crm_asterisk::FinishedCall;
use vochi_crm_core::{Extension, Seconds};

use crate::fixture::Event;

/// A channel of a stream: `1371/2` is the second channel of peer 1371.
#[derive(Clone, Copy)]
pub(crate) struct Ch {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) linked: &'static str,
}

pub(crate) const fn ch(id: &'static str, name: &'static str, linked: &'static str) -> Ch {
    Ch { id, name, linked }
}

/// The single external call among these.
pub(crate) fn only(calls: Vec<FinishedCall>) -> FinishedCall {
    let mut external: Vec<_> = calls.into_iter().filter(FinishedCall::is_external).collect();
    assert_eq!(external.len(), 1, "{external:?}");
    external.remove(0)
}

pub(crate) fn talk(call: &FinishedCall) -> Option<u32> {
    call.record().talk().map(Seconds::get)
}

pub(crate) fn names(list: &[Extension]) -> Vec<&str> {
    list.iter().map(Extension::as_str).collect()
}

/// An event of a dialplan.
pub(crate) fn dialplan_event(t: f64, name: &str, body: Value) -> Event {
    let Value::Object(mut body) = body else { panic!("a body is an object") };
    body.insert("Token".to_owned(), "tenant".into());
    Event { t, name: name.to_owned(), body }
}

/// Builder of an AMI stream.
#[derive(Default)]
pub(crate) struct Ami(Vec<Event>);

impl Ami {
    pub(crate) fn event(mut self, t: f64, name: &str, parts: &[(&str, Ch)], rest: Value) -> Self {
        let mut body = Map::new();
        for (prefix, channel) in parts {
            for (field, value) in
                [("Channel", channel.name), ("Uniqueid", channel.id), ("Linkedid", channel.linked)]
            {
                body.insert(format!("{prefix}{field}"), value.into());
            }
        }
        if let Value::Object(rest) = rest {
            body.extend(rest);
        }
        self.0.push(Event { t, name: name.to_owned(), body });
        self
    }

    /// A client calls in.
    pub(crate) fn calls_in(self, t: f64, client: Ch, number: &str, exten: &str) -> Self {
        let fields = json!({"ChannelState": "4", "CallerIDNum": number, "Exten": exten});
        self.event(t, "Newchannel", &[("", client)], fields)
    }

    /// A phone starts a call.
    pub(crate) fn picks_up(self, t: f64, phone: Ch, exten: &str) -> Self {
        let fields = json!({"ChannelState": "4", "CallerIDNum": "<unknown>", "Exten": exten});
        self.event(t, "Newchannel", &[("", phone)], fields)
    }

    /// One channel dials another, which rings.
    pub(crate) fn rings(self, t: f64, by: Ch, to: Ch, string: &str) -> Self {
        let parts = [("", by), ("Dest", to)];
        self.event(t, "Newchannel", &[("", to)], json!({"ChannelState": "0", "Exten": "s"}))
            .event(t, "DialBegin", &parts, json!({"DialString": string}))
            .event(t, "DialState", &parts, json!({"DialStatus": "RINGING"}))
    }

    /// The PBX itself calls a channel, which rings.
    pub(crate) fn originates(self, t: f64, to: Ch, string: &str) -> Self {
        let begins = json!({"ChannelState": "0", "Exten": "s"});
        self.event(t, "Newchannel", &[("", to)], begins)
            .event(t, "DialBegin", &[("Dest", to)], json!({"DialString": string}))
            .event(t, "DialState", &[("Dest", to)], json!({"DialStatus": "RINGING"}))
    }

    /// The two halves of a Local channel.
    pub(crate) fn local(self, t: f64, [one, two]: [Ch; 2]) -> Self {
        self.event(t, "LocalBridge", &[("LocalOne", one), ("LocalTwo", two)], json!({}))
    }

    /// Two channels enter one bridge.
    pub(crate) fn talk(self, t: f64, bridge: &str, one: Ch, other: Ch) -> Self {
        self.enters(t, bridge, one).enters(t, bridge, other)
    }

    /// Two channels leave the bridge and end.
    pub(crate) fn part(self, t: f64, bridge: &str, one: Ch, other: Ch) -> Self {
        self.leaves(t, bridge, one).leaves(t, bridge, other).hangs_up(t, one).hangs_up(t, other)
    }

    /// One channel dials another, which never rings.
    pub(crate) fn tries(self, t: f64, by: Ch, to: Ch, string: &str, end: &str) -> Self {
        let parts = [("", by), ("Dest", to)];
        self.event(t, "Newchannel", &[("", to)], json!({"ChannelState": "0", "Exten": "s"}))
            .event(t, "DialBegin", &parts, json!({"DialString": string}))
            .ends(t + 0.1, by, to, end)
            .hangs_up(t + 0.1, to)
    }

    pub(crate) fn ends(self, t: f64, by: Ch, to: Ch, status: &str) -> Self {
        self.event(t, "DialEnd", &[("", by), ("Dest", to)], json!({"DialStatus": status}))
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

    /// Enters a bridge of another kind: a conference, a parking lot.
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
