//! Request rates: live events and history have separate quotas.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use vochi_crm_core::http::{ApiRequest, RawRequest};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CallEvent, CallId, CrmConnector as _, Cx, ErrorKind, EventKind, Hub};
use vochi_crm_sandbox::{Crm, Sandbox};

use super::support::{
    Harness, at, connect, from_client, leg, merge, ok_response, started, started_and_ok, user,
};

/// The sandbox's users.
const NINE: [&str; 9] = ["101", "102", "103", "150", "151", "152", "155", "158", "180"];

const HALF_A_SECOND: Duration = Duration::from_millis(500);

/// Returns the start of call `number`, which rings at nine phones at once.
fn rings_at_nine(number: u32) -> CallEvent {
    let call = CallId::new(format!("1763631515.{number}")).unwrap();
    let event = from_client(CallEvent::new(call, at(0), EventKind::Ringing));
    let legs = NINE.iter().zip(number * 100..);
    legs.fold(event, |event, (extension, leg_number)| event.with_leg(leg(leg_number, extension)))
}

fn nine_users() -> Value {
    let users = NINE.iter().map(|one| ((*one).to_owned(), json!(user(one))));
    json!({"extensions": users.collect::<serde_json::Map<_, _>>()})
}

#[tokio::test(start_paused = true)]
async fn three_calls_at_nine_phones_are_sent_at_once() {
    let steps = (0..3).flat_map(|_| {
        let appeared = (0..9).map(|_| ok_response());
        std::iter::once(started()).chain(appeared)
    });
    let harness = Harness::with(steps.collect::<Vec<Step>>(), nine_users());
    let began = Instant::now();
    for number in 1..=3 {
        let receipt = harness.event(rings_at_nine(number)).await.unwrap();
        assert_eq!(receipt.requests(), 10, "call {number}");
    }
    let elapsed = began.elapsed();
    assert!(elapsed < HALF_A_SECOND, "30 requests took {elapsed:?}");
}

#[tokio::test]
async fn sandbox_shows_three_calls_at_nine_phones() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let mut profile = sandbox.profiles()["kontur"].clone();
    merge(&mut profile, nine_users());
    let connector = connect(&Hub::new().unwrap(), &profile);
    // The authorization is not part of the measurement.
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
    // The 30 requests take at most 2 seconds.
    assert!(elapsed < Duration::from_secs(2), "30 requests took {elapsed:?}");
    let requests = sandbox.requests(Crm::Kontur).into_iter();
    let appeared = requests.filter(|request| request.path.ends_with("/call-event"));
    assert_eq!(appeared.count(), 27, "every phone has its call");
    assert_eq!(sandbox.refused(Crm::Kontur), []);
}

#[tokio::test(start_paused = true)]
async fn history_rate_does_not_delay_popups() {
    let mut steps: Vec<Step> = (0..17).map(|_| ok_response()).collect();
    steps.extend(started_and_ok());
    let harness = Harness::with(steps, nine_users());
    let client = harness.connector.client();
    let began = Instant::now();
    for _ in 0..17 {
        let request = RawRequest::new(ApiRequest::get("/files/1/meta"));
        client.raw(&Cx::history(), request).await.unwrap();
    }
    // Two at once, then 15 more.
    let elapsed = began.elapsed();
    assert!(elapsed >= Duration::from_secs(3), "17 requests took {elapsed:?}");
    let began = Instant::now();
    let _ = harness.event(rings_at_nine(1)).await.unwrap();
    let elapsed = began.elapsed();
    assert!(elapsed < HALF_A_SECOND, "the popup waited {elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn http_429_pauses_both_lanes() {
    let busy = Step::text(429, "text/plain", "").with_header("retry-after", "7");
    let mut steps = vec![busy];
    steps.extend(started_and_ok());
    let harness = Harness::with(steps, nine_users());
    let request = RawRequest::new(ApiRequest::get("/files/1/meta"));
    let refused = harness.connector.client().raw(&Cx::history(), request).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::RateLimited);
    let began = Instant::now();
    let _ = harness.event(rings_at_nine(1)).await.unwrap();
    let elapsed = began.elapsed();
    assert!(elapsed >= Duration::from_secs(7), "it waited only {elapsed:?}");
}
