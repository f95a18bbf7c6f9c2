//! Texts of refusals: choice and length.

use serde_json::json;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind};

use super::support::Bench;

#[tokio::test(start_paused = true)]
async fn errors_without_a_message_are_shown() {
    for (body, message) in [
        (
            json!({"success": false, "errors": {"date": "bad", "phone": ["short", "blank"]}}),
            "date: bad; phone: short; blank",
        ),
        (json!({"success": false, "errors": ["first", "second"]}), "first; second"),
        (json!({"success": false, "errorMsg": "", "errors": "only"}), "only"),
        (
            json!({"success": false, "errors": []}),
            "RetailCRM refuses the request without a reason (HTTP 400)",
        ),
        (json!({"success": false, "errorMsg": "Named", "errors": ["first"]}), "Named"),
    ] {
        let bench = Bench::new([Step::json(400, &body)]);
        let error = bench.connector.users(&Cx::history()).await.unwrap_err();
        assert_eq!(error.message(), message, "{body}");
        assert_eq!(error.kind(), ErrorKind::Rejected, "{body}");
        let code = body["errorMsg"].as_str().filter(|text| !text.is_empty());
        assert_eq!(error.code(), code, "{body}: only RetailCRM's own message is its code");
    }
}

#[tokio::test(start_paused = true)]
async fn long_error_text_is_truncated() {
    let long = "й".repeat(500_000);
    for body in [
        json!({"success": false, "errorMsg": long}),
        json!({"success": false, "errors": [long, long]}),
    ] {
        let bench = Bench::new([Step::json(400, &body)]);
        let error = bench.connector.users(&Cx::history()).await.unwrap_err();
        assert!(error.message().len() <= 2048, "{} bytes of message", error.message().len());
        let fields = error.fields().values().map(String::len).sum::<usize>();
        assert!(fields <= 2 * 2048, "{fields} bytes of fields");
    }
}
