//! Events that a dialplan posts itself: `start`, `dial`, `bridge` and others.

use super::fields::{FieldText, Fields};
use super::{
    Arrived, BridgeKind, BridgeMembership, BrokenEvent, CallKind, ChannelRef, Dialect, Dialled,
    Payload, PbxEvent, Reading, Reported, missing,
};

pub(super) fn read<'a>(name: &str, fields: Fields<'a>) -> Result<Reading<'a>, BrokenEvent> {
    let payload = match name {
        "start" => Payload::Arrived(Arrived {
            id: id(fields)?,
            phone: fields.get("Phone"),
            line: fields.get("Trunk"),
        }),
        "dial" => Payload::Dialled(Dialled {
            id: id(fields)?,
            kind: kind(fields),
            phone: fields.get("Phone"),
            extensions: fields.list("Extensions"),
            line: fields.get("Trunk"),
        }),
        "bridge" => Payload::BridgeEntered(membership(fields)?),
        "bridge_leave" => Payload::BridgeLeft {
            from: membership(fields)?,
            remaining: fields.whole("BridgeNumChannels"),
        },
        "bridge_destroy" => match fields.get("BridgeUniqueid") {
            Some(bridge) => Payload::BridgeDestroyed { bridge },
            None => return Ok(Reading::Irrelevant),
        },
        "bridge_create" => return Ok(Reading::Irrelevant),
        "new_callerid" => Payload::Seen(channel(fields)?),
        "hangup" => Payload::Reported(Reported {
            id: id(fields)?,
            kind: kind(fields),
            answered: fields.get("CallStatus").map(|status| status == "2"),
            phone: fields.get("Phone"),
            extensions: fields.list("Extensions"),
            line: fields.get("Trunk"),
            began: time(fields, "StartTime"),
            received: time(fields, "DateReceived"),
            ended: time(fields, "EndTime"),
        }),
        _ => return Ok(Reading::Unknown),
    };
    Ok(Reading::Event(PbxEvent { scope: fields.get("Token"), dialect: Dialect::Dialplan, payload }))
}

fn id(fields: Fields<'_>) -> Result<FieldText<'_>, BrokenEvent> {
    missing(fields.get("UniqueId").or_else(|| fields.get("Uniqueid")), "UniqueId")
}

fn channel(fields: Fields<'_>) -> Result<ChannelRef<'_>, BrokenEvent> {
    Ok(ChannelRef {
        id: id(fields)?,
        linked: None,
        name: fields.get("Channel"),
        caller: fields.get("CallerIDNum"),
        connected: fields.get("ConnectedLineNum"),
        exten: fields.get("Exten"),
        context: None,
        state: None,
    })
}

fn membership(fields: Fields<'_>) -> Result<BridgeMembership<'_>, BrokenEvent> {
    Ok(BridgeMembership {
        channel: channel(fields)?,
        bridge: fields.get("BridgeUniqueid"),
        kind: BridgeKind::Talk,
    })
}

fn kind(fields: Fields<'_>) -> CallKind {
    match fields.whole("CallType") {
        Some(0) => CallKind::Incoming,
        Some(1) => CallKind::Outgoing,
        Some(2) => CallKind::Internal,
        _ => CallKind::Unspecified,
    }
}

fn time(fields: Fields<'_>, name: &str) -> Option<vochi_crm_core::LocalTime> {
    let text: FieldText<'_> = fields.get(name)?;
    text.parse().ok()
}
