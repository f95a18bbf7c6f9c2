//! The output row of a call.

use serde::Serialize;
use vochi_crm::asterisk::{FinishedCall, RecordingId};
use vochi_crm::{
    CallId, Direction, Extension, Line, Outcome, PhoneNumber, Reason, Seconds, Timestamp,
    TransferResult, Zone,
};

use crate::commands::delivery::ProfileDelivery;
use crate::output::{FixedColumns, Report, Style, Tone};

/// The progress of a call at the end of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Finished,
    Unfinished,
}

/// A call and its result in each account.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    ok: bool,
    /// Omitted if false.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unfinished: bool,
    call_id: &'a CallId,
    direction: Direction,
    client_phone: Option<PhoneNumber>,
    /// The number as the PBX wrote it.
    client_raw: Option<&'a str>,
    line: Option<&'a Line>,
    /// Null for an unfinished call that was not answered.
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
    /// The warnings of a call that went to no account.
    #[serde(rename = "warnings", skip_serializing_if = "Vec::is_empty")]
    own_warnings: Vec<String>,
    /// The other party, for the table.
    #[serde(skip)]
    client: String,
    /// The start time in the PBX's zone, for the table.
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
        let has_outcome = is_over || record.outcome().is_answered();
        let transfer = record.transfer();
        let warnings = deliveries.iter().flat_map(|delivery| {
            let about = format!("call {}, profile {}", record.call_id(), delivery.profile);
            let warnings = delivery.warnings.iter();
            warnings.map(move |warning| format!("{about}: {warning}"))
        });
        Self {
            ok: true,
            unfinished: !is_over,
            call_id: record.call_id(),
            direction: record.direction(),
            client_phone: record.client().number().filter(|_| call.is_external()),
            client_raw: call.raw_client(),
            line: record.line(),
            outcome: Some(record.outcome()).filter(|_| has_outcome),
            reason: record.reason().filter(|_| is_over),
            answered_by: call.answered_by(),
            talked_with: record.talked_with(),
            extensions: record.rang(),
            talk_seconds: record.talk().filter(|_| is_over),
            wait_seconds: record.wait().filter(|_| has_outcome),
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

    /// Returns the headings of the table.
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
    fn human(&self, style: Style) -> String {
        let seconds = |seconds: Option<Seconds>| {
            seconds.map_or_else(|| "-".to_owned(), |seconds| seconds.get().to_string())
        };
        // Extensions that talked come before those that rang.
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
                (false, _) => (Tone::Error, "FAILED"),
                (true, true) => (Tone::Success, "recorded"),
                (true, false) => (Tone::Warning, "not recorded"),
            };
            format!(
                "  {}: {}",
                crate::output::escape_controls(&delivery.profile),
                style.tone(tone, what)
            )
        });
        delivered.fold(line, |line, delivered| line + &delivered)
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }
}
