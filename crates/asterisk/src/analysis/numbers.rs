//! Numbers and lines of a call, as the PBX wrote them.

use vochi_crm_core::Direction;

use super::parties::Client;
use crate::peer::Peer;
use crate::scene::{Channel, ChannelAt, Scene};

/// The number of the outside party, as the PBX wrote it.
pub(crate) fn phone_of<'a>(scene: &'a Scene, client: &Client) -> Option<&'a str> {
    if let Some(plan) = &scene.plan {
        let arrival = plan
            .arrivals
            .iter()
            .filter(|arrival| arrival.channel == client.key)
            .find_map(|arrival| arrival.phone.as_deref());
        let dial = plan
            .dials
            .iter()
            .filter(|dial| dial.channel == client.key)
            .find_map(|dial| dial.phone.as_deref());
        let report = plan
            .reports
            .iter()
            .filter(|report| report.channel == client.key)
            .find_map(|report| report.phone.as_deref());
        if let Some(found) = arrival.or(dial).or(report) {
            return Some(found);
        }
    }
    match client.direction {
        Direction::Outbound => {
            let answered = |at: &&ChannelAt| scene.channel(**at).is_some_and(Channel::was_bridged);
            let own = client.channels.iter();
            let best = own.clone().find(answered).or_else(|| own.clone().last())?;
            dialled_number(scene.channel(*best)?)
        }
        _ => scene.channel(client.key)?.caller(),
    }
}

/// The number a channel was dialled with: `375…` in `375…@0001371` and `0001371/375…`, or else the
/// called number.
pub(crate) fn dialled_number(channel: &Channel) -> Option<&str> {
    let string = channel.dial.as_deref().and_then(|dial| dial.string.as_deref());
    let number = string.and_then(|string| {
        let string = string.strip_prefix("PJSIP/").unwrap_or(string);
        let number = match string.split_once('@') {
            // After the credentials of an IAX peer comes the number.
            Some((credentials, rest))
                if credentials.contains(':') && !credentials.contains("sip:") =>
            {
                rest.rsplit_once('/').map(|(_, number)| number)
            }
            Some((number, _)) => number.rsplit('/').next(),
            None => string.rsplit_once('/').map(|(_, number)| number),
        };
        number.map(|number| number.trim_start_matches("sip:"))
    });
    number
        .filter(|number| number.bytes().any(|byte| byte.is_ascii_digit()) && !number.contains(':'))
        .or(channel.caller())
}

/// The company's own number or trunk of the call.
pub(crate) fn line_of<'a>(scene: &'a Scene, client: &Client) -> Option<&'a str> {
    if let Some(plan) = &scene.plan {
        let arrived = plan
            .arrivals
            .iter()
            .filter(|arrival| arrival.channel == client.key)
            .find_map(|arrival| arrival.line.as_deref());
        let dialled = plan
            .dials
            .iter()
            .rev()
            .filter(|dial| dial.channel == client.key)
            .find_map(|dial| dial.line.as_deref());
        let reported = plan.report_of(client.key).and_then(|report| report.line.as_deref());
        if let Some(line) = arrived.or(reported).or(dialled) {
            return Some(line);
        }
    }
    let trunk = |at: ChannelAt| match &scene.channel(at)?.peer {
        Peer::Line(line) => Some(line.as_str()),
        _ => None,
    };
    match client.direction {
        Direction::Outbound => {
            let own = client.channels.iter().copied();
            let best = own
                .clone()
                .find(|at| scene.channel(*at).is_some_and(Channel::was_bridged))
                .or_else(|| own.clone().last())?;
            trunk(best)
        }
        _ => scene.channel(client.key).and_then(Channel::exten).or_else(|| trunk(client.key)),
    }
}
