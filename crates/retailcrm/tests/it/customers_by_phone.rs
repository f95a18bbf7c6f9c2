//! The search for customers by number, with unreliable responses.

use std::sync::Arc;

use serde_json::{Value, json};
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{Cx, ErrorKind, Hub, Result};
use vochi_crm_retailcrm::{Client, CustomersByPhone};

use super::fixture::Fixture;
use super::support::{Bench, phone};
use vochi_crm_core::testing::mutations;

const NUMBER: &str = "+375291112233";
const BY_E164: &str = "GET /api/v5/customers?filter%5Bname%5D=%2B375291112233&limit=20&page=1";
const BY_DIGITS: &str = "GET /api/v5/customers?filter%5Bname%5D=375291112233&limit=20&page=1";
const BY_NATIONAL: &str = "GET /api/v5/customers?filter%5Bname%5D=291112233&limit=20&page=1";
const BY_FILTER: &str = "GET /api/v5/customers?filter%5Bphone%5D=%2B375291112233&limit=20&page=1";

fn page_of(pages: u32, customers: &Value) -> Step {
    let pagination = json!({"limit": 20, "totalPageCount": pages});
    let body = json!({"success": true, "pagination": pagination, "customers": customers});
    Step::json(200, &body)
}

fn page(customers: &Value) -> Step {
    page_of(1, customers)
}

fn no_customers() -> Step {
    Fixture::open("customers_list").answer("none")
}

fn search() -> CustomersByPhone {
    CustomersByPhone::new(phone(NUMBER))
}

/// The ids found, and the requests sent.
async fn find(bench: &Bench, search: CustomersByPhone) -> (Result<Vec<u64>>, Vec<String>) {
    let found = bench.connector.client().customers().by_phone(&Cx::live(), search).await;
    let ids = found.map(|found| found.iter().map(|one| one.id.get()).collect());
    let lines = bench.played().into_iter().map(|one| one.line).collect();
    (ids, lines)
}

async fn found(steps: impl IntoIterator<Item = Step>) -> (Vec<u64>, Vec<String>) {
    let (ids, lines) = find(&Bench::new(steps), search()).await;
    (ids.unwrap(), lines)
}

#[tokio::test(start_paused = true)]
async fn search_stops_at_the_first_spelling_with_results() {
    let fixture = Fixture::open("customers_list");
    let hit = || fixture.answer("found_verify_phones_yourself");
    let wire_query = fixture.request(None)["wire_query"].as_str().unwrap();
    assert!(BY_E164.ends_with(wire_query), "{wire_query}");
    for (steps, asked) in [
        (vec![hit()], vec![BY_E164]),
        (vec![no_customers(), hit()], vec![BY_E164, BY_DIGITS]),
        (vec![no_customers(), no_customers(), hit()], vec![BY_E164, BY_DIGITS, BY_NATIONAL]),
    ] {
        let (ids, lines) = found(steps).await;
        assert_eq!(ids, [61, 60], "both have the number, in any spelling");
        assert_eq!(lines, asked);
    }
    let (ids, lines) = found([no_customers(), no_customers(), no_customers()]).await;
    assert!(ids.is_empty());
    assert_eq!(lines, [BY_E164, BY_DIGITS, BY_NATIONAL]);
}

#[tokio::test(start_paused = true)]
async fn ignored_filter_finds_no_customer() {
    let fixture = Fixture::open("customers_list");
    let everybody = || fixture.answer("unfiltered_page_if_filter_ignored");
    let (ids, lines) = found([everybody(), everybody(), everybody()]).await;
    assert!(ids.is_empty());
    assert_eq!(lines.len(), 3);
    let mut body = fixture.body("unfiltered_page_if_filter_ignored");
    body["customers"][0]["phones"][0]["number"] = json!("80291112233");
    let (ids, _) = found([Step::json(200, &body)]).await;
    assert_eq!(ids, [99], "a verified number counts");
}

#[tokio::test(start_paused = true)]
async fn numbers_are_compared_in_the_account_region() {
    for (typed, is_it) in [
        (json!([{"number": "+375 29 111-22-33"}]), true),
        (json!([{"number": "8 029 111 22 33"}]), true),
        (json!([{"number": "291112233"}]), true),
        (json!([{"number": "00375291112233"}]), true),
        (json!([{"number": "+375440000000, 8 (029) 111-22-33"}]), true),
        (json!([{"number": "мама"}, {"number": NUMBER}]), true),
        (json!({"0": {"number": 375_291_112_233_u64}}), true),
        (json!([{"number": "+3752911122330"}]), false),
        (json!([{"number": "+7 929 111-22-33"}]), false),
        (json!([{"number": "1112233"}]), false),
        (json!([{"number": ""}]), false),
        (json!([]), false),
        (json!(null), false),
    ] {
        let answer = || page(&json!([{"id": 1, "phones": typed}]));
        let (ids, _) = found([answer(), answer(), answer()]).await;
        assert_eq!(!ids.is_empty(), is_it, "{typed}");
    }
}

#[tokio::test(start_paused = true)]
async fn configured_shop_comes_first_then_the_newest() {
    let row = |id: u64, site: &str, created: &str| {
        let phones = json!([{"number": NUMBER}]);
        json!({"id": id, "site": site, "createdAt": created, "phones": phones})
    };
    let rows = json!([
        row(1, "two", "2026-05-01 10:00:00"),
        row(2, "one", "2025-01-01 10:00:00"),
        row(3, "one", "2026-01-01 10:00:00"),
        row(4, "one", "unknown"),
        row(5, "two", "2026-05-01 10:00:00"),
        row(5, "two", "2026-05-01 10:00:00"),
    ]);
    for (config, asked, order) in [
        (json!({}), None, [5, 1, 3, 2, 4]),
        (json!({"site": "one"}), None, [3, 2, 4, 5, 1]),
        (json!({"site": "one"}), Some("two"), [5, 1, 3, 2, 4]),
    ] {
        let bench = Bench::with([page(&rows)], json!({}), config);
        let search = match asked {
            Some(site) => search().with_site(site),
            None => search(),
        };
        assert_eq!(find(&bench, search).await.0.unwrap(), order);
    }
}

#[tokio::test(start_paused = true)]
async fn at_most_three_pages_per_spelling_are_read() {
    let near = json!([{"id": 1, "phones": [{"number": "+7 3 291112233"}]}]);
    let far = json!([{"id": 2, "phones": [{"number": "+375440000000"}]}]);
    let hit = json!([{"id": 3, "phones": [{"number": NUMBER}]}]);
    let (ids, lines) = found((0..9).map(|_| page_of(50, &near))).await;
    assert_eq!((ids.len(), lines.len()), (0, 9));
    let steps = [page_of(50, &near), page_of(50, &hit), page_of(50, &json!([]))];
    let (ids, lines) = found(steps).await;
    assert_eq!(ids, [3], "found on a later page");
    assert_eq!(lines[1], BY_E164.replace("page=1", "page=2"));
    let (ids, lines) = found((0..3).map(|_| page_of(50, &far))).await;
    assert!(ids.is_empty());
    assert_eq!(lines, [BY_E164, BY_DIGITS, BY_NATIONAL], "no further page after an ignored filter");
}

#[tokio::test(start_paused = true)]
async fn undocumented_filter_is_last_and_may_be_refused() {
    let fixture = Fixture::open("customers_list");
    let live = fixture.request(Some("as_the_live_host_sends_it"));
    let filter = live["query"][0][0].as_str().unwrap();
    assert_eq!(filter, "filter[phone]");
    let wide = || search().with_phone_filter();
    for (answer, ids) in [
        (fixture.answer("found_verify_phones_yourself"), vec![61, 60]),
        (fixture.answer("unfiltered_page_if_filter_ignored"), vec![]),
        (fixture.answer("bad_filter"), vec![]),
    ] {
        let bench = Bench::new([no_customers(), no_customers(), no_customers(), answer]);
        let (found, lines) = find(&bench, wide()).await;
        assert_eq!(found.unwrap(), ids);
        assert_eq!(lines[3], BY_FILTER);
    }
    let bench = Bench::new([fixture.answer("found_verify_phones_yourself")]);
    assert_eq!(find(&bench, wide()).await.1, [BY_E164]);
    let bench = Bench::new([
        no_customers(),
        no_customers(),
        no_customers(),
        fixture.answer("access_denied"),
    ]);
    let error = find(&bench, wide()).await.0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
}

#[tokio::test(start_paused = true)]
async fn refusal_is_an_error_not_an_empty_result() {
    for (name, kind) in [("bad_filter", ErrorKind::Rejected), ("access_denied", ErrorKind::Auth)] {
        let bench = Bench::new([Fixture::open("customers_list").answer(name)]);
        let error = find(&bench, search()).await.0.unwrap_err();
        assert_eq!(error.kind(), kind);
    }
}

#[tokio::test(start_paused = true)]
async fn mutated_value_never_matches_another_customer() {
    let fixture = Fixture::open("customers_list");
    for mutation in mutations(&fixture.body("unfiltered_page_if_filter_ignored")) {
        let answer = || Step::json(200, &mutation.body);
        let (ids, _) = found((0..9).map(|_| answer())).await;
        let place = mutation.path.join(".");
        assert!(ids.is_empty(), "{place} {}", mutation.what);
    }
    for mutation in mutations(&fixture.body("found_verify_phones_yourself")) {
        let steps: Vec<&str> = mutation.path.iter().map(String::as_str).collect();
        let other = match steps.as_slice() {
            ["customers", "0", ..] => 61,
            ["customers", "1", ..] => 60,
            _ => continue,
        };
        let (ids, _) = found([Step::json(200, &mutation.body)]).await;
        let place = mutation.path.join(".");
        assert!(ids.contains(&other), "{place} {}", mutation.what);
    }
}

#[tokio::test(start_paused = true)]
async fn standalone_client_has_a_region() {
    let typed = json!([{"id": 1, "site": "one", "phones": [{"number": "8 (029) 111-22-33"}]}]);
    for (region, ids) in [(Some("BY"), vec![1]), (None, vec![])] {
        let script = ScriptedTransport::new((0..3).map(|_| page(&typed)));
        let hub = Hub::builder().transport(Arc::new(script)).build().unwrap();
        let mut client =
            Client::builder("https://demo.retailcrm.ru").api_key("invented-key").site("one");
        if let Some(region) = region {
            client = client.default_region(region);
        }
        let client = client.build(&hub).unwrap();
        let found = client.customers().by_phone(&Cx::live(), phone(NUMBER)).await.unwrap();
        let found: Vec<u64> = found.iter().map(|one| one.id.get()).collect();
        assert_eq!(found, ids, "{region:?}");
    }
}
