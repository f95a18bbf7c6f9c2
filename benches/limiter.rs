//! Cost of the limiter for a request that does not wait, relative to a plain keyed governor check.
//!
//! Both read tokio's clock. Besides criterion's results, interleaved rounds print the median ratio
//! of the two, which does not depend on the load of the machine. The limit is 3.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota as GovernorQuota, RateLimiter};
use tokio::time::Instant;
use vochi_crm_core::limit::{Bucket, GovernorLimiter, Lane, LimitKey, Limiter, Quota};

const BUCKETS: usize = 10_000;
const ROUNDS: usize = 401;
const CHECKS: usize = 2000;
const ACCOUNT: &str = "shop";

/// tokio's clock for governor.
#[derive(Clone, Debug)]
struct TokioClock(Instant);

impl governor::clock::Clock for TokioClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(Instant::now().saturating_duration_since(self.0))
    }
}

type Bare = RateLimiter<String, HashMapStateStore<String>, TokioClock, NoOpMiddleware<Nanos>>;

/// The two sides of one comparison, with the same keys and rate.
struct Sides {
    keys: Vec<String>,
    bare: Bare,
    limiter: GovernorLimiter,
    buckets: Vec<Arc<dyn Bucket>>,
    quota: Quota,
}

impl Sides {
    /// At the fastest rate every check gets its permit, at a slow one almost none does.
    fn new(count: usize, rate: f64) -> Self {
        let period = Duration::from_secs_f64(1.0 / rate);
        let burst = NonZeroU32::MIN;
        let governed = GovernorQuota::with_period(period)
            .unwrap_or_else(|| GovernorQuota::per_second(burst))
            .allow_burst(burst);
        let bare =
            RateLimiter::new(governed, HashMapStateStore::default(), TokioClock(Instant::now()));
        let quota = Quota::per_second(rate).unwrap_or_else(|error| unreachable!("{error}"));
        let limiter = GovernorLimiter::new();
        let keys: Vec<_> = (0..count).map(|n| format!("retailcrm/ip/telephony/{n}")).collect();
        let buckets =
            keys.iter().map(|key| limiter.bucket(&LimitKey::from(key.as_str()), quota)).collect();
        let sides = Self { keys, bare, limiter, buckets, quota };
        // Each key has been used once before the measurement.
        (0..count).for_each(|at| {
            sides.bare(at);
            sides.ours(at);
        });
        sides
    }

    fn bare(&self, at: usize) -> bool {
        self.keys.get(at).is_some_and(|key| self.bare.check_key(black_box(key)).is_ok())
    }

    fn ours(&self, at: usize) -> bool {
        let bucket = self.buckets.get(at);
        bucket.is_some_and(|bucket| bucket.try_take(black_box(ACCOUNT), Lane::Live))
    }

    /// A check that looks the bucket up each time.
    fn looked_up(&self, at: usize) -> bool {
        let key = self.keys.get(at).map(|key| LimitKey::from(key.as_str()));
        key.is_some_and(|key| {
            self.limiter.bucket(&key, self.quota).try_take(black_box(ACCOUNT), Lane::Live)
        })
    }

    /// Nanoseconds per check of one round.
    fn round(&self, check: impl Fn(&Self, usize) -> bool) -> f64 {
        // A stride coprime to the number of keys visits all of them in a cache-unfriendly order.
        let start = std::time::Instant::now();
        let mut at = 0;
        for _ in 0..CHECKS {
            at = (at + 7919) % self.keys.len();
            black_box(check(self, at));
        }
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let checks = CHECKS as f64;
        start.elapsed().as_secs_f64() * 1e9 / checks
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[expect(clippy::print_stdout, reason = "a benchmark reports to its terminal")]
fn interleaved(name: &str, sides: &Sides) {
    let mut rounds: [Vec<f64>; 3] = [const { Vec::new() }; 3];
    let [bare, ours, looked_up] = &mut rounds;
    for _ in 0..ROUNDS {
        bare.push(sides.round(Sides::bare));
        ours.push(sides.round(Sides::ours));
        looked_up.push(sides.round(Sides::looked_up));
    }
    let ratio = median(ours.iter().zip(&*bare).map(|(ours, bare)| ours / bare).collect());
    let [bare, ours, looked_up] = rounds.map(median);
    println!(
        "{name}: try_take {ours:.0} ns, governor check_key {bare:.0} ns, median ratio {ratio:.2}; \
         with the bucket looked up each time {looked_up:.0} ns"
    );
    assert!(
        ratio <= MAX_RATIO,
        "{name}: {ratio:.2} times the bare check; at most {MAX_RATIO} are allowed"
    );
}

/// Limit for a check, as a multiple of a plain one.
const MAX_RATIO: f64 = 3.0;

fn checks(criterion: &mut Criterion) {
    for (count, keys) in [(1, "one bucket"), (BUCKETS, "10000 buckets")] {
        for (rate, outcome) in [(Quota::FASTEST, "permitted"), (Quota::SLOWEST, "refused")] {
            let name = format!("{outcome}, {keys}");
            let sides = Sides::new(count, rate);
            interleaved(&name, &sides);
            let mut group = criterion.benchmark_group(name);
            let mut at = 0;
            group.bench_function("governor check_key", |bencher| {
                bencher.iter(|| {
                    at = (at + 7919) % count;
                    sides.bare(at)
                });
            });
            group.bench_function("try_take", |bencher| {
                bencher.iter(|| {
                    at = (at + 7919) % count;
                    sides.ours(at)
                });
            });
            group.finish();
        }
    }
}

criterion_group!(benches, checks);
criterion_main!(benches);
