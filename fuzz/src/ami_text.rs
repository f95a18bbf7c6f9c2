//! The text of the manager interface.

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
        let lines = message.fields().iter();
        let text: String = lines
            .map(|(key, value)| format!("{key}: {}\r\n", value.as_str().unwrap_or_default()))
            .collect();
        let again = AmiMessage::read(&mut (text + "\r\n").as_bytes()).expect("memory");
        assert_eq!(again.as_ref(), Some(&message), "read again");
    }
}
