//! Pauses requested by responses.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use vochi_crm_core::http::auth::NoAuth;
use vochi_crm_core::http::{LimitClass, Pipeline, PipelineBuilder, RawRequest};
use vochi_crm_core::limit::{LimitKey, Quota};
use vochi_crm_core::testing::ScriptedTransport;
use vochi_crm_core::{Cx, ErrorKind, Hub};

use super::{AddClient, GetClient, Invented, PORTAL, RESET, error, result, scripted};

fn soon() -> Cx {
    Cx::live().with_timeout(Duration::from_secs(3))
}

fn later() -> Cx {
    Cx::history().with_timeout(Duration::from_secs(3))
}

#[tokio::test(start_paused = true)]
async fn used_up_time_in_a_success_pauses_the_operation() {
    let (pipeline, script) = scripted([result(476), result(1), result(1)]);
    pipeline.send(&soon(), &GetClient(1)).await.unwrap();
    let refused = pipeline.send(&soon(), &GetClient(2)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::RateLimited, "{refused}");
    assert_eq!(script.played().len(), 1, "the paused operation was sent");
    pipeline.send(&soon(), &AddClient("Анна")).await.unwrap();
    tokio::time::advance(RESET).await;
    pipeline.send(&soon(), &GetClient(2)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn nearly_used_up_time_pauses_history_only() {
    let (pipeline, _) = scripted([result(400), result(400)]);
    pipeline.send(&later(), &GetClient(1)).await.unwrap();
    pipeline.send(&later(), &GetClient(2)).await.unwrap_err();
    pipeline.send(&soon(), &GetClient(2)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn operating_time_refusal_pauses_the_operation() {
    let (pipeline, script) = scripted([error(429, "operating"), result(1)]);
    let cx = || Cx::live().with_timeout(Duration::from_millis(100));
    pipeline.send(&cx(), &GetClient(1)).await.unwrap_err();
    pipeline.send(&cx(), &GetClient(1)).await.unwrap_err();
    assert_eq!(script.played().len(), 1);
    pipeline.send(&cx(), &AddClient("Анна")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn quota_refusal_pauses_every_operation() {
    let (pipeline, script) = scripted([error(503, "busy"), result(1)]);
    let cx = || Cx::live().with_timeout(Duration::from_millis(100));
    pipeline.send(&cx(), &GetClient(1)).await.unwrap_err();
    pipeline.send(&cx(), &AddClient("Анна")).await.unwrap_err();
    assert_eq!(script.played().len(), 1);
    let began = Instant::now();
    pipeline.send(&soon(), &AddClient("Анна")).await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(300), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn named_raw_request_shares_the_operation_pause() {
    let (pipeline, script) = scripted([result(480)]);
    pipeline.send(&soon(), &GetClient(1)).await.unwrap();
    let request = vochi_crm_core::http::ApiRequest::get("/client.get");
    let raw = RawRequest::new(request).with_name("client.get");
    let error = pipeline.send(&soon(), &raw).await.unwrap_err();
    assert_eq!(error.operation(), Some("client.get"));
    assert_eq!(script.played().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn request_waits_for_all_quotas_without_wasting_permits() {
    let script = ScriptedTransport::new((0..20).map(|_| result(1)));
    let hub = Hub::builder().transport(Arc::new(script)).build().unwrap();
    let address = (LimitKey::new("invented/address"), Quota::new(4.0, 1).unwrap());
    let portal = (LimitKey::new(PORTAL), Quota::new(1.0, 1).unwrap());
    let counted_by = |quotas: &[&(LimitKey, Quota)]| {
        let origin = "https://crm.example.test".parse().unwrap();
        let auth = Arc::new(NoAuth::default());
        let builder = Pipeline::builder(&hub, "shop".into(), origin, Arc::new(Invented), auth);
        let with = |builder: PipelineBuilder, (key, quota): &(LimitKey, Quota)| {
            builder.quota(LimitClass::GENERAL, key, *quota)
        };
        quotas.iter().fold(builder, |builder, quota| with(builder, quota)).build()
    };
    let both = counted_by(&[&address, &portal]);
    let address_alone = counted_by(&[&address]);
    let began = Instant::now();
    let slow = tokio::spawn(async move {
        for id in 0..5 {
            both.send(&Cx::live(), &GetClient(id)).await.unwrap();
        }
        began.elapsed()
    });
    let mut sent = 0;
    while began.elapsed() < Duration::from_secs(4) {
        address_alone.send(&Cx::live(), &GetClient(9)).await.unwrap();
        sent += 1;
    }
    let took = slow.await.unwrap();
    // Each may also wait for the address, which the other pipeline keeps busy.
    assert!((4.0..6.0).contains(&took.as_secs_f64()), "five at one a second took {took:?}");
    assert!(sent >= 11, "{sent} of the 16 permits in four seconds less five");
}
