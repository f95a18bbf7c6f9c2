//! Events a dialplan posts itself: `start`, `dial`, `bridge` and their like.

use super::fields::{Fields, Written};
use super::{
    Arrived, BridgeKind, BrokenEvent, CallKind, Coming, Dialect, Dialled, Named, PbxEvent, Reading,
    Reported, Told, missing,
};

pub(super) fn read<'a>(name: &str, fields: Fields<'a>) -> Result<Reading<'a>, BrokenEvent> {
    let told = match name {
        "start" => Told::Arrived(Arrived {
            id: id(fields)?,
            phone: fields.get("Phone"),
            line: fields.get("Trunk"),
        }),
        "dial" => Told::Dialled(Dialled {
            id: id(fields)?,
            kind: kind(fields),
            phone: fields.get("Phone"),
            extensions: fields.list("Extensions"),
            line: fields.get("Trunk"),
        }),
        "bridge" => Told::Entered(coming(fields)?),
        "bridge_leave" => {
            Told::Left { from: coming(fields)?, remaining: fields.whole("BridgeNumChannels") }
        }
        "bridge_destroy" => match fields.get("BridgeUniqueid") {
            Some(bridge) => Told::BridgeGone { bridge },
            None => return Ok(Reading::Irrelevant),
        },
        "bridge_create" => return Ok(Reading::Irrelevant),
        "new_callerid" => Told::Seen(channel(fields)?),
        "hangup" => Told::Reported(Reported {
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
    Ok(Reading::Event(PbxEvent { scope: fields.get("Token"), dialect: Dialect::Dialplan, told }))
}

fn id(fields: Fields<'_>) -> Result<Written<'_>, BrokenEvent> {
    missing(fields.get("UniqueId").or_else(|| fields.get("Uniqueid")), "UniqueId")
}

fn channel(fields: Fields<'_>) -> Result<Named<'_>, BrokenEvent> {
    Ok(Named {
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

fn coming(fields: Fields<'_>) -> Result<Coming<'_>, BrokenEvent> {
    Ok(Coming {
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
        _ => CallKind::Untold,
    }
}

fn time(fields: Fields<'_>, name: &str) -> Option<vochi_crm_core::LocalTime> {
    let text: Written<'_> = fields.get(name)?;
    text.parse().ok()
}
