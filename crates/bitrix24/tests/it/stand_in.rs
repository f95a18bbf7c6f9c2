//! Whole calls over real sockets, with the stand-in server written from the reference.

use serde_json::{Value, json};
use vochi_crm_bitrix24::{AuthorizationRedirect, Config, Connector};
use vochi_crm_core::connector::{LiveCalls as _, SetupPlan};
use vochi_crm_core::inbound::{Applied, InboundKind};
use vochi_crm_core::{
    AccountConfig, CrmConnector as _, Cx, Direction, Error, ErrorKind, Hub, Outcome, Recording,
    Timestamp,
};
use vochi_crm_sandbox::bitrix24::List;
use vochi_crm_sandbox::{Crm, Sandbox};

/// The number of a contact of extension 151.
const KNOWN: &str = "+375446370646";
const UNKNOWN: &str = "+375330000001";

/// A connector with the stand-in's settings, some of them changed.
pub(crate) fn connect_with(
    hub: &Hub,
    sandbox: &Sandbox,
    changes: &Value,
) -> Result<Connector, Error> {
    connect(hub, sandbox.profiles()["bitrix24"].clone(), changes)
}

pub(crate) fn connect(hub: &Hub, mut profile: Value, changes: &Value) -> Result<Connector, Error> {
    for (key, value) in changes.as_object().into_iter().flatten() {
        profile[key] = value.clone();
    }
    let common: AccountConfig = serde_json::from_value(profile.clone()).unwrap();
    let config: Config = serde_json::from_value(profile).unwrap();
    Connector::open(hub, common.account("portal").unwrap(), &config)
}

/// A connector with an incoming webhook.
async fn webhook(changes: Value) -> (Sandbox, Connector) {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let connector = connect_with(&Hub::new().unwrap(), &sandbox, &changes).unwrap();
    (sandbox, connector)
}

/// A connector with an application that an administrator authorized.
async fn application(changes: Value) -> (Sandbox, Connector) {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let profile = sandbox.bitrix24().application_profile();
    let connector = connect(&Hub::new().unwrap(), profile, &changes).unwrap();
    let redirect = format!("https://pbx.example.test/?code={}", sandbox.bitrix24().code());
    let redirect = AuthorizationRedirect::parse(&redirect).unwrap();
    let oauth = connector.client().oauth().unwrap();
    oauth.exchange(&Cx::history(), &redirect).await.unwrap();
    (sandbox, connector)
}

#[tokio::test]
async fn group_call_is_shown_answered_and_finished_once() {
    let (sandbox, connector) = webhook(json!({"unknown_caller": "lead"})).await;
    let call = connector.call("17.1").unwrap();
    let _ = call
        .ringing(Direction::Inbound, UNKNOWN)
        .to(["151", "152"])
        .on_line("0001363")
        .await
        .unwrap();
    let users = |sandbox: &Sandbox| {
        let cards = sandbox.bitrix24().open_cards();
        cards.into_iter().map(|(_, user)| user).collect::<Vec<_>>()
    };
    assert_eq!(users(&sandbox), [24, 25]);
    let _ = call.answered_by("152").await.unwrap();
    assert_eq!(users(&sandbox), [25]);
    let receipt = call.ended().record().await.unwrap();
    assert!(receipt.recorded() && receipt.warnings().is_empty(), "{receipt:?}");
    let calls = sandbox.bitrix24().calls();
    assert_eq!(calls.len(), 1);
    assert_eq!((calls[0].outcome, calls[0].extension.as_deref()), (Some("answered"), Some("152")));
    assert_eq!(sandbox.bitrix24().open_cards(), [], "no card stays open");
    assert_eq!(sandbox.bitrix24().open_calls(), Vec::<String>::new());
    let leads = sandbox.bitrix24().records(List::Leads);
    let lead = leads.iter().find(|lead| lead["PHONE"][0]["VALUE"] == UNKNOWN).unwrap();
    assert_eq!(lead["ASSIGNED_BY_ID"], "25", "who talked gets the lead");
    assert_eq!(sandbox.refused(Crm::Bitrix24), []);
}

#[tokio::test]
async fn recordings_are_uploaded_and_attached() {
    let (sandbox, connector) = webhook(json!({})).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("17.1.wav");
    std::fs::write(&path, vec![7; 100_000]).unwrap();
    let call = connector.call("17.1").unwrap();
    let _ = call.ringing(Direction::Inbound, KNOWN).to(["151"]).await.unwrap();
    let _ = call.answered_by("151").await.unwrap();
    let receipt = call.ended().record().await.unwrap();
    assert!(receipt.recorded(), "{receipt:?}");
    let attached = connector
        .attach_recording(&Cx::history(), &"17.1".parse().unwrap(), &Recording::File(path))
        .await
        .unwrap();
    assert!(attached.warnings().is_empty(), "{attached:?}");
    let recordings = sandbox.bitrix24().recordings();
    assert_eq!((recordings.len(), &recordings[0]["size"]), (1, &json!(100_000)), "{recordings:?}");
    assert_eq!(sandbox.refused(Crm::Bitrix24), []);
}

#[tokio::test]
async fn every_dialect_of_the_portal_is_understood() {
    for dialect in [
        json!({"error_code": "empty", "server_texts": true, "text_ids": true}),
        json!({"refuse_unknown_lines": true, "without_operating": true}),
        json!({"age_by_start_date": true, "activity_error": true}),
        json!({"lead_error": true, "without_leads": true}),
    ] {
        let (sandbox, connector) = webhook(json!({"unknown_caller": "lead"})).await;
        sandbox.bitrix24().set_dialect(serde_json::from_value(dialect.clone()).unwrap());
        let call = connector.call("17.1").unwrap();
        let ring = call.ringing(Direction::Inbound, UNKNOWN).to(["151"]).on_line("0001363");
        let _ = ring.await.unwrap_or_else(|error| panic!("{dialect}: {error}"));
        let receipt = call.ended().outcome(Outcome::Missed).record().await.unwrap();
        assert!(receipt.recorded(), "{dialect}: {receipt:?}");
        let calls = sandbox.bitrix24().calls();
        assert_eq!((calls.len(), calls[0].outcome), (1, Some("missed")), "{dialect}");
    }
}

#[tokio::test]
async fn clients_and_their_employees_are_found() {
    let (sandbox, connector) = webhook(json!({})).await;
    let found = connector.find(&Cx::live(), &[KNOWN.parse().unwrap()]).await.unwrap();
    let first = &found[0].candidates[0];
    let responsible = first.responsible.as_ref().unwrap();
    assert_eq!(responsible.extension.as_ref().unwrap().as_str(), "151");
    assert_eq!(responsible.name.as_deref(), Some("Марина Ковалёва"), "given name first");
    let card = format!("/crm/contact/details/{}/", first.id);
    assert!(first.url.as_ref().unwrap().ends_with(&card), "{first:?}");
    let users = connector.users(&Cx::history()).await.unwrap().users;
    assert!(users.iter().any(|user| !user.active), "dismissed ones too");
    assert_eq!(sandbox.refused(Crm::Bitrix24), []);
}

#[tokio::test]
async fn changed_clients_are_listed_once() {
    let (sandbox, connector) = webhook(json!({})).await;
    let cx = Cx::history();
    let all = connector.changes(&cx, None).await.unwrap();
    assert!(all.customers.len() > 3, "{:?}", all.customers);
    let contact = sandbox.bitrix24().records(List::Contacts)[0].clone();
    let id: i64 = contact["ID"].as_str().unwrap().parse().unwrap();
    sandbox.bitrix24().edit(List::Contacts, id, json!({"LAST_NAME": "Новая"}));
    let changed = connector.changes(&cx, Some(&all.cursor)).await.unwrap();
    let names: Vec<_> = changed.customers.iter().map(|one| one.name.clone().unwrap()).collect();
    assert!(names.len() == 1 && names[0].ends_with("Новая"), "{names:?}");
    let again = connector.changes(&cx, Some(&changed.cursor)).await.unwrap();
    assert_eq!(again.customers, [], "seen");
    assert_eq!(sandbox.refused(Crm::Bitrix24), []);
}

#[tokio::test]
async fn webhook_that_may_not_register_calls_is_explained() {
    let (sandbox, connector) = webhook(json!({})).await;
    assert!(connector.health(&Cx::history()).await.unwrap().is_healthy());
    let dialect = json!({"refuse_webhooks": true});
    sandbox.bitrix24().set_dialect(serde_json::from_value(dialect).unwrap());
    let report = connector.health(&Cx::history()).await.unwrap();
    let check = report.checks().iter().find(|check| check.name() == "telephony").unwrap();
    assert_eq!(check.failure(), Some(ErrorKind::Auth));
    assert!(check.hint().unwrap().contains("local application"), "{check:?}");
    let call = connector.call("17.1").unwrap();
    let error = call.ringing(Direction::Inbound, KNOWN).to(["151"]).await.unwrap_err();
    assert_eq!(error.code(), Some("WRONG_AUTH_TYPE"));
    assert!(error.hint().unwrap().contains("application"), "{error:?}");
}

#[tokio::test]
async fn missing_rights_and_scopes_are_named() {
    let (sandbox, connector) = webhook(json!({})).await;
    sandbox.bitrix24().set_scopes(&["telephony", "user_basic"]);
    let dialect = json!({"deny_statistic": true});
    sandbox.bitrix24().set_dialect(serde_json::from_value(dialect).unwrap());
    let report = connector.health(&Cx::history()).await.unwrap();
    let failed: Vec<_> = report
        .checks()
        .iter()
        .filter(|check| check.failure().is_some())
        .map(vochi_crm_core::connector::Check::name)
        .collect();
    assert_eq!(failed, ["scopes", "statistics"], "{report:?}");
}

#[tokio::test]
async fn setup_of_an_application_is_repeatable_and_removable() {
    let (sandbox, connector) = application(json!({})).await;
    let cx = Cx::history();
    let plan = SetupPlan::new("https://pbx.example.test/in/portal/secret".parse().ok());
    let first = connector.setup(&cx, &plan).await.unwrap();
    assert_eq!(sandbox.bitrix24().records(List::Handlers).len(), 2, "{first:?}");
    assert_eq!(sandbox.bitrix24().records(List::Lines).len(), 6, "{first:?}");
    assert!(first.warnings.is_empty(), "{first:?}");
    assert_eq!(connector.setup(&cx, &plan).await.unwrap().changes, Vec::<String>::new());
    // A new secret replaces the subscriptions at the old address.
    let moved = SetupPlan::new("https://pbx.example.test/in/portal/other".parse().ok());
    let changes = connector.setup(&cx, &moved).await.unwrap().changes;
    assert_eq!(changes.len(), 4, "{changes:?}");
    assert!(!format!("{changes:?}").contains("secret"), "{changes:?}");
    let mut removal = SetupPlan::removal();
    removal.inbound_url.clone_from(&moved.inbound_url);
    let _ = connector.setup(&cx, &removal).await.unwrap();
    assert_eq!(sandbox.bitrix24().records(List::Handlers), Vec::<Value>::new());
    assert_eq!(sandbox.bitrix24().records(List::Lines), Vec::<Value>::new());
    assert_eq!(sandbox.refused(Crm::Bitrix24), []);
}

#[tokio::test]
async fn click_is_polled_dialled_and_finished() {
    let (sandbox, connector) = application(json!({})).await;
    let cx = Cx::history();
    connector.bind_offline(&cx).await.unwrap();
    connector.bind_offline(&cx).await.unwrap();
    let call_id = sandbox.bitrix24().click(24, KNOWN).unwrap();
    let _ = sandbox.bitrix24().send_events().await;
    let events = connector.poll_offline(&cx).await.unwrap();
    assert_eq!(events.len(), 1, "{events:?}");
    let click = &events[0];
    assert_eq!(click.kind, InboundKind::ClickToCall);
    assert_eq!(click.crm_call_id.as_ref().unwrap().as_str(), call_id);
    assert_eq!(connector.apply_inbound(&cx, click).await.unwrap(), Applied::New);
    assert_eq!(connector.apply_inbound(&cx, click).await.unwrap(), Applied::Repeat);
    assert!(connector.poll_offline(&cx).await.unwrap().is_empty(), "removed from the queue");
    let call = connector.call("17.1").unwrap();
    let dialled = call.ringing(Direction::Outbound, KNOWN).by("151").clicked_as(&call_id);
    assert_eq!(dialled.await.unwrap().requests(), 0, "never registered again");
    let receipt = call.ended().outcome(Outcome::NoAnswer).record().await.unwrap();
    assert!(receipt.recorded(), "{receipt:?}");
    assert_eq!(sandbox.bitrix24().open_calls(), Vec::<String>::new());
    connector.unbind_offline(&cx).await.unwrap();
    assert_eq!(sandbox.bitrix24().records(List::Handlers), Vec::<Value>::new());
    assert_eq!(sandbox.refused(Crm::Bitrix24), []);
}

#[tokio::test]
async fn click_without_extension_is_finished_at_once() {
    let (sandbox, connector) = application(json!({"extensions": {"151": "24"}})).await;
    let cx = Cx::history();
    connector.bind_offline(&cx).await.unwrap();
    let _ = sandbox.bitrix24().click(25, KNOWN).unwrap();
    let _ = sandbox.bitrix24().send_events().await;
    let click = connector.poll_offline(&cx).await.unwrap().remove(0);
    assert_eq!(click.extension, None);
    let _ = connector.apply_inbound(&cx, &click).await.unwrap();
    assert_eq!(sandbox.bitrix24().open_calls(), Vec::<String>::new(), "its card would hang");
    assert_eq!(sandbox.bitrix24().calls()[0].outcome, Some("no-answer"));
}

#[tokio::test]
async fn click_that_came_too_late_is_finished_and_not_dialled() {
    let (sandbox, connector) = application(json!({})).await;
    let cx = Cx::history();
    connector.bind_offline(&cx).await.unwrap();
    let _ = sandbox.bitrix24().click(24, KNOWN).unwrap();
    let _ = sandbox.bitrix24().send_events().await;
    let mut click = connector.poll_offline(&cx).await.unwrap().remove(0);
    let sent_at = click.sent_at.expect("the queue says when");
    click.sent_at = Some(Timestamp::from_unix_millis(sent_at.unix_millis() - 180_000));
    assert_eq!(connector.apply_inbound(&cx, &click).await.unwrap(), Applied::Expired);
    assert_eq!(sandbox.bitrix24().open_calls(), Vec::<String>::new(), "its card would hang");
    assert_eq!(sandbox.bitrix24().calls()[0].outcome, Some("no-answer"));
}

#[tokio::test]
async fn application_is_healthy_once_it_is_set_up() {
    let changes = json!({
        "public_url": "https://pbx.example.test", "inbound_secret": "canary-inbound-secret",
    });
    let (_sandbox, connector) = application(changes).await;
    let cx = Cx::history();
    let report = connector.health(&cx).await.unwrap();
    let failed = report.checks().iter().find(|check| check.failure().is_some()).unwrap();
    assert_eq!((failed.name(), failed.hint()), ("events", Some("run setup")));
    let _ = connector.setup(&cx, &SetupPlan::new(None)).await.unwrap();
    let report = connector.health(&cx).await.unwrap();
    assert!(report.is_healthy(), "{report:?}");
    let authorization = report.checks().iter().find(|check| check.name() == "authorization");
    assert!(authorization.unwrap().message().contains("renewable until"), "{report:?}");
}
