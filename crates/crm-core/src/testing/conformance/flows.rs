//! Whole flows over the stand-in server, through [`CrmConnector`].

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Value, json};

use super::call::{answered, at, call_id, client, ended, event, extension, record, ringing};
use super::report::Report;
use super::{CrmUnderTest, Disturbance, StandIn};
use crate::connector::{CrmConnector, Cursor, Cx};
use crate::error::{Error, ErrorKind, Result};
use crate::{
    CallEvent, CallId, CallRecord, Capability, Direction, EventKind, Outcome, Party, PhoneNumber,
    Receipt, Recording, TransferMode, WarningKind,
};

/// A stand-in server and a connector to it.
struct Pair {
    server: Box<dyn StandIn>,
    connector: Arc<dyn CrmConnector>,
}

async fn pair<S: CrmUnderTest>() -> Pair {
    let server = S::stand_in(json!({})).await;
    let connector = server.open().unwrap();
    Pair { server, connector }
}

impl Pair {
    fn has(&self, capability: Capability) -> bool {
        self.connector.capabilities().has(capability)
    }

    fn list(&self, name: &str) -> Vec<Value> {
        self.server.state()[name].as_array().cloned().unwrap_or_default()
    }

    fn check_nothing_refused(&self, report: &mut Report, case: &str) {
        let refused = self.server.refused();
        report.holds(case, refused.is_empty(), || format!("the CRM refused {refused:?}"));
    }

    async fn handle(&self, report: &mut Report, event: &CallEvent) -> Option<Receipt> {
        let result = self.connector.handle_event(&Cx::live(), event).await;
        let case = format!("{:?}", event.kind());
        report.holds(case, result.is_ok(), || format!("{result:?}"));
        result.ok()
    }

    async fn log(&self, records: &[CallRecord]) -> Vec<Result<Receipt>> {
        self.connector.log_calls(&Cx::history(), records).await
    }

    async fn log_one(
        &self,
        report: &mut Report,
        case: &str,
        record: CallRecord,
    ) -> Option<Receipt> {
        let result = self.log(&[record]).await.remove(0);
        let recorded = result.as_ref().is_ok_and(Receipt::recorded);
        report.holds(case, recorded, || format!("{result:?}"));
        result.ok()
    }
}

fn kinds(receipt: Option<&Receipt>) -> Vec<WarningKind> {
    let warnings = receipt.map(Receipt::warnings).unwrap_or_default();
    warnings.iter().map(crate::Warning::kind).collect()
}

/// A ring is shown once, however often it is reported, and not after the end. A CRM without popups
/// gets no request.
pub async fn ring_is_shown_once<S: CrmUnderTest>() {
    let (mut report, pair) = (Report::default(), pair::<S>().await);
    for case in ["the first ring", "the second ring", "the third ring"] {
        let receipt = pair.handle(&mut report, &ringing(&["151"])).await;
        let sent = receipt.map(|receipt| receipt.requests() > 0);
        let wanted = pair.has(Capability::Popups) && case == "the first ring";
        report.equal(case, "whether a request is sent", sent, Some(wanted));
    }
    let shown = pair.list("live").len();
    report.equal("a ring", "whether it is shown", shown > 0, pair.has(Capability::Popups));
    pair.handle(&mut report, &ended(9)).await;
    let shown = pair.list("live").len();
    let late = pair.handle(&mut report, &ringing(&["151", "152"])).await;
    report.equal("a late ring", "requests", late.map(|late| late.requests()), Some(0));
    report.equal("a late ring", "what is shown", pair.list("live").len(), shown);
    let recorded = usize::from(S::END_RECORDS);
    report.equal("events", "calls in the history", pair.list("calls").len(), recorded);
    pair.check_nothing_refused(&mut report, "events");
    report.finish();
}

/// Events of a call in any order, also twice, are valid requests and lead to one record.
pub async fn events_in_any_order_lead_to_one_record<S: CrmUnderTest>() {
    let mut report = Report::default();
    let orders: [&[usize]; 5] = [&[0, 1, 2], &[1, 0, 2], &[0, 2, 1], &[2], &[0, 0, 1, 1, 2, 2]];
    for order in orders {
        let pair = pair::<S>().await;
        let case = format!("events {order:?}");
        for index in order {
            let event = [ringing(&["151", "152"]), answered("151"), ended(70)][*index].clone();
            let event = event.with_direction(Direction::Inbound).with_client(client());
            pair.handle(&mut report, &event).await;
        }
        pair.log_one(&mut report, &case, record(call_id().as_str())).await;
        pair.check_nothing_refused(&mut report, &case);
        let calls = pair.list("calls");
        report.equal(&case, "the number of calls", calls.len(), 1);
        for (field, wanted) in [
            ("call_id", json!(call_id().as_str())),
            ("direction", json!("in")),
            ("phone", json!("+375446370646")),
            ("outcome", json!("answered")),
            ("talk_seconds", json!(64)),
        ] {
            // What comes after the end does not change a recorded call.
            if S::END_RECORDS && order == [0, 2, 1] && ["outcome", "talk_seconds"].contains(&field)
            {
                continue;
            }
            let found = calls.first().map(|call| &call[field]);
            report.equal(&case, field, found, Some(&wanted));
        }
    }
    report.finish();
}

/// An event that the CRM has no request for is a success without requests.
pub async fn unsupported_event_sends_nothing<S: CrmUnderTest>() {
    let (mut report, pair) = (Report::default(), pair::<S>().await);
    pair.handle(&mut report, &ringing(&["151"])).await;
    let (mode, from, to) = (TransferMode::Blind, Some(extension("151")), extension("152"));
    for kind in [EventKind::Held, EventKind::Resumed, EventKind::Transferred { mode, from, to }] {
        let receipt = pair.handle(&mut report, &event(9, kind.clone())).await;
        if !pair.has(Capability::LegEvents) {
            let requests = receipt.map(|receipt| receipt.requests());
            report.equal(format!("{kind:?}"), "requests", requests, Some(0));
        }
    }
    let other = self::pair::<S>().await;
    let hidden = other.handle(&mut report, &ringing(&["151"]).with_client(Party::Hidden)).await;
    let warned = !kinds(hidden.as_ref()).is_empty();
    report.holds("a hidden caller", warned, || "no warning".to_owned());
    other.handle(&mut report, &ended(9)).await;
    other.check_nothing_refused(&mut report, "a hidden caller");
    report.finish();
}

/// A record is stored once: logged again, in a list twice, and by a process that does not know it.
pub async fn repeated_record_is_stored_once<S: CrmUnderTest>() {
    let (mut report, pair) = (Report::default(), pair::<S>().await);
    pair.log_one(&mut report, "the record", record("1")).await;
    let again = pair.log_one(&mut report, "the record again", record("1")).await;
    report.equal("again", "requests", again.as_ref().map(Receipt::requests), Some(0));
    report.equal("again", "warnings", kinds(again.as_ref()), vec![WarningKind::AlreadyRecorded]);
    for result in pair.log(&["2", "2"].map(record)).await {
        let recorded = result.as_ref().is_ok_and(Receipt::recorded);
        report.holds("a record twice in a list", recorded, || format!("{result:?}"));
    }
    report.equal("repeats", "the number of calls", pair.list("calls").len(), 2);
    if S::RECORDS_HAVE_KEYS {
        let elsewhere = Pair { connector: pair.server.open().unwrap(), server: pair.server };
        elsewhere.log_one(&mut report, "another process", record("1")).await;
        report.equal("another process", "calls", elsewhere.list("calls").len(), 2);
    }
    report.finish();
}

/// A record whose response is lost is stored once in the end.
pub async fn lost_response_stores_a_record_once<S: CrmUnderTest>() {
    let (mut report, pair) = (Report::default(), pair::<S>().await);
    pair.server.disturb(Disturbance::RecordResponseLost);
    let mut results = pair.log(&[record("1")]).await;
    for _ in 0..3 {
        if results[0].as_ref().is_ok_and(Receipt::recorded) {
            break;
        }
        results = pair.log(&[record("1")]).await;
    }
    let recorded = results[0].as_ref().is_ok_and(Receipt::recorded);
    report.holds("a lost response", recorded, || format!("{results:?}"));
    report.equal("a lost response", "calls", pair.list("calls").len(), 1);
    report.finish();
}

/// A refused record does not block the others, and is not taken for recorded.
pub async fn refused_record_does_not_block_others<S: CrmUnderTest>() {
    let (mut report, pair) = (Report::default(), pair::<S>().await);
    pair.server.disturb(Disturbance::RecordRefused);
    let records = ["a", "b", "c"].map(record);
    let results = pair.log(&records).await;
    let failed = results.iter().filter(|result| result.is_err()).count();
    report.holds("one refusal", failed <= 1, || format!("{results:?}"));
    report.equal("one refusal", "calls", pair.list("calls").len(), 3 - failed);
    for result in pair.log(&records).await {
        let recorded = result.as_ref().is_ok_and(Receipt::recorded);
        report.holds("the next run", recorded, || format!("{result:?}"));
    }
    report.equal("the next run", "calls", pair.list("calls").len(), 3);
    report.finish();
}

/// Results are in the order of the records, each with its own warnings.
pub async fn results_keep_the_order_of_records<S: CrmUnderTest>() {
    let (mut report, pair) = (Report::default(), pair::<S>().await);
    let id = CallId::new("b").unwrap();
    let unknown_talk = CallRecord::new(id, Direction::Inbound, client(), at(0), Outcome::Answered)
        .with_talked_with(extension("151"));
    let results = pair.log(&[record("c"), unknown_talk, record("a")]).await;
    let of_talk =
        |result: &Result<Receipt>| kinds(result.as_ref().ok()).contains(&WarningKind::TalkUnknown);
    let warned: Vec<bool> = results.iter().map(of_talk).collect();
    report.equal("three records", "warnings about talk", warned, vec![false, true, false]);
    let recorded = results.iter().all(|result| result.as_ref().is_ok_and(Receipt::recorded));
    report.holds("three records", recorded, || format!("{results:?}"));
    pair.check_nothing_refused(&mut report, "three records");
    report.finish();
}

type Lookup<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Every lookup, and whether the result names something.
fn lookups<'a>(
    connector: &'a dyn CrmConnector,
    cx: &'a Cx,
    phone: &'a PhoneNumber,
) -> [(Capability, Lookup<'a, bool>); 4] {
    [
        (
            Capability::Find,
            Box::pin(async move {
                let found = connector.find(cx, std::slice::from_ref(phone)).await?;
                Ok(found.iter().any(|found| !found.candidates.is_empty()))
            }),
        ),
        (
            Capability::Responsible,
            Box::pin(async move {
                let found = connector.responsible(cx, phone).await?;
                Ok(found.and_then(|found| found.extension) == Some(extension("151")))
            }),
        ),
        (
            Capability::Users,
            Box::pin(async move {
                let users = connector.users(cx).await?.users;
                Ok(users.iter().any(|user| user.extension.as_ref() == Some(&extension("151"))))
            }),
        ),
        (
            Capability::Changes,
            Box::pin(async move {
                let cursor: Cursor = connector.changes(cx, None).await?.cursor;
                Ok(connector.changes(cx, Some(&cursor)).await?.customers.is_empty())
            }),
        ),
    ]
}

/// A known number is found, an unknown one is not, and a failure is neither. A missing capability is
/// unsupported.
pub async fn failed_lookup_is_not_unknown<S: CrmUnderTest>() {
    let (mut report, pair) = (Report::default(), pair::<S>().await);
    let unknown = "+375330000001".parse().unwrap();
    let known = client();
    let cx = Cx::live();
    for (phone, down) in [(&known, false), (&unknown, false), (&known, true)] {
        if down {
            pair.server.disturb(Disturbance::Down);
        }
        // A lookup that reads an index has read it before the server is down.
        let fresh = pair.server.open().unwrap();
        for (capability, lookup) in lookups(&*fresh, &cx, phone) {
            let case = format!("{capability:?} of {phone}, down: {down}");
            let result = lookup.await.map_err(|error| error.kind());
            let by_phone = matches!(capability, Capability::Find | Capability::Responsible);
            if !pair.has(capability) {
                report.equal(case, "the result", result, Err(ErrorKind::Unsupported));
            } else if down {
                let failed = matches!(result, Err(kind) if kind != ErrorKind::NotFound);
                report.holds(case, failed, || format!("{result:?}"));
            } else {
                let wanted = !by_phone || phone == &known;
                report.equal(case, "the result", result, Ok(wanted));
            }
        }
    }
    pair.check_nothing_refused(&mut report, "lookups");
    report.finish();
}

/// The second setup changes nothing, nor does one that only shows the changes.
pub async fn second_setup_changes_nothing<S: CrmUnderTest>() {
    let (mut report, pair) = (Report::default(), pair::<S>().await);
    let (cx, plan) = (Cx::history(), pair.server.setup_plan());
    let setup = async |plan| pair.connector.setup(&cx, &plan).await;
    if !pair.has(Capability::Setup) {
        let error = setup(plan).await.err().map(|error| error.kind());
        report.equal("setup", "the error", error, Some(ErrorKind::Unsupported));
        return report.finish();
    }
    let before = pair.server.state()["modules"].clone();
    let shown = setup(plan.clone().shown_only()).await.map(|report| report.changes);
    report.equal("shown", "the state", &pair.server.state()["modules"], &before);
    let first = setup(plan.clone()).await.map(|report| report.changes);
    let same = matches!((&shown, &first), (Ok(shown), Ok(first)) if shown == first);
    report.holds("the first setup", same, || format!("{first:?}, shown was {shown:?}"));
    let after = pair.server.state()["modules"].clone();
    let second = setup(plan).await.map(|report| report.changes);
    let none = matches!(&second, Ok(changes) if changes.is_empty());
    report.holds("the second setup", none, || format!("{second:?}"));
    report.equal("the second setup", "the state", &pair.server.state()["modules"], &after);
    pair.check_nothing_refused(&mut report, "setup");
    report.finish();
}

/// A missed call of an unknown number creates one customer and one task, also when it is logged
/// again. A CRM without follow-ups refuses the configuration.
pub async fn missed_call_is_followed_up_once<S: CrmUnderTest>() {
    let mut report = Report::default();
    let server = S::stand_in(json!({"missed_task": true, "unknown_caller": "client"})).await;
    let connector = match server.open() {
        Ok(connector) if S::FOLLOWS_UP => connector,
        opened => {
            let refused = opened.err().map(|error| (error.kind(), error.key().is_some()));
            let found = refused.filter(|_| !S::FOLLOWS_UP);
            report.equal("the configuration", "the error", found, Some((ErrorKind::Config, true)));
            return report.finish();
        }
    };
    let pair = Pair { server, connector };
    let unknown: PhoneNumber = "+375330000001".parse().unwrap();
    let missed = |id: &str| {
        let id = CallId::new(id).unwrap();
        CallRecord::new(id, Direction::Inbound, unknown, at(0), Outcome::Missed)
            .with_rang(extension("151"))
    };
    let before = (pair.list("customers").len(), pair.list("tasks").len());
    for _ in 0..2 {
        let receipt = pair.log_one(&mut report, "a missed call", missed("1")).await;
        let pending = kinds(receipt.as_ref()).contains(&WarningKind::FollowUpPending);
        report.holds("a missed call", !pending, || format!("{receipt:?}"));
    }
    let after = (pair.list("customers").len(), pair.list("tasks").len());
    report.equal("a missed call", "customers and tasks", after, (before.0 + 1, before.1 + 1));
    pair.check_nothing_refused(&mut report, "a missed call");
    report.finish();
}

/// What the CRM does not support is an error of kind `unsupported`.
pub async fn missing_capability_is_unsupported<S: CrmUnderTest>() {
    let (mut report, pair) = (Report::default(), pair::<S>().await);
    let (cx, crm) = (Cx::history(), &pair.connector);
    let recording = Recording::File("/nonexistent/rec.mp3".into());
    let outcomes: [(Capability, Option<Error>); 5] = [
        (Capability::Find, crm.find(&cx, &[client()]).await.err()),
        (Capability::Responsible, crm.responsible(&cx, &client()).await.err()),
        (Capability::Users, crm.users(&cx).await.err()),
        (Capability::Changes, crm.changes(&cx, None).await.err()),
        (
            Capability::RecordingUpload,
            crm.attach_recording(&cx, &call_id(), &recording).await.err(),
        ),
    ];
    for (capability, error) in outcomes {
        let unsupported = error.is_some_and(|error| error.kind() == ErrorKind::Unsupported);
        let case = format!("{capability:?}");
        report.equal(case, "unsupported", unsupported, !pair.has(capability));
    }
    report.finish();
}
