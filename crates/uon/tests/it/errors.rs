//! The error table: what U-ON's refusals mean for a read and for a write.

use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, Effect, Error, ErrorKind, Result};
use vochi_crm_uon::api::{CreateUser, ListManagers, UpdateUser};
use vochi_crm_uon::model::{UserData, UserId};

use super::support::{Bench, answer};

/// The number of managers that a read finds.
async fn read(step: Step) -> Result<usize> {
    let bench = Bench::with([step], serde_json::json!({"retries": 0}));
    let found = bench.connector.client().send(&Cx::history(), ListManagers).await;
    found.map(|found| found.items.good.len())
}

async fn update(step: Step) -> Result<()> {
    let bench = Bench::with([step], serde_json::json!({"retries": 0}));
    let data = UserData::new().surname("Иванов");
    let update = UpdateUser::new(UserId::new(7).unwrap(), data);
    bench.connector.client().send(&Cx::history(), update).await
}

fn kind<T>(result: Result<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

#[tokio::test(start_paused = true)]
async fn every_recorded_error_has_its_kind() {
    use ErrorKind::{Auth, Decode, RateLimited, Rejected, Unavailable};
    // A read, a write.
    for (name, of_read, of_write) in [
        ("result_number", None, Some(Rejected)),
        ("result_string_ok", None, None),
        ("message_flat", Some(Rejected), Some(Rejected)),
        ("parameter_plain_text", Some(Rejected), Some(Rejected)),
        ("no_route_plain_text", Some(Rejected), Some(Rejected)),
        ("method_plain_text", Some(Rejected), Some(Rejected)),
        ("error_object", Some(Rejected), Some(Rejected)),
        ("error_string", Some(Rejected), Some(Rejected)),
        ("forbidden", Some(Auth), Some(Auth)),
        ("rate_limited", Some(RateLimited), Some(RateLimited)),
        ("server_error_text", Some(Unavailable), Some(Unavailable)),
        ("html_instead_of_json", Some(Unavailable), Some(Unavailable)),
        ("empty_body_200", Some(Decode), Some(Decode)),
    ] {
        assert_eq!(kind(read(answer("errors_common", name)).await), of_read, "{name}, a read");
        assert_eq!(kind(update(answer("errors_common", name)).await), of_write, "{name}, a write");
    }
}

#[tokio::test(start_paused = true)]
async fn every_form_of_nothing_found_is_empty() {
    for name in ["not_found_404", "not_found_200_empty", "not_found_200_no_key"] {
        assert_eq!(read(answer("user_phone", name)).await.unwrap(), 0, "{name}");
    }
    let bare = Step::text(404, "text/plain", "");
    assert_eq!(read(bare).await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn page_of_another_server_is_not_nothing_found() {
    let page = Step::text(404, "text/html", "<html><h1>404 Not Found</h1></html>");
    let error = read(page).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
}

#[tokio::test(start_paused = true)]
async fn error_names_the_text_of_the_crm() {
    let error = update(answer("errors_common", "message_flat")).await.unwrap_err();
    assert_eq!(error.message(), "Parameter cio_id is wrong");
    assert_eq!((error.code(), error.status()), (Some("Parameter cio_id is wrong"), Some(404)));
    let hint = |error: &Error| error.hint().unwrap_or_default().to_owned();
    for fixture in ["no_route", "no_route_plain_text"] {
        let error = update(answer("lead_update_wrong_path", fixture)).await.unwrap_err();
        assert_eq!(error.code(), Some("No route found"), "{fixture}");
        assert!(hint(&error).contains("check path"), "{error}");
    }
    let error = read(answer("errors_common", "forbidden")).await.unwrap_err();
    assert!(hint(&error).contains("GET?"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn failure_of_a_write_leaves_open_whether_it_was_applied() {
    let bench = Bench::new([answer("reminder_create", "missing_author")]);
    let create = CreateUser::new(UserData::new().surname("Иванов"));
    let error = bench.connector.client().send(&Cx::history(), create).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Unavailable, Effect::Maybe));
    assert_eq!(bench.played().len(), 1, "a repeat could create a second client");
}
