//! What is printed of a call.

use serde::Serialize;
use vochi_crm::asterisk::{FinishedCall, RecordingId};
use vochi_crm::{
    CallId, Direction, Extension, Line, Outcome, PhoneNumber, Reason, Seconds, Timestamp,
    TransferResult, Zone,
};

use crate::commands::delivery::ProfileDelivery;
use crate::output::{FixedColumns, Paint, Report, Tone};

/// Whether a call is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Finished,
    /// It went on when the input ended.
    Unfinished,
}

/// A call, and what came of it in each account.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    ok: bool,
    /// Said of a call that is not over only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unfinished: bool,
    call_id: &'a CallId,
    direction: Direction,
    client_phone: Option<PhoneNumber>,
    /// The same as the PBX wrote it.
    client_raw: Option<&'a str>,
    line: Option<&'a Line>,
    /// What an unfinished call comes to is not known, unless it was answered.
    outcome: Option<Outcome>,
    reason: Option<Reason>,
    answered_by: Option<&'a Extension>,
    talked_with: &'a [Extension],
    extensions: &'a [Extension],
    talk_seconds: Option<Seconds>,
    wait_seconds: Option<Seconds>,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    transfer: &'static str,
    transfer_result: Option<TransferResult>,
    transferred_to: Option<&'a Extension>,
    tenant: Option<&'a str>,
    recording_id: Option<&'a str>,
    deliveries: &'a [ProfileDelivery],
    /// What is odd about it, where no account says so.
    #[serde(rename = "warnings", skip_serializing_if = "Vec::is_empty")]
    own_warnings: Vec<String>,
    /// Who was on the other side, in a word.
    #[serde(skip)]
    client: String,
    /// When it began, on the clock of the PBX.
    #[serde(skip)]
    clock: String,
    /// The warnings of all deliveries.
    #[serde(skip)]
    warnings: Vec<String>,
}

impl<'a> Row<'a> {
    pub(super) fn new(
        call: &'a FinishedCall,
        progress: Progress,
        deliveries: &'a [ProfileDelivery],
        own_warnings: Vec<String>,
        zone: &Zone,
    ) -> Self {
        let record = call.record();
        let is_over = progress == Progress::Finished;
        let is_settled = is_over || record.outcome().is_answered();
        let transfer = record.transfer();
        let warnings = deliveries.iter().flat_map(|delivery| {
            let about = format!("call {}, profile {}", record.call_id(), delivery.profile);
            let told = delivery.warnings.iter();
            told.map(move |warning| format!("{about}: {warning}"))
        });
        Self {
            ok: true,
            unfinished: !is_over,
            call_id: record.call_id(),
            direction: record.direction(),
            client_phone: record.client().number().filter(|_| call.is_external()),
            client_raw: call.raw_client(),
            line: record.line(),
            outcome: Some(record.outcome()).filter(|_| is_settled),
            reason: record.reason().filter(|_| is_over),
            answered_by: call.answered_by(),
            talked_with: record.talked_with(),
            extensions: record.rang(),
            talk_seconds: record.talk().filter(|_| is_over),
            wait_seconds: record.wait().filter(|_| is_settled),
            started_at: record.started_at(),
            ended_at: Some(record.ended_at()).filter(|_| is_over),
            transfer: transfer.map_or(NO_TRANSFER, |transfer| transfer.mode.as_str()),
            transfer_result: transfer.and_then(|transfer| transfer.result),
            transferred_to: call.transferred_to(),
            tenant: call.tenant(),
            recording_id: call.recording().map(RecordingId::as_str),
            deliveries,
            own_warnings,
            client: record.client().to_string(),
            clock: zone.local(record.started_at()).to_string(),
            warnings: warnings.collect(),
        }
    }

    /// The headings of the lines for people.
    pub(super) fn heads() -> String {
        COLUMNS.heads()
    }

    fn transferred(&self) -> String {
        if self.transfer == NO_TRANSFER {
            return "-".to_owned();
        }
        let result = match self.transfer_result {
            Some(TransferResult::Accepted) | None => None,
            Some(other) => Some(other.as_str().replace('_', " ")),
        };
        let to = self.transferred_to.map(|to| format!("to {to}"));
        let words = [Some(self.transfer.to_owned()), to, result];
        words.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

const NO_TRANSFER: &str = "none";

const COLUMNS: FixedColumns<10> = FixedColumns([
    ("started", 19),
    ("call", 18),
    ("direction", 9),
    ("client", 15),
    ("line", 12),
    ("outcome", 10),
    ("who", 13),
    ("wait", 4),
    ("talk", 4),
    ("transfer", 8),
]);

impl Report for Row<'_> {
    fn human(&self, paint: Paint) -> String {
        let seconds = |seconds: Option<Seconds>| {
            seconds.map_or_else(|| "-".to_owned(), |seconds| seconds.get().to_string())
        };
        // Whoever talked says more than whose phones rang.
        let who = if self.talked_with.is_empty() { self.extensions } else { self.talked_with };
        let who: Vec<&str> = who.iter().map(Extension::as_str).collect();
        let who = if who.is_empty() { "-".to_owned() } else { who.join(", ") };
        let line = COLUMNS.row(&[
            self.clock.clone(),
            self.call_id.to_string(),
            self.direction.to_string(),
            self.client.clone(),
            self.line.map_or("-", Line::as_str).to_owned(),
            match self.outcome {
                Some(outcome) if !self.unfinished => outcome.to_string(),
                _ => "unfinished".to_owned(),
            },
            who,
            seconds(self.wait_seconds),
            seconds(self.talk_seconds),
            self.transferred(),
        ]);
        let delivered = self.deliveries.iter().map(|delivery| {
            let (tone, what) = match (delivery.ok, delivery.recorded) {
                (false, _) => (Tone::Bad, "FAILED"),
                (true, true) => (Tone::Good, "recorded"),
                (true, false) => (Tone::Odd, "not recorded"),
            };
            format!("  {}: {}", crate::output::clean(&delivery.profile), paint.tone(tone, what))
        });
        delivered.fold(line, |line, delivered| line + &delivered)
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }
}
