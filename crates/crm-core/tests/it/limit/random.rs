//! Random events: limits and pauses hold, lanes keep their order, and every waiter is served.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use tokio::time::{Instant, advance, sleep, timeout};
use vochi_crm_core::limit::{Bucket, Lane};

use super::{FIGURES, Figure, far, most_in_a_second, ms, on_paused_clock, poll_once};

const ACCOUNTS: [&str; 4] = ["one", "two", "three", "four"];

#[derive(Clone, Copy, Debug)]
enum Act {
    /// Takes a permit and waits as long as needed.
    Take,
    /// Takes with a deadline this many milliseconds ahead.
    TakeUntil(u64),
    /// Takes and is dropped after this many milliseconds.
    TakeAndLeave(u64),
    /// Takes, and is not polled for this many milliseconds after joining the queue.
    TakeAndSleep(u64),
    /// Takes an available permit only.
    TryTake,
    /// The CRM rate-limits: a pause of this many milliseconds.
    Refused(u64),
    /// The process is suspended for this many milliseconds.
    Stall(u64),
}

#[derive(Clone, Copy, Debug)]
struct Event {
    after_micros: u64,
    account: usize,
    lane: Lane,
    act: Act,
}

fn events(act: impl Strategy<Value = Act>) -> impl Strategy<Value = Vec<Event>> {
    let lane = prop_oneof![Just(Lane::Live), Just(Lane::History)];
    let after =
        prop_oneof![3 => Just(0), 3 => 0..5000_u64, 3 => 0..150_000_u64, 1 => 0..3_000_000_u64];
    let event = (after, 0..ACCOUNTS.len(), lane, act)
        .prop_map(|(after_micros, account, lane, act)| Event { after_micros, account, lane, act });
    prop::collection::vec(event, 1..250)
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => Just(Act::Take),
        4 => (0..3000_u64).prop_map(Act::TakeUntil),
        6 => (0..1500_u64).prop_map(Act::TakeAndLeave),
        2 => (0..1500_u64).prop_map(Act::TakeAndSleep),
        4 => Just(Act::TryTake),
        1 => (0..2500_u64).prop_map(Act::Refused),
        1 => (0..2000_u64).prop_map(Act::Stall),
    ]
}

fn take_or_leave() -> impl Strategy<Value = Act> {
    prop_oneof![6 => Just(Act::Take), 2 => (0..1500_u64).prop_map(Act::TakeAndLeave), 1 => (0..2000_u64).prop_map(Act::Stall)]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Granted,
    TooLate,
    GaveUp,
}

/// One taker, from its arrival to its end.
#[derive(Clone, Copy, Debug)]
struct Visit {
    account: &'static str,
    lane: Lane,
    came: Instant,
    until: Instant,
    left: Instant,
    outcome: Outcome,
}

#[derive(Clone, Copy, Debug)]
struct Pause {
    account: &'static str,
    begin: Instant,
    end: Instant,
}

/// The result of a run: the visits in the order of their ends.
#[derive(Default)]
struct Run {
    visits: Vec<Visit>,
    pauses: Vec<Pause>,
    unserved: usize,
}

impl Run {
    fn granted(&self) -> impl Iterator<Item = &Visit> {
        self.visits.iter().filter(|visit| visit.outcome == Outcome::Granted)
    }

    /// Returns true if a waiter of the lane waited before and after a permit was given.
    fn surely_waited(&self, lane: Lane, given: Instant) -> bool {
        self.visits
            .iter()
            .any(|visit| visit.lane == lane && visit.came < given && visit.left > given)
    }

    /// The same, or the waiter came or left in the same tick.
    fn possibly_waited(&self, lane: Lane, given: Instant) -> bool {
        self.visits
            .iter()
            .any(|visit| visit.lane == lane && visit.came <= given && visit.left >= given)
    }
}

/// Runs one taker.
async fn visit(bucket: Arc<dyn Bucket>, visits: Arc<Mutex<Vec<Visit>>>, event: Event) {
    let (account, came) = (ACCOUNTS[event.account], Instant::now());
    let until = match event.act {
        Act::TakeUntil(wait) => came + ms(wait),
        _ => far(),
    };
    let mut taking = bucket.take(account, event.lane, until);
    let result = match event.act {
        Act::TakeAndLeave(wait) => timeout(ms(wait), taking).await.ok(),
        Act::TakeAndSleep(asleep) => {
            let at_once = poll_once(taking.as_mut()).await;
            if at_once.is_none() {
                sleep(ms(asleep)).await;
            }
            match at_once {
                Some(result) => Some(result),
                None => Some(taking.await),
            }
        }
        _ => Some(taking.await),
    };
    let outcome = match result {
        Some(Ok(_)) => Outcome::Granted,
        Some(Err(_)) => Outcome::TooLate,
        None => Outcome::GaveUp,
    };
    let left = Instant::now();
    let visit = Visit { account, lane: event.lane, came, until, left, outcome };
    visits.lock().unwrap().push(visit);
}

async fn run(figure: Figure, events: Vec<Event>) -> Run {
    let bucket = figure.bucket();
    let visits = Arc::new(Mutex::new(Vec::new()));
    let mut run = Run::default();
    let mut takers = Vec::new();
    for event in events {
        // Moves the clock both from timer to timer and across them.
        sleep(ms(event.after_micros / 1000)).await;
        advance(Duration::from_micros(event.after_micros % 1000)).await;
        let (account, now) = (ACCOUNTS[event.account], Instant::now());
        match event.act {
            Act::TryTake => {
                if bucket.try_take(account, event.lane) {
                    let (lane, outcome) = (event.lane, Outcome::Granted);
                    let visit = Visit { account, lane, came: now, until: now, left: now, outcome };
                    visits.lock().unwrap().push(visit);
                }
            }
            Act::Refused(pause) => {
                bucket.refused(account, ms(pause));
                run.pauses.push(Pause { account, begin: now, end: now + ms(pause) });
            }
            Act::Stall(stall) => advance(ms(stall)).await,
            _ => {
                let taker = visit(Arc::clone(&bucket), Arc::clone(&visits), event);
                takers.push(tokio::spawn(taker));
                tokio::task::yield_now().await;
            }
        }
    }
    sleep(Duration::from_secs(3 * 60)).await;
    run.unserved = takers.iter().filter(|taker| !taker.is_finished()).count();
    run.visits.append(&mut visits.lock().unwrap());
    run
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn limits_and_pauses_hold_and_every_waiter_is_served(
        figure in prop::sample::select(FIGURES.to_vec()),
        events in events(any_act()),
    ) {
        let run = on_paused_clock(run(figure, events));
        prop_assert_eq!(run.unserved, 0, "takers still wait after three idle minutes");
        let times: Vec<_> = run.granted().map(|visit| visit.left).collect();
        let most = most_in_a_second(&times);
        prop_assert!(most <= figure.most, "{} permits in a second under {:?}", most, figure);
        for pause in &run.pauses {
            let broken = run.granted().find(|visit| {
                visit.account == pause.account && visit.left > pause.begin && visit.left < pause.end
            });
            prop_assert!(broken.is_none(), "{:?} in {:?}", broken, pause);
            for other in run.pauses.iter().filter(|other| other.account != pause.account) {
                // The other pause began during this one: no permits until both have ended.
                if other.begin >= pause.begin && other.begin < pause.end {
                    let end = pause.end.max(other.end);
                    let broken =
                        run.granted().find(|visit| visit.left > other.begin && visit.left < end);
                    prop_assert!(broken.is_none(), "{:?} in {:?} and {:?}", broken, pause, other);
                }
            }
        }
        for visit in run.granted() {
            // Timers are late by less than two milliseconds.
            prop_assert!(visit.left <= visit.until + ms(2), "too late: {:?}", visit);
        }
    }

    #[test]
    fn lanes_keep_their_order_and_shares(
        figure in prop::sample::select(FIGURES.to_vec()),
        events in events(take_or_leave()),
    ) {
        let run = on_paused_clock(run(figure, events));
        prop_assert_eq!(run.unserved, 0, "takers still wait after three idle minutes");
        for lane in [Lane::Live, Lane::History] {
            let came: Vec<_> =
                run.granted().filter(|visit| visit.lane == lane).map(|visit| visit.came).collect();
            prop_assert!(came.is_sorted(), "{:?} was served out of order", lane);
        }
        // Live permits since history's last one, given while history surely or possibly waited.
        let (mut surely, mut possibly) = (0, 0);
        for visit in run.granted() {
            if visit.lane == Lane::Live {
                surely += u32::from(run.surely_waited(Lane::History, visit.left));
                possibly += u32::from(run.possibly_waited(Lane::History, visit.left));
                prop_assert!(surely <= 9, "history got less than a tenth at {:?}", visit);
            } else {
                let popup = run.surely_waited(Lane::Live, visit.left);
                prop_assert!(!popup || possibly >= 9, "{:?} went before a popup", visit);
                (surely, possibly) = (0, 0);
            }
        }
    }
}
