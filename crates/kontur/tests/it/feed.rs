//! The event feed as the source of users and clients.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{
    Capability, CrmConnector as _, Cx, ErrorKind, TryAgain, UserList, WarningKind,
};

use super::lookup_support::{
    DIMA, Harness, MASHA, PETR, START, change, drained, html, offset, page, page_of_more,
    unauthorized, user,
};

fn request_from(offset: &str) -> String {
    format!("GET events?offset={offset}&limit=50")
}

async fn users(harness: &Harness) -> UserList {
    harness.connector.users(&Cx::history()).await.unwrap()
}

fn rows(list: &UserList) -> Vec<(&str, Option<&str>, bool)> {
    list.users
        .iter()
        .map(|user| {
            let extension = user.extension.as_ref().map(vochi_crm_core::Extension::as_str);
            (user.name.as_str(), extension, user.active)
        })
        .collect()
}

fn texts(list: &UserList) -> Vec<String> {
    list.mismatches.iter().map(ToString::to_string).collect()
}

#[tokio::test(start_paused = true)]
async fn users_are_matched_with_directory() {
    let harness = Harness::new([page(
        2,
        &[user(MASHA, "Иванова Мария", "active"), user(PETR, "Петров Пётр", "active")],
    )]);
    let list = users(&harness).await;
    assert_eq!(rows(&list), [("Иванова Мария", Some("101"), true), ("Петров Пётр", None, true)]);
    let texts = texts(&list);
    let unknown = format!("extension 102 is mapped to user {DIMA}");
    assert!(texts[0].starts_with(&unknown), "{texts:?}");
    assert_eq!(texts[1..], [format!("user {PETR} (Петров Пётр) has no extension")]);
    assert_eq!(harness.lines(), [request_from(START)]);
    assert!(harness.connector.capabilities().has(Capability::Users));
}

#[tokio::test(start_paused = true)]
async fn feed_is_read_once_then_incrementally() {
    let harness = Harness::new([
        page_of_more(1, &[user(MASHA, "Мария", "active")]),
        page(2, &[user(DIMA, "Дмитрий", "active")]),
        drained(),
        page(3, &[user(PETR, "Пётр", "active")]),
    ]);
    assert_eq!(users(&harness).await.users.len(), 2);
    assert_eq!(users(&harness).await.users.len(), 2);
    assert_eq!(users(&harness).await.users.len(), 3);
    assert_eq!(
        harness.lines(),
        [
            request_from(START),
            request_from(&offset(1)),
            request_from(&offset(2)),
            request_from(&offset(2)),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn deletes_restores_and_patches_are_applied() {
    let named = |kind: &str, name: &str| {
        change("user", MASHA, kind, json!({"new": {"id": MASHA, "name": name}}))
    };
    let harness = Harness::new([
        page(1, &[named("create", "Мария")]),
        page(2, &[named("patch", "Мария Иванова")]),
        page(3, &[change("user", MASHA, "delete", json!({"old": {"id": MASHA}}))]),
        page(4, &[change("user", MASHA, "restore", json!({}))]),
        page(5, &[change("user", MASHA, "delete", json!({}))]),
    ]);
    assert_eq!(rows(&users(&harness).await), [("Мария", Some("101"), true)]);
    assert_eq!(rows(&users(&harness).await), [("Мария Иванова", Some("101"), true)]);
    let deleted = users(&harness).await;
    assert!(!deleted.users[0].active);
    assert!(texts(&deleted)[0].contains("who is inactive"), "{deleted:?}");
    assert!(users(&harness).await.users[0].active);
    assert!(!users(&harness).await.users[0].active);
}

#[tokio::test(start_paused = true)]
async fn inactive_and_hidden_users_are_marked() {
    let hidden = json!({"id": DIMA, "name": "Дмитрий", "status": "active", "isHidden": "true"});
    let harness = Harness::new([page(
        3,
        &[
            user(MASHA, "Мария", "Inactive"),
            change("user", DIMA, "create", json!({"new": hidden})),
            change("user", PETR, "create", json!({"new": {"login": "petr@example.test"}})),
        ],
    )]);
    let list = users(&harness).await;
    assert_eq!(
        rows(&list),
        [
            ("Мария", Some("101"), false),
            ("Дмитрий", Some("102"), false),
            ("petr@example.test", None, true),
        ],
        "a model without an id uses the event's"
    );
}

#[tokio::test(start_paused = true)]
async fn unreadable_event_does_not_fail_page() {
    let harness = Harness::new([page(
        5,
        &[
            json!("no event"),
            json!({"type": "change", "entityIds": {"userId": PETR}, "changeData": []}),
            change("user", PETR, "create", json!({"new": "no model"})),
            change("task", PETR, "create", json!({"new": 7})),
            user(MASHA, "Мария", "active"),
        ],
    )]);
    let list = users(&harness).await;
    assert_eq!(rows(&list), [("Мария", Some("101"), true)]);
    let last = list.mismatches.last().unwrap();
    assert_eq!(last.kind(), WarningKind::Incomplete);
    assert_eq!(last.text(), "3 events of Kontur's feed are unreadable");
}

#[tokio::test(start_paused = true)]
async fn circular_feed_ends() {
    let masha = [user(MASHA, "Мария", "active")];
    let circles: [Vec<Step>; 3] = [
        // The same offset again, with and without events.
        vec![page_of_more(1, &masha), page_of_more(1, &masha)],
        vec![page_of_more(1, &masha), Step::json(200, &json!({"items": [], "hasMore": true}))],
        // Back to a visited offset.
        vec![page_of_more(1, &masha), page_of_more(2, &[]), page_of_more(1, &[])],
    ];
    for steps in circles {
        let harness = Harness::new(steps);
        let list = users(&harness).await;
        assert_eq!(harness.script.left(), 0);
        assert_eq!(list.users.len(), 1);
        assert!(texts(&list).last().unwrap().contains("announces more events"));
    }
}

#[tokio::test(start_paused = true)]
async fn lost_page_is_retried() {
    let lost = || Step::Fail(vochi_crm_core::http::TransportError::Broken("reset".into()));
    let harness = Harness::new([
        page_of_more(1, &[user(MASHA, "Мария", "active")]),
        lost(),
        page(2, &[user(DIMA, "Дмитрий", "active")]),
    ]);
    assert_eq!(users(&harness).await.users.len(), 2);
    assert_eq!(harness.lines()[1], harness.lines()[2]);
}

#[tokio::test(start_paused = true)]
async fn unreadable_page_keeps_earlier_events() {
    let harness = Harness::with(
        [
            page_of_more(1, &[user(MASHA, "Мария", "active")]),
            html(),
            page(2, &[user(DIMA, "Дмитрий", "active")]),
        ],
        json!({"retries": 0}),
        json!({}),
    );
    let error = harness.connector.users(&Cx::history()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(users(&harness).await.users.len(), 2);
    assert_eq!(harness.lines()[2], request_from(&offset(1)), "it continues");
}

#[tokio::test(start_paused = true)]
async fn key_refused_midway_is_renewed() {
    let key = |value: &str| {
        Step::json(200, &json!({"workspace": {"name": "vochi-demo"}, "accessKey": value}))
    };
    let harness = Harness::with(
        [
            key("first"),
            page_of_more(1, &[user(MASHA, "Мария", "active")]),
            unauthorized(),
            key("second"),
            page(2, &[user(DIMA, "Дмитрий", "active")]),
        ],
        json!({}),
        json!({"access_key": null, "api_key": "invented"}),
    );
    assert_eq!(users(&harness).await.users.len(), 2);
    assert_eq!(harness.lines()[4], request_from(&offset(1)));
}

#[tokio::test(start_paused = true)]
async fn refused_feed_names_credential() {
    for (config, said) in
        [(json!({}), "set `bearer`"), (json!({"bearer": "invented-bearer"}), "copy `bearer`")]
    {
        let harness = Harness::with([unauthorized()], json!({}), config);
        let error = harness.connector.users(&Cx::history()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth);
        assert!(error.hint().unwrap().contains(said), "{error}");
    }
    let deleted = Step::json(409, &json!({"status": "notInstalled", "message": "no"}));
    let harness = Harness::new([deleted]);
    let error = harness.connector.users(&Cx::history()).await.unwrap_err();
    assert!(error.hint().unwrap().contains("Install"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn bearer_reads_feed_if_configured() {
    let harness = Harness::with([drained()], json!({}), json!({"bearer": "invented-bearer"}));
    users(&harness).await;
    let headers = &harness.played()[0].headers;
    assert!(headers.contains(&("authorization".into(), "Bearer invented-bearer".into())));
}

fn slow(step: Step) -> Step {
    match step {
        Step::Response(response) => Step::Slow(Duration::from_secs(2), response),
        other => other,
    }
}

#[tokio::test(start_paused = true)]
async fn deadline_keeps_events_and_reports_progress() {
    let harness = Harness::new([
        slow(page_of_more(1, &[user(MASHA, "Мария", "active")])),
        slow(page_of_more(2, &[user(DIMA, "Дмитрий", "active")])),
        page(2, &[user(DIMA, "Дмитрий", "active")]),
    ]);
    let cx = Cx::live().with_timeout(Duration::from_secs(3));
    let error = harness.connector.users(&cx).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.try_again(), TryAgain::Later);
    assert!(error.message().contains("1 events read so far"), "{error}");
    assert!(error.hint().unwrap().contains("retry"), "{error}");
    assert_eq!(users(&harness).await.users.len(), 2);
    assert_eq!(harness.lines()[2], request_from(&offset(1)));
}

#[tokio::test(start_paused = true)]
async fn rate_limit_beyond_deadline_is_timeout() {
    let many: Vec<Step> = (1..9).map(|place| page_of_more(place, &[])).collect();
    let harness = Harness::with(many, json!({"requests_per_second": 1.0, "burst": 1}), json!({}));
    let cx = Cx::live().with_timeout(Duration::from_millis(2500));
    let error = harness.connector.users(&cx).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(harness.played().len() >= 2);
}

#[tokio::test(start_paused = true)]
async fn concurrent_queries_read_once() {
    let harness = Harness::new([
        slow(page_of_more(1, &[user(MASHA, "Мария", "active")])),
        slow(page(2, &[user(DIMA, "Дмитрий", "active")])),
    ]);
    let (first, second, third) = tokio::join!(users(&harness), users(&harness), users(&harness));
    for list in [first, second, third] {
        assert_eq!(list.users.len(), 2);
    }
    assert_eq!(harness.played().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn query_during_last_page_reads_again() {
    let harness = Arc::new(Harness::new([
        slow(page(1, &[user(MASHA, "Мария", "active")])),
        page(2, &[user(DIMA, "Дмитрий", "active")]),
    ]));
    let late = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        users(&harness).await
    };
    let (first, late) = tokio::join!(users(&harness), late);
    assert_eq!((first.users.len(), late.users.len()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn cancelled_reader_keeps_events() {
    let harness = Arc::new(Harness::new([
        page_of_more(1, &[user(MASHA, "Мария", "active")]),
        slow(page(2, &[])),
        page(2, &[user(DIMA, "Дмитрий", "active")]),
    ]));
    let reader = tokio::spawn({
        let harness = Arc::clone(&harness);
        async move { users(&harness).await }
    });
    while harness.played().len() < 2 {
        tokio::task::yield_now().await;
    }
    reader.abort();
    assert!(reader.await.unwrap_err().is_cancelled());
    assert_eq!(users(&harness).await.users.len(), 2);
    assert_eq!(harness.lines()[2], request_from(&offset(1)));
}

#[tokio::test(start_paused = true)]
async fn waiting_query_respects_deadline() {
    let harness = Harness::new([slow(page(1, &[]))]);
    let hurried = Cx::live().with_timeout(Duration::from_secs(1));
    let (_, hurried) = tokio::join!(users(&harness), harness.connector.users(&hurried));
    assert_eq!(hurried.unwrap_err().kind(), ErrorKind::Timeout);
}

#[tokio::test(start_paused = true)]
async fn rejected_offset_restarts_feed() {
    let no: Value = json!({
        "errors": {"offset": ["The value is not valid."]}, "status": 400, "title": "no",
    });
    let harness = Harness::new([
        page(1, &[user(MASHA, "Мария", "active")]),
        Step::json(400, &no),
        page(7, &[user(DIMA, "Дмитрий", "active")]),
    ]);
    users(&harness).await;
    let list = users(&harness).await;
    assert_eq!(rows(&list), [("Дмитрий", Some("102"), true)], "read from the start");
    assert_eq!(harness.lines()[2], request_from(START));

    let harness = Harness::new([
        page(1, &[user(MASHA, "Мария", "active")]),
        Step::json(400, &no),
        Step::json(400, &no),
        drained(),
    ]);
    users(&harness).await;
    let error = harness.connector.users(&Cx::history()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(users(&harness).await.users.len(), 1, "earlier events are kept");
}

#[tokio::test(start_paused = true)]
async fn documented_pages_are_read() {
    let fixture = super::fixture::Fixture::open("events-feed");
    let documented = |name: &str| Step::Response(fixture.response(name));
    let harness = Harness::new([documented("page"), documented("drained"), documented("drained")]);
    let list = users(&harness).await;
    assert_eq!(rows(&list), [("Мария Иванова", Some("101"), false)]);
    let cx = Cx::history();
    let changes = harness.connector.changes(&cx, None).await.unwrap();
    let [contact] = changes.customers.as_slice() else { panic!("{changes:?}") };
    assert_eq!(contact.name.as_deref(), Some("Иван Иванов"));
    let place = "00000000-20ac-176a-0000-0000060f5e88";
    assert_eq!(changes.cursor.as_str(), place, "an empty page keeps the cursor");
}
