//! The scenarios of the reference: the same bodies in the same order.

use serde_json::Value;
use tempfile::TempDir;
use vochi_crm_core::testing::{Played, Step, recorded_response};
use vochi_crm_core::{
    CallEvent, CallId, CallRecord, CrmCallId, CrmConnector as _, Cx, Direction, EventKind, Leg,
    LegEnd, LegId, Line, Outcome, Timestamp,
};

use super::fixture::Fixture;
use super::support::{CLICK, Harness, ext, phone, recording};

const LEG_1: &str = "1763631515.43";
const LEG_2: &str = "1763631590.47";

/// A scenario with a harness that returns the responses of its steps, without responsible lookups.
struct Scenario {
    steps: Vec<Value>,
    harness: Harness,
    call: &'static str,
}

impl Scenario {
    fn open(name: &str, call: &'static str) -> Self {
        Self::after(name, call, [])
    }

    /// Opens a scenario after other steps.
    fn after(name: &str, call: &'static str, before: impl IntoIterator<Item = Step>) -> Self {
        let steps = steps(name);
        let responses =
            steps.iter().map(|step| Step::Response(recorded_response(&step["response"])));
        let harness = Harness::new(before.into_iter().chain(responses));
        Self { steps, harness, call }
    }

    fn event(&self, at: &str, kind: EventKind) -> CallEvent {
        CallEvent::new(CallId::new(self.call).unwrap(), time(at), kind)
    }

    async fn send(&self, event: CallEvent) {
        let _ = self.harness.event(event).await.unwrap();
    }

    async fn leg(&self, at: &str, kind: EventKind, leg: Leg) {
        self.send(self.event(at, kind).with_leg(leg)).await;
    }

    /// Sends the start of the call, before any phone rings.
    async fn start(&self) {
        let event = self.event("09:38:35.6152798", EventKind::Ringing);
        let event = event.with_direction(Direction::Inbound).with_client(phone()).with_line(line());
        self.send(event).await;
    }

    async fn end(&self, at: &str) {
        let end = EventKind::Ended { outcome: None, reason: None, talk: None };
        self.send(self.event(at, end)).await;
    }

    fn record(&self, direction: Direction, began: &str, outcome: Outcome) -> CallRecord {
        let id = CallId::new(self.call).unwrap();
        CallRecord::new(id, direction, phone(), time(began), outcome)
    }

    async fn log(&self, record: CallRecord) {
        let receipt = self.harness.log(record).await.unwrap();
        assert!(receipt.recorded());
        assert_eq!(receipt.warnings(), []);
    }

    /// Asserts that exactly the requests of the scenario were sent.
    fn assert_played(&self, before: usize) {
        let played = self.harness.played().split_off(before);
        for (step, played) in self.steps.iter().zip(&played) {
            assert_step(step, played);
        }
        assert_eq!(played.len(), self.steps.len());
    }
}

fn steps(name: &str) -> Vec<Value> {
    let fixture = Fixture::open(name);
    let steps = fixture.our_steps().into_iter().cloned();
    steps.filter(|step| !path(step).ends_with("call-redirect")).collect()
}

fn path(step: &Value) -> &str {
    step["request"]["path"].as_str().unwrap()
}

fn assert_step(step: &Value, played: &Played) {
    let what = &step["what"];
    let method = step["request"]["method"].as_str().unwrap();
    assert_eq!(played.line, format!("{method} {}", path(step)), "{what}");
    let wanted = &step["request"]["body"];
    match wanted["multipart"].as_array() {
        None => {
            let body: Value = serde_json::from_str(&played.body).unwrap();
            assert_eq!(&body, wanted, "{what}");
        }
        Some(parts) => {
            for part in parts {
                let text = |name: &str| part[name].as_str().unwrap().to_owned();
                let name = format!("name=\"{}\"; filename=\"{}\"", text("name"), text("filename"));
                assert!(played.body.contains(&name), "{what}: {}", played.body);
                assert!(played.body.contains(&text("content_type")), "{what}");
            }
        }
    }
}

fn time(at: &str) -> Timestamp {
    format!("2025-11-20T{at}Z").parse().unwrap()
}

fn line() -> Line {
    Line::new("375296254070").unwrap()
}

fn to(extension: &str, id: &str) -> Leg {
    Leg::to_employee(ext(extension)).with_id(LegId::new(id).unwrap())
}

#[tokio::test(start_paused = true)]
async fn incoming_answered() {
    let folder = TempDir::new().unwrap();
    let scene = Scenario::open("scenario-incoming-answered", "1763631515.42");
    answered_call(&scene).await;
    let record = scene.record(Direction::Inbound, "09:38:35.6152798", Outcome::Answered);
    scene.log(record.with_recording(recording(&folder, "1.MP3"))).await;
    scene.assert_played(0);
}

async fn answered_call(scene: &Scenario) {
    scene.start().await;
    let leg = || to("101", LEG_1);
    scene.leg("09:38:36.1", EventKind::Ringing, leg()).await;
    scene.leg("09:38:44.25", EventKind::Answered, leg()).await;
    scene.leg("09:42:10.77", EventKind::LegEnded, leg()).await;
    scene.end("09:42:11").await;
}

#[tokio::test(start_paused = true)]
async fn incoming_missed() {
    let scene = Scenario::open("scenario-incoming-missed", "1763631515.42");
    scene.start().await;
    let both =
        |at, kind| scene.event(at, kind).with_leg(to("101", LEG_1)).with_leg(to("102", LEG_2));
    scene.send(both("09:38:36.1", EventKind::Ringing)).await;
    scene.send(both("09:38:59", EventKind::LegEnded)).await;
    scene.end("09:38:59.1").await;
    let record = scene.record(Direction::Inbound, "09:38:35.6152798", Outcome::Missed);
    scene.log(record).await;
    scene.assert_played(0);
}

async fn clicked(scene: &Scenario) {
    let phone_rings = Leg::new(LegEnd::Pbx, LegEnd::Employee(ext("101")))
        .with_id(LegId::new("1763635000.9").unwrap());
    let event = scene
        .event("10:36:42.51", EventKind::Ringing)
        .with_direction(Direction::Outbound)
        .with_client(phone())
        .with_line(line())
        .with_crm_call_id(CrmCallId::new(CLICK).unwrap())
        .with_leg(phone_rings);
    scene.send(event).await;
}

#[tokio::test(start_paused = true)]
async fn outgoing_click_to_call() {
    let scene = Scenario::open("scenario-click-to-call", "1763635000.10");
    clicked(&scene).await;
    let leg = || Leg::to_client(ext("101")).with_id(LegId::new("1763635000.11").unwrap());
    scene.leg("10:36:43", EventKind::Ringing, leg()).await;
    scene.leg("10:36:55", EventKind::Answered, leg()).await;
    scene.leg("10:38:00", EventKind::LegEnded, leg()).await;
    scene.end("10:38:00.2").await;
    let record = scene.record(Direction::Outbound, "10:36:42.51", Outcome::Answered);
    scene.log(record).await;
    scene.assert_played(0);
}

#[tokio::test(start_paused = true)]
async fn unplaced_click_to_call() {
    let scene = Scenario::open("scenario-click-to-call-failed", "1763635000.10");
    clicked(&scene).await;
    scene.end("10:37:20").await;
    scene.assert_played(0);
}

#[tokio::test(start_paused = true)]
async fn blind_transfer() {
    const LEG_OF_PETR: &str = "1763631600.51";
    let scene = Scenario::open("scenario-blind-transfer", "1763631515.42");
    scene.start().await;
    let masha = || to("101", LEG_1);
    let petr = || to("103", LEG_OF_PETR);
    scene.leg("09:38:36.1", EventKind::Ringing, masha()).await;
    scene.leg("09:38:44.25", EventKind::Answered, masha()).await;
    scene.leg("09:39:40", EventKind::LegEnded, masha()).await;
    scene.leg("09:39:40.5", EventKind::Ringing, petr()).await;
    scene.leg("09:39:48", EventKind::Answered, petr()).await;
    scene.leg("09:42:10", EventKind::LegEnded, petr()).await;
    scene.end("09:42:10.1").await;
    let record = scene.record(Direction::Inbound, "09:38:35.6152798", Outcome::Answered);
    scene.log(record).await;
    scene.assert_played(0);
}

#[tokio::test(start_paused = true)]
async fn consultation() {
    let folder = TempDir::new().unwrap();
    let scene = Scenario::open("scenario-consultation", "1763631515.42");
    scene.start().await;
    let masha = || to("101", LEG_1);
    let dima = || {
        let (from, to) = (LegEnd::Employee(ext("101")), LegEnd::Employee(ext("102")));
        Leg::new(from, to).with_id(LegId::new(LEG_2).unwrap())
    };
    scene.leg("09:38:36.1", EventKind::Ringing, masha()).await;
    scene.leg("09:38:44.25", EventKind::Answered, masha()).await;
    scene.leg("09:39:40", EventKind::Held, masha()).await;
    scene.leg("09:39:41.2", EventKind::Ringing, dima()).await;
    scene.leg("09:39:49.4", EventKind::Answered, dima()).await;
    scene.leg("09:40:55", EventKind::LegEnded, dima()).await;
    scene.leg("09:40:56", EventKind::Resumed, masha()).await;
    scene.leg("09:42:10.77", EventKind::LegEnded, masha()).await;
    scene.end("09:42:11").await;
    let record = scene.record(Direction::Inbound, "09:38:35.6152798", Outcome::Answered);
    scene.log(record.with_recording(recording(&folder, "1.mp3"))).await;
    let later = EventKind::RecordingReady(recording(&folder, "2.mp3"));
    scene.leg("09:43:00", later, dima()).await;
    scene.assert_played(0);
}

#[tokio::test(start_paused = true)]
async fn recording_later() {
    let folder = TempDir::new().unwrap();
    let mut live = steps("scenario-incoming-answered");
    live.truncate(5);
    let responses: Vec<Step> =
        live.iter().map(|step| Step::Response(recorded_response(&step["response"]))).collect();
    let scene = Scenario::after("scenario-recording-later", "1763631515.42", responses);
    answered_call(&scene).await;
    let record = scene.record(Direction::Inbound, "09:38:35.6152798", Outcome::Answered);
    scene.log(record).await;
    let receipt = scene
        .harness
        .connector
        .attach_recording(
            &Cx::history(),
            &CallId::new(scene.call).unwrap(),
            &recording(&folder, "1.mp3"),
        )
        .await
        .unwrap();
    assert_eq!(receipt.requests(), 2);
    scene.assert_played(live.len());
}
