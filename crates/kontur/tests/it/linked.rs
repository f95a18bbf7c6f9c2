//! Whom Kontur ties a call to is who is calling.

use serde_json::{Value, json};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{
    CallEvent, CallId, CrmConnector as _, Cx, Direction, EventKind, Extension, Leg,
};

use super::fixture::Fixture;
use super::people_support::{Bench, NUMBER, contact_id, drained, person, phone, redirect};

fn began(contacts: &[String]) -> Step {
    let mut call = Fixture::open("call-started").body("ok_new_call_known_client");
    call["links"] = json!({"companyIds": [], "contactIds": contacts, "dealIds": []});
    Step::json(200, &call)
}

async fn rings(bench: &Bench) {
    let at = "2026-03-02T08:00:00Z".parse().unwrap();
    let ringing = CallEvent::new(CallId::new("1763631515.42").unwrap(), at, EventKind::Ringing)
        .with_direction(Direction::Inbound)
        .with_client(phone(NUMBER))
        .with_leg(Leg::to_employee(Extension::new("101").unwrap()));
    let _ = bench.connector.handle_event(&Cx::live(), &ringing).await.unwrap();
}

async fn names(bench: &Bench) -> Vec<String> {
    let found = bench.connector.find(&Cx::live(), &[phone(NUMBER)]).await.unwrap();
    let candidates = found.into_iter().flat_map(|one| one.candidates);
    candidates.map(|one| one.name.unwrap_or(one.id)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_contact_kontur_ties_a_call_to_is_found_by_its_number_whatever_the_card_says() {
    // The number on the card is none that could be recognised.
    let card: Value = person(309, "Анна Орлова", "спросить Анну", &[]);
    let bench = Bench::new([
        began(&[contact_id(309)]),
        Step::json(200, &json!("OK")),
        drained(),
        Step::json(200, &card),
        redirect(&[]),
    ]);
    rings(&bench).await;
    assert_eq!(names(&bench).await, ["Анна Орлова"]);
    assert!(bench.lines()[3].starts_with("GET contacts/"), "{:?}", bench.lines());
}

#[tokio::test(start_paused = true)]
async fn a_contact_that_is_gone_meanwhile_is_nobody() {
    let gone = Fixture::open("contacts-get").answer("not_found");
    let bench = Bench::new([
        began(&[contact_id(309)]),
        Step::json(200, &json!("OK")),
        drained(),
        Step::Response(gone),
    ]);
    rings(&bench).await;
    assert_eq!(names(&bench).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn the_next_call_brings_the_links_anew() {
    let bench = Bench::new([
        began(&[contact_id(309)]),
        Step::json(200, &json!("OK")),
        began(&[]),
        Step::json(200, &json!("OK")),
        drained(),
    ]);
    rings(&bench).await;
    let at = "2026-03-02T09:00:00Z".parse().unwrap();
    let again = CallEvent::new(CallId::new("1763631515.99").unwrap(), at, EventKind::Ringing)
        .with_direction(Direction::Inbound)
        .with_client(phone(NUMBER))
        .with_leg(Leg::to_employee(Extension::new("101").unwrap()));
    let _ = bench.connector.handle_event(&Cx::live(), &again).await.unwrap();
    assert_eq!(names(&bench).await, [""; 0]);
}
