//! Whose client a number is.

use std::time::Duration;

use serde_json::json;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Capability, CrmConnector as _, Cx, ErrorKind, Responsible, Result};

use super::people_support::{Bench, DIMA, MASHA, NUMBER, PETR, html, page, phone, redirect, user};

const BY: &str = "GET communications/callbacks/telephony/call-redirect?phoneNumber=";

async fn ask(bench: &Bench) -> Result<Option<Responsible>> {
    bench.connector.responsible(&Cx::live(), &phone(NUMBER)).await
}

async fn named(bench: &Bench) -> Option<(String, Option<String>)> {
    ask(bench).await.unwrap().map(|one| {
        let extension = one.extension.map(|extension| extension.as_str().to_owned());
        (one.user_id.as_str().to_owned(), extension)
    })
}

#[tokio::test(start_paused = true)]
async fn the_first_with_an_extension_gets_the_call() {
    for (users, wanted) in [
        (vec![MASHA], Some((MASHA, Some("101")))),
        (vec![PETR, DIMA, MASHA], Some((DIMA, Some("102")))),
        (vec![PETR], Some((PETR, None))),
        (vec![], None),
    ] {
        let bench = Bench::new([redirect(&users)]);
        let wanted =
            wanted.map(|(user, extension)| (user.to_owned(), extension.map(str::to_owned)));
        assert_eq!(named(&bench).await, wanted, "{users:?}");
        assert_eq!(bench.lines(), [format!("{BY}375291112233")]);
    }
    let bench = Bench::new([]);
    assert!(bench.connector.capabilities().has(Capability::Responsible));
}

#[tokio::test(start_paused = true)]
async fn an_id_is_the_same_in_capitals() {
    let capitals = MASHA.to_uppercase();
    let bench = Bench::with(
        [redirect(&[MASHA]), page(1, &[user(MASHA, "Мария", "active")])],
        json!({"extensions": {"101": capitals}}),
        json!({}),
    );
    assert_eq!(named(&bench).await, Some((capitals.clone(), Some("101".to_owned()))));
    let list = bench.connector.users(&Cx::history()).await.unwrap();
    assert!(list.users[0].extension.is_some());
    assert!(list.mismatches.is_empty(), "{list:?}");
}

#[tokio::test(start_paused = true)]
async fn every_documented_answer_is_understood() {
    let fixture = super::fixture::Fixture::open("call-redirect-by-phone");
    let masha = Some((MASHA.to_owned(), Some("101".to_owned())));
    for (name, wanted) in [("found", masha), ("nobody", None), ("not_found", None)] {
        let bench = Bench::new([Step::Response(fixture.answer(name))]);
        assert_eq!(named(&bench).await, wanted, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn that_nobody_is_responsible_is_no_error() {
    let nobody = json!({"status": "notFound", "message": "CallRedirectRequest not found"});
    let bench = Bench::new([Step::json(409, &nobody)]);
    assert_eq!(named(&bench).await, None);
    // A wrong address is another matter.
    let bench = Bench::new([Step::text(404, "text/html", "<html>")]);
    assert_eq!(ask(&bench).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn a_name_the_feed_told_comes_along_and_none_is_read_for_it() {
    let bench = Bench::new([
        redirect(&[MASHA]),
        page(1, &[user(MASHA, "Иванова Мария", "active")]),
        redirect(&[MASHA]),
    ]);
    assert_eq!(ask(&bench).await.unwrap().unwrap().name, None);
    bench.connector.users(&Cx::history()).await.unwrap();
    let name = ask(&bench).await.unwrap().unwrap().name;
    assert_eq!(name.as_deref(), Some("Иванова Мария"));
    assert_eq!(bench.played().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_reader_of_the_feed_does_not_keep_a_caller_waiting() {
    let feed = Step::json(200, &json!({"items": [], "hasMore": false}));
    let Step::Response(answer) = feed else { unreachable!("it is an answer") };
    let bench = Bench::new([Step::Slow(Duration::from_secs(5), answer), redirect(&[MASHA])]);
    let cx = Cx::live().with_timeout(Duration::from_millis(1500));
    let asked = async {
        tokio::task::yield_now().await;
        bench.connector.responsible(&cx, &phone(NUMBER)).await
    };
    let cx_history = Cx::history();
    let (_, asked) = tokio::join!(bench.connector.users(&cx_history), asked);
    assert!(asked.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn the_number_goes_out_in_the_form_that_is_configured() {
    let bench = Bench::with([redirect(&[])], json!({}), json!({"phone_form": "plus"}));
    ask(&bench).await.unwrap();
    assert_eq!(bench.lines(), [format!("{BY}%2B375291112233")]);
}

#[tokio::test(start_paused = true)]
async fn where_the_own_number_is_to_be_asked_with_it_has_to_be_one() {
    let by_line = || json!({"redirect_by": "line"});
    let bench = Bench::with([redirect(&[])], json!({}), by_line());
    ask(&bench).await.unwrap();
    assert_eq!(bench.lines(), [format!("{BY}375171234567")]);

    let twice = json!({"lines": {"a": "+375171234567", "b": "+375171234567"}});
    let bench = Bench::with([redirect(&[])], twice, by_line());
    ask(&bench).await.unwrap();

    for (lines, said) in [
        (json!({}), "there is none"),
        (json!({"a": "+375171234567", "b": "+375171234568"}), "there are several"),
    ] {
        let bench = Bench::with([], json!({"lines": lines}), by_line());
        let error = ask(&bench).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(said), "{error}");
        assert!(bench.played().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_late_or_cannot_be_read_is_an_error() {
    let Step::Response(answer) = redirect(&[MASHA]) else { unreachable!("it is an answer") };
    let bench = Bench::new([Step::Slow(Duration::from_secs(3), answer)]);
    let cx = Cx::live().with_timeout(Duration::from_millis(1500));
    let asked = bench.connector.responsible(&cx, &phone(NUMBER)).await;
    assert_eq!(asked.unwrap_err().kind(), ErrorKind::Timeout);
    let bench = Bench::with([html()], json!({"retries": 0}), json!({}));
    assert_eq!(ask(&bench).await.unwrap_err().kind(), ErrorKind::Decode);
}
