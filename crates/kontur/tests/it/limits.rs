//! How fast requests leave: live events and history have quotas of their own.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use vochi_crm_core::http::{ApiRequest, RawRequest};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CallEvent, CallId, CrmConnector as _, Cx, ErrorKind, EventKind, Hub};
use vochi_crm_sandbox::{Crm, Sandbox};

use super::support::{Bench, at, begun, comes_in, connect, leg, merge, started, user, yes};

/// The stand-in's users.
const NINE: [&str; 9] = ["101", "102", "103", "150", "151", "152", "155", "158", "180"];

const HALF_A_SECOND: Duration = Duration::from_millis(500);

/// Call number `number`, which rings at nine phones at once.
fn rings_at_nine(number: u32) -> CallEvent {
    let call = CallId::new(format!("1763631515.{number}")).unwrap();
    let event = comes_in(CallEvent::new(call, at(0), EventKind::Ringing));
    let legs = NINE.iter().zip(number * 100..);
    legs.fold(event, |event, (extension, leg_number)| event.with_leg(leg(leg_number, extension)))
}

fn nine_users() -> Value {
    let users = NINE.iter().map(|one| ((*one).to_owned(), json!(user(one))));
    json!({"extensions": users.collect::<serde_json::Map<_, _>>()})
}

#[tokio::test(start_paused = true)]
async fn three_calls_at_nine_phones_are_shown_at_once() {
    let steps = (0..3).flat_map(|_| {
        let appeared = (0..9).map(|_| yes());
        std::iter::once(started()).chain(appeared)
    });
    let bench = Bench::with(steps.collect::<Vec<Step>>(), nine_users());
    let began = Instant::now();
    for number in 1..=3 {
        let receipt = bench.event(rings_at_nine(number)).await.unwrap();
        assert_eq!(receipt.requests(), 10, "call {number}");
    }
    let elapsed = began.elapsed();
    assert!(elapsed < HALF_A_SECOND, "30 requests took {elapsed:?}");
}

#[tokio::test]
async fn the_stand_in_shows_three_calls_at_nine_phones() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let mut profile = sandbox.profiles()["kontur"].clone();
    merge(&mut profile, nine_users());
    let connector = connect(&Hub::new().unwrap(), &profile);
    // The access key is not a part of what is measured.
    connector.client().authorized(&Cx::live()).await.unwrap();
    let cx = Cx::live().with_timeout(Duration::from_secs(4));
    let calls = [1, 2, 3].map(rings_at_nine);
    let began = Instant::now();
    let (first, second, third) = tokio::join!(
        connector.handle_event(&cx, &calls[0]),
        connector.handle_event(&cx, &calls[1]),
        connector.handle_event(&cx, &calls[2]),
    );
    let elapsed = began.elapsed();
    for receipt in [first, second, third] {
        assert_eq!(receipt.unwrap().requests(), 10);
    }
    // Under the former 5 requests a second the 30 took more than 5 s.
    assert!(elapsed < Duration::from_secs(2), "30 requests took {elapsed:?}");
    let requests = sandbox.requests(Crm::Kontur).into_iter();
    let appeared = requests.filter(|request| request.path.ends_with("/call-event"));
    assert_eq!(appeared.count(), 27, "every phone was shown its call");
    assert_eq!(sandbox.refused(Crm::Kontur), []);
}

#[tokio::test(start_paused = true)]
async fn history_keeps_to_five_a_second_and_delays_no_popup() {
    let mut steps: Vec<Step> = (0..17).map(|_| yes()).collect();
    steps.extend(begun());
    let bench = Bench::with(steps, nine_users());
    let client = bench.connector.client();
    let began = Instant::now();
    for _ in 0..17 {
        let request = RawRequest::new(ApiRequest::get("/files/1/meta"));
        client.raw(&Cx::history(), request).await.unwrap();
    }
    // Two at once, then 15 more.
    let elapsed = began.elapsed();
    assert!(elapsed >= Duration::from_secs(3), "17 requests took {elapsed:?}");
    let began = Instant::now();
    let _ = bench.event(rings_at_nine(1)).await.unwrap();
    let elapsed = began.elapsed();
    assert!(elapsed < HALF_A_SECOND, "the popup waited {elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_429_to_history_pauses_live_events_too() {
    let busy = Step::text(429, "text/plain", "").with_header("retry-after", "7");
    let mut steps = vec![busy];
    steps.extend(begun());
    let bench = Bench::with(steps, nine_users());
    let request = RawRequest::new(ApiRequest::get("/files/1/meta"));
    let refused = bench.connector.client().raw(&Cx::history(), request).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::RateLimited);
    let began = Instant::now();
    let _ = bench.event(rings_at_nine(1)).await.unwrap();
    let elapsed = began.elapsed();
    assert!(elapsed >= Duration::from_secs(7), "it waited {elapsed:?} only");
}
