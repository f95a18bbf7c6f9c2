//! Whether a call is over for its client.

use vochi_crm_core::Direction;

use super::parties::Client;
use crate::scene::{Channel, ChannelAt, Micros, SECOND, Scene};

/// Time in which the target of a transfer starts to ring.
const RINGS_WITHIN: Micros = 5 * SECOND;

pub(crate) fn is_bridged(scene: &Scene, client: &Client) -> bool {
    let mut own = client.channels.iter();
    own.any(|at| scene.current_bridge(*at).is_some())
}

pub(crate) fn was_bridged(scene: &Scene, client: &Client) -> bool {
    let mut own = client.channels.iter().filter_map(|at| scene.channel(*at));
    own.any(Channel::was_bridged)
}

/// Returns true if the channels that carry a client's call are gone.
fn hung_up(scene: &Scene, client: &Client) -> bool {
    let own = || client.channels.iter().filter_map(|at| scene.channel(*at));
    let hung = |channel: &Channel| channel.hung_at().is_some();
    if client.direction != Direction::Outbound {
        return own().any(hung);
    }
    if own().any(Channel::was_bridged) {
        return own().all(hung);
    }
    // The channel that dialled the last line; after a transfer it is not the first caller.
    let last = own().max_by_key(|channel| channel.dial.as_deref().map(|dial| dial.at));
    let dialler = last.and_then(|last| last.dial.as_deref()?.by).unwrap_or(client.key);
    scene.channel(dialler).is_some_and(hung)
}

/// Returns true if an end event must be sent for a call whose start event was sent. A dialplan may
/// still report a transfer; the end waits only as long as a phone takes to ring.
pub(crate) fn has_ended(scene: &Scene, client: &Client, now: Micros) -> bool {
    ended_for_client_at(scene, client).is_some()
        || presumed_end(scene, client).is_some_and(|at| at <= now)
}

/// When a call counts as ended for live events.
pub(crate) fn presumed_end(scene: &Scene, client: &Client) -> Option<Micros> {
    let report = scene.plan.as_deref()?.report_of(client.key)?;
    let rings = scene.channels.iter().any(Channel::rings_now);
    (!is_bridged(scene, client) && !rings)
        .then(|| report.at.max(scene.last_at).saturating_add(RINGS_WITHIN))
}

/// When a call certainly ended for the client, if it did.
pub(crate) fn ended_for_client_at(scene: &Scene, client: &Client) -> Option<Micros> {
    if hung_up(scene, client) {
        let hung = client
            .channels
            .iter()
            .chain([&client.key])
            .filter_map(|at| scene.channel(*at)?.hung_at());
        return hung.max();
    }
    let plan = scene.plan.as_deref()?;
    let own = client.channels.iter().find_map(|at| plan.report_of(*at));
    if let Some(own) = own {
        return Some(own.at);
    }
    let report = plan.report_of(client.key)?;
    if client.direction != Direction::Outbound || !was_bridged(scene, client) {
        return Some(report.at);
    }
    // The employee's channel is gone. The client may have been transferred, unless it left first.
    if is_bridged(scene, client) {
        return None;
    }
    let last_of = |at: ChannelAt| scene.stays(at).pop();
    let client_left =
        client.channels.iter().filter_map(|at| last_of(*at)).max_by_key(|stay| stay.to)?;
    let others = scene.all().filter(|(at, channel)| {
        !client.channels.contains(at) && channel.peer.extension().is_some()
    });
    let others: Vec<_> = others.filter_map(|(at, _)| last_of(at)).collect();
    let stayed_longer = others.is_empty()
        || others.iter().any(|stay| stay.bridge == client_left.bridge && stay.to > client_left.to);
    stayed_longer.then(|| report.at.max(client_left.to.unwrap_or(report.at)))
}
