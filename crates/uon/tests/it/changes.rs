//! Changed clients.

use serde_json::{Value, json};
use vochi_crm_core::connector::Cursor;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind};

use super::support::{Bench, answer, fixture, nothing};

/// A page of clients with these ids and times of change.
fn page(clients: &[(u64, &str)]) -> Step {
    let client = fixture("users_page").body("last_page")["users"][0].clone();
    let clients: Vec<Value> = clients
        .iter()
        .map(|(id, updated)| {
            let mut client = client.clone();
            client["u_id"] = json!(id);
            client["u_date_update"] = json!(updated);
            client["manager_id"] = json!(0);
            client
        })
        .collect();
    Step::json(200, &json!({"users": clients, "result": 200}))
}

async fn changes(bench: &Bench, since: Option<&Cursor>) -> (Vec<String>, Cursor) {
    let changes = bench.connector.changes(&Cx::history(), since).await.unwrap();
    (changes.customers.into_iter().map(|client| client.id).collect(), changes.cursor)
}

#[tokio::test(start_paused = true)]
async fn change_is_seen_once_although_the_crm_lists_days() {
    let bench = Bench::new([
        page(&[(7, "2025-08-28T14:52:00+0300"), (9, "-0001-11-30T00:00:00+0230")]),
        page(&[
            (7, "2025-08-28T14:52:00+0300"),
            (8, "2025-08-28T14:52:00+0300"),
            (5, "2025-08-28T09:00:00+0300"),
            (6, "2025-08-29T08:00:00+0300"),
        ]),
        nothing(),
    ]);
    let (ids, cursor) = changes(&bench, None).await;
    assert_eq!(ids, ["9", "7"], "all clients, the earliest change first");
    assert_eq!(cursor.as_str(), "2025-08-28T11:52:00Z 7");
    let (ids, cursor) = changes(&bench, Some(&cursor)).await;
    assert_eq!(ids, ["8", "6"], "later ones, and another one of the same second");
    assert!(bench.lines()[1].starts_with("GET user/updated/2025-08-28/"), "{:?}", bench.lines());
    assert!(bench.lines()[1].ends_with("/1"));
    let (ids, same) = changes(&bench, Some(&cursor)).await;
    assert_eq!((ids.len(), &same), (0, &cursor), "nothing changed");
}

#[tokio::test(start_paused = true)]
async fn full_pages_are_read_to_the_last() {
    let full: Vec<(u64, &str)> = (1..=100).map(|id| (id, "2025-08-28T14:52:00+0300")).collect();
    let bench = Bench::new([page(&full), page(&[(101, "2025-08-28T14:52:00+0300")])]);
    assert_eq!(changes(&bench, None).await.0.len(), 101);
    assert_eq!(bench.lines(), ["GET users/1", "GET users/2"]);
}

#[tokio::test(start_paused = true)]
async fn deleted_client_is_left_out_and_a_foreign_cursor_refused() {
    let mut body = fixture("users_page").body("last_page");
    body["users"][0]["deleted"] = json!(1);
    let bench = Bench::new([Step::json(200, &body), answer("manager", "list")]);
    let left: Vec<String> = changes(&bench, None).await.0;
    assert!(!left.contains(&"7".to_owned()), "{left:?}");
    let error = bench.connector.changes(&Cx::history(), Some(&Cursor::new("17"))).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Input);
}
