//! Whole calls over real sockets, with the stand-in server written from the reference.

use serde_json::{Value, json};
use vochi_crm_core::connector::LiveCalls as _;
use vochi_crm_core::{AccountConfig, CrmConnector as _, Cx, Direction, Error, Hub};
use vochi_crm_sandbox::uon::List;
use vochi_crm_sandbox::{Crm, Sandbox};
use vochi_crm_uon::{Config, Connector};

/// A connector with the stand-in's settings, some of them changed.
pub(crate) fn connect_with(
    hub: &Hub,
    sandbox: &Sandbox,
    changes: &Value,
) -> Result<Connector, Error> {
    let mut profile = sandbox.profiles()["uon"].clone();
    for (key, value) in changes.as_object().into_iter().flatten() {
        profile[key] = value.clone();
    }
    let common: AccountConfig = serde_json::from_value(profile.clone()).unwrap();
    let config: Config = serde_json::from_value(profile).unwrap();
    Connector::open(hub, common.account("agency").unwrap(), &config)
}

async fn stand_in(changes: Value) -> (Sandbox, Connector) {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let connector = connect_with(&Hub::new().unwrap(), &sandbox, &changes).unwrap();
    (sandbox, connector)
}

#[tokio::test]
async fn whole_call_is_shown_logged_and_followed_up() {
    let changes = json!({
        "unknown_caller": "lead", "lead_status": "1", "missed_task": true, "missed_user": "2",
    });
    let (sandbox, connector) = stand_in(changes).await;
    let number = "+375330000001";
    let call = connector.call("17.1").unwrap();
    let _ = call
        .ringing(Direction::Inbound, number)
        .to(["151", "152"])
        .on_line("0001363")
        .await
        .unwrap();
    let shown = sandbox.uon().records(List::Notifications);
    let managers: Vec<&Value> = shown.iter().map(|popup| &popup["manager_id"]).collect();
    assert_eq!(managers, [2, 4]);
    let receipt = call.ended().record().await.unwrap();
    assert!(receipt.recorded(), "{receipt:?}");
    let calls = sandbox.uon().calls();
    assert_eq!(calls[0].outcome, Some("missed"));
    assert_eq!((calls[0].talk_seconds, calls[0].phone.as_deref()), (Some(0), Some(number)));
    let (clients, leads) = (sandbox.uon().records(List::Users), sandbox.uon().records(List::Leads));
    let client = clients.iter().find(|client| client["u_phone"] == number).unwrap();
    let lead = leads.iter().find(|lead| lead["client_id"] == client["u_id"]).unwrap();
    let reminders = sandbox.uon().records(List::Reminders);
    let reminder = reminders.iter().find(|task| task["r_id"] == lead["id"]).unwrap();
    assert_eq!(reminder["manager_id"], 2);
    assert_eq!(sandbox.refused(Crm::Uon), []);
}

#[tokio::test]
async fn account_is_healthy_and_every_dialect_is_read() {
    for dialect in [
        json!({}),
        json!({"other_lists": true, "text_numbers": true, "empty_array": true, "ids": "number"}),
        json!({"nothing": "result_only", "errors": "bare", "ids": "absent"}),
    ] {
        let (sandbox, connector) = stand_in(json!({"retries": 0})).await;
        sandbox.uon().set_dialect(serde_json::from_value(dialect.clone()).unwrap());
        let report = connector.health(&Cx::history()).await.unwrap();
        assert!(report.is_healthy(), "{dialect}: {report:?}");
        let unknown = "+375330000001".parse().unwrap();
        assert_eq!(connector.responsible(&Cx::live(), &unknown).await.unwrap(), None, "{dialect}");
        let known = "+375446370646".parse().unwrap();
        let responsible = connector.responsible(&Cx::live(), &known).await.unwrap().unwrap();
        assert_eq!(responsible.extension.unwrap().as_str(), "151", "{dialect}");
        assert!(connector.users(&Cx::history()).await.unwrap().users.len() > 8, "{dialect}");
        assert_eq!(sandbox.refused(Crm::Uon), [], "{dialect}");
    }
}

#[tokio::test]
async fn form_bodies_are_accepted() {
    let changes = json!({
        "body_encoding": "form", "unknown_caller": "client", "missed_task": true,
        "missed_user": "2",
    });
    let (sandbox, connector) = stand_in(changes).await;
    let call = connector.call("17.2").unwrap();
    let _ = call.ringing(Direction::Inbound, "+375330000001").to(["151"]).await.unwrap();
    let receipt = call.ended().record().await.unwrap();
    assert!(receipt.recorded() && receipt.warnings().is_empty(), "{receipt:?}");
    let clients = sandbox.uon().records(List::Users);
    assert!(clients.iter().any(|client| client["u_phone"] == "375330000001"), "digits only");
    assert_eq!(sandbox.refused(Crm::Uon), []);
}
