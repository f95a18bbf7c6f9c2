//! Outcome and reason of unanswered calls.

use vochi_crm_core::{Direction, Outcome, Reason};

use super::parties::Client;
use crate::peer::Peer;
use crate::read::DialEnd;
use crate::scene::{Attempts, Channel, ChannelAt, Scene};

/// Q.850 causes of a number or route that does not exist or is out of order.
const FAILING: &[u16] =
    &[1, 2, 3, 6, 22, 27, 28, 29, 34, 38, 41, 42, 44, 47, 50, 57, 58, 63, 65, 66, 69, 79, 88, 111];
/// Q.850 cause: the called side declined.
const REJECTED: u16 = 21;
const BUSY: u16 = 17;

/// Returns outcome and reason of an unanswered call.
pub(crate) fn unanswered(scene: &Scene, client: &Client) -> (Outcome, Option<Reason>) {
    if scene.dialplan {
        // A dialplan has one status for failure: busy, no answer and no line look the same.
        return match client.direction {
            Direction::Outbound => (Outcome::NoAnswer, None),
            _ => (Outcome::Missed, None),
        };
    }
    match client.direction {
        Direction::Outbound => {
            let tried = client.channels.iter().filter_map(|at| scene.channel(*at));
            outgoing(tried, scene.channel(client.key))
        }
        _ => (Outcome::Missed, Some(missed(scene, client))),
    }
}

/// Result of the attempts to reach a party: the one that got furthest, of equal ones the last.
pub(crate) fn outgoing<'a>(
    tried: impl Iterator<Item = &'a Channel>,
    caller: Option<&Channel>,
) -> (Outcome, Option<Reason>) {
    let furthest =
        tried.max_by_key(|channel| (reached(channel), channel.dial.as_deref().map(|dial| dial.at)));
    let rang = furthest.is_some_and(|channel| channel.rang_at().is_some());
    let cause = furthest.and_then(|channel| channel.cause);
    let end = furthest.and_then(Channel::dial_end);
    let gave_up = caller.is_some_and(|caller| caller.asked);
    match end {
        Some(DialEnd::Busy) => (Outcome::Busy, Some(Reason::Busy)),
        Some(DialEnd::Unavailable) => (Outcome::Failed, Some(Reason::Unavailable)),
        Some(DialEnd::Cancelled) => (Outcome::Cancelled, None),
        _ if cause == Some(BUSY) && end.is_none() => (Outcome::Busy, Some(Reason::Busy)),
        None if gave_up => (Outcome::Cancelled, None),
        _ if !rang && cause.is_some_and(|cause| FAILING.contains(&cause)) => {
            (Outcome::Failed, Some(Reason::Unavailable))
        }
        _ if cause == Some(REJECTED) => (Outcome::NoAnswer, Some(Reason::Refused)),
        _ => (Outcome::NoAnswer, Some(Reason::Timeout)),
    }
}

/// Progress of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    Nothing,
    /// It rang, or the called side was busy.
    Phone,
    Answer,
}

fn reached(attempt: &Channel) -> Reached {
    let end = attempt.dial_end();
    if end == Some(DialEnd::Answered) || attempt.was_bridged() {
        Reached::Answer
    } else if attempt.rang_at().is_some()
        || end == Some(DialEnd::Busy)
        || attempt.cause == Some(BUSY)
    {
        Reached::Phone
    } else {
        Reached::Nothing
    }
}

/// Returns why an incoming call was not answered.
fn missed(scene: &Scene, client: &Client) -> Reason {
    let asked =
        client.channels.iter().any(|at| scene.channel(*at).is_some_and(|channel| channel.asked));
    if asked {
        return Reason::CallerGaveUp;
    }
    let mut tried = scene.freed.as_deref().map(|freed| freed.attempts).unwrap_or_default();
    for channel in &scene.channels {
        count_attempt(&mut tried, channel);
    }
    match tried {
        // Without any attempt there was no phone to ring.
        Attempts { all, unavailable, .. } if unavailable == all => Reason::Unavailable,
        Attempts { all, busy, .. } if busy == all => Reason::Busy,
        Attempts { all, refused, .. } if refused == all => Reason::Refused,
        _ => Reason::Timeout,
    }
}

/// Counts an attempt to reach a phone or a line; ignores other channels.
pub(crate) fn count_attempt(attempts: &mut Attempts, channel: &Channel) {
    let dialled = channel.dial.as_deref().is_some_and(|dial| !dial.orphan);
    if dialled && matches!(channel.peer, Peer::Employee(_) | Peer::Line(_)) {
        let end = channel.dial_end();
        attempts.all += 1;
        attempts.busy += u32::from(end == Some(DialEnd::Busy) || channel.cause == Some(BUSY));
        attempts.unavailable += u32::from(end == Some(DialEnd::Unavailable));
        attempts.refused += u32::from(channel.cause == Some(REJECTED));
    }
}

/// Channels of a client that determine its outcome: the first, the last, the one that got furthest,
/// and those that talked.
pub(crate) fn deciding_channels(scene: &Scene, client: &Client) -> Vec<ChannelAt> {
    let own = || client.channels.iter().filter_map(|at| Some((*at, scene.channel(*at)?)));
    let dialled = |channel: &Channel| channel.dial.as_deref().map(|dial| dial.at);
    let first = own().min_by_key(|(_, channel)| dialled(channel));
    let last = own().max_by_key(|(_, channel)| dialled(channel));
    let furthest = own().max_by_key(|(_, channel)| (reached(channel), dialled(channel)));
    let talked = own().filter(|(_, channel)| channel.was_bridged());
    [first, last, furthest].into_iter().flatten().chain(talked).map(|(at, _)| at).collect()
}
