//! The responsible employee of a number.

use std::time::Duration;

use serde_json::json;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Capability, CrmConnector as _, Cx, ErrorKind, Responsible, Result};

use super::lookup_support::{
    DIMA, Harness, MASHA, NUMBER, PETR, html, page, phone, redirect, user,
};

const BY: &str = "GET communications/callbacks/telephony/call-redirect?phoneNumber=";

async fn find_responsible(harness: &Harness) -> Result<Option<Responsible>> {
    harness.connector.responsible(&Cx::live(), &phone(NUMBER)).await
}

async fn named(harness: &Harness) -> Option<(String, Option<String>)> {
    find_responsible(harness).await.unwrap().map(|one| {
        let extension = one.extension.map(|extension| extension.as_str().to_owned());
        (one.user_id.as_str().to_owned(), extension)
    })
}

#[tokio::test(start_paused = true)]
async fn first_user_with_extension_is_returned() {
    for (users, wanted) in [
        (vec![MASHA], Some((MASHA, Some("101")))),
        (vec![PETR, DIMA, MASHA], Some((DIMA, Some("102")))),
        (vec![PETR], Some((PETR, None))),
        (vec![], None),
    ] {
        let harness = Harness::new([redirect(&users)]);
        let wanted =
            wanted.map(|(user, extension)| (user.to_owned(), extension.map(str::to_owned)));
        assert_eq!(named(&harness).await, wanted, "{users:?}");
        assert_eq!(harness.lines(), [format!("{BY}375291112233")]);
    }
    let harness = Harness::new([]);
    assert!(harness.connector.capabilities().has(Capability::Responsible));
}

#[tokio::test(start_paused = true)]
async fn user_id_ignores_case() {
    let capitals = MASHA.to_uppercase();
    let harness = Harness::with(
        [redirect(&[MASHA]), page(1, &[user(MASHA, "Мария", "active")])],
        json!({"extensions": {"101": capitals}}),
        json!({}),
    );
    assert_eq!(named(&harness).await, Some((capitals.clone(), Some("101".to_owned()))));
    let list = harness.connector.users(&Cx::history()).await.unwrap();
    assert!(list.users[0].extension.is_some());
    assert!(list.mismatches.is_empty(), "{list:?}");
}

#[tokio::test(start_paused = true)]
async fn every_documented_response_is_decoded() {
    let fixture = super::fixture::Fixture::open("call-redirect-by-phone");
    let masha = Some((MASHA.to_owned(), Some("101".to_owned())));
    let cases = [
        ("found", masha),
        ("nobody", None), // quoted
        ("not_found", None),
    ];
    for (name, wanted) in cases {
        let harness = Harness::new([Step::Response(fixture.response(name))]);
        assert_eq!(named(&harness).await, wanted, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn missing_responsible_is_no_error() {
    let not_found = json!({"status": "notFound", "message": "CallRedirectRequest not found"});
    let harness = Harness::new([Step::json(409, &not_found)]);
    assert_eq!(named(&harness).await, None);
    // A wrong URL is an error.
    let harness = Harness::new([Step::text(404, "text/html", "<html>")]);
    assert_eq!(find_responsible(&harness).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn name_comes_from_known_feed_only() {
    let harness = Harness::new([
        redirect(&[MASHA]),
        page(1, &[user(MASHA, "Иванова Мария", "active")]),
        redirect(&[MASHA]),
    ]);
    assert_eq!(find_responsible(&harness).await.unwrap().unwrap().name, None);
    harness.connector.users(&Cx::history()).await.unwrap();
    let name = find_responsible(&harness).await.unwrap().unwrap().name;
    assert_eq!(name.as_deref(), Some("Иванова Мария"));
    assert_eq!(harness.played().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn feed_reader_does_not_block_caller() {
    let feed = Step::json(200, &json!({"items": [], "hasMore": false}));
    let Step::Response(response) = feed else { unreachable!("expected a response") };
    let harness = Harness::new([Step::Slow(Duration::from_secs(5), response), redirect(&[MASHA])]);
    let cx = Cx::live().with_timeout(Duration::from_millis(1500));
    let asked = async {
        tokio::task::yield_now().await;
        harness.connector.responsible(&cx, &phone(NUMBER)).await
    };
    let cx_history = Cx::history();
    let (_, asked) = tokio::join!(harness.connector.users(&cx_history), asked);
    assert!(asked.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn number_is_sent_in_configured_form() {
    let harness = Harness::with([redirect(&[])], json!({}), json!({"phone_form": "plus"}));
    find_responsible(&harness).await.unwrap();
    assert_eq!(harness.lines(), [format!("{BY}%2B375291112233")]);
}

#[tokio::test(start_paused = true)]
async fn redirect_by_line_needs_one_number() {
    let by_line = || json!({"redirect_by": "line"});
    let harness = Harness::with([redirect(&[])], json!({}), by_line());
    find_responsible(&harness).await.unwrap();
    assert_eq!(harness.lines(), [format!("{BY}375171234567")]);

    let twice = json!({"lines": {"a": "+375171234567", "b": "+375171234567"}});
    let harness = Harness::with([redirect(&[])], twice, by_line());
    find_responsible(&harness).await.unwrap();

    for (lines, said) in [
        (json!({}), "there are none"),
        (json!({"a": "+375171234567", "b": "+375171234568"}), "there are several"),
    ] {
        let harness = Harness::with([], json!({"lines": lines}), by_line());
        let error = find_responsible(&harness).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(said), "{error}");
        assert!(harness.played().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn late_or_unreadable_response_is_error() {
    let Step::Response(response) = redirect(&[MASHA]) else { unreachable!("expected a response") };
    let harness = Harness::new([Step::Slow(Duration::from_secs(3), response)]);
    let cx = Cx::live().with_timeout(Duration::from_millis(1500));
    let asked = harness.connector.responsible(&cx, &phone(NUMBER)).await;
    assert_eq!(asked.unwrap_err().kind(), ErrorKind::Timeout);
    let harness = Harness::with([html()], json!({"retries": 0}), json!({}));
    assert_eq!(find_responsible(&harness).await.unwrap_err().kind(), ErrorKind::Decode);
}
