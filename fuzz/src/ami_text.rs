//! The text of the manager interface.

use std::fmt::Write as _;

use vochi_crm_asterisk::{AmiMessage, PbxEvent, Reading};

/// Reads messages from text and checks the invariants.
///
/// # Panics
/// Reading panics or fails; a message is empty; it differs when read again from its own text.
pub fn ami_text(input: &[u8]) {
    let mut rest = input;
    while let Some(message) = AmiMessage::read(&mut rest).expect("reading memory does not fail") {
        assert!(!message.fields().is_empty(), "an empty message");
        let _ = message.at();
        if let Some(name) = message.event() {
            match PbxEvent::read(name, message.fields()) {
                Ok(Reading::Event(event)) => drop(format!("{event:?}")),
                Ok(_) => {}
                Err(broken) => drop(broken.to_string()),
            }
        }
        let mut text = String::new();
        for (key, value) in message.fields() {
            let value = value.as_str().unwrap_or_default();
            writeln!(text, "{key}: {value}\r").expect("writing into memory does not fail");
        }
        let again = AmiMessage::read(&mut (text + "\r\n").as_bytes()).expect("memory");
        assert_eq!(again.as_ref(), Some(&message), "read again");
    }
}
