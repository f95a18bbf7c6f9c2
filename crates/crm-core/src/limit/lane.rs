//! Lanes: the priorities of requests.

/// The priority of a request.
///
/// While both lanes wait, live requests go first and history gets every tenth permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lane {
    /// A phone call is in progress: popups, lookups, clicks.
    Live,
    /// Background work: call records, imports, catch-up.
    History,
}

impl Lane {
    /// The name used in limits and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::History => "history",
        }
    }
}

/// The number of live permits between two history permits while both lanes wait.
pub(super) const LIVE_RUN: u8 = 9;

/// Decides when history gets its share.
#[derive(Debug, Default)]
pub(super) struct LaneSchedule {
    /// Live permits since history's last one while history waited. Not reset while no history
    /// waits: an intermittent waiter would otherwise never get the share.
    live_run: u8,
}

impl LaneSchedule {
    /// Returns the lane of the next permit, of the lanes that want one.
    pub(super) fn next(&self, live: Wanted, history: Wanted) -> Option<Lane> {
        match (live, history) {
            (Wanted::Yes, Wanted::Yes) if self.live_run >= LIVE_RUN => Some(Lane::History),
            (Wanted::Yes, _) => Some(Lane::Live),
            (Wanted::No, Wanted::Yes) => Some(Lane::History),
            (Wanted::No, Wanted::No) => None,
        }
    }

    /// Counts a permit given to `lane`.
    pub(super) fn count_permit(&mut self, lane: Lane, history: Wanted) {
        match (lane, history) {
            (Lane::History, _) => self.live_run = 0,
            (Lane::Live, Wanted::Yes) => self.live_run = self.live_run.saturating_add(1),
            (Lane::Live, Wanted::No) => {}
        }
    }

    /// The number of permits given to others before a waiter in `lane`: `live` and `history` are
    /// the waiters ahead in its own lane, and all waiters of the other lane.
    pub(super) fn ahead(&self, lane: Lane, live: u64, history: u64) -> u64 {
        let run = u64::from(self.live_run);
        let every = u64::from(LIVE_RUN);
        match lane {
            Lane::Live => live + history.min((run + live) / every),
            Lane::History => {
                (live + history).min(((every + 1) * (history + 1)).saturating_sub(run + 1))
            }
        }
    }
}

/// Whether a lane has a waiter that could use a permit now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Yes,
    No,
}

impl From<bool> for Wanted {
    fn from(wanted: bool) -> Self {
        if wanted { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Serves both lanes until the waiter is served, and counts the others.
    fn served_before(
        mut schedule: LaneSchedule,
        lane: Lane,
        mut live: u64,
        mut history: u64,
    ) -> u64 {
        // The waiter is behind those of its lane.
        match lane {
            Lane::Live => live += 1,
            Lane::History => history += 1,
        }
        let mut served = 0;
        loop {
            let next = schedule.next((live > 0).into(), (history > 0).into()).unwrap();
            schedule.count_permit(next, (history > 0).into());
            let left = match next {
                Lane::Live => &mut live,
                Lane::History => &mut history,
            };
            *left -= 1;
            if next == lane && *left == 0 {
                return served;
            }
            served += 1;
        }
    }

    #[test]
    fn prediction_matches_the_actual_order() {
        for live_run in 0..=LIVE_RUN {
            for (live, history) in (0..60).flat_map(|live| (0..12).map(move |h| (live, h))) {
                for lane in [Lane::Live, Lane::History] {
                    let schedule = || LaneSchedule { live_run };
                    let foreseen = schedule().ahead(lane, live, history);
                    let happens = served_before(schedule(), lane, live, history);
                    let case = format!("{lane:?} behind {live} and {history}, run {live_run}");
                    assert_eq!(foreseen, happens, "{case}");
                }
            }
        }
    }
}
