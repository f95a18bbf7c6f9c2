//! The portal's limits: the bucket, what history leaves to live events, operating time, and what a
//! refusal pauses.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use vochi_crm_bitrix24::Client;
use vochi_crm_bitrix24::api::{GetProfile, ListEntities, SearchCrmEntities};
use vochi_crm_bitrix24::model::{Contact, DialString};
use vochi_crm_core::testing::response;
use vochi_crm_core::{Cx, ErrorKind};

use super::portal::{Portal, WEBHOOK, error, ok};

fn search() -> SearchCrmEntities {
    SearchCrmEntities(DialString::of("+375291112233").unwrap())
}

fn history() -> Cx {
    Cx::history().with_timeout(Duration::from_secs(3600))
}

/// A client whose operations may wait long.
fn patient(portal: &Portal) -> Client {
    portal.open(&json!({"webhook_url": WEBHOOK, "timeout_seconds": 3600}))
}

#[tokio::test(start_paused = true)]
async fn history_alone_has_forty_at_once_and_two_a_second() {
    let portal = Portal::new();
    portal.state().operating = 0.0;
    let client = patient(&portal);
    let began = Instant::now();
    for _ in 0..440 {
        client.send(&history(), search()).await.unwrap();
    }
    let seconds = began.elapsed().as_secs_f64();
    assert!((198.0..=204.0).contains(&seconds), "440 requests took {seconds} s");
    let at_once = {
        let state = portal.state();
        state.requests.iter().filter(|(at, ..)| *at < began + Duration::from_secs(1)).count()
    };
    assert!((40..=42).contains(&at_once), "{at_once} in the first second");
    assert_eq!(portal.state().refused, 0);
}

#[tokio::test(start_paused = true)]
async fn live_events_do_not_wait_for_history() {
    let portal = Portal::new();
    portal.state().operating = 0.0;
    let client = patient(&portal);
    let import = tokio::spawn({
        let client = client.clone();
        async move {
            for _ in 0..200 {
                client.send(&history(), ListEntities::<Contact>::new()).await.unwrap();
            }
        }
    });
    tokio::time::sleep(Duration::from_secs(60)).await;
    let began = Instant::now();
    for number in 0..7 {
        client.send(&Cx::live(), search()).await.unwrap();
        let waited = began.elapsed();
        assert!(waited < Duration::from_millis(500), "event {number} waited {waited:?}");
    }
    import.await.unwrap();
    assert_eq!(portal.state().refused, 0);
}

#[tokio::test(start_paused = true)]
async fn enterprise_portal_has_a_larger_bucket() {
    let portal = Portal::new();
    let client = portal.open(&json!({"webhook_url": WEBHOOK, "tariff": "enterprise"}));
    let calls = (0..60).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.send(&Cx::live(), search()).await })
    });
    for call in calls.collect::<Vec<_>>() {
        // The portal of the test has a standard tariff.
        drop(call.await.unwrap());
    }
    assert!(portal.methods().len() >= 60);
}

#[tokio::test(start_paused = true)]
async fn request_limit_pauses_the_portal_and_the_request_is_sent_again() {
    let portal = Portal::new();
    let client = portal.webhook();
    portal.answer("profile", error(503, "QUERY_LIMIT_EXCEEDED"));
    portal.answer("profile", ok(json!([])));
    let began = Instant::now();
    let other = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        client.send(&Cx::live(), search()).await.map(|_| began.elapsed())
    };
    let live = Cx::live();
    let (profile, other) = tokio::join!(client.send(&live, GetProfile), other);
    profile.unwrap();
    let waited = other.unwrap();
    assert!(waited >= Duration::from_millis(500), "another method waited {waited:?} only");
}

#[tokio::test(start_paused = true)]
async fn overloaded_portal_is_left_alone() {
    let portal = Portal::new();
    let client = portal.webhook();
    portal.answer("profile", error(503, "OVERLOAD_LIMIT"));
    let error = client.send(&Cx::live(), GetProfile).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.hint().unwrap().contains("support"), "{:?}", error.hint());
    let next = client.send(&Cx::live(), search()).await.unwrap_err();
    assert_eq!(next.kind(), ErrorKind::RateLimited, "{next}");
    assert_eq!(portal.methods().len(), 1, "it was retried");
}

#[tokio::test(start_paused = true)]
async fn history_leaves_operating_time_of_calls_to_live_events() {
    let portal = Portal::new();
    portal.state().operating = 20.0;
    let client = portal.webhook();
    let mut sent = 0;
    let refused = loop {
        match client.send(&Cx::history(), search()).await {
            Ok(_) => sent += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((refused.kind(), sent), (ErrorKind::RateLimited, 20), "384 s of 480 s");
    for _ in 0..4 {
        client.send(&Cx::live(), search()).await.unwrap();
    }
    let stopped = client.send(&Cx::live(), search()).await.unwrap_err();
    assert_eq!(stopped.kind(), ErrorKind::RateLimited);
    assert_eq!(portal.state().limited_methods, 0, "a request was refused by the portal");
    client.send(&Cx::live(), ListEntities::<Contact>::new()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(660)).await;
    client.send(&Cx::live(), search()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn operating_time_that_is_no_number_pauses_nothing() {
    for time in [
        json!({"operating": "nan", "operating_reset_at": 1, "finish": 0}),
        json!({"operating": 479, "operating_reset_at": "NaN", "finish": "inf"}),
        json!({"operating": {}, "operating_reset_at": [], "finish": null}),
        json!([]),
    ] {
        let portal = Portal::new();
        let body = json!({"result": [], "time": time}).to_string();
        portal.answer("profile", response(200, "application/json", body));
        let client = portal.webhook();
        client.send(&Cx::live(), GetProfile).await.unwrap();
        client.send(&Cx::live(), search()).await.unwrap();
    }
}
