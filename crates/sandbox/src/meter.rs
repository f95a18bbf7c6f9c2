//! Counting requests over a sliding second.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

const WINDOW: Duration = Duration::from_secs(1);

/// Above this many addresses those without a recent request are forgotten.
const MOST_ADDRESSES: usize = 1_000;

/// How many requests each address got through in the last second.
///
/// The window slides: there is no tick at which the count starts anew, so a burst over the edge of
/// two calendar seconds is caught. Requests turned away do not count.
#[derive(Debug)]
pub(crate) struct Meter {
    per_second: usize,
    through: HashMap<IpAddr, VecDeque<Instant>>,
}

impl Meter {
    pub(crate) fn new(per_second: usize) -> Self {
        Self { per_second, through: HashMap::new() }
    }

    /// Whether one more request from this address is within the limit; if so it is counted.
    pub(crate) fn admit(&mut self, ip: IpAddr, at: Instant) -> bool {
        if self.through.len() >= MOST_ADDRESSES {
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

    fn admitted(meter: &mut Meter, start: Instant, millis: u64) -> bool {
        meter.admit(IpAddr::from([127, 0, 0, 1]), start + Duration::from_millis(millis))
    }

    #[test]
    fn a_burst_over_the_edge_of_a_second_is_caught() {
        let (mut meter, start) = (Meter::new(3), Instant::now());
        for at in [900, 950, 990] {
            assert!(admitted(&mut meter, start, at), "the third in 90 ms is still within 3/s");
        }
        assert!(!admitted(&mut meter, start, 1010), "the fourth within 110 ms is one too many");
        assert!(!admitted(&mut meter, start, 1899), "900 ms..1899 ms is still one second");
        assert!(admitted(&mut meter, start, 1900), "the first has left the window");
        assert!(!admitted(&mut meter, start, 1901), "only the first has left the window");
    }

    #[test]
    fn each_address_has_its_own_count() {
        let (mut meter, now) = (Meter::new(1), Instant::now());
        assert!(meter.admit(IpAddr::from([127, 0, 0, 1]), now));
        assert!(meter.admit(IpAddr::from([127, 0, 0, 2]), now), "another address is not limited");
        assert!(!meter.admit(IpAddr::from([127, 0, 0, 1]), now));
    }
}
