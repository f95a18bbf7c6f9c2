//! The feed of events as the source of users and clients.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{
    Capability, CrmConnector as _, Cx, ErrorKind, TryAgain, UserList, WarningKind,
};

use super::people_support::{
    Bench, DIMA, MASHA, PETR, START, change, drained, html, offset, page, page_of_more,
    unauthorized, user,
};

fn asked_from(place: &str) -> String {
    format!("GET events?offset={place}&limit=50")
}

async fn users(bench: &Bench) -> UserList {
    bench.connector.users(&Cx::history()).await.unwrap()
}

fn told(list: &UserList) -> Vec<(&str, Option<&str>, bool)> {
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
async fn users_stand_beside_the_directory() {
    let bench = Bench::new([page(
        2,
        &[user(MASHA, "Иванова Мария", "active"), user(PETR, "Петров Пётр", "active")],
    )]);
    let list = users(&bench).await;
    assert_eq!(told(&list), [("Иванова Мария", Some("101"), true), ("Петров Пётр", None, true)]);
    assert_eq!(
        texts(&list),
        [
            format!("extension 102 is mapped to user {DIMA}, who is unknown to the CRM"),
            format!("user {PETR} (Петров Пётр) has no extension"),
        ]
    );
    assert_eq!(bench.lines(), [asked_from(START)]);
    assert!(bench.connector.capabilities().has(Capability::Users));
}

#[tokio::test(start_paused = true)]
async fn the_feed_is_read_once_and_then_only_what_is_new() {
    let bench = Bench::new([
        page_of_more(1, &[user(MASHA, "Мария", "active")]),
        page(2, &[user(DIMA, "Дмитрий", "active")]),
        drained(),
        page(3, &[user(PETR, "Пётр", "active")]),
    ]);
    assert_eq!(users(&bench).await.users.len(), 2);
    assert_eq!(users(&bench).await.users.len(), 2);
    assert_eq!(users(&bench).await.users.len(), 3);
    assert_eq!(
        bench.lines(),
        [asked_from(START), asked_from(&offset(1)), asked_from(&offset(2)), asked_from(&offset(2)),]
    );
}

#[tokio::test(start_paused = true)]
async fn deletes_restores_and_patches_are_followed() {
    let named = |kind: &str, name: &str| {
        change("user", MASHA, kind, json!({"new": {"id": MASHA, "name": name}}))
    };
    let bench = Bench::new([
        page(1, &[named("create", "Мария")]),
        page(2, &[named("patch", "Мария Иванова")]),
        page(3, &[change("user", MASHA, "delete", json!({"old": {"id": MASHA}}))]),
        page(4, &[change("user", MASHA, "restore", json!({}))]),
        page(5, &[change("user", MASHA, "delete", json!({}))]),
    ]);
    assert_eq!(told(&users(&bench).await), [("Мария", Some("101"), true)]);
    assert_eq!(told(&users(&bench).await), [("Мария Иванова", Some("101"), true)]);
    let gone = users(&bench).await;
    assert!(!gone.users[0].active);
    assert!(texts(&gone)[0].contains("who is inactive"), "{gone:?}");
    assert!(users(&bench).await.users[0].active);
    assert!(!users(&bench).await.users[0].active);
}

#[tokio::test(start_paused = true)]
async fn inactive_and_hidden_users_are_told_as_such() {
    let hidden = json!({"id": DIMA, "name": "Дмитрий", "status": "active", "isHidden": "true"});
    let bench = Bench::new([page(
        3,
        &[
            user(MASHA, "Мария", "Inactive"),
            change("user", DIMA, "create", json!({"new": hidden})),
            change("user", PETR, "create", json!({"new": {"login": "petr@example.test"}})),
        ],
    )]);
    let list = users(&bench).await;
    assert_eq!(
        told(&list),
        [
            ("Мария", Some("101"), false),
            ("Дмитрий", Some("102"), false),
            ("petr@example.test", None, true),
        ],
        "and one whose model lacks its id is known by the event's"
    );
}

#[tokio::test(start_paused = true)]
async fn a_bad_event_does_not_cost_the_page() {
    let bench = Bench::new([page(
        5,
        &[
            json!("no event"),
            json!({"type": "change", "entityIds": {"userId": PETR}, "changeData": []}),
            change("user", PETR, "create", json!({"new": "no model"})),
            change("task", PETR, "create", json!({"new": 7})),
            user(MASHA, "Мария", "active"),
        ],
    )]);
    let list = users(&bench).await;
    assert_eq!(told(&list), [("Мария", Some("101"), true)]);
    let last = list.mismatches.last().unwrap();
    assert_eq!(last.kind(), WarningKind::Incomplete);
    assert_eq!(last.text(), "3 events of Kontur's feed could not be read");
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_goes_round_in_circles_ends() {
    let masha = [user(MASHA, "Мария", "active")];
    let circles: [Vec<Step>; 3] = [
        // The same place again, with and without events.
        vec![page_of_more(1, &masha), page_of_more(1, &masha)],
        vec![page_of_more(1, &masha), Step::json(200, &json!({"items": [], "hasMore": true}))],
        // Back to a place that was there.
        vec![page_of_more(1, &masha), page_of_more(2, &[]), page_of_more(1, &[])],
    ];
    for steps in circles {
        let bench = Bench::new(steps);
        let list = users(&bench).await;
        assert_eq!(bench.script.left(), 0);
        assert_eq!(list.users.len(), 1);
        assert!(texts(&list).last().unwrap().contains("says there is more"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_page_is_asked_for_again_and_nothing_twice() {
    let lost = || Step::Fail(vochi_crm_core::http::TransportError::Broken("reset".into()));
    let bench = Bench::new([
        page_of_more(1, &[user(MASHA, "Мария", "active")]),
        lost(),
        page(2, &[user(DIMA, "Дмитрий", "active")]),
    ]);
    assert_eq!(users(&bench).await.users.len(), 2);
    assert_eq!(bench.lines()[1], bench.lines()[2]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_cannot_be_read_keeps_what_was_read_before() {
    let bench = Bench::with(
        [
            page_of_more(1, &[user(MASHA, "Мария", "active")]),
            html(),
            page(2, &[user(DIMA, "Дмитрий", "active")]),
        ],
        json!({"retries": 0}),
        json!({}),
    );
    let error = bench.connector.users(&Cx::history()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(users(&bench).await.users.len(), 2);
    assert_eq!(bench.lines()[2], asked_from(&offset(1)), "it goes on");
}

#[tokio::test(start_paused = true)]
async fn a_key_refused_in_the_middle_is_renewed_and_reading_goes_on() {
    let key = |value: &str| {
        Step::json(200, &json!({"workspace": {"name": "vochi-demo"}, "accessKey": value}))
    };
    let bench = Bench::with(
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
    assert_eq!(users(&bench).await.users.len(), 2);
    assert_eq!(bench.lines()[4], asked_from(&offset(1)));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_names_the_credential() {
    for (config, said) in
        [(json!({}), "set `bearer`"), (json!({"bearer": "invented-bearer"}), "copy it again")]
    {
        let bench = Bench::with([unauthorized()], json!({}), config);
        let error = bench.connector.users(&Cx::history()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth);
        assert!(error.hint().unwrap().contains(said), "{error}");
    }
    let gone = Step::json(409, &json!({"status": "notInstalled", "message": "no"}));
    let bench = Bench::new([gone]);
    let error = bench.connector.users(&Cx::history()).await.unwrap_err();
    assert!(error.hint().unwrap().contains("Install"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_bearer_reads_the_feed_where_there_is_one() {
    let bench = Bench::with([drained()], json!({}), json!({"bearer": "invented-bearer"}));
    users(&bench).await;
    let headers = &bench.played()[0].headers;
    assert!(headers.contains(&("authorization".into(), "Bearer invented-bearer".into())));
}

fn slow(step: Step) -> Step {
    match step {
        Step::Response(answer) => Step::Slow(Duration::from_secs(2), answer),
        other => other,
    }
}

#[tokio::test(start_paused = true)]
async fn time_that_is_up_keeps_what_was_read_and_says_how_far_it_came() {
    let bench = Bench::new([
        slow(page_of_more(1, &[user(MASHA, "Мария", "active")])),
        slow(page_of_more(2, &[user(DIMA, "Дмитрий", "active")])),
        page(2, &[user(DIMA, "Дмитрий", "active")]),
    ]);
    let cx = Cx::live().with_timeout(Duration::from_secs(3));
    let error = bench.connector.users(&cx).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.try_again(), TryAgain::Later);
    assert!(error.message().contains("1 events so far"), "{error}");
    assert!(error.hint().unwrap().contains("ask again"), "{error}");
    assert_eq!(users(&bench).await.users.len(), 2);
    assert_eq!(bench.lines()[2], asked_from(&offset(1)));
}

#[tokio::test(start_paused = true)]
async fn our_own_limit_is_no_other_than_the_time() {
    let many: Vec<Step> = (1..9).map(|place| page_of_more(place, &[])).collect();
    let bench = Bench::with(many, json!({"requests_per_second": 1.0, "burst": 1}), json!({}));
    let cx = Cx::live().with_timeout(Duration::from_millis(2500));
    let error = bench.connector.users(&cx).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(bench.played().len() >= 2);
}

#[tokio::test(start_paused = true)]
async fn of_many_who_ask_at_once_one_reads() {
    let bench = Bench::new([
        slow(page_of_more(1, &[user(MASHA, "Мария", "active")])),
        slow(page(2, &[user(DIMA, "Дмитрий", "active")])),
    ]);
    let (first, second, third) = tokio::join!(users(&bench), users(&bench), users(&bench));
    for list in [first, second, third] {
        assert_eq!(list.users.len(), 2);
    }
    assert_eq!(bench.played().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_during_the_last_page_reads_once_more() {
    let bench = Arc::new(Bench::new([
        slow(page(1, &[user(MASHA, "Мария", "active")])),
        page(2, &[user(DIMA, "Дмитрий", "active")]),
    ]));
    let late = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        users(&bench).await
    };
    let (first, late) = tokio::join!(users(&bench), late);
    assert_eq!((first.users.len(), late.users.len()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_gives_up_loses_nothing_for_the_others() {
    let bench = Arc::new(Bench::new([
        page_of_more(1, &[user(MASHA, "Мария", "active")]),
        slow(page(2, &[])),
        page(2, &[user(DIMA, "Дмитрий", "active")]),
    ]));
    let reader = tokio::spawn({
        let bench = Arc::clone(&bench);
        async move { users(&bench).await }
    });
    while bench.played().len() < 2 {
        tokio::task::yield_now().await;
    }
    reader.abort();
    assert!(reader.await.unwrap_err().is_cancelled());
    assert_eq!(users(&bench).await.users.len(), 2);
    assert_eq!(bench.lines()[2], asked_from(&offset(1)));
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_a_reader_waits_no_longer_than_asked() {
    let bench = Bench::new([slow(page(1, &[]))]);
    let hurried = Cx::live().with_timeout(Duration::from_secs(1));
    let (_, hurried) = tokio::join!(users(&bench), bench.connector.users(&hurried));
    assert_eq!(hurried.unwrap_err().kind(), ErrorKind::Timeout);
}

#[tokio::test(start_paused = true)]
async fn a_place_the_crm_forgot_is_read_from_the_start() {
    let no: Value = json!({
        "errors": {"offset": ["The value is not valid."]}, "status": 400, "title": "no",
    });
    let bench = Bench::new([
        page(1, &[user(MASHA, "Мария", "active")]),
        Step::json(400, &no),
        page(7, &[user(DIMA, "Дмитрий", "active")]),
    ]);
    users(&bench).await;
    let list = users(&bench).await;
    assert_eq!(told(&list), [("Дмитрий", Some("102"), true)], "all anew");
    assert_eq!(bench.lines()[2], asked_from(START));

    let bench = Bench::new([
        page(1, &[user(MASHA, "Мария", "active")]),
        Step::json(400, &no),
        Step::json(400, &no),
        drained(),
    ]);
    users(&bench).await;
    let error = bench.connector.users(&Cx::history()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(users(&bench).await.users.len(), 1, "what was known is kept");
}

#[tokio::test(start_paused = true)]
async fn the_documented_page_and_the_end_behind_it_are_read() {
    let fixture = super::fixture::Fixture::open("events-feed");
    let documented = |name: &str| Step::Response(fixture.answer(name));
    let bench = Bench::new([documented("page"), documented("drained"), documented("drained")]);
    let list = users(&bench).await;
    assert_eq!(told(&list), [("Мария Иванова", Some("101"), false)]);
    let cx = Cx::history();
    let changes = bench.connector.changes(&cx, None).await.unwrap();
    let [contact] = changes.customers.as_slice() else { panic!("{changes:?}") };
    assert_eq!(contact.name.as_deref(), Some("Иван Иванов"));
    let place = "00000000-20ac-176a-0000-0000060f5e88";
    assert_eq!(changes.cursor.as_str(), place, "an empty page moves nothing");
}
