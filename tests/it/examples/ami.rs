//! `ami_to_crm`.

use serde_json::json;
use tokio::sync::mpsc;
use vochi_crm::Hub;
use vochi_crm::asterisk::AmiMessage;
use vochi_crm_sandbox::Sandbox;

use super::ami_to_crm::{drive, tracker};

const TEXT: &str = include_str!("../../../examples/ami.txt");

#[tokio::test]
async fn call_is_shown_and_recorded_once() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let profile = serde_json::from_value(sandbox.profiles()["retailcrm"].clone()).unwrap();
    let crm = vochi_crm::open(&Hub::new().unwrap(), "shop", &profile).unwrap();

    let (sender, messages) = mpsc::channel(1000);
    let mut input = TEXT.as_bytes();
    while let Some(message) = AmiMessage::read(&mut input).unwrap() {
        sender.send(message).await.unwrap();
    }
    drop(sender);
    assert_eq!(drive(&*crm, tracker().unwrap(), messages).await, []);

    let account = sandbox.retailcrm();
    let live: Vec<String> = account.live().into_iter().map(|row| row.r#type).collect();
    assert_eq!(live, ["in", "hangup"]);
    let calls = account.calls();
    let [call] = calls.as_slice() else {
        panic!("one call: {calls:?}");
    };
    let row = json!(call.row);
    assert_eq!(row["outcome"], "answered", "{row}");
    assert_eq!(row["extension"], "101", "{row}");
    assert_eq!(row["phone"], "+375291112233", "{row}");
    assert_eq!((&row["talk_seconds"], &row["wait_seconds"]), (&json!(9), &json!(4)));
}
