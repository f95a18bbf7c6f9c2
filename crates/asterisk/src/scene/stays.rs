//! Time ranges in which a channel was in a bridge.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Bridge, BridgeAt, Micros};

/// A channel entered or left a bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Point {
    pub(super) at: Micros,
    pub(super) bridge: BridgeAt,
    pub(super) enters: bool,
}

/// A time range in a bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stay {
    pub(crate) bridge: BridgeAt,
    pub(crate) from: Micros,
    /// `None` while it lasts.
    pub(crate) to: Option<Micros>,
}

pub(crate) type Stays = SmallVec<[Stay; 4]>;

impl Stay {
    pub(crate) fn holds(&self, at: Micros) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}

/// Computes a channel's stays, in order, from its entries and exits. A channel is in one bridge at
/// a time: entering another one leaves the previous one.
pub(super) fn stays(points: &[Point], bridges: &[Bridge], hung_at: Option<Micros>) -> Stays {
    let mut stays = Stays::new();
    let mut open: Option<(BridgeAt, Micros)> = None;
    let mut rest: SmallVec<[Point; 8]> = SmallVec::from_slice(points);
    let mut next = 0;
    while let Some(now) = rest.get(next).map(|point| point.at) {
        // Of several points of one time, the consistent one first.
        let fits = |point: &Point| match open {
            Some((bridge, _)) => !point.enters && point.bridge == bridge,
            None => point.enters,
        };
        let same_time = rest.iter().skip(next).take_while(|point| point.at == now);
        let place = same_time.clone().position(fits).unwrap_or(0);
        rest.swap(next, next + place);
        let Some(point) = rest.get(next).copied() else {
            break;
        };
        next += 1;
        match (point.enters, open) {
            (true, Some((bridge, _))) if bridge == point.bridge => {}
            (true, Some((bridge, from))) => {
                stays.push(close(bridge, from, point.at));
                open = Some((point.bridge, point.at));
            }
            (true, None) => open = Some((point.bridge, point.at)),
            (false, Some((bridge, from))) if bridge == point.bridge => {
                stays.push(close(bridge, from, point.at));
                open = None;
            }
            // It left a bridge without a known entry: it was there at least for a moment.
            (false, _) => {
                if !stays.iter().any(|stay| stay.bridge == point.bridge) {
                    if let Some((bridge, from)) = open.take() {
                        stays.push(close(bridge, from, point.at));
                    }
                    stays.push(close(point.bridge, point.at, point.at));
                }
            }
        }
    }
    if let Some((bridge, from)) = open {
        stays.push(Stay { bridge, from, to: None });
    }
    for stay in &mut stays {
        let emptied = bridges
            .get(usize::from(stay.bridge))
            .map(|bridge| bridge.emptied.as_slice())
            .unwrap_or_default();
        let emptied = emptied.iter().copied().filter(|end| *end > stay.from);
        let first_end = emptied.chain(hung_at).min();
        if let Some(end) = first_end
            && stay.to.is_none_or(|to| end < to)
        {
            stay.to = Some(end.max(stay.from));
        }
    }
    stays
}

fn close(bridge: BridgeAt, from: Micros, to: Micros) -> Stay {
    Stay { bridge, from, to: Some(to) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(points: &[(i64, u16, bool)]) -> Vec<(u16, i64, Option<i64>)> {
        let points: Vec<Point> = points
            .iter()
            .map(|(at, bridge, enters)| Point { at: *at, bridge: *bridge, enters: *enters })
            .collect();
        let stays = stays(&points, &[], None);
        stays.iter().map(|stay| (stay.bridge, stay.from, stay.to)).collect()
    }

    #[test]
    fn points_of_one_time_are_ordered_consistently() {
        let tidy = [(0, 1, Some(5)), (1, 5, Some(9))];
        assert_eq!(seen(&[(1, 0, true), (5, 0, false), (5, 1, true), (9, 1, false)]), tidy);
        assert_eq!(seen(&[(1, 0, true), (5, 1, true), (5, 0, false), (9, 1, false)]), tidy);
    }

    #[test]
    fn entering_another_bridge_leaves_the_previous() {
        assert_eq!(
            seen(&[(1, 0, true), (5, 1, true), (6, 0, false)]),
            [(0, 1, Some(5)), (1, 5, None)],
            "a late leave changes nothing"
        );
    }

    #[test]
    fn exit_without_entry_makes_an_instant_stay() {
        assert_eq!(seen(&[(1, 0, true), (7, 1, false)]), [(0, 1, Some(7)), (1, 7, Some(7))]);
    }
}
