//! Setup over real sockets, against the sandbox.

use std::time::Duration;

use serde_json::json;
use vochi_crm_core::connector::{SetupPlan, SetupReport};
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind};
use vochi_crm_kontur::Connector;
use vochi_crm_sandbox::kontur::{Dialect, SECRET};
use vochi_crm_sandbox::{Crm, Fault, Lose};

use super::super::lookup_support::{INBOUND, connect, person, sandbox_account};
use super::{assert_nothing_refused, failed, health, object};

async fn setup(connector: &Connector) -> SetupReport {
    let plan = SetupPlan::new(Some(INBOUND.parse().unwrap()));
    connector.setup(&Cx::history(), &plan).await.unwrap()
}

#[tokio::test]
async fn second_setup_changes_nothing() {
    for bare in [false, true] {
        let (sandbox, connector) = sandbox_account().await;
        let mut dialect = Dialect::default();
        dialect.bare_patch = bare;
        sandbox.kontur().set_dialect(dialect);
        let off = json!({"features": {"call": false, "hangup": false}, "webHooks": []});
        sandbox.kontur().set_instance(object(off));
        let shown = SetupPlan::new(Some(INBOUND.parse().unwrap())).shown_only();
        let shown = connector.setup(&Cx::history(), &shown).await.unwrap();
        let report = setup(&connector).await;
        assert_eq!(report, shown);
        assert_eq!(report.changes.len(), 5, "{report:?}");
        let instance = sandbox.kontur().instance();
        assert_eq!(setup(&connector).await, SetupReport::default());
        assert_eq!(sandbox.kontur().instance(), instance);
        assert_nothing_refused(&sandbox);
        let account = json!({
            "public_url": "https://pbx.example.test", "inbound_secret": "canary-inbound-secret",
        });
        let report = health(&connect(&sandbox, account)).await;
        let hints: Vec<&str> = report.checks().iter().filter_map(|one| one.hint()).collect();
        assert_eq!(hints.len(), 1, "only the hint about inactive users: {hints:?}");
    }
}

#[tokio::test]
async fn foreign_setup_is_kept() {
    let (sandbox, connector) = sandbox_account().await;
    let mut instance = object(sandbox.kontur().instance());
    let hooks = instance["webHooks"].as_array_mut().unwrap();
    hooks.push(json!({
        "id": "25d0c0de-5555-4e4e-aeae-000000000509", "relativeUrl": "reports/nightly",
        "triggerType": "schedule", "filter": {"items": []},
        "schedule": {"period": "01:00:00"}, "disabled": false,
    }));
    let before = hooks.clone();
    sandbox.kontur().set_instance(instance);
    let report = setup(&connector).await;
    assert_eq!(
        report.changes,
        ["the base URL is set to ours", "webhook crm-callbacks is created"],
        "both schedules exist"
    );
    let after = sandbox.kontur().instance();
    let after = after["webHooks"].as_array().unwrap();
    assert_eq!(after[..3], before[..]);
    assert_eq!(after.len(), 4);
}

#[tokio::test]
async fn client_changes_are_delivered() {
    let (sandbox, connector) = sandbox_account().await;
    setup(&connector).await;
    let before = sandbox.kontur().waiting_events();
    sandbox.kontur().put_contact(object(person(399, "Новый", "375291110001", &[])));
    sandbox.kontur().put_contact(object(person(399, "Новейший", "375291110001", &[])));
    assert_eq!(sandbox.kontur().waiting_events(), before + 2);
}

#[tokio::test]
async fn lost_webhook_is_created_once() {
    let (sandbox, connector) = sandbox_account().await;
    // Everything else is already registered.
    setup(&connector).await;
    let mut instance = object(sandbox.kontur().instance());
    let hooks = instance["webHooks"].as_array_mut().unwrap();
    hooks.pop();
    sandbox.kontur().set_instance(instance);
    sandbox.fault(
        Fault::on(Crm::Kontur)
            .path("/api/v1/vochi-demo/integrations/instances")
            .delay(Duration::from_millis(1)),
    );
    sandbox.fault(
        Fault::on(Crm::Kontur).path("/api/v1/vochi-demo/integrations/instances").lose(Lose::Answer),
    );
    let report = setup(&connector).await;
    assert_eq!(report.changes, ["webhook crm-callbacks is created"]);
    let instance = sandbox.kontur().instance();
    assert_eq!(instance["webHooks"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn public_integration_is_active() {
    let (sandbox, _) = sandbox_account().await;
    let connector = connect(&sandbox, json!({"integration_secret": SECRET}));
    sandbox.kontur().set_instance(object(json!({"status": "notConfigured"})));
    assert!(failed(&health(&connector).await).contains(&("instance", ErrorKind::Config)));
    let report = setup(&connector).await;
    assert!(report.changes.contains(&"the integration is set up".to_owned()));
    assert_eq!(sandbox.kontur().instance()["status"], "active");
    assert_eq!(failed(&health(&connector).await), []);
    assert_nothing_refused(&sandbox);
}
