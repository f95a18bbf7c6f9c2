//! The forms of a success, and the error text under HTTP 200.

use vochi_crm_core::testing::Step;
use vochi_crm_core::testing::conformance::{CrmUnderTest as _, Needs};
use vochi_crm_core::{Effect, ErrorKind, TryAgain};

use super::conformance::Kontur;
use super::renewed_keys::{effect, send};

#[tokio::test(start_paused = true)]
async fn error_text_with_http_200_is_not_retried() {
    for row in Kontur::operations() {
        for (content_type, body) in [
            ("application/json", "\"Error\""),
            ("text/plain", "Error"),
            ("text/plain; charset=utf-8", "\"Error\"\r\n"),
        ] {
            let fault = format!("{body:?} as {content_type}");
            let odd = Step::text(200, content_type, body);
            let outcome = send(&row, &fault, [odd, Step::Response(row.planned())]).await;
            let error = outcome.assert_failure(ErrorKind::Rejected, effect(&row, Effect::Maybe), 1);
            outcome.assert_eq("status", error.status(), Some(200));
            outcome.assert_eq("code", error.code(), Some("Error"));
            outcome.assert_eq("retry advice", error.try_again(), TryAgain::Never);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn success_has_several_forms() {
    let all = Kontur::operations();
    for row in all.iter().filter(|row| row.needs() == Needs::Success) {
        for (content_type, body) in [
            ("text/plain", "OK"),
            ("text/plain", "\"OK\""),
            ("text/html", "OK"),
            ("application/json", "ok\r\n"),
            ("application/json", r#"{"isSuccessful":true}"#),
        ] {
            let step = Step::text(200, content_type, body);
            send(row, body, [step]).await.assert_success(1);
        }
    }
}
