//! Who goes first.

/// How urgent a request is.
///
/// While both lanes wait, live goes first and history gets every tenth permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Somebody is on the phone: popups, look-ups, clicks.
    Live,
    /// It can wait: call records, imports, catch-up.
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

/// Live permits between two history permits while both lanes wait.
pub(super) const LIVE_RUN: u8 = 9;

/// Remembers when history's share is due.
#[derive(Debug, Default)]
pub(super) struct LaneSchedule {
    /// Permits live has had while history waited, since history's last one. Kept while no history
    /// waits: somebody who comes and goes would otherwise never reach the share.
    live_run: u8,
}

impl LaneSchedule {
    /// The lane whose turn it is, of those that want a permit.
    pub(super) fn next(&self, live: Wanted, history: Wanted) -> Option<Lane> {
        match (live, history) {
            (Wanted::Yes, Wanted::Yes) if self.live_run >= LIVE_RUN => Some(Lane::History),
            (Wanted::Yes, _) => Some(Lane::Live),
            (Wanted::No, Wanted::Yes) => Some(Lane::History),
            (Wanted::No, Wanted::No) => None,
        }
    }

    /// Counts a permit given to `lane`.
    pub(super) fn given(&mut self, lane: Lane, history: Wanted) {
        match (lane, history) {
            (Lane::History, _) => self.live_run = 0,
            (Lane::Live, Wanted::Yes) => self.live_run = self.live_run.saturating_add(1),
            (Lane::Live, Wanted::No) => {}
        }
    }

    /// How many permits go to others before somebody in `lane`, when so many wait in front of it:
    /// of its own lane those ahead, of the other lane all.
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

/// Whether a lane has anybody who could use a permit now.
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

    /// Serves so many of each lane until somebody's turn has come, and counts the others.
    fn served_before(
        mut schedule: LaneSchedule,
        lane: Lane,
        mut live: u64,
        mut history: u64,
    ) -> u64 {
        // The one we look at stands behind those of its lane.
        match lane {
            Lane::Live => live += 1,
            Lane::History => history += 1,
        }
        let mut served = 0;
        loop {
            let next = schedule.next((live > 0).into(), (history > 0).into()).unwrap();
            schedule.given(next, (history > 0).into());
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
    fn what_is_foreseen_is_what_happens() {
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
