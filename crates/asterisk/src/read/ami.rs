//! Events of Asterisk's manager interface (Asterisk 12 and later).

use super::fields::{FieldText, Fields};
use super::{
    Attempt, BridgeKind, BridgeMembership, BrokenEvent, ChannelRef, DialEnd, Dialect, Payload,
    PbxEvent, Reading, missing,
};

/// Known events without information about a call that other events do not carry, or with wrong
/// information: call detail records count queues and greetings as talk.
const IRRELEVANT: &[&str] = &[
    "AgentCalled",
    "AgentComplete",
    "AgentConnect",
    "AgentRingNoAnswer",
    "BridgeCreate",
    "BridgeMerge",
    "BridgeVideoSourceUpdate",
    "CEL",
    "Cdr",
    "ChallengeSent",
    "ConfbridgeEnd",
    "ConfbridgeJoin",
    "ConfbridgeLeave",
    "ConfbridgeStart",
    "ContactStatus",
    "DTMFBegin",
    "DTMFEnd",
    "DeviceStateChange",
    "ExtensionStatus",
    "LocalOptimizationBegin",
    "LocalOptimizationEnd",
    "MixMonitorMute",
    "MixMonitorStop",
    "MusicOnHoldStart",
    "MusicOnHoldStop",
    "NewAccountCode",
    "NewCallerid",
    "NewConnectedLine",
    "NewExten",
    "Newexten",
    "ParkedCall",
    "ParkedCallGiveUp",
    "ParkedCallTimeOut",
    "PeerStatus",
    "PresenceStateChange",
    "QueueCallerAbandon",
    "QueueCallerJoin",
    "QueueCallerLeave",
    "QueueMemberStatus",
    "RTCPReceived",
    "RTCPSent",
    "Rename",
    "SoftHangupRequest",
    "SuccessfulAuth",
    "VarSet",
];

pub(super) fn read<'a>(name: &str, fields: Fields<'a>) -> Result<Reading<'a>, BrokenEvent> {
    let payload = match name {
        "Newchannel" => Payload::ChannelCreated(own(fields)?),
        "Newstate" => Payload::Seen(own(fields)?),
        "DialBegin" => {
            Payload::DialStarted { attempt: attempt(fields)?, string: fields.get("DialString") }
        }
        "DialState" => {
            let rings = matches!(fields.get("DialStatus").as_deref(), Some("RINGING" | "PROGRESS"));
            if !rings {
                return Ok(Reading::Irrelevant);
            }
            Payload::DialRinging(attempt(fields)?)
        }
        "DialEnd" => Payload::DialEnded { attempt: attempt(fields)?, end: dial_end(fields) },
        "BridgeEnter" => Payload::BridgeEntered(membership(fields)?),
        "BridgeLeave" => Payload::BridgeLeft {
            from: membership(fields)?,
            remaining: fields.whole("BridgeNumChannels"),
        },
        "BridgeDestroy" => Payload::BridgeDestroyed {
            bridge: missing(fields.get("BridgeUniqueid"), "BridgeUniqueid")?,
        },
        "Hangup" => Payload::HungUp { channel: own(fields)?, cause: fields.whole("Cause") },
        "HangupRequest" => Payload::HangupRequested(own(fields)?),
        "Hold" => Payload::Held(own(fields)?),
        "Unhold" => Payload::Resumed(own(fields)?),
        "BlindTransfer" => Payload::Blind {
            by: missing(channel(fields, "Transferer"), "TransfererUniqueid")?,
            client: channel(fields, "Transferee"),
            to: fields.get("Extension"),
        },
        "AttendedTransfer" => Payload::Attended {
            by: missing(channel(fields, "OrigTransferer"), "OrigTransfererUniqueid")?,
            second: missing(channel(fields, "SecondTransferer"), "SecondTransfererUniqueid")?,
            client: channel(fields, "Transferee"),
            target: channel(fields, "TransferTarget"),
        },
        "LocalBridge" => pair(fields, "LocalOne", "LocalTwo")?,
        "Pickup" => pair(fields, "", "Target")?,
        "UnParkedCall" => pair(fields, "Parkee", "Retriever")?,
        "MixMonitorStart" => Payload::Recorded(own(fields)?),
        "MessageWaiting" => match channel(fields, "") {
            Some(caller) if fields.whole("Waiting") != Some(0) => Payload::Message(caller),
            _ => return Ok(Reading::Irrelevant),
        },
        "UserEvent" => match (channel(fields, ""), fields.get("Outcome").as_deref()) {
            (Some(caller), Some(outcome)) if outcome.eq_ignore_ascii_case("voicemail") => {
                Payload::Message(caller)
            }
            _ => return Ok(Reading::Irrelevant),
        },
        "Shutdown" => Payload::PbxStopped,
        // Sent at every login; the uptime is missing before Asterisk 13.
        "FullyBooted" => match fields.whole("Uptime") {
            Some(uptime_seconds) => Payload::PbxStarted { uptime_seconds },
            None => return Ok(Reading::Irrelevant),
        },
        "OriginateResponse" => return Ok(Reading::Irrelevant),
        other if IRRELEVANT.binary_search(&other).is_ok() => return Ok(Reading::Irrelevant),
        _ => return Ok(Reading::Unknown),
    };
    Ok(Reading::Event(PbxEvent { scope: fields.get("SystemName"), dialect: Dialect::Ami, payload }))
}

fn channel<'a>(fields: Fields<'a>, prefix: &str) -> Option<ChannelRef<'a>> {
    Some(ChannelRef {
        id: fields.prefixed(prefix, "Uniqueid")?,
        linked: fields.prefixed(prefix, "Linkedid"),
        name: fields.prefixed(prefix, "Channel"),
        caller: fields.prefixed(prefix, "CallerIDNum"),
        connected: None,
        exten: fields.prefixed(prefix, "Exten"),
        context: fields.prefixed(prefix, "Context"),
        state: fields.prefixed(prefix, "ChannelState").and_then(|state| state.parse().ok()),
    })
}

fn own(fields: Fields<'_>) -> Result<ChannelRef<'_>, BrokenEvent> {
    missing(channel(fields, ""), "Uniqueid")
}

fn attempt(fields: Fields<'_>) -> Result<Attempt<'_>, BrokenEvent> {
    Ok(Attempt { by: channel(fields, ""), to: missing(channel(fields, "Dest"), "DestUniqueid")? })
}

fn pair<'a>(fields: Fields<'a>, one: &str, two: &str) -> Result<Payload<'a>, BrokenEvent> {
    Ok(Payload::Linked(
        missing(channel(fields, one), "Uniqueid of the one channel")?,
        missing(channel(fields, two), "Uniqueid of the other channel")?,
    ))
}

fn dial_end(fields: Fields<'_>) -> DialEnd {
    if fields.get("Forward").is_some() {
        return DialEnd::Forwarded;
    }
    let status: Option<FieldText<'_>> = fields.get("DialStatus");
    match status.as_deref() {
        Some("ANSWER") => DialEnd::Answered,
        Some("BUSY") => DialEnd::Busy,
        Some("CANCEL" | "ABORT") => DialEnd::Cancelled,
        Some("CONGESTION" | "CHANUNAVAIL") => DialEnd::Unavailable,
        // An unknown status is not an answer.
        _ => DialEnd::NoAnswer,
    }
}

fn membership(fields: Fields<'_>) -> Result<BridgeMembership<'_>, BrokenEvent> {
    Ok(BridgeMembership {
        channel: own(fields)?,
        bridge: fields.get("BridgeUniqueid"),
        kind: bridge_kind(fields),
    })
}

fn bridge_kind(fields: Fields<'_>) -> BridgeKind {
    let technology = fields.get("BridgeTechnology");
    let kind = fields.get("BridgeType");
    if technology.as_deref() == Some("holding_bridge") || kind.as_deref() == Some("parking") {
        BridgeKind::Holding
    } else if kind.as_deref() == Some("base") {
        BridgeKind::Conference
    } else {
        BridgeKind::Talk
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn irrelevant_names_are_sorted() {
        assert!(IRRELEVANT.is_sorted(), "a binary search needs it in order");
    }
}
