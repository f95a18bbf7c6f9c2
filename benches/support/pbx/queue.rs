//! A queue that rings the same phone again and again.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Rendered, start};

/// Number of events of an attempt.
pub(crate) const EVENTS_OF_ATTEMPT: usize = 5;

/// The events of a caller who waits while a phone rings once a second, generated lazily.
pub(crate) fn queue_call(call: usize, attempts: usize) -> impl Iterator<Item = Rendered> {
    let caller = Channel { id: format!("{call}.0"), name: format!("PJSIP/0001371-{call:08x}") };
    let linked = caller.id.clone();
    let fields =
        json!({"ChannelState": "4", "CallerIDNum": "375291110001", "Exten": "375172000110"});
    let arrives = event(0, "Newchannel", &[("", &caller)], &linked, fields);
    let attempts = (1..=attempts).flat_map(move |nth| {
        let phone = Channel { id: format!("{call}.{nth}"), name: format!("PJSIP/151-{nth:08x}") };
        let both = [("", &caller), ("Dest", &phone)];
        let new = json!({"ChannelState": "0", "Exten": "s"});
        let second = u64::try_from(nth).unwrap();
        [
            event(second, "Newchannel", &[("", &phone)], &linked, new),
            event(second, "DialBegin", &both, &linked, json!({"DialString": "151"})),
            event(second, "DialState", &both, &linked, json!({"DialStatus": "RINGING"})),
            event(second, "DialEnd", &both, &linked, json!({"DialStatus": "BUSY"})),
            event(second, "Hangup", &[("", &phone)], &linked, json!({"Cause": "17"})),
        ]
    });
    std::iter::once(arrives).chain(attempts)
}

struct Channel {
    id: String,
    name: String,
}

fn event(
    second: u64,
    name: &str,
    channels: &[(&str, &Channel)],
    linked: &str,
    more: Value,
) -> Rendered {
    let mut body = Map::new();
    for (prefix, channel) in channels {
        body.insert(format!("{prefix}Channel"), channel.name.as_str().into());
        body.insert(format!("{prefix}Uniqueid"), channel.id.as_str().into());
        body.insert(format!("{prefix}Linkedid"), linked.into());
    }
    if let Value::Object(more) = more {
        body.extend(more);
    }
    Rendered {
        at: start().plus(Duration::from_secs(second)),
        name: name.to_owned(),
        body,
        pbx: None,
    }
}
