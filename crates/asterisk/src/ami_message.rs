//! Messages of the manager interface as text.

use std::io::{BufRead, Result};
use std::time::Duration;

use serde_json::{Map, Value};
use vochi_crm_core::Timestamp;

/// One message of the manager interface: an event, or the response to an action.
///
/// ```
/// use vochi_crm_asterisk::AmiMessage;
/// let mut input = &b"Event: Hangup\r\nTimestamp: 1795171066.936\r\nUniqueid: 17.1\r\n\r\n"[..];
/// let message = AmiMessage::read(&mut input)?.unwrap();
/// assert_eq!(message.event(), Some("Hangup"));
/// assert_eq!(message.fields()["Uniqueid"], "17.1");
/// assert!(AmiMessage::read(&mut input)?.is_none());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AmiMessage(Map<String, Value>);

impl AmiMessage {
    /// Reads lines up to the blank line that ends a message; `None` at the end of the input. Skips
    /// lines without `Key: Value`, such as the greeting. Of a repeated key the last value counts.
    ///
    /// # Errors
    /// Reading fails. What was read of the message is lost.
    pub fn read(input: &mut impl BufRead) -> Result<Option<Self>> {
        let mut fields = Map::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = input.read_until(b'\n', &mut line)?;
            // Names may be in another encoding than UTF-8.
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end_matches(['\r', '\n']);
            if let Some((key, value)) = text.split_once(':') {
                let value = value.strip_prefix(' ').unwrap_or(value);
                fields.insert(key.to_owned(), Value::from(value));
            } else if !fields.is_empty() && (text.is_empty() || read == 0) {
                return Ok(Some(Self(fields)));
            }
            if read == 0 {
                return Ok(None);
            }
        }
    }

    /// The name of the event, for [`PbxEvent::read`](crate::PbxEvent::read); responses to actions
    /// have none.
    pub fn event(&self) -> Option<&str> {
        self.0.get("Event")?.as_str()
    }

    /// The time of the event, with `timestampevents = yes` in manager.conf.
    pub fn at(&self) -> Option<Timestamp> {
        let seconds: f64 = self.0.get("Timestamp")?.as_str()?.parse().ok()?;
        let after_1970 = Duration::try_from_secs_f64(seconds).ok()?;
        Some(Timestamp::from_unix_millis(0).plus(after_1970))
    }

    /// The fields, each a text.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../../examples/ami.txt");

    #[test]
    fn messages_are_read_with_any_line_end() {
        let unix = TEXT.replace("\r\n", "\n");
        for text in [TEXT, unix.as_str(), unix.trim_end()] {
            let (mut input, mut events) = (text.as_bytes(), Vec::new());
            while let Some(message) = AmiMessage::read(&mut input).unwrap() {
                events.push(message.event().map(str::to_owned));
            }
            assert_eq!(events.len(), 19, "{events:?}");
            assert_eq!(events[0].as_deref(), Some("Newchannel"), "the greeting is skipped");
            assert_eq!(events[18].as_deref(), Some("DeviceStateChange"));
        }
    }

    #[test]
    fn message_has_the_time_of_its_event() {
        let mut input = &b"Event: Hangup\r\nTimestamp: 1795171066.936\r\n\r\nResponse: Success"[..];
        let at = AmiMessage::read(&mut input).unwrap().unwrap().at().unwrap();
        assert_eq!(at.unix_millis(), 1_795_171_066_936);
        assert_eq!(AmiMessage::read(&mut input).unwrap().unwrap().at(), None);
    }
}
