//! No second exceeds the CRM's limit, and the rate is used almost completely.

use std::time::Duration;

use tokio::time::{Instant, advance};
use vochi_crm_core::limit::{Lane, Quota, QuotaError};

use super::{FIGURES, Figure, Journal, RETAILCRM, assert_within, far, ms, on_paused_clock, taker};

/// Takes permits one after another for a duration and returns their times.
async fn one_after_the_other(figure: Figure, duration: Duration) -> Vec<Instant> {
    let bucket = figure.bucket();
    let end = Instant::now() + duration;
    let mut times = Vec::new();
    while bucket.take("shop", Lane::History, end).await.is_ok() {
        times.push(Instant::now());
    }
    times
}

#[track_caller]
fn assert_used(figure: Figure, permits: usize, duration: Duration) {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let share = permits as f64 / (figure.rate * duration.as_secs_f64());
    assert!(share >= 0.995, "only {:.2} % of the rate used under {figure:?}", share * 100.0);
}

#[test]
fn most_in_a_second_includes_the_burst() {
    for figure in FIGURES {
        assert_eq!(figure.quota().most_in_a_second() as usize, figure.most, "{figure:?}");
    }
}

#[test]
fn continuous_sender_uses_the_rate_within_the_limit() {
    for figure in FIGURES {
        let duration = Duration::from_secs(2 * 60);
        let times = on_paused_clock(one_after_the_other(figure, duration));
        assert_within(figure, &times);
        assert_used(figure, times.len(), duration);
    }
}

#[test]
fn timer_lag_does_not_lower_the_rate() {
    for figure in FIGURES {
        let duration = Duration::from_secs(2 * 60);
        let times = on_paused_clock(async {
            advance(Duration::from_micros(437)).await;
            one_after_the_other(figure, duration).await
        });
        assert_within(figure, &times);
        assert_used(figure, times.len(), duration);
    }
}

#[test]
fn many_senders_use_the_rate_within_the_limit() {
    for figure in FIGURES {
        let (times, took) = on_paused_clock(async {
            let (bucket, journal, start) = (figure.bucket(), Journal::default(), Instant::now());
            let crowd: Vec<_> = (0..2000)
                .map(|n| {
                    let lane = if n % 3 == 0 { Lane::Live } else { Lane::History };
                    taker(&bucket, &journal, "one", &format!("shop{}", n % 7), lane, far())
                })
                .collect();
            for one in crowd {
                one.await.unwrap().unwrap();
            }
            (journal.times(), start.elapsed())
        });
        assert_eq!(times.len(), 2000);
        assert_within(figure, &times);
        assert_used(figure, times.len(), took);
    }
}

#[test]
fn other_rates_hold_too() {
    for (rate, burst, most) in [(9.999, 1, 10), (10.0, 1, 11), (100.0, 1, 101), (3.3, 4, 7)] {
        let figure = Figure { rate, burst, most };
        let times = on_paused_clock(one_after_the_other(figure, Duration::from_secs(60)));
        assert_within(figure, &times);
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let share = times.len() as f64 / (rate * 60.0);
        assert!(share > 0.98, "{share} of the rate used under {figure:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn permits_without_a_burst_are_evenly_spaced() {
    let bucket = RETAILCRM.bucket();
    assert!(bucket.try_take("shop", Lane::Live));
    advance(ms(105)).await;
    assert!(!bucket.try_take("shop", Lane::Live), "1/9.5 s has not passed");
    advance(ms(1)).await;
    assert!(bucket.try_take("shop", Lane::Live), "1/9.5 s has passed");
}

#[test]
fn rest_allows_the_burst_and_no_more() {
    for figure in FIGURES {
        on_paused_clock(async {
            let bucket = figure.bucket();
            for _ in 0..3 {
                advance(Duration::from_secs(10 * 60)).await;
                let at_once = (0..100).filter(|_| bucket.try_take("shop", Lane::Live)).count();
                assert_eq!(at_once, figure.burst as usize, "{figure:?}");
            }
        });
    }
}

#[test]
fn stalled_process_does_not_burst_its_backlog() {
    for figure in FIGURES {
        let times = on_paused_clock(async {
            let (bucket, journal) = (figure.bucket(), Journal::default());
            for _ in 0..200 {
                taker(&bucket, &journal, "one", "shop", Lane::History, far());
            }
            // The clock jumps as after a suspended process.
            for stall in [3000, 70, 900, 5000, 130, 1] {
                advance(ms(stall)).await;
                tokio::time::sleep(ms(700)).await;
            }
            journal.times()
        });
        assert!(times.len() > 20, "{} permits under {figure:?}", times.len());
        assert_within(figure, &times);
    }
}

#[test]
fn invalid_quota_is_refused() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e-9, 1e10] {
        let error = Quota::per_second(rate).unwrap_err();
        assert!(matches!(error, QuotaError::Rate(_)), "{rate}: {error}");
        assert!(Quota::per_second(1.0).unwrap().scaled(rate).is_err(), "scaled by {rate}");
    }
    for burst in [0, Quota::LARGEST_BURST + 1, u32::MAX] {
        let error = Quota::new(1.0, burst).unwrap_err();
        assert_eq!(error, QuotaError::Burst(burst));
    }
    assert_eq!(
        QuotaError::Rate(0.0).to_string(),
        "invalid rate of 0 requests per second: must be from 0.001 to 1000000000"
    );
}

#[test]
fn scaled_quota_is_a_share_of_the_limit() {
    let telephony = Quota::new(38.0, 2).unwrap();
    for (factor, rate, burst) in [(0.5, 19.0, 1), (0.1, 3.8, 1), (1.0, 38.0, 2), (2.5, 95.0, 5)] {
        let scaled = telephony.scaled(factor).unwrap();
        assert!((scaled.rate() - rate).abs() < 1e-9, "{scaled:?}");
        assert_eq!(scaled.burst(), burst, "{scaled:?}");
    }
}

#[test]
fn slowest_and_fastest_quota_work() {
    on_paused_clock(async {
        let figure = Figure { rate: Quota::SLOWEST, burst: Quota::LARGEST_BURST, most: 0 };
        let slow = figure.bucket();
        let taken = (0..=Quota::LARGEST_BURST).filter(|_| slow.try_take("shop", Lane::Live));
        assert_eq!(taken.count(), Quota::LARGEST_BURST as usize);
        let waited = slow.take("shop", Lane::Live, far()).await.unwrap();
        assert_eq!(waited.as_secs(), 1000);

        let fast = Figure { rate: Quota::FASTEST, burst: 1, most: 0 }.bucket();
        for _ in 0..1000 {
            fast.take("shop", Lane::Live, far()).await.unwrap();
        }
    });
}
