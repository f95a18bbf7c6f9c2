//! `ami_to_crm`.

use serde_json::json;
use tokio::sync::mpsc;
use vochi_crm::Hub;
use vochi_crm_sandbox::Sandbox;

use super::ami_to_crm::{Message, drive, tracker};

const TEXT: &str = include_str!("../../../examples/ami.txt");

#[test]
fn messages_are_read_with_any_line_end() {
    let unix = TEXT.replace("\r\n", "\n");
    for text in [TEXT, unix.as_str(), unix.trim_end()] {
        let (mut input, mut events) = (text.as_bytes(), Vec::new());
        while let Some(message) = Message::read(&mut input).unwrap() {
            events.push(message.event().map(str::to_owned));
        }
        assert_eq!(events.len(), 19, "{events:?}");
        assert_eq!(events[0].as_deref(), Some("Newchannel"), "the greeting is skipped");
        assert_eq!(events[18].as_deref(), Some("DeviceStateChange"));
    }
}

#[test]
fn message_has_the_time_of_its_event() {
    let message = Message::read(&mut &b"Event: Hangup\r\nTimestamp: 1795171066.936\r\n\r\n"[..]);
    let at = message.unwrap().expect("a message").at().expect("a time");
    assert_eq!(at.unix_millis(), 1_795_171_066_936);
    let none = Message::read(&mut &b"Response: Success\r\n\r\n"[..]).unwrap();
    assert_eq!(none.expect("a message").at(), None);
}

#[tokio::test]
async fn call_is_shown_and_recorded_once() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let profile = serde_json::from_value(sandbox.profiles()["retailcrm"].clone()).unwrap();
    let crm = vochi_crm::open(&Hub::new().unwrap(), "shop", &profile).unwrap();

    let (sender, messages) = mpsc::channel(1000);
    let mut input = TEXT.as_bytes();
    while let Some(message) = Message::read(&mut input).unwrap() {
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
