//! Health checks.

use serde_json::{Value, json};
use vochi_crm_core::connector::HealthReport;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind};

use super::support::{Bench, answer, nothing};

async fn health(changes: Value, steps: impl IntoIterator<Item = Step>) -> HealthReport {
    let bench = Bench::with(steps, changes);
    let report = bench.connector.health(&Cx::history()).await.unwrap();
    assert_eq!(bench.script.left(), 0, "{:?}", bench.lines());
    report
}

fn check(report: &HealthReport, name: &str) -> (Option<ErrorKind>, String) {
    let check = report.checks().iter().find(|check| check.name() == name);
    let check = check.unwrap_or_else(|| panic!("no {name} in {report:?}"));
    (check.failure(), format!("{} {}", check.message(), check.hint().unwrap_or_default()))
}

#[tokio::test(start_paused = true)]
async fn healthy_account_names_company_zone_and_proposals() {
    let steps = [answer("company", "records"), answer("manager", "list")];
    let report = health(json!({"extensions": {"151": "2"}}), steps).await;
    assert!(report.is_healthy(), "{report:?}");
    assert!(check(&report, "key").1.contains("Пример Тур"));
    assert!(check(&report, "timezone").1.contains("assumed +03:00"));
    assert!(check(&report, "proposals").1.contains("152 for user 4"));
    assert!(check(&report, "webhooks").1.contains("public_url"));
    assert!(check(&report, "account").1.contains("https://id12345.u-on.ru"));
}

#[tokio::test(start_paused = true)]
async fn unknown_key_fails_in_either_form() {
    for step in [nothing(), answer("countries_key_check", "key_unknown")] {
        let report = health(json!({}), [step]).await;
        assert_eq!(check(&report, "key").0, Some(ErrorKind::Auth));
        assert_eq!(report.checks().len(), 1, "the others would fail for the same reason");
    }
    let report = health(json!({}), [answer("countries_key_check", "key_forbidden")]).await;
    assert_eq!(check(&report, "key").0, Some(ErrorKind::Auth));
    assert!(check(&report, "key").1.contains("POST?"));
}

#[tokio::test(start_paused = true)]
async fn missing_and_repeated_webhooks_are_named() {
    let url = "https://pbx.example.test/in/agency/canary-inbound-secret/hook";
    let hook =
        |id: u64, kind: u16| json!({"id": id, "type_id": kind, "url": url, "method": "POST"});
    let public = || json!({"public_url": "https://pbx.example.test"});
    let page = |hooks: Vec<Value>| Step::json(200, &json!({"records": hooks}));
    for (hooks, found) in [
        (vec![hook(1, 47), hook(2, 44), hook(3, 3)], "missing webhooks of types 4"),
        (
            vec![hook(1, 47), hook(2, 44), hook(3, 3), hook(4, 4), hook(5, 47)],
            "repeated webhooks of types 47",
        ),
    ] {
        let steps = [answer("company", "records"), answer("manager", "list"), page(hooks)];
        let (failure, text) = check(&health(public(), steps).await, "webhooks");
        assert_eq!(failure, Some(ErrorKind::Config));
        assert!(text.starts_with(found), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn status_of_new_leads_must_be_open() {
    for (status, failure) in
        [("1", None), ("7", Some(ErrorKind::Config)), ("99", Some(ErrorKind::Config))]
    {
        let changes = json!({"unknown_caller": "lead", "lead_status": status});
        let steps = [
            answer("company", "records"),
            answer("manager", "list"),
            answer("status_lead", "records"),
        ];
        assert_eq!(check(&health(changes, steps).await, "leads").0, failure, "{status}");
    }
}
