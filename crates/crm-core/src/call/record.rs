//! The record of a finished call, for a CRM's history.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    CallId, CrmCallId, Direction, Extension, Extra, LegRecord, Line, Outcome, Party, Reason,
    Recording, TransferMode, TransferResult,
};
use crate::time::{Seconds, Timestamp};
use crate::warning::{Warning, WarningKind};

/// A transfer that was attempted in a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// The mode.
    pub mode: TransferMode,
    /// The result; `None` if unknown.
    pub result: Option<TransferResult>,
    /// The employee who was to take over.
    pub to: Option<Extension>,
}

/// The record of a finished call (a CDR): one outside party, one record.
///
/// Talk time runs from the client's first moment with an employee to the last; wait time from
/// arrival (outbound: the first dialling) to the first employee or the end. They do not overlap.
///
/// ```
/// use vochi_crm_core::{CallId, CallRecord, Direction, Extension, Outcome, PhoneNumber, Seconds};
/// let client: PhoneNumber = "+375446370646".parse()?;
/// let record = CallRecord::new(
///     CallId::new("1757843474.185")?,
///     Direction::Inbound,
///     client,
///     "2026-03-02T08:00:00Z".parse()?,
///     Outcome::Answered,
/// )
/// .with_talked_with(Extension::new("151")?)
/// .with_talk(Seconds::new(64))
/// .with_wait(Seconds::new(6));
/// assert_eq!(record.handled_by().map(Extension::as_str), Some("151"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    call_id: CallId,
    direction: Direction,
    client: Party,
    started_at: Timestamp,
    outcome: Outcome,
    ended_at: Option<Timestamp>,
    line: Option<Line>,
    reason: Option<Reason>,
    #[serde(default)]
    rang: Vec<Extension>,
    #[serde(default)]
    talked_with: Vec<Extension>,
    talk: Option<Seconds>,
    wait: Option<Seconds>,
    transfer: Option<Transfer>,
    #[serde(default)]
    legs: Vec<LegRecord>,
    recording: Option<Recording>,
    crm_call_id: Option<CrmCallId>,
    #[serde(default)]
    extra: Extra,
    #[serde(default, with = "crate::warning::stored")]
    warnings: Vec<Warning>,
}

impl CallRecord {
    /// Creates a record of a finished call.
    pub fn new(
        call_id: CallId,
        direction: Direction,
        client: impl Into<Party>,
        started_at: Timestamp,
        outcome: Outcome,
    ) -> Self {
        Self {
            call_id,
            direction,
            client: client.into(),
            started_at,
            outcome,
            ended_at: None,
            line: None,
            reason: None,
            rang: Vec::new(),
            talked_with: Vec::new(),
            talk: None,
            wait: None,
            transfer: None,
            legs: Vec::new(),
            recording: None,
            crm_call_id: None,
            extra: Extra::default(),
            warnings: Vec::new(),
        }
    }

    /// Sets the end; see [`ended_at`](Self::ended_at) for the default.
    #[must_use]
    pub fn with_ended_at(mut self, at: Timestamp) -> Self {
        self.ended_at = Some(at);
        self
    }

    /// Sets the company's own number or trunk.
    #[must_use]
    pub fn with_line(mut self, line: Line) -> Self {
        self.line = Some(line);
        self
    }

    /// Sets why it was not answered.
    #[must_use]
    pub fn with_reason(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Adds an employee's extension that rang, in ringing order.
    #[must_use]
    pub fn with_rang(mut self, extension: Extension) -> Self {
        push_once(&mut self.rang, extension);
        self
    }

    /// Adds an employee who talked with the client, in order.
    #[must_use]
    pub fn with_talked_with(mut self, extension: Extension) -> Self {
        // An employee who returns after a transfer is the last to talk.
        self.talked_with.retain(|known| *known != extension);
        self.talked_with.push(extension);
        self
    }

    /// Sets the talk time of the client with employees. Omit it if the PBX did not observe it: it
    /// is then unknown, and connectors do not invent it.
    #[must_use]
    pub fn with_talk(mut self, talk: Seconds) -> Self {
        self.talk = Some(talk);
        self
    }

    /// Sets how long the client waited.
    #[must_use]
    pub fn with_wait(mut self, wait: Seconds) -> Self {
        self.wait = Some(wait);
        self
    }

    /// Sets the attempted transfer.
    #[must_use]
    pub fn with_transfer(mut self, transfer: Transfer) -> Self {
        self.transfer = Some(transfer);
        self
    }

    /// Adds a leg.
    #[must_use]
    pub fn with_leg(mut self, leg: LegRecord) -> Self {
        self.legs.push(leg);
        self
    }

    /// Sets the legs.
    #[must_use]
    pub fn with_legs(mut self, legs: Vec<LegRecord>) -> Self {
        self.legs = legs;
        self
    }

    /// Sets the recording.
    #[must_use]
    pub fn with_recording(mut self, recording: Recording) -> Self {
        self.recording = Some(recording);
        self
    }

    /// Sets the CRM's id of the call, from a click in the CRM.
    #[must_use]
    pub fn with_crm_call_id(mut self, id: CrmCallId) -> Self {
        self.crm_call_id = Some(id);
        self
    }

    /// Adds an option of one CRM.
    #[must_use]
    pub fn with_extra(
        mut self,
        name: impl Into<String>,
        value: impl Into<serde_json::Value>,
    ) -> Self {
        self.extra.set(name, value);
        self
    }

    /// Adds a warning of the record's source (the PBX), once: for example that the record may be
    /// incomplete. It is part of the receipt of every CRM.
    ///
    /// With [`WarningKind::TalkUnknown`] the talk time stays unknown, even if the stored events
    /// would give one: their end may be the moment the PBX closed the call.
    ///
    /// ```
    /// # use vochi_crm_core::{CallId, CallRecord, Direction, Outcome, Party};
    /// use vochi_crm_core::{Warning, WarningKind};
    /// # let record = CallRecord::new(
    /// #     CallId::new("17.185")?,
    /// #     Direction::Inbound,
    /// #     Party::Hidden,
    /// #     "2026-03-02T08:00:00Z".parse()?,
    /// #     Outcome::Missed,
    /// # );
    /// let record = record.with_warning(Warning::new(
    ///     WarningKind::IncompleteRecord,
    ///     "call 17.185 had more channels than the PBX reported",
    /// ));
    /// assert_eq!(record.warnings()[0].kind().as_str(), "incomplete_record");
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_warning(mut self, warning: Warning) -> Self {
        push_once(&mut self.warnings, warning);
        self
    }

    /// The PBX's id of the call.
    pub fn call_id(&self) -> &CallId {
        &self.call_id
    }

    /// The direction.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// The outside party.
    pub fn client(&self) -> &Party {
        &self.client
    }

    /// When it started.
    pub fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// The outcome for the client.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The end: the given one, else start plus wait plus talk, and not before the last event of a
    /// leg.
    pub fn ended_at(&self) -> Timestamp {
        if let Some(at) = self.ended_at {
            return at;
        }
        let lasted = u64::from(self.wait.unwrap_or_default().get())
            + u64::from(self.talk.unwrap_or_default().get());
        let reckoned = self.started_at.plus(Duration::from_secs(lasted));
        let legs = self.legs.iter();
        let observed = legs.flat_map(|leg| [leg.answered_at, leg.ended_at]);
        observed.flatten().fold(reckoned, Ord::max)
    }

    /// The company's own number or trunk.
    pub fn line(&self) -> Option<&Line> {
        self.line.as_ref()
    }

    /// Why it was not answered.
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// The extensions that rang, in order.
    pub fn rang(&self) -> &[Extension] {
        &self.rang
    }

    /// The employees who talked with the client, in order.
    pub fn talked_with(&self) -> &[Extension] {
        &self.talked_with
    }

    /// The talk time of the client with employees; `None` if unknown.
    pub fn talk(&self) -> Option<Seconds> {
        self.talk
    }

    /// The wait time of the client, if known.
    pub fn wait(&self) -> Option<Seconds> {
        self.wait
    }

    /// The attempted transfer.
    pub fn transfer(&self) -> Option<&Transfer> {
        self.transfer.as_ref()
    }

    /// The legs.
    pub fn legs(&self) -> &[LegRecord] {
        &self.legs
    }

    /// The recording.
    pub fn recording(&self) -> Option<&Recording> {
        self.recording.as_ref()
    }

    /// The CRM's id of the call, if it came from a click.
    pub fn crm_call_id(&self) -> Option<&CrmCallId> {
        self.crm_call_id.as_ref()
    }

    /// Options of one CRM.
    pub fn extra(&self) -> &Extra {
        &self.extra
    }

    /// Warnings about the record itself, from its source and from [`settled`](Self::settled).
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Returns true if the record carries a warning of this kind.
    pub(crate) fn warns(&self, kind: WarningKind) -> bool {
        self.warnings.iter().any(|warning| warning.kind() == kind)
    }

    /// Returns true if a recording of the call or of a leg is a file that has to be uploaded.
    pub(crate) fn has_file(&self) -> bool {
        let of_legs = self.legs.iter().filter_map(|leg| leg.recording.as_ref());
        let mut recordings = self.recording.iter().chain(of_legs);
        recordings.any(|recording| matches!(recording, Recording::File(_)))
    }

    /// Returns true if the source of the record reported its end.
    pub(crate) fn has_end(&self) -> bool {
        self.ended_at.is_some()
    }

    /// Normalizes the talk time: an answered call has at least one second, any other none.
    ///
    /// An answered call without talk time gets a warning of the kind
    /// [`TalkUnknown`](WarningKind::TalkUnknown), unless it already carries one.
    #[must_use]
    pub fn settled(mut self) -> Self {
        if !self.outcome.is_answered() {
            return self.with_talk(Seconds::ZERO);
        }
        self.talk = self.talk.map(|talk| talk.max(Seconds::new(1)));
        if self.talk.is_some() || self.warns(WarningKind::TalkUnknown) {
            return self;
        }
        let text = format!(
            "call {} was answered, but its talk time is unknown; only what was observed is recorded",
            self.call_id
        );
        self.with_warning(Warning::new(WarningKind::TalkUnknown, text))
    }

    /// The employee of the call: the last who talked; of an unanswered call, the last who rang.
    pub fn handled_by(&self) -> Option<&Extension> {
        self.talked_with.last().or_else(|| self.rang.last())
    }
}

fn push_once<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
