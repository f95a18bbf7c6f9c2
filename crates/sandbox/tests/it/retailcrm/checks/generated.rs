//! Requests made from the schemas: each is refused by one rule, or accepted.

use serde_json::{Value, json};
use vochi_crm_sandbox::{Crm, Sample, Sandbox};

use super::{BLANK, CHOICE, EXTRA, INVALID, entity};
use crate::support::{Wire, event, sandbox, send_event};

/// The smallest valid object.
fn valid(object: &str) -> Value {
    match object {
        "event" => event(),
        other => panic!("no valid {other}"),
    }
}

fn wire(sample: &Sample) -> Wire {
    let object = sample.apply(valid(sample.object));
    match sample.object {
        "event" => send_event(&object),
        other => panic!("no request with {other}"),
    }
}

/// Rows with the message of a choice.
const CHOICES: &[&str] = &["event.hangupStatus.form", "event.site.form", "event.type.form"];

fn text(sample: &Sample) -> &'static str {
    match (sample.row, sample.rule) {
        (row, _) if CHOICES.contains(&row) => CHOICE,
        (_, "known_fields") => EXTRA,
        (_, "not_blank" | "required") => BLANK,
        _ => INVALID,
    }
}

fn refusal(sample: &Sample) -> Value {
    entity(&sample.field, text(sample))
}

#[tokio::test]
async fn refused_samples_name_their_row_and_field() {
    for sample in Sandbox::samples(Crm::RetailCrm).iter().filter(|it| !it.accepted) {
        let sandbox = sandbox().await;
        let before = sandbox.state();
        let reply = wire(sample).send(&sandbox).await;
        assert_eq!((reply.status, reply.json()), (400, refusal(sample)), "{sample:?}");
        let refused = sandbox.refused(Crm::RetailCrm);
        let refused = refused.last().unwrap_or_else(|| panic!("{sample:?} is not written down"));
        assert_eq!(refused.checks, [sample.row], "{sample:?}: {}", refused.why);
        for kept in ["calls", "live", "customers", "modules"] {
            let now = &sandbox.state()["retailcrm"][kept];
            assert_eq!(*now, before["retailcrm"][kept], "{sample:?} is carried out");
        }
    }
}

#[tokio::test]
async fn accepted_samples_are_carried_out() {
    for sample in Sandbox::samples(Crm::RetailCrm).iter().filter(|it| it.accepted) {
        let sandbox = sandbox().await;
        let reply = wire(sample).send(&sandbox).await;
        assert!(matches!(reply.status, 200 | 201), "{sample:?}: {reply:?}");
        assert_eq!(reply.json()["success"], json!(true), "{sample:?}");
        assert_eq!(sandbox.refused(Crm::RetailCrm), [], "{sample:?}");
    }
}
