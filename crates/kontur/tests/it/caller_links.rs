//! Callers found by Kontur's links.

use serde_json::{Value, json};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{
    CallEvent, CallId, CrmConnector as _, Cx, Direction, EventKind, Extension, Leg,
};

use super::fixture::Fixture;
use super::lookup_support::{Harness, NUMBER, contact_id, drained, person, phone, redirect};

fn started_with_links(contacts: &[String]) -> Step {
    let mut call = Fixture::open("call-started").body("ok_new_call_known_client");
    call["links"] = json!({"companyIds": [], "contactIds": contacts, "dealIds": []});
    Step::json(200, &call)
}

async fn rings(harness: &Harness) {
    let at = "2026-03-02T08:00:00Z".parse().unwrap();
    let ringing = CallEvent::new(CallId::new("1763631515.42").unwrap(), at, EventKind::Ringing)
        .with_direction(Direction::Inbound)
        .with_client(phone(NUMBER))
        .with_leg(Leg::to_employee(Extension::new("101").unwrap()));
    let _ = harness.connector.handle_event(&Cx::live(), &ringing).await.unwrap();
}

async fn names(harness: &Harness) -> Vec<String> {
    let found = harness.connector.find(&Cx::live(), &[phone(NUMBER)]).await.unwrap();
    let candidates = found.into_iter().flat_map(|one| one.candidates);
    candidates.map(|one| one.name.unwrap_or(one.id)).collect()
}

#[tokio::test(start_paused = true)]
async fn linked_contact_is_found_by_number() {
    // The number on the card is unrecognizable.
    let card: Value = person(309, "Анна Орлова", "спросить Анну", &[]);
    let harness = Harness::new([
        started_with_links(&[contact_id(309)]),
        Step::json(200, &json!("OK")),
        drained(),
        Step::json(200, &card),
        redirect(&[]),
    ]);
    rings(&harness).await;
    assert_eq!(names(&harness).await, ["Анна Орлова"]);
    assert!(harness.lines()[3].starts_with("GET contacts/"), "{:?}", harness.lines());
}

#[tokio::test(start_paused = true)]
async fn deleted_linked_contact_is_not_found() {
    let not_found = Fixture::open("contacts-get").response("not_found");
    let harness = Harness::new([
        started_with_links(&[contact_id(309)]),
        Step::json(200, &json!("OK")),
        drained(),
        Step::Response(not_found),
    ]);
    rings(&harness).await;
    assert_eq!(names(&harness).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn next_call_refreshes_links() {
    let harness = Harness::new([
        started_with_links(&[contact_id(309)]),
        Step::json(200, &json!("OK")),
        started_with_links(&[]),
        Step::json(200, &json!("OK")),
        drained(),
    ]);
    rings(&harness).await;
    let at = "2026-03-02T09:00:00Z".parse().unwrap();
    let again = CallEvent::new(CallId::new("1763631515.99").unwrap(), at, EventKind::Ringing)
        .with_direction(Direction::Inbound)
        .with_client(phone(NUMBER))
        .with_leg(Leg::to_employee(Extension::new("101").unwrap()));
    let _ = harness.connector.handle_event(&Cx::live(), &again).await.unwrap();
    assert_eq!(names(&harness).await, [""; 0]);
}
