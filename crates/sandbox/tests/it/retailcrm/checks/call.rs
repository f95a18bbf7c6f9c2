//! Checks of uploaded calls.

use serde_json::{Value, json};

use super::{BLANK, Case, INVALID, in_calls, of_strict};
use crate::support::{call, with};

pub(super) fn cases() -> Vec<Case> {
    let many: Vec<Value> =
        (0..51).map(|n| with(call(), json!({"externalId": format!("pbx-{n}")}))).collect();
    let plain = with(call(), json!({"recordUrl": "http://pbx.example.test/1.mp3"}));
    vec![
        in_calls("calls.some", &[], &format!("calls: {BLANK}")),
        in_calls(
            "calls.at_most_50",
            &many,
            "calls: This collection should contain 50 elements or less.",
        ),
        of_strict(in_calls(
            "call.recordUrl.form",
            &[plain],
            &format!("calls[0].recordUrl: {INVALID}"),
        )),
    ]
}
