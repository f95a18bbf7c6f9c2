//! RetailCRM's error responses: status, body, error and retries.

use std::time::Duration;

use proptest::strategy::Strategy as _;
use serde_json::json;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CrmConnector as _, Cx, Effect, ErrorKind, TryAgain};

use super::fixture::Fixture;
use super::support::{Bench, incoming, record, success};

/// An error response.
struct Row {
    status: u16,
    body: &'static str,
    kind: ErrorKind,
    /// The outcome for a read, an event (not idempotent) and an upload (keyed).
    read: End,
    event: End,
    upload: End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// Sent once, refused, not applied.
    Once,
    /// Sent once; the CRM may have applied it.
    OnceMaybe,
    /// Retried until it succeeded.
    Again,
    /// Sent once; the CRM applied a part of it.
    OnceApplied,
}

use End::{Again, Once, OnceApplied, OnceMaybe};

const fn refused(status: u16, body: &'static str, kind: ErrorKind) -> Row {
    Row { status, body, kind, read: Once, event: Once, upload: Once }
}

const fn limited(status: u16, body: &'static str) -> Row {
    Row { status, body, kind: ErrorKind::RateLimited, read: Again, event: Again, upload: Again }
}

const fn doubtful(status: u16, body: &'static str, kind: ErrorKind) -> Row {
    Row { status, body, kind, read: Again, event: OnceMaybe, upload: Again }
}

fn rows() -> Vec<Row> {
    use ErrorKind::{Auth, Decode, NotFound, Rejected, Unavailable};
    vec![
        refused(400, r#"{"success":false,"errorMsg":"\"apiKey\" is missing."}"#, Auth),
        refused(200, r#"{"success":false,"errorMsg":"\"apiKey\" is missing."}"#, Auth),
        refused(403, r#"{"success":false,"errorMsg":"Wrong \"apiKey\" value."}"#, Auth),
        refused(200, r#"{"errorMsg":"Wrong \"apiKey\" value"}"#, Auth),
        refused(403, r#"{"success":false,"errorMsg":"Access denied."}"#, Auth),
        refused(401, r#"{"success":false,"errorMsg":"Нет"}"#, Auth),
        refused(401, "", Auth),
        refused(403, "", Auth),
        refused(400, r#"{"success":false,"errorMsg":"Account does not exist."}"#, Auth),
        refused(404, r#"{"success":"true","errorMsg":"Account does not exist."}"#, Auth),
        refused(405, "<html>405 Not Allowed</html>", Auth),
        refused(405, "", Auth),
        refused(404, " \r\n<!DOCTYPE html><html></html>", Auth),
        refused(302, "", Auth),
        refused(404, r#"{"success":false,"errorMsg":"API method not found"}"#, NotFound),
        refused(404, r#"{"success":false,"errorMsg":"Method not found"}"#, NotFound),
        refused(405, r#"{"success":false,"errorMsg":"Method Not Allowed"}"#, Rejected),
        refused(400, r#"{"success":false,"errorMsg":"Parameter 'event' is missing"}"#, Rejected),
        refused(
            400,
            r#"{"success":false,"errorMsg":"Parameter 'externalId' in 'customer' is missing"}"#,
            Rejected,
        ),
        refused(
            400,
            r#"{"success":false,"errorMsg":"Input value \"event\" contains a non-scalar value."}"#,
            Rejected,
        ),
        refused(
            400,
            r#"{"success":false,"errorMsg":"Errors in the entity format","errors":{"type":"bad"}}"#,
            Rejected,
        ),
        refused(400, r#"{"success":false,"errorMsg":"Validation error","errors":null}"#, Rejected),
        refused(400, r#"{"success":false,"errorMsg":"Task is not loaded","errors":[]}"#, Rejected),
        refused(
            400,
            r#"{"success":false,"errorMsg":"Errors in the input parameters","errors":{"children[startDate]":"Значение недопустимо."}}"#,
            Rejected,
        ),
        refused(400, r#"{"success":false,"errorMsg":"Not found","errors":[]}"#, NotFound),
        refused(404, r#"{"success":false,"errorMsg":"Not found map"}"#, NotFound),
        refused(404, r#"{"success":false,"errorMsg":"Customer not found."}"#, NotFound),
        refused(
            400,
            r#"{"success":false,"errorMsg":"An attempt was made to edit a nonexistent record"}"#,
            NotFound,
        ),
        refused(404, "", NotFound),
        refused(200, r#"{"success":false,"errorMsg":"Telephony not enabled"}"#, Rejected),
        refused(200, r#"{"success":"false","errorMsg":"Telephony not enabled"}"#, Rejected),
        refused(
            400,
            r#"{"success":false,"errorMsg":"Telephony not enabled or not supports calls upload"}"#,
            Rejected,
        ),
        refused(
            400,
            r#"{"success":false,"errorMsg":"Your account doesn't have enough money to upload files."}"#,
            Rejected,
        ),
        refused(
            400,
            r#"{"success":false,"errorMsg":"Failed to activate module","errors":["No funds"]}"#,
            Rejected,
        ),
        refused(200, r#"{"success":false}"#, Rejected),
        refused(418, r#"{"success":false,"errorMsg":"Something new"}"#, Rejected),
        Row {
            status: 460,
            body: r#"{"success":false,"errorMsg":"Customers are loaded with errors"}"#,
            kind: Rejected,
            read: Once,
            event: OnceApplied,
            upload: OnceApplied,
        },
        limited(503, "<html>503 Service Temporarily Unavailable</html>"),
        limited(503, r#"{"success":false,"errorMsg":"Rate limit exceeded"}"#),
        limited(503, ""),
        limited(429, r#"{"success":false,"errorMsg":"Too Many Requests"}"#),
        doubtful(500, "", Unavailable),
        doubtful(500, r#"{"success":false,"errorMsg":"Not found"}"#, Unavailable),
        doubtful(502, "<html>Bad Gateway</html>", Unavailable),
        doubtful(504, "", Unavailable),
        doubtful(200, "<html>maintenance</html>", Decode),
        doubtful(200, "", Decode),
        doubtful(200, r#"{"success":tr"#, Decode),
        doubtful(201, "OK", Decode),
    ]
}

fn step(row: &Row) -> Step {
    let content_type = if row.body.starts_with('{') { "application/json" } else { "text/html" };
    Step::text(row.status, content_type, row.body)
}

fn check(row: &Row, what: &str, end: End, sent: usize, result: Result<(), vochi_crm_core::Error>) {
    let case = format!("{what}: HTTP {} {}", row.status, row.body);
    if end == Again {
        assert!(result.is_ok(), "{case}: {result:?}");
        assert_eq!(sent, 2, "{case}");
        return;
    }
    let error = result.expect_err(&case);
    assert_eq!(error.kind(), row.kind, "{case}");
    assert_eq!(sent, 1, "{case}");
    let effect = match end {
        OnceMaybe => Effect::Maybe,
        OnceApplied => Effect::Applied,
        _ => Effect::NotApplied,
    };
    assert_eq!(error.effect(), effect, "{case}");
    assert_eq!(error.try_again(), TryAgain::Never, "{case}");
    assert_eq!(error.status(), Some(row.status), "{case}");
    assert_eq!(error.account().map(ToString::to_string).as_deref(), Some("shop"), "{case}");
    assert!(error.operation().is_some(), "{case}");
}

#[tokio::test(start_paused = true)]
async fn each_error_has_kind_effect_and_retries() {
    for row in rows() {
        let users = Step::json(200, &json!({"success": true, "users": []}));
        let bench = Bench::new([step(&row), users]);
        let result = bench.connector.users(&Cx::history()).await.map(drop);
        check(&row, "a read", row.read, bench.played().len(), result);

        let bench = Bench::new([step(&row), success()]);
        let result = bench.event(incoming(0, &["151"])).await.map(drop);
        check(&row, "an event", row.event, bench.played().len(), result);

        let bench = Bench::new([step(&row), success()]);
        let result = bench.log_one(record("1")).await.map(drop);
        check(&row, "an upload", row.upload, bench.played().len(), result);
    }
}

#[tokio::test(start_paused = true)]
async fn every_refusal_of_the_fixtures_is_classified() {
    for (name, answer) in Fixture::open("errors_common").responses() {
        let bench = Bench::new([Step::Response(answer)]);
        let cx = Cx::history().with_timeout(Duration::from_millis(50));
        let error = bench.connector.users(&cx).await.expect_err(&name);
        assert!(!error.message().is_empty(), "{name}");
        assert_ne!(error.kind(), ErrorKind::Internal, "{name}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn field_errors_are_kept_in_every_form() {
    let fixture = Fixture::open("errors_common");
    for (name, field, text) in [
        ("errors_map", "firstName", "Specify the first name"),
        ("errors_list", "1", "Second message"),
        ("errors_nested_value", "phones", r#"{"0":{"number":"This value is not valid."}}"#),
    ] {
        let bench = Bench::new([fixture.answer(name)]);
        let error = bench.connector.users(&Cx::history()).await.unwrap_err();
        assert_eq!(error.fields().get(field).map(String::as_str), Some(text), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn errors_have_hints() {
    for (answer, hint) in [
        (r#"{"success":false,"errorMsg":"Wrong \"apiKey\" value."}"#, "check api_key"),
        (r#"{"success":false,"errorMsg":"Access denied."}"#, "scope"),
        (r#"{"success":false,"errorMsg":"Account does not exist."}"#, "check url"),
        (r#"{"success":false,"errorMsg":"Telephony not enabled"}"#, "run setup"),
    ] {
        let bench = Bench::new([Step::text(400, "application/json", answer)]);
        let error = bench.event(incoming(0, &["151"])).await.unwrap_err();
        assert!(error.hint().unwrap().contains(hint), "{answer}: {error}");
        assert!(
            error.to_string().starts_with("retailcrm account shop: telephony/call/event: "),
            "{error}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn any_response_is_handled_with_a_message(
        status in 200_u16..600,
        body in proptest::prelude::prop_oneof![
            proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
            r#"\{"success":(true|false|null|0|"x"|\[\]),"errorMsg":(null|""|7|\{\}|"[a-z ]{0,9}"),"errors":(null|\[1,\{\}\]|"x")\}"#
                .prop_map(String::into_bytes),
        ],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let bench = Bench::with(
                [Step::text(status, "application/json", body)],
                json!({"retries": 0}),
                json!({}),
            );
            match bench.event(incoming(0, &["151"])).await {
                Ok(_) => assert!((200..300).contains(&status), "{status} is not a success"),
                Err(error) => {
                    assert!(!error.message().is_empty());
                    assert_ne!(error.kind(), ErrorKind::Internal, "{error}");
                }
            }
        });
    }
}
