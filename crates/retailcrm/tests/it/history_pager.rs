//! Histories, continued from a cursor.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use vochi_crm_core::http::{Operation, Response};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, Effect, ErrorKind};
use vochi_crm_retailcrm::api::{ListCustomersHistory, ListHistory, ListOrdersHistory};
use vochi_crm_retailcrm::model::{
    ChangeSource, Customer, CustomerId, HistoryCursor, HistoryEvent, OrderId, PageSize, UserId,
};

use super::fixture::{Fixture, assert_same};
use super::support::Bench;
use vochi_crm_core::testing::mutations;

const BEGIN: HistoryCursor = HistoryCursor::new(10);

fn page(records: &Value, pages: u32) -> Step {
    let pagination = json!({"limit": 100, "currentPage": 1, "totalPageCount": pages});
    let body = json!({"success": true, "history": records, "pagination": pagination});
    Step::json(200, &body)
}

fn change(id: u64) -> Value {
    json!({"id": id, "field": "phones", "customer": {"id": 62}})
}

/// All changes of the pager, its cursor, and the requests.
async fn all(steps: impl IntoIterator<Item = Step>) -> (Vec<u64>, Option<u64>, Vec<String>) {
    let bench = Bench::new(steps);
    let history = bench.connector.client().history();
    let mut pager = history.customers(&Cx::history(), ListHistory::since(BEGIN));
    let mut ids = Vec::new();
    while let Some(record) = pager.next().await.unwrap() {
        ids.push(record.cursor.get());
    }
    assert_eq!(pager.next().await.unwrap(), None);
    let lines = bench.played().into_iter().map(|one| one.line).collect();
    (ids, pager.cursor().map(HistoryCursor::get), lines)
}

#[test]
fn requests_match_the_documentation() {
    let customers = ListCustomersHistory::since(HistoryCursor::new(2691));
    assert_same(&customers.request().unwrap(), Fixture::open("customers_history").request(None));
    let orders = ListOrdersHistory::since(HistoryCursor::new(7037));
    assert_same(&orders.request().unwrap(), Fixture::open("orders_history").request(None));
    let first = ListCustomersHistory::from_time("2026-03-14 10:00:00".parse().unwrap())
        .until("2026-03-15 10:00:00".parse().unwrap())
        .page_size(PageSize::Fifty);
    assert_eq!(
        first.request().unwrap().query_string(),
        "filter%5BstartDate%5D=2026-03-14+10%3A00%3A00\
         &filter%5BendDate%5D=2026-03-15+10%3A00%3A00&limit=50"
    );
    let whole = ListCustomersHistory::whole().request().unwrap();
    assert_eq!(whole.query_string(), "limit=100");
}

#[test]
fn changes_of_customers_are_read() {
    let body = Fixture::open("customers_history").body("success");
    let page = ListCustomersHistory::whole().decode(&Response::ok_json(&body)).unwrap();
    assert_eq!(page.history.broken, []);
    assert_eq!(page.last, Some(HistoryCursor::new(2699)));
    let [made, phones, manager, merged] = page.history.good.as_slice() else {
        panic!("four changes: {page:?}");
    };
    assert_eq!(made.event, HistoryEvent::Created);
    assert_eq!(made.source, Some(ChangeSource::Api));
    assert_eq!(made.by_this_key, Some(true));
    assert_eq!((&made.old_value, &made.new_value), (&Value::Null, &json!(62)));
    let whole = Value::Object(made.entity.clone().unwrap().fields);
    let whole: Customer = serde_json::from_value(whole).unwrap();
    assert_eq!(whole.display_name(), "Иван Иванов");
    assert_eq!(phones.event, HistoryEvent::Changed);
    assert_eq!(phones.source, Some(ChangeSource::User));
    assert_eq!(phones.user, Some(UserId::new(7).unwrap()));
    assert_eq!(phones.by_this_key, None);
    assert_eq!(phones.field.as_deref(), Some("phones"));
    assert_eq!(phones.new_value, json!("9515120000"));
    assert_eq!(phones.created_at.unwrap().to_string(), "2026-03-14 10:05:00");
    let who = phones.entity.as_ref().unwrap();
    assert_eq!(who.id, Some(CustomerId::new(62).unwrap()));
    assert_eq!(who.external_id.as_deref(), Some("ext-62"));
    assert_eq!(who.site.as_deref(), Some("shop-one"));
    assert_eq!((&manager.old_value, &manager.new_value), (&json!(7), &json!(8)));
    assert_eq!(merged.event, HistoryEvent::Deleted);
    assert_eq!(merged.entity.as_ref().unwrap().id, Some(CustomerId::new(63).unwrap()));
    assert_eq!(merged.combined_to.as_ref().unwrap().id, Some(CustomerId::new(62).unwrap()));
    let empty = Fixture::open("customers_history").body("empty");
    let page = ListCustomersHistory::whole().decode(&Response::ok_json(&empty)).unwrap();
    assert_eq!((page.history.good.len(), page.last), (0, None));
}

#[test]
fn changes_of_orders_are_read() {
    let body = Fixture::open("orders_history").body("success");
    let page = ListOrdersHistory::whole().decode(&Response::ok_json(&body)).unwrap();
    assert_eq!(page.history.broken, []);
    let made = &page.history.good[0];
    assert_eq!(made.event, HistoryEvent::Created);
    assert_eq!(made.new_value, json!({"code": "new"}));
    let order = made.entity.as_ref().unwrap();
    assert_eq!(order.id, Some(OrderId::new(501).unwrap()));
    assert_eq!(order.fields["number"], "501A");
    assert_eq!(page.history.good[1].field.as_deref(), Some("manager"));
}

#[test]
fn unknown_values_of_a_change_are_kept_or_absent() {
    let odd = json!({
        "id": "11", "source": "rule", "apiKey": [], "user": null, "createdAt": "0000-00-00",
        "deleted": "true", "oldValue": [1, {"a": null}], "customer": [], "combinedTo": [],
    });
    let body = json!({"success": true, "history": {"0": odd}, "pagination": []});
    let page = ListCustomersHistory::whole().decode(&Response::ok_json(&body)).unwrap();
    let change = &page.history.good[0];
    assert_eq!(change.cursor, HistoryCursor::new(11));
    assert_eq!(change.source, Some(ChangeSource::Other("rule".to_owned())));
    assert_eq!(change.event, HistoryEvent::Deleted);
    assert_eq!(change.old_value, json!([1, {"a": null}]));
    assert_eq!((&change.entity, &change.combined_to), (&None, &None));
    assert_eq!((change.user, change.by_this_key, change.created_at), (None, None, None));
}

#[test]
fn cursor_can_be_stored() {
    let stored = serde_json::to_string(&HistoryCursor::new(0)).unwrap();
    let read: HistoryCursor = serde_json::from_str(&stored).unwrap();
    assert_eq!(read, HistoryCursor::new(0));
    assert!("2026-03-14".parse::<HistoryCursor>().is_err());
}

#[tokio::test(start_paused = true)]
async fn pages_continue_by_last_id_and_end_by_count() {
    let (ids, end, lines) = all([
        page(&json!([change(11), change(14)]), 3),
        page(&json!([change(15)]), 2),
        page(&json!([change(20), change(21)]), 1),
    ])
    .await;
    assert_eq!(ids, [11, 14, 15, 20, 21]);
    assert_eq!(end, Some(21));
    let since = |id| format!("GET /api/v5/customers/history?filter%5BsinceId%5D={id}&limit=100");
    assert_eq!(lines, [since(10), since(14), since(15)]);
}

#[tokio::test(start_paused = true)]
async fn first_page_starts_at_a_date_and_continues_by_id() {
    let bench = Bench::new([page(&json!([change(11)]), 2), page(&json!([change(12)]), 1)]);
    let request = ListHistory::<CustomerId>::from_time("2026-03-14 10:00".parse().unwrap());
    let history = bench.connector.client().history();
    let mut pager = history.customers(&Cx::history(), request);
    assert_eq!(pager.cursor(), None);
    assert!(pager.next().await.unwrap().is_some());
    assert!(pager.next().await.unwrap().is_some());
    assert!(pager.next().await.unwrap().is_none());
    let played = bench.played();
    assert!(played[0].line.contains("startDate"));
    assert!(!played[0].line.contains("sinceId"));
    assert!(played[1].line.ends_with("?filter%5BsinceId%5D=11&limit=100"));
}

#[tokio::test(start_paused = true)]
async fn no_change_keeps_the_cursor() {
    let empty = Fixture::open("customers_history").answer("empty");
    let (ids, end, lines) = all([empty]).await;
    assert_eq!((ids, end, lines.len()), (vec![], Some(10), 1));
}

#[tokio::test(start_paused = true)]
async fn unreadable_change_is_skipped_with_its_page() {
    let (ids, end, lines) = all([
        page(&json!([{"field": "x"}, change(11), "odd", null]), 3),
        page(&json!([change(12), {"id": 13, "customer": "odd"}, {"id": []}]), 2),
        page(&json!([change(14)]), 1),
    ])
    .await;
    assert_eq!(ids, [11, 12, 13, 14]);
    assert_eq!(end, Some(14));
    assert!(lines[2].contains("=13&"), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn cursor_is_that_of_the_returned_change() {
    let bench = Bench::new([
        page(&json!([change(12), change(11), change(12)]), 2),
        page(&json!([change(13)]), 1),
    ]);
    let history = bench.connector.client().history();
    let mut pager = history.customers(&Cx::history(), ListHistory::since(BEGIN));
    for id in [11, 12, 13] {
        assert_eq!(pager.next().await.unwrap().unwrap().cursor.get(), id);
        assert_eq!(pager.cursor().unwrap().get(), id);
    }
}

#[tokio::test(start_paused = true)]
async fn error_keeps_the_cursor() {
    let fixture = Fixture::open("customers_history");
    let bench = Bench::new([page(&json!([change(11)]), 2), fixture.answer("bad_date")]);
    let history = bench.connector.client().history();
    let mut pager = history.customers(&Cx::history(), ListHistory::since(BEGIN));
    pager.next().await.unwrap();
    let error = pager.next().await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Rejected, Effect::NotApplied));
    assert_eq!(error.fields().len(), 1);
    assert_eq!(pager.cursor(), Some(HistoryCursor::new(11)));
    assert_eq!(pager.next().await.unwrap(), None, "an error ends the pager");
}

#[tokio::test(start_paused = true)]
async fn repeated_page_is_an_error_without_duplicates() {
    let same = || page(&json!([change(9), change(10), change(11)]), 2);
    let bench = Bench::new([same(), same()]);
    let history = bench.connector.client().history();
    let mut pager = history.customers(&Cx::history(), ListHistory::since(BEGIN));
    assert_eq!(pager.next().await.unwrap().unwrap().cursor.get(), 11);
    assert_eq!(pager.next().await.unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(bench.played().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn without_a_count_a_full_page_is_not_the_last() {
    let full: Vec<Value> = (11..111).map(change).collect();
    let bare = |records| Step::json(200, &json!({"success": true, "history": records}));
    let (ids, _, lines) = all([bare(json!(full)), bare(json!([change(111)]))]).await;
    assert_eq!((ids.len(), lines.len()), (101, 2));
}

#[test]
fn response_without_list_is_an_error() {
    let request = ListCustomersHistory::since(BEGIN);
    let count = json!({"totalCount": 4, "totalPageCount": 1});
    for history in [json!(null), json!("odd")] {
        let body = json!({"success": true, "history": history, "pagination": count});
        let error = request.decode(&Response::ok_json(&body)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
    }
    assert!(request.decode(&request.planned()).is_ok());
}

#[test]
fn mutated_change_loses_only_itself() {
    let customers = ListCustomersHistory::whole();
    let body = Fixture::open("customers_history").body("success");
    let whole = customers.decode(&Response::ok_json(&body)).unwrap();
    for mutation in mutations(&body) {
        let steps: Vec<&str> = mutation.path.iter().map(String::as_str).collect();
        let ["history", row, rest @ ..] = steps.as_slice() else {
            continue;
        };
        let place = format!("{} {}", mutation.path.join("."), mutation.what);
        let found = customers.decode(&Response::ok_json(&mutation.body)).unwrap();
        for (index, other) in whole.history.good.iter().enumerate() {
            let touched = *row == index.to_string();
            assert!(touched || found.history.good.contains(other), "{place}");
        }
        let kept = found.history.good.len() == whole.history.good.len();
        assert!(kept || rest.is_empty() || rest == ["id"], "{place}");
        let last = whole.last.filter(|_| *row != "3" || !matches!(rest, [] | ["id"]));
        assert!(last.is_none() || found.last == last, "{place}");
    }
}

proptest! {
    /// Each change is returned once, in order, for any changes and page size.
    #[test]
    fn every_change_comes_once(
        ids in prop::collection::btree_set(1_u64..500, 0..120),
        since in 0_u64..500,
        size in prop::sample::select(vec![20_usize, 50]),
    ) {
        let wanted: Vec<u64> = ids.iter().copied().filter(|id| *id > since).collect();
        let mut steps = Vec::new();
        let mut at = since;
        loop {
            let rest: BTreeSet<u64> = ids.iter().copied().filter(|id| *id > at).collect();
            let part: Vec<u64> = rest.iter().copied().take(size).collect();
            let pages = u32::try_from(rest.len().div_ceil(size)).unwrap();
            steps.push(page(&part.iter().map(|id| change(*id)).collect(), pages));
            at = part.last().copied().unwrap_or(at);
            if pages <= 1 {
                break;
            }
        }
        let count = steps.len();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        let (got, requests) = runtime.block_on(async {
            let bench = Bench::new(steps);
            let request = ListHistory::since(HistoryCursor::new(since));
            let history = bench.connector.client().history();
            let mut pager = history.customers(&Cx::history(), request);
            let mut got = Vec::new();
            while let Some(record) = pager.next().await.unwrap() {
                got.push(record.cursor.get());
            }
            (got, bench.played().len())
        });
        prop_assert_eq!(got, wanted);
        prop_assert_eq!(requests, count);
    }
}
