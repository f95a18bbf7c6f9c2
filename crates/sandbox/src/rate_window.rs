//! Request count over a sliding second.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

const WINDOW: Duration = Duration::from_secs(1);

/// Above this many addresses, those without a recent request are removed.
const MAX_ADDRESSES: usize = 1_000;

/// Accepted requests of each address in the last second.
///
/// The window slides, so a burst over the boundary of two calendar seconds is detected. Refused
/// requests do not count.
#[derive(Debug)]
pub(crate) struct RateWindow {
    per_second: usize,
    through: HashMap<IpAddr, VecDeque<Instant>>,
}

impl RateWindow {
    pub(crate) fn new(per_second: usize) -> Self {
        Self { per_second, through: HashMap::new() }
    }

    /// Returns true and counts the request if the address is within the limit.
    pub(crate) fn admit(&mut self, ip: IpAddr, at: Instant) -> bool {
        if self.through.len() >= MAX_ADDRESSES {
            let recent = |at_last: &Instant| at.duration_since(*at_last) < WINDOW;
            self.through.retain(|_, through| through.back().is_some_and(recent));
        }
        let through = self.through.entry(ip).or_default();
        while through.front().is_some_and(|oldest| at.duration_since(*oldest) >= WINDOW) {
            through.pop_front();
        }
        if through.len() >= self.per_second {
            return false;
        }
        through.push_back(at);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(meter: &mut RateWindow, start: Instant, millis: u64) -> bool {
        meter.admit(IpAddr::from([127, 0, 0, 1]), start + Duration::from_millis(millis))
    }

    #[test]
    fn burst_over_a_second_boundary_is_limited() {
        let (mut meter, start) = (RateWindow::new(3), Instant::now());
        for at in [900, 950, 990] {
            assert!(admitted(&mut meter, start, at), "the third in 90 ms is still within 3/s");
        }
        assert!(!admitted(&mut meter, start, 1010), "the fourth within 110 ms is one too many");
        assert!(!admitted(&mut meter, start, 1899), "900 ms..1899 ms is still one second");
        assert!(admitted(&mut meter, start, 1900), "the first has left the window");
        assert!(!admitted(&mut meter, start, 1901), "only the first has left the window");
    }

    #[test]
    fn addresses_are_counted_separately() {
        let (mut meter, now) = (RateWindow::new(1), Instant::now());
        assert!(meter.admit(IpAddr::from([127, 0, 0, 1]), now));
        assert!(meter.admit(IpAddr::from([127, 0, 0, 2]), now), "another address is not limited");
        assert!(!meter.admit(IpAddr::from([127, 0, 0, 1]), now));
    }
}
