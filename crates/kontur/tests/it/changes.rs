//! Clients that changed in the workspace.

use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_core::connector::{Changes, Cursor, CustomerKind};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Capability, CrmConnector as _, Cx, ErrorKind, Result};

use super::operations::INSTANCE;
use super::people_support::{
    Bench, MASHA, NUMBER, START, change, company_id, contact_id, drained, firm, offset, page,
    page_of_more, person, phone, redirect, told, user,
};

async fn since(bench: &Bench, cursor: Option<&str>) -> Result<Changes> {
    let cursor = cursor.map(Cursor::new);
    bench.connector.changes(&Cx::history(), cursor.as_ref()).await
}

fn ids(changes: &Changes) -> Vec<&str> {
    changes.customers.iter().map(|one| one.id.as_str()).collect()
}

fn ivan(name: &str) -> Value {
    person(301, name, "375291112233", &[201])
}

#[tokio::test(start_paused = true)]
async fn without_a_cursor_everybody_comes_once_as_they_are_now() {
    let bench = Bench::new([
        page_of_more(
            2,
            &[told("create", &ivan("Иван")), told("create", &firm(201, "Ромашка", "1"))],
        ),
        page(4, &[user(MASHA, "Мария", "active"), told("patch", &ivan("Иван Иванов"))]),
    ]);
    let changes = since(&bench, None).await.unwrap();
    assert_eq!(ids(&changes), [company_id(201), contact_id(301)]);
    assert_eq!(changes.cursor.as_str(), offset(4));
    let [company, contact] = changes.customers.as_slice() else { panic!("{changes:?}") };
    assert_eq!(company.kind, CustomerKind::Company);
    assert_eq!(contact.name.as_deref(), Some("Иван Иванов"));
    assert_eq!(contact.company.as_deref(), Some("Ромашка"));
    assert!(bench.connector.capabilities().has(Capability::Changes));
}

#[tokio::test(start_paused = true)]
async fn from_a_cursor_only_what_came_after_it_is_read() {
    let bench = Bench::new([
        page(7, &[told("patch", &ivan("Иван"))]),
        drained(),
        page(8, &[told("patch", &ivan("Пётр"))]),
    ]);
    let changes = since(&bench, Some(&offset(4))).await.unwrap();
    assert_eq!(ids(&changes), [contact_id(301)]);
    assert_eq!(changes.cursor.as_str(), offset(7));
    let none = since(&bench, Some(&offset(7))).await.unwrap();
    assert!(none.customers.is_empty());
    assert_eq!(none.cursor.as_str(), offset(7), "an empty page moves nothing");
    let again = since(&bench, Some(&offset(7))).await.unwrap();
    assert_eq!(again.customers[0].name.as_deref(), Some("Пётр"));
    let from = |place: u32| format!("GET events?offset={}&limit=50", offset(place));
    assert_eq!(bench.lines(), [from(4), from(7), from(7)]);
}

#[tokio::test(start_paused = true)]
async fn a_company_told_long_before_is_named() {
    let bench = Bench::new([
        page(1, &[told("create", &firm(201, "Ромашка", "1"))]),
        page(2, &[told("patch", &ivan("Иван"))]),
    ]);
    bench.connector.users(&Cx::history()).await.unwrap();
    let changes = since(&bench, Some(&offset(1))).await.unwrap();
    assert_eq!(changes.customers[0].company.as_deref(), Some("Ромашка"));
}

#[tokio::test(start_paused = true)]
async fn whoever_is_deleted_is_left_out_and_comes_back_restored() {
    let gone = || change("contact", &contact_id(301), "delete", json!({"old": ivan("Иван")}));
    let back = change("contact", &contact_id(301), "restore", json!({"new": ivan("Иван")}));
    let bench =
        Bench::new([page(2, &[told("patch", &ivan("Иван")), gone()]), page(3, &[gone(), back])]);
    let changes = since(&bench, Some(&offset(1))).await.unwrap();
    assert!(changes.customers.is_empty());
    let changes = since(&bench, Some(&offset(2))).await.unwrap();
    assert_eq!(ids(&changes), [contact_id(301)]);
}

/// A change made with something.
fn with(mark: &str, mut event: Value) -> Value {
    event["createInfo"]["createdWith"] = json!(mark);
    event
}

fn call_of(mark: &str, instance: &str) -> Value {
    let id = "3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01";
    let call = json!({"id": id, "type": "call", "integrationId": instance});
    with(mark, change("communication", id, "create", json!({"new": call})))
}

#[tokio::test(start_paused = true)]
async fn what_only_we_changed_is_no_news() {
    let other = "5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0002";
    let masha = person(302, "Мария", "375446370646", &[]);
    let events = [
        call_of("Integration.vochi", INSTANCE),
        call_of("Integration.megafon", other),
        with("Integration.vochi", told("patch", &ivan("Иван"))),
        with("Integration.megafon", told("patch", &masha)),
        with("Integration.vochi", told("patch", &firm(201, "Ромашка", "1"))),
        told("patch", &firm(201, "Ромашка", "1")),
        with("Integration.vochi", told("patch", &firm(201, "Лютик", "1"))),
    ];
    let own = json!({"instance_id": INSTANCE});
    let bench = Bench::with([page(9, &events)], json!({}), own.clone());
    let changes = since(&bench, Some(&offset(1))).await.unwrap();
    assert_eq!(ids(&changes), [contact_id(302), company_id(201)]);
    assert_eq!(changes.customers[1].name.as_deref(), Some("Лютик"));

    // Where nothing tells who we are, nothing is left out.
    for (config, events) in [(json!({}), &events[..]), (own, &events[2..])] {
        let bench = Bench::with([page(9, events)], json!({}), config);
        let changes = since(&bench, Some(&offset(1))).await.unwrap();
        assert_eq!(changes.customers.len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cursor_that_is_none_is_bad_input() {
    for text in ["", "a\nb", &"x".repeat(300)] {
        let bench = Bench::new([]);
        let error = since(&bench, Some(text)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{text:?}");
        assert!(error.hint().is_some());
    }
    let bench = Bench::new([drained()]);
    since(&bench, Some(START)).await.unwrap();
    let no = json!({"errors": {"offset": ["The value is not valid."]}, "status": 400});
    let bench = Bench::new([Step::json(400, &no)]);
    let error = since(&bench, Some("elsewhere")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(error.hint().unwrap().contains("begin without one"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn asked_again_a_long_way_goes_on_where_it_stopped() {
    let Step::Response(second) = page(3, &[told("patch", &firm(201, "Ромашка", "1"))])
    else {
        unreachable!("it is an answer")
    };
    let bench = Bench::new([
        page_of_more(2, &[told("patch", &ivan("Иван"))]),
        Step::Slow(Duration::from_secs(9), second.clone()),
        Step::Response(second),
    ]);
    let cursor = Cursor::new(offset(1));
    let cx = Cx::history().with_timeout(Duration::from_secs(3));
    let error = bench.connector.changes(&cx, Some(&cursor)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let changes = since(&bench, Some(&offset(1))).await.unwrap();
    assert_eq!(ids(&changes), [contact_id(301), company_id(201)]);
    assert_eq!(bench.lines()[2], bench.lines()[1], "not from the cursor");
}

#[tokio::test(start_paused = true)]
async fn changes_and_the_search_share_what_was_read() {
    let bench = Bench::new([page(2, &[told("create", &ivan("Иван"))]), drained(), redirect(&[])]);
    since(&bench, None).await.unwrap();
    let found = bench.connector.find(&Cx::live(), &[phone(NUMBER)]).await;
    assert_eq!(found.unwrap()[0].candidates.len(), 1);
    assert_eq!(bench.lines()[1], format!("GET events?offset={}&limit=50", offset(2)));
}
