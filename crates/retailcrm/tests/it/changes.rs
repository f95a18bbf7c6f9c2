//! Changed customers.

use serde_json::{Value, json};
use vochi_crm_core::connector::{Changes, Cursor};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Capability, CrmConnector as _, Cx, ErrorKind, Result};

use super::fixture::Fixture;
use super::support::Bench;

fn history(records: &Value, pages: u32) -> Step {
    let pagination = json!({"limit": 100, "currentPage": 1, "totalPageCount": pages});
    let body = json!({"success": true, "history": records, "pagination": pagination});
    Step::json(200, &body)
}

fn change(cursor: u64, customer: u64) -> Value {
    json!({"id": cursor, "field": "phones", "customer": {"id": customer}})
}

fn customers(rows: &Value) -> Step {
    Step::json(200, &json!({"success": true, "customers": rows}))
}

async fn read(bench: &Bench, since: Option<&str>) -> Result<Changes> {
    let since = since.map(Cursor::new);
    bench.connector.changes(&Cx::history(), since.as_ref()).await
}

fn lines(bench: &Bench) -> Vec<String> {
    bench.played().into_iter().map(|one| one.line).collect()
}

fn ids(changes: &Changes) -> Vec<&str> {
    let customers = changes.customers.iter();
    customers.map(|one| one.id.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn changed_customers_have_present_values_and_managers() {
    let cards = customers(&json!([
        {"id": 62, "firstName": "Иван", "lastName": "Иванов", "managerId": 18},
    ]));
    let users = Step::json(
        200,
        &json!({"success": true, "users": [{"id": 18, "firstName": "Пётр", "lastName": "Петров"}]}),
    );
    let fixture = Fixture::open("customers_history");
    let bench = Bench::new([fixture.answer("success"), cards, users]);
    let changes = read(&bench, Some("2691")).await.unwrap();
    assert_eq!(
        lines(&bench),
        [
            "GET /api/v5/customers/history?filter%5BsinceId%5D=2691&limit=100",
            "GET /api/v5/customers?filter%5Bids%5D%5B%5D=62&limit=100&page=1",
            "GET /api/v5/users?limit=100&page=1",
        ],
        "63 was merged into 62"
    );
    assert_eq!(changes.cursor.as_str(), "2699");
    assert_eq!(ids(&changes), ["62"]);
    assert_eq!(changes.customers[0].name.as_deref(), Some("Иван Иванов"));
    let manager = changes.customers[0].responsible.as_ref().unwrap();
    assert_eq!(manager.name.as_deref(), Some("Пётр Петров"));
    assert_eq!(manager.extension.as_ref().unwrap().as_str(), "151");
    assert!(bench.connector.capabilities().has(Capability::Changes));
}

#[tokio::test(start_paused = true)]
async fn missing_cursor_starts_at_the_first_change() {
    for since in [None, Some("0")] {
        let bench = Bench::new([history(&json!([change(5, 1)]), 1), customers(&json!([]))]);
        let changes = read(&bench, since).await.unwrap();
        assert_eq!(lines(&bench)[0], "GET /api/v5/customers/history?limit=100");
        assert_eq!(changes.cursor.as_str(), "5");
        assert!(changes.customers.is_empty(), "the customer was deleted");
    }
}

#[tokio::test(start_paused = true)]
async fn no_change_keeps_the_cursor() {
    let empty = || Fixture::open("customers_history").answer("empty");
    let bench = Bench::new([empty()]);
    let changes = read(&bench, Some("2699")).await.unwrap();
    assert!(changes.customers.is_empty());
    assert_eq!(changes.cursor.as_str(), "2699");
    assert_eq!(bench.played().len(), 1);

    let bench = Bench::new([empty(), empty()]);
    let first = read(&bench, None).await.unwrap();
    let again = read(&bench, Some(first.cursor.as_str())).await.unwrap();
    assert_eq!(again, first, "the cursor of a new account is valid");
}

#[tokio::test(start_paused = true)]
async fn changes_with_the_own_key_are_skipped() {
    let own = |cursor: u64, customer: u64, current: Value| {
        let mut record = change(cursor, customer);
        record["source"] = json!("api");
        record["apiKey"] = json!({"current": current});
        record
    };
    let records = json!([
        own(1, 1, json!(true)),
        own(2, 2, json!(false)),
        own(3, 3, json!(true)),
        change(4, 3),
    ]);
    let bench = Bench::new([history(&records, 1), customers(&json!([]))]);
    let changes = read(&bench, Some("0")).await.unwrap();
    assert_eq!(changes.cursor.as_str(), "4");
    let asked = lines(&bench).remove(1);
    assert!(asked.contains("?filter%5Bids%5D%5B%5D=2&filter%5Bids%5D%5B%5D=3&"), "{asked}");

    let bench = Bench::new([history(&json!([own(9, 1, json!(true))]), 1)]);
    let changes = read(&bench, Some("8")).await.unwrap();
    assert!(changes.customers.is_empty());
    assert_eq!(changes.cursor.as_str(), "9", "the cursor advances nevertheless");
    assert_eq!(bench.played().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn deleted_customers_are_not_read() {
    let mut deleted = change(3, 1);
    deleted["deleted"] = json!(true);
    let mut merged = change(4, 2);
    merged["deleted"] = json!(true);
    merged["combinedTo"] = json!({"id": 7});
    let records = json!([change(1, 1), change(2, 2), deleted, merged, {"id": 5}, "?"]);
    let card = json!([{"id": 7, "firstName": "Анна"}]);
    let bench = Bench::new([history(&records, 1), customers(&card)]);
    let changes = read(&bench, Some("0")).await.unwrap();
    assert_eq!(ids(&changes), ["7"]);
    assert!(lines(&bench)[1].contains("?filter%5Bids%5D%5B%5D=7&"), "{:?}", lines(&bench));
}

#[tokio::test(start_paused = true)]
async fn long_history_reads_customers_in_pages() {
    let records = |range: std::ops::RangeInclusive<u64>| {
        range.map(|id| change(id, 1000 - id)).collect::<Value>()
    };
    let row = |id: u64| json!({"id": id});
    let bench = Bench::new([
        history(&records(1..=100), 2),
        history(&records(101..=130), 1),
        customers(&(880..=1000).map(row).collect()),
        customers(&(870..=900).map(row).collect()),
    ]);
    let changes = read(&bench, None).await.unwrap();
    assert_eq!(changes.cursor.as_str(), "130");
    let expected: Vec<String> = (1..=130).map(|id| (1000_u64 - id).to_string()).collect();
    assert_eq!(ids(&changes), expected, "only these, in the order of changes");
    let asked = lines(&bench);
    assert!(asked[1].contains("sinceId%5D=100&"), "{}", asked[1]);
    assert!(asked[3].contains("=870&limit=100&page=1"), "{}", asked[3]);
}

#[tokio::test(start_paused = true)]
async fn unreadable_manager_names_keep_the_customers() {
    let denied = Fixture::open("telephony_manager").answer("access_denied");
    let cards = customers(&json!([{"id": 1, "managerId": 16}]));
    let bench = Bench::new([history(&json!([change(1, 1)]), 1), cards, denied]);
    let changes = read(&bench, None).await.unwrap();
    let manager = changes.customers[0].responsible.as_ref().unwrap();
    assert_eq!(manager.user_id.as_str(), "16");
    assert_eq!(manager.name, None);
}

#[tokio::test(start_paused = true)]
async fn invalid_cursor_and_refusal_are_errors() {
    let bench = Bench::new([]);
    let error = read(&bench, Some("yesterday")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(bench.played().is_empty());

    let denied = || Fixture::open("telephony_manager").answer("access_denied");
    let bench = Bench::new([denied()]);
    let error = read(&bench, Some("5")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    let bench = Bench::new([history(&json!([change(6, 1)]), 1), denied()]);
    let error = read(&bench, Some("5")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth, "the old cursor stays valid");
}
