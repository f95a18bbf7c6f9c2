//! The handle for a live call, against the stand-in of RetailCRM.

use std::sync::Arc;

use serde_json::json;
use vochi_crm::pending::PendingKind;
use vochi_crm::prelude::*;
use vochi_crm::{
    Cx, Direction, ErrorKind, Hub, Outcome, Receipt, Result, Seconds, Timestamp, TransferMode,
    WarningKind,
};
use vochi_crm_sandbox::{Crm, Fault, Sandbox};

async fn shop() -> (Sandbox, Arc<dyn CrmConnector>) {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let profile = serde_json::from_value(sandbox.profiles()["retailcrm"].clone()).unwrap();
    let crm = vochi_crm::open(&Hub::new().unwrap(), "shop", &profile).unwrap();
    (sandbox, crm)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_millis(1_772_438_400_000 + seconds * 1000)
}

async fn one_call(crm: Arc<dyn CrmConnector>) -> Result<Receipt> {
    let call = crm.call("1757843474.185")?;
    let _ = call.ringing(Direction::Inbound, "8 044 637-06-46").to(["151"]).at(at(0)).await?;
    let _ = call.answered_by("151").at(at(6)).await?;
    let _ = call.recording("https://pbx.example.test/rec/1.mp3").await?;
    call.ended().at(at(70)).record().await
}

#[tokio::test]
async fn call_in_a_task_is_recorded() {
    let (sandbox, crm) = shop().await;
    let receipt = tokio::spawn(one_call(crm)).await.unwrap().unwrap();
    assert!(receipt.recorded(), "{receipt:?}");
    assert_eq!(receipt.warnings(), []);
    let calls = sandbox.retailcrm().calls();
    let [call] = calls.as_slice() else { panic!("one call: {calls:?}") };
    let row = json!(call.row);
    for (field, value) in [
        ("phone", json!("+375446370646")),
        ("extension", json!("151")),
        ("talk_seconds", json!(64)),
        ("wait_seconds", json!(6)),
        ("recording", json!("https://pbx.example.test/rec/1.mp3")),
    ] {
        assert_eq!(row[field], value, "{field} of {row:#}");
    }
    let live: Vec<String> = sandbox.retailcrm().live().into_iter().map(|row| row.r#type).collect();
    assert_eq!(live, ["in", "hangup"]);
}

#[tokio::test]
async fn outgoing_call_belongs_to_its_employee() {
    let (sandbox, crm) = shop().await;
    let call = crm.call("1757843474.186").unwrap();
    let ring = call.ringing(Direction::Outbound, "+375446370646").by("152").at(at(0));
    let _ = ring.await.unwrap();
    let _ = call.answered_by("152").at(at(5)).await.unwrap();
    let _ = call.transferred_to("151", TransferMode::Blind).at(at(20)).await.unwrap();
    let _ = call.answered_by("151").at(at(25)).await.unwrap();
    let _ = call.held().at(at(30)).await.unwrap();
    let _ = call.resumed().at(at(35)).await.unwrap();
    let ended = call.ended().outcome(Outcome::Answered).talk(Seconds::new(41)).at(at(60));
    assert!(ended.record().await.unwrap().recorded());
    let row = json!(sandbox.retailcrm().calls()[0].row);
    let shown = [&row["direction"], &row["extension"], &row["talk_seconds"]];
    assert_eq!(shown, [&json!("out"), &json!("151"), &json!(41)], "{row:#}");
}

#[tokio::test]
async fn invalid_value_is_an_error_of_its_step() {
    let (sandbox, crm) = shop().await;
    let call = crm.call("1757843474.187").unwrap();
    let steps = [
        ("extension", call.ringing(Direction::Inbound, "+375446370646").to([""]).await),
        ("line", call.ended().on_line(" ").await),
        ("address", call.recording("rec/1.mp3").await),
        ("record", call.ended().to([""]).record().await),
    ];
    for (what, sent) in steps {
        let error = sent.expect_err(what);
        assert_eq!(error.kind(), ErrorKind::Input, "{what}: {error}");
    }
    assert_eq!(crm.call(" ").unwrap_err().kind(), ErrorKind::Input);
    assert_eq!(sandbox.state()["retailcrm"]["requests"], 0, "nothing was sent");
}

#[tokio::test]
async fn failed_end_event_keeps_the_record() {
    let (sandbox, crm) = shop().await;
    let call = crm.call("1757843474.188").unwrap();
    let ring = call.ringing(Direction::Inbound, "+375446370646").to(["151"]).at(at(0));
    let _ = ring.await.unwrap();
    sandbox.fault(Fault::on(Crm::RetailCrm).path("/api/v5/telephony/call/event").status(400));
    let receipt = call.ended().at(at(20)).record().await.unwrap();
    assert!(receipt.recorded());
    let texts: Vec<&str> = receipt.warnings().iter().map(vochi_crm::Warning::text).collect();
    assert!(texts.iter().any(|text| text.contains("cannot send the end of the call")), "{texts:?}");
}

#[tokio::test]
async fn record_without_start_is_pending_until_the_start() {
    let (sandbox, crm) = shop().await;
    let call = crm.call("1757843474.189").unwrap();
    let receipt = call.ended().at(at(20)).record().await.unwrap();
    assert!(!receipt.recorded());
    let kinds: Vec<WarningKind> = receipt.warnings().iter().map(vochi_crm::Warning::kind).collect();
    assert!(kinds.contains(&WarningKind::RecordPending), "{:?}", receipt.warnings());
    let (hub, account) = (crm.context().hub(), crm.account());
    let pending = hub.pending(&Cx::history(), account).await.unwrap();
    assert_eq!(pending.iter().map(|item| item.kind).collect::<Vec<_>>(), [PendingKind::Record]);
    let _ = call.ringing(Direction::Inbound, "+375446370646").to(["151"]).at(at(0)).await.unwrap();
    let mode = vochi_crm::pending::Mode::Due;
    let settled =
        vochi_crm::pending::settle(&*crm, hub, &Cx::history(), call.id(), mode).await.unwrap();
    assert_eq!(settled.len(), 1, "{settled:?}");
    assert_eq!(sandbox.retailcrm().calls().len(), 1);
}
