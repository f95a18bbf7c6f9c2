//! Lists over all pages: no element twice, none lost, few requests.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;
use vochi_crm_bitrix24::Client;
use vochi_crm_bitrix24::api::{ListEntities, Order};
use vochi_crm_bitrix24::model::Contact;
use vochi_crm_core::{Cx, ErrorKind};

use super::portal::{Portal, error};

type Contacts = ListEntities<Contact>;

async fn ids(client: &Client, list: Contacts) -> Vec<u64> {
    let contacts = client.list(&Cx::history(), list).all().await.unwrap();
    contacts.iter().map(|contact| contact.id.get()).collect()
}

#[tokio::test(start_paused = true)]
async fn every_row_comes_once() {
    for (rows, requests) in
        [(0, 1), (1, 1), (49, 1), (50, 2), (51, 2), (100, 3), (101, 2), (2_500, 3), (2_501, 2)]
    {
        for order in [Order::Ascending, Order::Descending] {
            let portal = Portal::with_contacts(rows);
            let mut expected = portal.state().contacts.clone();
            if order == Order::Descending {
                expected.reverse();
            }
            let read = ids(&portal.webhook(), Contacts::new().order("ID", order)).await;
            assert_eq!(read, expected, "{rows} rows, {order:?}");
            let sent = portal.methods();
            assert_eq!(sent.len(), requests, "{rows} rows, {order:?}: {sent:?}");
            assert_eq!(portal.state().refused, 0, "{rows} rows, {order:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn other_order_is_read_by_start() {
    for rows in [0, 1, 49, 50, 51, 100, 101, 2_500] {
        let portal = Portal::with_contacts(rows);
        let expected = portal.state().contacts.clone();
        let list = Contacts::new().order("LAST_NAME", Order::Ascending);
        assert_eq!(ids(&portal.webhook(), list).await, expected, "{rows} rows");
        assert!(portal.methods().len() <= 2, "{rows} rows: {:?}", portal.methods());
    }
}

#[tokio::test(start_paused = true)]
async fn rows_added_during_the_read_are_read_once() {
    for at in 1..=4 {
        for (rows, added) in [(50, 1), (50, 60), (100, 3), (2_500, 120)] {
            let portal = Portal::with_contacts(rows);
            let new: Vec<u64> = (0..added).map(|number| rows * 3 + 1 + number).collect();
            portal.state().added = BTreeMap::from([(at, new)]);
            let read = ids(&portal.webhook(), Contacts::new()).await;
            // What is added after the last request is not read.
            let expected = portal.state().contacts.clone();
            assert_eq!(read, expected, "{rows} rows, {added} added before request {at}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn row_that_moved_to_a_later_page_comes_once() {
    let portal = Portal::with_contacts(120);
    {
        let mut state = portal.state();
        state.contacts.reverse();
        state.added.insert(2, vec![1]);
    }
    let read = ids(&portal.webhook(), Contacts::new().order("NAME", Order::Descending)).await;
    let mut once = read.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), read.len(), "a row came twice");
}

#[tokio::test(start_paused = true)]
async fn failure_of_a_page_inside_a_batch_loses_no_row() {
    let portal = Portal::with_contacts(300);
    let expected = portal.state().contacts.clone();
    let client = portal.webhook();
    let mut contacts = client.list(&Cx::history(), Contacts::new());
    let mut read = contacts.next_page().await.unwrap().unwrap();
    // The first command of the batch answers, the second fails.
    let page: Vec<_> = expected[50..100].iter().map(|id| json!({"ID": id.to_string()})).collect();
    portal.answer("crm.contact.list", super::portal::ok(json!(page)));
    portal.answer("crm.contact.list", error(400, "INTERNAL_SERVER_ERROR"));
    read.extend(contacts.all().await.unwrap());
    let read: Vec<u64> = read.iter().map(|contact| contact.id.get()).collect();
    assert_eq!(read, expected);
}

#[tokio::test(start_paused = true)]
async fn failure_of_the_first_page_is_the_error_of_the_list() {
    let portal = Portal::with_contacts(300);
    portal.answer("crm.contact.list", error(403, "insufficient_scope"));
    let read = portal.webhook().list(&Cx::history(), Contacts::new()).all().await;
    assert_eq!(read.unwrap_err().kind(), ErrorKind::Auth);
}

#[tokio::test(start_paused = true)]
async fn long_list_uses_the_limits_almost_completely() {
    read_within_the_limits(100_000).await;
}

#[tokio::test(start_paused = true)]
#[ignore = "takes most of a minute"]
async fn million_rows_use_the_limits_almost_completely() {
    read_within_the_limits(1_000_000).await;
}

/// Reads rows of which a page takes 0.3 s: a million of them need 13 windows of 480 s in 10 minutes.
async fn read_within_the_limits(rows: u64) {
    let portal = Portal::with_contacts(rows);
    portal.state().operating = 0.3;
    let began = Instant::now();
    let mut contacts = portal.webhook().list(&Cx::history(), Contacts::new());
    let (mut read, mut last) = (0_u64, 0);
    while let Some(page) = contacts.next_page().await.unwrap() {
        for contact in page {
            assert!(contact.id.get() > last, "row {last} or its successor is out of order");
            last = contact.id.get();
            read += 1;
        }
    }
    assert_eq!(read, rows);
    #[expect(clippy::cast_precision_loss, reason = "a few hundred, some thousands")]
    let (requests, pages) = (portal.methods().len() as f64, (rows / 50 + 1) as f64);
    let seconds = began.elapsed().as_secs_f64();
    let windows = (pages * 0.3 / 480.0).ceil() - 1.0;
    let least = f64::max((requests - 40.0) / 2.0, windows * 600.0);
    assert!(seconds <= 1.02 * least, "{requests} requests took {seconds} s, at least {least} s");
    assert_eq!(portal.state().refused, 0);
}

#[tokio::test(start_paused = true)]
async fn list_gives_up_waiting_at_the_deadline() {
    let portal = Portal::with_contacts(50_000);
    portal.state().operating = 200.0;
    let cx = Cx::history().with_timeout(Duration::from_secs(60));
    let error = portal.webhook().list(&cx, Contacts::new()).all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
    assert!(portal.methods().len() < 10, "{:?}", portal.methods());
}
