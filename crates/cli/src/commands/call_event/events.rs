//! Converts the arguments of `call-event` into events.

use std::borrow::Cow;

use serde_json::Value;
use vochi_crm::asterisk::ExtensionPattern;
use vochi_crm::phone::PhoneReader;
use vochi_crm::{
    CallEvent, CallId, CrmCallId, Direction, Error, ErrorKind, EventKind, Leg, LegEnd, LegId, Line,
    Outcome, Reason, Recording, Result, Seconds, Timestamp, TransferMode,
};

use crate::args::{CallEventArgs, EventType};
use crate::commands::delivery::{client, option};
use crate::commands::extensions::{extensions, one_extension};

/// Checks the options against each other; clap has checked each of them.
pub(super) fn check_usage(args: &CallEventArgs) -> Result<()> {
    let kind = args.kind;
    let only = |given: bool, option: &str, with: EventType, name: &str| {
        if given && kind != with {
            Err(usage(format!("{option}: allowed only with {name}")))
        } else {
            Ok(())
        }
    };
    only(args.outcome.is_some(), "--outcome", EventType::Hangup, "hangup")?;
    only(args.reason.is_some(), "--reason", EventType::Hangup, "hangup")?;
    only(args.talk_seconds.is_some(), "--talk-seconds", EventType::Hangup, "hangup")?;
    only(args.dialstatus.is_some(), "--dialstatus", EventType::Hangup, "hangup")?;
    only(args.record, "--record", EventType::Hangup, "hangup")?;
    only(args.to.is_some(), "--to", EventType::Transfer, "transfer")?;
    only(args.from.is_some(), "--from", EventType::Transfer, "transfer")?;
    only(args.transfer_mode.is_some(), "--transfer-mode", EventType::Transfer, "transfer")?;
    if kind == EventType::Transfer && !args.ext.is_empty() {
        return Err(usage("--ext: not allowed with transfer, use --to and --from"));
    }
    match (kind.direction(), args.direction.map(Direction::from)) {
        (Some(own), Some(given)) if own != given => {
            Err(usage(format!("--direction {given}: contradicts the event type {own}")))
        }
        _ => Ok(()),
    }
}

fn usage(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Usage, message).with_hint("see vochi-crm call-event --help")
}

impl EventType {
    /// Returns the direction implied by the event type.
    fn direction(self) -> Option<Direction> {
        match self {
            Self::In => Some(Direction::Inbound),
            Self::Out => Some(Direction::Outbound),
            _ => None,
        }
    }
}

/// The events of one command line.
pub(super) struct CommandEvents {
    pub(super) event: CallEvent,
    /// The recording; sent first, so that the end event finds it.
    pub(super) recording: Option<CallEvent>,
    /// A warning about the client's number.
    pub(super) warning: Option<String>,
}

/// What the arguments are read with.
pub(super) struct Reading<'a> {
    pub(super) phones: PhoneReader,
    pub(super) extensions: &'a ExtensionPattern,
    pub(super) now: Timestamp,
    /// Outcome and reason by the dial status.
    pub(super) dialled: (Option<Outcome>, Option<Reason>),
}

impl CommandEvents {
    /// Returns the events in the order they are sent.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &CallEvent> {
        self.recording.iter().chain([&self.event])
    }

    pub(super) fn read(args: &CallEventArgs, reading: &Reading<'_>) -> Result<Self> {
        let call_id = option("--call-id", CallId::new(&args.call_id))?;
        let at = match &args.at {
            Some(at) => option("--at", at.parse())?,
            None => reading.now,
        };
        let direction = direction(args);
        let mut event = CallEvent::new(call_id.clone(), at, event_kind(args, reading)?);
        let mut warning = None;
        if let Some(direction) = direction {
            event = event.with_direction(direction);
        }
        // In a start event an empty number is a hidden caller; in a later one it is absent.
        let begins = args.kind.direction().is_some();
        if let Some(raw) = args.phone.as_ref().filter(|raw| begins || !raw.is_empty()) {
            let party;
            (party, warning) = client(reading.phones, raw);
            event = event.with_client(party);
        }
        if let Some(line) = &args.line {
            event = event.with_line(option("--line", Line::new(line))?);
        }
        if let Some(id) = &args.crm_call_id {
            event = event.with_crm_call_id(option("--crm-call-id", CrmCallId::new(id))?);
        }
        for leg in legs(args, direction, reading.extensions)? {
            event = event.with_leg(leg);
        }
        for (name, text) in &args.extra {
            event = event.with_extra(name, extra(text));
        }
        let recording = match &args.record_url {
            None => None,
            Some(url) => {
                let recording = option("--record-url", Recording::url(url))?;
                Some(CallEvent::new(call_id, at, EventKind::RecordingReady(recording)))
            }
        };
        Ok(Self { event, recording, warning })
    }
}

/// Returns the direction on the command line.
pub(super) fn direction(args: &CallEventArgs) -> Option<Direction> {
    let given = args.direction.map(Direction::from);
    args.kind.direction().or(given)
}

fn event_kind(args: &CallEventArgs, reading: &Reading<'_>) -> Result<EventKind> {
    let extension = |name: &str, text: &String| one_extension(name, text, reading.extensions);
    Ok(match args.kind {
        EventType::In | EventType::Out => EventKind::Ringing,
        EventType::Answered => EventKind::Answered,
        EventType::Hold => EventKind::Held,
        EventType::Resume => EventKind::Resumed,
        EventType::Leave => EventKind::LegEnded,
        EventType::Transfer => EventKind::Transferred {
            mode: args.transfer_mode.unwrap_or(TransferMode::Blind),
            from: args.from.as_ref().map(|text| extension("--from", text)).transpose()?,
            to: extension(
                "--to",
                args.to.as_ref().ok_or_else(|| usage("missing --to: required by transfer"))?,
            )?,
        },
        EventType::Hangup => EventKind::Ended {
            outcome: args.outcome.or(reading.dialled.0),
            reason: args.reason.or(reading.dialled.1),
            talk: args.talk_seconds.map(Seconds::new),
        },
    })
}

/// Returns the legs of the event. Without a direction the library finds an employee's leg by the
/// extension.
fn legs(
    args: &CallEventArgs,
    direction: Option<Direction>,
    pattern: &ExtensionPattern,
) -> Result<Vec<Leg>> {
    let outgoing = direction == Some(Direction::Outbound);
    let leg = |employee: LegEnd| {
        if outgoing {
            Leg::new(employee, LegEnd::Client)
        } else {
            Leg::new(LegEnd::Client, employee)
        }
    };
    let id = args.leg.as_ref().map(|text| option("--leg", LegId::new(text))).transpose()?;
    let read = extensions("--ext", &args.ext, pattern)?;
    let legs = read.into_iter().map(|own| leg(LegEnd::Employee(own)));
    let Some(id) = id else {
        return Ok(legs.collect());
    };
    let mut legs = legs;
    match (legs.next(), legs.next()) {
        (_, Some(_)) => Err(usage("--leg: requires a single --ext")),
        (Some(leg), None) => Ok(vec![leg.with_id(id)]),
        (None, None) => Ok(vec![leg(LegEnd::UnknownEmployee).with_id(id)]),
    }
}

/// Parses the value of `--extra`: a JSON object, list, number or boolean, else text.
fn extra(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Object(_) | Value::Array(_) | Value::Number(_) | Value::Bool(_))) => {
            value
        }
        _ => Value::from(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vochi_crm::Extension;

    use super::*;
    use crate::args::{Cli, Command};

    fn args(line: &str) -> CallEventArgs {
        let words = ["vochi-crm", "call-event"].into_iter();
        // Two quotes are an empty value.
        let rest = line.split(' ').filter(|word| !word.is_empty());
        let words = words.chain(rest.map(|word| word.trim_matches('\'')));
        let words: Vec<_> = words.map(std::ffi::OsString::from).collect();
        match Cli::read(&words).unwrap().command {
            Command::CallEvent(args) => *args,
            other => panic!("{other:?}"),
        }
    }

    fn events(line: &str) -> Result<CommandEvents> {
        dialled(line, (None, None))
    }

    fn dialled(line: &str, dialled: (Option<Outcome>, Option<Reason>)) -> Result<CommandEvents> {
        let reading = Reading {
            phones: PhoneReader::new().with_region("BY".parse().unwrap()),
            extensions: &ExtensionPattern::default(),
            now: "2026-03-02T08:00:00Z".parse().unwrap(),
            dialled,
        };
        CommandEvents::read(&args(line), &reading)
    }

    #[test]
    fn empty_options_count_as_absent() {
        let read =
            events("hangup --call-id 1 --phone '' --line '' --ext '' --talk-seconds '' --leg ''");
        let event = read.unwrap().event;
        assert_eq!((event.client(), event.line()), (None, None));
        assert!(event.legs().is_empty(), "{event:?}");
        let EventKind::Ended { outcome, reason, talk } = event.kind() else { panic!("{event:?}") };
        assert_eq!((outcome, reason, talk), (&None, &None, &None));
        let hidden = events("in --call-id 1 --phone ''").unwrap().event;
        assert!(hidden.client().is_some(), "an empty number in a start event is a hidden caller");
    }

    #[test]
    fn outcome_option_overrides_dial_status() {
        let status = (Some(Outcome::Busy), Some(Reason::Busy));
        for (line, wanted) in [
            ("hangup --call-id 1", status),
            (
                "hangup --call-id 1 --outcome failed --reason refused",
                (Some(Outcome::Failed), Some(Reason::Refused)),
            ),
        ] {
            let event = dialled(line, status).unwrap().event;
            let EventKind::Ended { outcome, reason, .. } = event.kind() else {
                panic!("{event:?}")
            };
            assert_eq!((*outcome, *reason), wanted, "{line}");
        }
    }

    #[test]
    fn asterisk_spellings_of_extensions_are_read() {
        let event = events("in --call-id 1 --phone 1 --ext PJSIP/151-0000001a&152 --ext 152,153");
        let event = event.unwrap().event;
        let rung: Vec<&str> =
            event.legs().iter().filter_map(Leg::employee).map(Extension::as_str).collect();
        assert_eq!(rung, ["151", "152", "153"]);
        let event =
            events("transfer --call-id 1 --to Local/152@ctx/n --from SIP/151").unwrap().event;
        let EventKind::Transferred { from, to, .. } = event.kind() else { panic!("{event:?}") };
        assert_eq!((from.as_ref().map(Extension::as_str), to.as_str()), (Some("151"), "152"));
        let error = events("in --call-id 1 --phone 1 --ext 151&152 --leg 7").err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
    }

    #[test]
    fn ringing_event_has_a_leg_per_extension() {
        let read = events("in --call-id 1 --phone 80291112233 --ext 151 --ext 152").unwrap();
        assert_eq!(read.event.direction(), Some(Direction::Inbound));
        assert_eq!(read.event.client().unwrap().to_string(), "+375291112233");
        let legs: Vec<&LegEnd> = read.event.legs().iter().map(Leg::to).collect();
        let employee = |text| LegEnd::Employee(Extension::new(text).unwrap());
        assert_eq!(legs, [&employee("151"), &employee("152")]);
    }

    #[test]
    fn outgoing_leg_leads_to_the_client() {
        let read = events("out --call-id 1 --phone +375291112233 --ext 151 --leg 1.7").unwrap();
        let leg = &read.event.legs()[0];
        assert_eq!((leg.to(), leg.id().unwrap().as_str()), (&LegEnd::Client, "1.7"));
        assert_eq!(leg.employee().unwrap().as_str(), "151");
    }

    #[test]
    fn unreadable_number_is_kept_with_warning() {
        let kept = events("in --call-id 1 --phone MTS.BY").unwrap();
        assert!(kept.warning.unwrap().contains("MTS.BY"));
        let hidden = events("in --call-id 1 --phone anonymous").unwrap();
        assert!(hidden.warning.is_none(), "a hidden caller needs no warning");
    }

    #[test]
    fn transfer_is_blind_by_default() {
        let read = events("transfer --call-id 1 --to 152").unwrap();
        let EventKind::Transferred { mode, from, to } = read.event.kind() else { panic!() };
        assert_eq!((*mode, from, to.as_str()), (TransferMode::Blind, &None, "152"));
    }

    #[test]
    fn extra_value_is_json_if_it_parses() {
        for (text, value) in [
            ("shop-one", json!("shop-one")),
            ("{\"a\":1}", json!({"a": 1})),
            ("[1]", json!([1])),
            ("5", json!(5)),
            ("true", json!(true)),
            ("null", json!("null")),
            ("\"x\"", json!("\"x\"")),
        ] {
            assert_eq!(extra(text), value, "{text}");
        }
    }

    #[test]
    fn option_of_another_event_is_a_usage_error() {
        for line in [
            "in --call-id 1 --phone 1 --outcome missed",
            "answered --call-id 1 --record",
            "hangup --call-id 1 --to 152",
            "transfer --call-id 1 --to 152 --ext 151",
            "in --call-id 1 --phone 1 --direction out",
            "answered --call-id 1 --dialstatus ANSWER",
        ] {
            let error = check_usage(&args(line)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Usage, "{line}");
        }
        check_usage(&args("answered --call-id 1 --ext 151 --direction out")).unwrap();
    }

    #[test]
    fn invalid_value_names_its_option() {
        for (line, option) in [
            ("in --call-id  --phone 1", "--call-id"),
            ("answered --call-id 1 --at yesterday", "--at"),
            ("answered --call-id 1 --leg a/b", "--leg"),
            ("hangup --call-id 1 --record-url /var/1.mp3", "--record-url"),
        ] {
            let line = line.replace("--call-id  ", "--call-id=\u{a0} ");
            let error = events(&line).err().expect(&line);
            assert_eq!(error.kind(), ErrorKind::Input, "{line}");
            assert!(error.message().starts_with(option), "{error}");
        }
    }
}
