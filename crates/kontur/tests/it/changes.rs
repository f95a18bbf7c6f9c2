//! Changed clients of the workspace.

use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_core::connector::{Changes, Cursor, CustomerKind};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Capability, CrmConnector as _, Cx, ErrorKind, Result};

use super::lookup_support::{
    Harness, MASHA, NUMBER, START, change, company_id, contact_id, drained, firm, model_event,
    offset, page, page_of_more, person, phone, redirect, user,
};
use super::operations::INSTANCE;

async fn since(harness: &Harness, cursor: Option<&str>) -> Result<Changes> {
    let cursor = cursor.map(Cursor::new);
    harness.connector.changes(&Cx::history(), cursor.as_ref()).await
}

fn ids(changes: &Changes) -> Vec<&str> {
    changes.customers.iter().map(|one| one.id.as_str()).collect()
}

fn ivan(name: &str) -> Value {
    person(301, name, "375291112233", &[201])
}

#[tokio::test(start_paused = true)]
async fn without_cursor_lists_latest_state_once() {
    let harness = Harness::new([
        page_of_more(
            2,
            &[
                model_event("create", &ivan("Иван")),
                model_event("create", &firm(201, "Ромашка", "1")),
            ],
        ),
        page(4, &[user(MASHA, "Мария", "active"), model_event("patch", &ivan("Иван Иванов"))]),
    ]);
    let changes = since(&harness, None).await.unwrap();
    assert_eq!(ids(&changes), [company_id(201), contact_id(301)]);
    assert_eq!(changes.cursor.as_str(), offset(4));
    let [company, contact] = changes.customers.as_slice() else { panic!("{changes:?}") };
    assert_eq!(company.kind, CustomerKind::Company);
    assert_eq!(contact.name.as_deref(), Some("Иван Иванов"));
    assert_eq!(contact.company.as_deref(), Some("Ромашка"));
    assert!(harness.connector.capabilities().has(Capability::Changes));
}

#[tokio::test(start_paused = true)]
async fn cursor_reads_only_later_events() {
    let harness = Harness::new([
        page(7, &[model_event("patch", &ivan("Иван"))]),
        drained(),
        page(8, &[model_event("patch", &ivan("Пётр"))]),
    ]);
    let changes = since(&harness, Some(&offset(4))).await.unwrap();
    assert_eq!(ids(&changes), [contact_id(301)]);
    assert_eq!(changes.cursor.as_str(), offset(7));
    let none = since(&harness, Some(&offset(7))).await.unwrap();
    assert!(none.customers.is_empty());
    assert_eq!(none.cursor.as_str(), offset(7), "an empty page keeps the cursor");
    let again = since(&harness, Some(&offset(7))).await.unwrap();
    assert_eq!(again.customers[0].name.as_deref(), Some("Пётр"));
    let from = |number: u32| format!("GET events?offset={}&limit=50", offset(number));
    assert_eq!(harness.lines(), [from(4), from(7), from(7)]);
}

#[tokio::test(start_paused = true)]
async fn company_from_earlier_events_is_named() {
    let harness = Harness::new([
        page(1, &[model_event("create", &firm(201, "Ромашка", "1"))]),
        page(2, &[model_event("patch", &ivan("Иван"))]),
    ]);
    harness.connector.users(&Cx::history()).await.unwrap();
    let changes = since(&harness, Some(&offset(1))).await.unwrap();
    assert_eq!(changes.customers[0].company.as_deref(), Some("Ромашка"));
}

#[tokio::test(start_paused = true)]
async fn deleted_clients_are_left_out_until_restored() {
    let deleted = || change("contact", &contact_id(301), "delete", json!({"old": ivan("Иван")}));
    let restored = change("contact", &contact_id(301), "restore", json!({"new": ivan("Иван")}));
    let harness = Harness::new([
        page(2, &[model_event("patch", &ivan("Иван")), deleted()]),
        page(3, &[deleted(), restored]),
    ]);
    let changes = since(&harness, Some(&offset(1))).await.unwrap();
    assert!(changes.customers.is_empty());
    let changes = since(&harness, Some(&offset(2))).await.unwrap();
    assert_eq!(ids(&changes), [contact_id(301)]);
}

/// A change made by a source.
fn made_by(source: &str, mut event: Value) -> Value {
    event["createInfo"]["createdWith"] = json!(source);
    event
}

fn call_of(source: &str, instance: &str) -> Value {
    let id = "3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01";
    let call = json!({"id": id, "type": "call", "integrationId": instance});
    made_by(source, change("communication", id, "create", json!({"new": call})))
}

#[tokio::test(start_paused = true)]
async fn own_changes_are_left_out() {
    let other = "5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0002";
    let masha = person(302, "Мария", "375446370646", &[]);
    let events = [
        call_of("Integration.vochi", INSTANCE),
        call_of("Integration.megafon", other),
        made_by("Integration.vochi", model_event("patch", &ivan("Иван"))),
        made_by("Integration.megafon", model_event("patch", &masha)),
        made_by("Integration.vochi", model_event("patch", &firm(201, "Ромашка", "1"))),
        model_event("patch", &firm(201, "Ромашка", "1")),
        made_by("Integration.vochi", model_event("patch", &firm(201, "Лютик", "1"))),
    ];
    let own = json!({"instance_id": INSTANCE});
    let harness = Harness::with([page(9, &events)], json!({}), own.clone());
    let changes = since(&harness, Some(&offset(1))).await.unwrap();
    assert_eq!(ids(&changes), [contact_id(302), company_id(201)]);
    assert_eq!(changes.customers[1].name.as_deref(), Some("Лютик"));

    // Without a known source, nothing is left out.
    for (config, events) in [(json!({}), &events[..]), (own, &events[2..])] {
        let harness = Harness::with([page(9, events)], json!({}), config);
        let changes = since(&harness, Some(&offset(1))).await.unwrap();
        assert_eq!(changes.customers.len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn invalid_cursor_is_input_error() {
    for text in ["", "a\nb", &"x".repeat(300)] {
        let harness = Harness::new([]);
        let error = since(&harness, Some(text)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{text:?}");
        assert!(error.hint().is_some());
    }
    let harness = Harness::new([drained()]);
    since(&harness, Some(START)).await.unwrap();
    let no = json!({"errors": {"offset": ["The value is not valid."]}, "status": 400});
    let harness = Harness::new([Step::json(400, &no)]);
    let error = since(&harness, Some("elsewhere")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(error.hint().unwrap().contains("start without one"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn retry_continues_interrupted_reading() {
    let Step::Response(second) = page(3, &[model_event("patch", &firm(201, "Ромашка", "1"))])
    else {
        unreachable!("expected a response")
    };
    let harness = Harness::new([
        page_of_more(2, &[model_event("patch", &ivan("Иван"))]),
        Step::Slow(Duration::from_secs(9), second.clone()),
        Step::Response(second),
    ]);
    let cursor = Cursor::new(offset(1));
    let cx = Cx::history().with_timeout(Duration::from_secs(3));
    let error = harness.connector.changes(&cx, Some(&cursor)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let changes = since(&harness, Some(&offset(1))).await.unwrap();
    assert_eq!(ids(&changes), [contact_id(301), company_id(201)]);
    assert_eq!(harness.lines()[2], harness.lines()[1], "does not restart at the cursor");
}

#[tokio::test(start_paused = true)]
async fn changes_and_lookup_share_read_events() {
    let harness =
        Harness::new([page(2, &[model_event("create", &ivan("Иван"))]), drained(), redirect(&[])]);
    since(&harness, None).await.unwrap();
    let found = harness.connector.find(&Cx::live(), &[phone(NUMBER)]).await;
    assert_eq!(found.unwrap()[0].candidates.len(), 1);
    assert_eq!(harness.lines()[1], format!("GET events?offset={}&limit=50", offset(2)));
}
