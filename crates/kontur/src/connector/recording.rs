//! Recordings: uploaded once, attached once.
//!
//! How a file gets to its leg, and how one knows that it did, is in [`binding`](super::binding).

use std::path::Path;
use std::time::Duration;

use vochi_crm_core::pending::PendingKind;
use vochi_crm_core::{
    CallEvent, CallId, CallRecord, CrmConnector as _, Cx, Error, ErrorKind, LegId, LegRecord,
    OpenCall, Receipt, Recorded, Recording, Result, Warning, WarningKind,
};

use super::Connector;
use super::facts::Facts;
use super::files;
use super::note::{Attached, Note, Registered, Uploaded};
use crate::api::UploadFile;

/// The option that names the leg of a recording.
pub(super) const LEG: &str = "recording_leg";

/// A file is attached within a day of its upload. Some hours earlier it is uploaded again.
const GOOD_FOR: Duration = Duration::from_hours(20);

/// A recording that is ready when its call is registered already.
pub(super) struct Ready<'a> {
    call: &'a CallId,
    recording: &'a Recording,
    /// The leg, where one is named; else it is the main one.
    leg: Option<LegId>,
}

impl<'a> Ready<'a> {
    /// As an event tells it: of the leg it names, by its id or by its ends.
    pub(super) fn of_event(event: &'a CallEvent, recording: &'a Recording, note: &Note) -> Self {
        let mut known = note.registered.iter().flat_map(|call| &call.legs).rev();
        let leg = event.legs().first().and_then(|leg| match leg.id() {
            Some(id) => Some(id.clone()),
            None => known
                .find(|one| one.from == *leg.from() && one.to == *leg.to())
                .map(|one| one.id.clone()),
        });
        let named = || named_leg(event.extra().get(LEG));
        Self { call: event.call_id(), recording, leg: leg.or_else(named) }
    }
}

/// The leg an option names.
fn named_leg(option: Option<&serde_json::Value>) -> Option<LegId> {
    LegId::new(option?.as_str()?).ok()
}

/// The files that go with a record, by leg. A recording of the whole call is its main leg's, unless
/// an option names another, or it is the recording of a leg already.
pub(super) fn wanted<'a>(
    record: &'a CallRecord,
    legs: &'a [LegRecord],
    main: &LegId,
    warnings: &mut Vec<Warning>,
) -> Vec<(&'a LegRecord, &'a Path)> {
    let named = named_leg(record.extra().get(LEG));
    let of_call = record.recording().filter(|recording| {
        let mut own = record.legs().iter().filter_map(|leg| leg.recording.as_ref());
        own.all(|own| own != *recording)
    });
    let target = named
        .filter(|named| legs.iter().any(|leg| leg.id == *named))
        .unwrap_or_else(|| main.clone());
    let mut files = Vec::new();
    for leg in legs {
        let of_call = of_call.filter(|_| leg.id == target);
        match leg.recording.as_ref().or(of_call) {
            Some(Recording::File(path)) => files.push((leg, path.as_path())),
            Some(_) => warnings.push(Warning::new(
                WarningKind::Incomplete,
                "Kontur takes recordings as files, not as addresses; the call is registered \
                 without its recording",
            )),
            None => {}
        }
        if leg.recording.is_some() && of_call.is_some() {
            warnings.push(Warning::new(
                WarningKind::Incomplete,
                format!("leg {} has a recording of its own; that of the call was left out", leg.id),
            ));
        }
    }
    files
}

/// Whether Kontur would not take the call now either.
fn holds_everything_up(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unavailable
            | ErrorKind::RateLimited
            | ErrorKind::Timeout
            | ErrorKind::Auth
            | ErrorKind::Internal
    )
}

impl Connector {
    /// Attaches a recording to a call that is registered.
    pub(super) async fn attach(
        &self,
        cx: &Cx,
        call: &CallId,
        recording: &Recording,
    ) -> Result<Receipt> {
        if !matches!(recording, Recording::File(_)) {
            return Err(self
                .lacks("recordings at an address")
                .with_hint("give the recording as a file: Kontur keeps recordings itself"));
        }
        let cx = cx.counted();
        let mut open = self.hub().open_call(&cx, self.own().name(), call).await?;
        let mut note: Note = open.note().unwrap_or_default();
        if open.state().recorded() != Recorded::Yes {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("call {call} is not known to be registered, so its legs are not known"),
            )
            .with_hint("log the call; its record takes the recording with it"));
        }
        let ready = Ready {
            call,
            recording,
            leg: named_leg(open.state().extra().get(LEG)).or_else(|| {
                let mut legs = open.state().legs().iter();
                let of = legs.find(|leg| leg.recording.as_ref() == Some(recording))?;
                Some(of.id.clone())
            }),
        };
        let mut warnings = Vec::new();
        self.attach_ready(&cx, &mut open, &mut note, &ready, &mut warnings).await?;
        let id = note.communication().and_then(|id| id.to_common().ok());
        Ok(Receipt::new()
            .as_recorded()
            .with_crm_call_id(id)
            .with_requests(cx.requests())
            .with_warnings(warnings))
    }

    /// Attaches a recording to its leg, unless that has one. It is pending until it is attached.
    pub(super) async fn attach_ready(
        &self,
        cx: &Cx,
        open: &mut OpenCall,
        note: &mut Note,
        ready: &Ready<'_>,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        let (hub, account, call) = (self.hub(), self.own().name(), ready.call);
        hub.expect_recording(cx, account, call, ready.recording).await?;
        let attached = self.attach_to_leg(cx, open, note, ready, warnings).await;
        let kind = PendingKind::Recording;
        match &attached {
            Ok(()) => hub.settle_pending(cx, account, call, kind).await,
            Err(error) => {
                hub.fail_pending(cx, account, call, None, kind, error).await;
            }
        }
        attached
    }

    async fn attach_to_leg(
        &self,
        cx: &Cx,
        open: &mut OpenCall,
        note: &mut Note,
        ready: &Ready<'_>,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        let Recording::File(path) = ready.recording else {
            warnings.push(Warning::new(
                WarningKind::Incomplete,
                "Kontur takes recordings as files, not as addresses; nothing was attached",
            ));
            return Ok(());
        };
        let Some(Registered { facts, legs, main }) = note.registered.clone() else {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("what call {} was registered with is not remembered", ready.call),
            ));
        };
        let wanted = ready.leg.as_ref().unwrap_or(&main);
        let Some(leg) = legs.iter().find(|leg| leg.id == *wanted) else {
            return Err(Error::input(format!(
                "call {} was registered without a leg {wanted}",
                ready.call
            ))
            .with_hint("name a leg of the record, or none for the last talk"));
        };
        if note.attached(&leg.id) == Some(Attached::Maybe) {
            self.look(cx, open, note, ready.call, &leg.id, warnings).await?;
        }
        if note.attached(&leg.id) == Some(Attached::Yes) {
            warnings.push(Warning::new(
                WarningKind::AlreadyRecorded,
                format!("leg {} has its recording already; nothing was attached", leg.id),
            ));
            return Ok(());
        }
        self.upload(cx, open, note, &facts, leg, path).await?;
        self.bind_for_sure(cx, open, note, ready.call, &leg.id, warnings).await
    }

    /// Finds out about recordings whose attachment is not certain, and attaches those that are not.
    /// The call is registered: what fails is a warning.
    pub(super) async fn settle_recordings(
        &self,
        cx: &Cx,
        open: &mut OpenCall,
        note: &mut Note,
        record: &CallRecord,
        warnings: &mut Vec<Warning>,
    ) {
        let (hub, account, call) = (self.hub(), self.own().name(), record.call_id());
        let open_ones = note.recordings.iter();
        let legs: Vec<LegId> = open_ones
            .filter(|(_, uploaded)| uploaded.attached != Attached::Yes)
            .map(|(leg, _)| leg.clone())
            .collect();
        let mut failed = None;
        for leg in legs {
            let settled = async {
                if note.attached(&leg) == Some(Attached::Maybe) {
                    self.look(cx, open, note, call, &leg, warnings).await?;
                }
                if note.attached(&leg) == Some(Attached::No) {
                    self.upload_again(cx, open, note, record, &leg).await?;
                    self.bind_for_sure(cx, open, note, call, &leg, warnings).await?;
                }
                Ok::<_, Error>(())
            };
            if let Err(error) = settled.await {
                let became = match note.attached(&leg) {
                    Some(Attached::Maybe) => "may be attached",
                    _ => "is not attached",
                };
                warnings.push(Warning::new(
                    WarningKind::Incomplete,
                    format!(
                        "the call is registered, but the recording of leg {leg} {became}: {}; it \
                         is pending",
                        error.message()
                    ),
                ));
                failed = Some(error);
            }
        }
        let kind = PendingKind::Recording;
        match failed {
            Some(error) => {
                hub.fail_pending(cx, account, call, Some(record), kind, &error).await;
            }
            None => hub.settle_pending(cx, account, call, kind).await,
        }
    }

    /// Uploads a file for a leg before its call is registered. One that cannot be used is a warning;
    /// that Kontur cannot be reached is not, for then the call waits as well.
    #[expect(clippy::too_many_arguments, reason = "a call, its leg and what is told of them")]
    pub(super) async fn bring(
        &self,
        cx: &Cx,
        open: &mut OpenCall,
        note: &mut Note,
        facts: &Facts,
        leg: &LegRecord,
        path: &Path,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        if matches!(note.attached(&leg.id), Some(Attached::Maybe | Attached::Yes)) {
            return Ok(());
        }
        match self.upload(cx, open, note, facts, leg, path).await {
            Err(error) if !holds_everything_up(&error) => {
                warnings.push(Warning::new(
                    WarningKind::Incomplete,
                    format!("the call is registered without its recording: {}", error.message()),
                ));
                Ok(())
            }
            other => other,
        }
    }

    /// Uploads the file of a leg whose upload is too old to be attached.
    async fn upload_again(
        &self,
        cx: &Cx,
        open: &mut OpenCall,
        note: &mut Note,
        record: &CallRecord,
        leg: &LegId,
    ) -> Result<()> {
        let Some(Registered { facts, legs, main }) = note.registered.clone() else {
            return Ok(());
        };
        let files = wanted(record, &legs, &main, &mut Vec::new());
        let file = files.into_iter().find(|(one, _)| one.id == *leg);
        match file {
            Some((leg, path)) => self.upload(cx, open, note, &facts, leg, path).await,
            None => Ok(()),
        }
    }

    /// Uploads a file for a leg, unless one is there that can still be attached.
    async fn upload(
        &self,
        cx: &Cx,
        open: &mut OpenCall,
        note: &mut Note,
        facts: &Facts,
        leg: &LegRecord,
        path: &Path,
    ) -> Result<()> {
        if self.is_fresh(note, &leg.id) {
            return Ok(());
        }
        note.recordings.remove(&leg.id);
        let (name, content_type) = (files::name(facts, leg, path)?, files::content_type(path));
        let request = UploadFile::file(path, name.clone(), content_type);
        let mut file = self.client().send(cx, request).await?;
        file.file_name.get_or_insert_with(|| name.to_string());
        file.content_type.get_or_insert_with(|| content_type.to_owned());
        let uploaded = Uploaded { file, at: self.hub().clock().now(), attached: Attached::No };
        note.recordings.insert(leg.id.clone(), uploaded);
        // Before anything else, so that a second run does not upload it again.
        open.save(note).await
    }

    pub(super) fn is_fresh(&self, note: &Note, leg: &LegId) -> bool {
        let now = self.hub().clock().now();
        let uploaded = note.recordings.get(leg);
        uploaded.is_some_and(|uploaded| now.since(uploaded.at) < GOOD_FOR)
    }
}
