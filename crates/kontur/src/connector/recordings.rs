//! Recordings: each file is uploaded once and attached once.
//!
//! The attachment is in [`attachments`](super::attachments).

use std::path::Path;
use std::time::Duration;

use vochi_crm_core::connector::Context;
use vochi_crm_core::pending::PendingKind;
use vochi_crm_core::spi::CallSession;
use vochi_crm_core::{
    CallEvent, CallId, CallRecord, Cx, Error, ErrorKind, LegId, LegRecord, Receipt, Recorded,
    Recording, Result, WarningKind,
};

use super::call_start::{CallStart, Calls};
use super::crm_state::{Attached, CrmState, Registered, Uploaded};
use super::files;
use crate::Client;
use crate::api::UploadFile;

/// The option that names the leg of a recording.
pub(super) const LEG: &str = "recording_leg";

/// How long an upload is used. Kontur keeps an unattached file for a day.
const UPLOAD_VALID_FOR: Duration = Duration::from_secs(20 * 3600);

pub(super) type Call = CallSession<CrmState>;

/// Uploads recordings and attaches them.
#[derive(Clone, Copy)]
pub(super) struct Recordings<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) calls: Calls<'a>,
}

/// A recording of a call that is already registered.
pub(super) struct Ready<'a> {
    recording: &'a Recording,
    /// The named leg; otherwise the main leg.
    leg: Option<LegId>,
}

impl<'a> Ready<'a> {
    /// The recording of an event: of the leg it names, by its id or by its participants.
    pub(super) fn of_event(event: &CallEvent, recording: &'a Recording, crm: &CrmState) -> Self {
        let mut known = crm.registered.iter().flat_map(|call| &call.legs).rev();
        let leg = event.legs().first().and_then(|leg| match leg.id() {
            Some(id) => Some(id.clone()),
            None => known
                .find(|one| one.from == *leg.from() && one.to == *leg.to())
                .map(|one| one.id.clone()),
        });
        let named = || named_leg(event.extra().get(LEG));
        Self { recording, leg: leg.or_else(named) }
    }
}

/// Returns the leg named by the option.
fn named_leg(option: Option<&serde_json::Value>) -> Option<LegId> {
    LegId::new(option?.as_str()?).ok()
}

/// Selects the files of a record by leg.
///
/// A recording of the whole call belongs to the main leg, unless an option names another leg, or a
/// leg already has the same recording.
pub(super) fn wanted<'a>(
    record: &'a CallRecord,
    legs: &'a [LegRecord],
    main: &LegId,
    cx: &Cx,
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
            Some(_) => cx.warn(
                WarningKind::Incomplete,
                "Kontur accepts recordings as files, not as URLs; the call is registered \
                 without its recording",
            ),
            None => {}
        }
        if leg.recording.is_some() && of_call.is_some() {
            cx.warn(
                WarningKind::Incomplete,
                format!("leg {} has its own recording; the call's recording was left out", leg.id),
            );
        }
    }
    files
}

/// Returns true if Kontur would reject or miss the registration for the same reason.
fn blocks_registration(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unavailable
            | ErrorKind::RateLimited
            | ErrorKind::Timeout
            | ErrorKind::Auth
            | ErrorKind::Internal
    )
}

impl Recordings<'_> {
    /// Attaches a recording to a registered call.
    pub(super) async fn attach(
        &self,
        cx: &Cx,
        call: &CallId,
        recording: &Recording,
    ) -> Result<Receipt> {
        if !matches!(recording, Recording::File(_)) {
            let error = self.context.unsupported("recordings by URL");
            return Err(
                error.with_hint("pass the recording as a file: Kontur stores recordings itself")
            );
        }
        let mut call = Call::open(self.context, cx, call).await?;
        if call.state().recorded() != Recorded::Yes {
            let text = format!("cannot attach the recording: call {} is not registered", call.id());
            return Err(
                Error::new(ErrorKind::NotFound, text).with_hint("log the call with the recording")
            );
        }
        let leg = named_leg(call.state().extra().get(LEG)).or_else(|| {
            let mut legs = call.state().legs().iter();
            let of = legs.find(|leg| leg.recording.as_ref() == Some(recording))?;
            Some(of.id.clone())
        });
        self.attach_ready(&mut call, &Ready { recording, leg }).await?;
        Ok(call.receipt().as_recorded())
    }

    /// Attaches a recording to its leg unless the leg has one. It stays pending until it is
    /// attached.
    pub(super) async fn attach_ready(&self, call: &mut Call, ready: &Ready<'_>) -> Result<()> {
        let (hub, account) = (self.context.hub(), self.context.account().name());
        hub.expect_recording(call.cx(), account, call.id(), ready.recording).await?;
        let attached = self.attach_to_leg(call, ready).await;
        let (cx, id, kind) = (call.cx(), call.id(), PendingKind::Recording);
        match &attached {
            Ok(()) => hub.settle_pending(cx, account, id, kind).await,
            Err(error) => hub.fail_pending(cx, account, id, None, kind, error).await,
        }
        attached
    }

    async fn attach_to_leg(&self, call: &mut Call, ready: &Ready<'_>) -> Result<()> {
        let Recording::File(path) = ready.recording else {
            call.cx().warn(
                WarningKind::Incomplete,
                "Kontur accepts recordings as files, not as URLs; nothing was attached",
            );
            return Ok(());
        };
        let Some(Registered { start, legs, main }) = call.crm().registered.clone() else {
            let text = format!(
                "cannot attach the recording: no stored registration of call {}",
                call.id()
            );
            return Err(Error::new(ErrorKind::NotFound, text));
        };
        let wanted = ready.leg.as_ref().unwrap_or(&main);
        let Some(leg) = legs.iter().find(|leg| leg.id == *wanted) else {
            let text =
                format!("cannot attach the recording: call {} has no leg {wanted}", call.id());
            return Err(Error::input(text)
                .with_hint("name a leg of the record, or none for the last conversation"));
        };
        if call.crm().attached(&leg.id) == Some(Attached::Maybe) {
            self.check_attachment(call, &leg.id).await?;
        }
        if call.crm().attached(&leg.id) == Some(Attached::Yes) {
            let text = format!("leg {} already has a recording; nothing was attached", leg.id);
            call.cx().warn(WarningKind::AlreadyRecorded, text);
            return Ok(());
        }
        self.upload(call, &start, leg, path).await?;
        self.attach_uploaded(call, &leg.id).await
    }

    /// Settles uncertain attachments: checks each one and attaches what is missing.
    /// The call is already registered, so a failure is only a warning.
    pub(super) async fn settle(&self, call: &mut Call, record: &CallRecord) {
        let uncertain = call.crm().recordings.iter();
        let legs: Vec<LegId> = uncertain
            .filter(|(_, uploaded)| uploaded.attached != Attached::Yes)
            .map(|(leg, _)| leg.clone())
            .collect();
        let mut failed = None;
        for leg in legs {
            if let Err(error) = self.settle_leg(call, record, &leg).await {
                let became = match call.crm().attached(&leg) {
                    Some(Attached::Maybe) => "may be attached",
                    _ => "is not attached",
                };
                let text = format!(
                    "the call is registered, but the recording of leg {leg} {became}: {}; it is \
                     pending",
                    error.message()
                );
                call.cx().warn(WarningKind::Incomplete, text);
                failed = Some(error);
            }
        }
        let (hub, account) = (self.context.hub(), self.context.account().name());
        let (cx, id, kind) = (call.cx(), call.id(), PendingKind::Recording);
        match failed {
            Some(error) => hub.fail_pending(cx, account, id, Some(record), kind, &error).await,
            None => hub.settle_pending(cx, account, id, kind).await,
        }
    }

    async fn settle_leg(&self, call: &mut Call, record: &CallRecord, leg: &LegId) -> Result<()> {
        if call.crm().attached(leg) == Some(Attached::Maybe) {
            self.check_attachment(call, leg).await?;
        }
        if call.crm().attached(leg) == Some(Attached::No) {
            self.upload_again(call, record, leg).await?;
            self.attach_uploaded(call, leg).await?;
        }
        Ok(())
    }

    /// Uploads the file of a leg before its call is registered.
    ///
    /// An unusable file is a warning. If Kontur is unreachable, the call waits as well, so that is
    /// an error.
    pub(super) async fn upload_first(
        &self,
        call: &mut Call,
        start: &CallStart,
        leg: &LegRecord,
        path: &Path,
    ) -> Result<()> {
        if matches!(call.crm().attached(&leg.id), Some(Attached::Maybe | Attached::Yes)) {
            return Ok(());
        }
        match self.upload(call, start, leg, path).await {
            Err(error) if !blocks_registration(&error) => {
                let text =
                    format!("the call is registered without its recording: {}", error.message());
                call.cx().warn(WarningKind::Incomplete, text);
                Ok(())
            }
            other => other,
        }
    }

    /// Repeats an upload that is too old to be attached.
    async fn upload_again(&self, call: &mut Call, record: &CallRecord, leg: &LegId) -> Result<()> {
        let Some(Registered { start, legs, main }) = call.crm().registered.clone() else {
            return Ok(());
        };
        // The warnings were issued when the call was registered.
        let files = wanted(record, &legs, &main, &call.cx().scope());
        let file = files.into_iter().find(|(one, _)| one.id == *leg);
        match file {
            Some((leg, path)) => self.upload(call, &start, leg, path).await,
            None => Ok(()),
        }
    }

    /// Uploads the file of a leg, unless a fresh upload exists.
    async fn upload(
        &self,
        call: &mut Call,
        start: &CallStart,
        leg: &LegRecord,
        path: &Path,
    ) -> Result<()> {
        if self.is_fresh(call, &leg.id) {
            return Ok(());
        }
        call.crm_mut().recordings.remove(&leg.id);
        let (name, content_type) = (files::name(start, leg, path)?, files::content_type(path));
        let request = UploadFile::file(path, name.clone(), content_type);
        let mut file = self.client.send(call.cx(), request).await?;
        file.file_name.get_or_insert_with(|| name.to_string());
        file.content_type.get_or_insert_with(|| content_type.to_owned());
        let at = self.context.hub().clock().now();
        let uploaded = Uploaded { file, at, attached: Attached::No };
        call.crm_mut().recordings.insert(leg.id.clone(), uploaded);
        // Save at once, so that a second run does not upload the file again.
        call.save().await
    }

    pub(super) fn is_fresh(&self, call: &Call, leg: &LegId) -> bool {
        let now = self.context.hub().clock().now();
        let uploaded = call.crm().recordings.get(leg);
        uploaded.is_some_and(|uploaded| now.since(uploaded.at) < UPLOAD_VALID_FOR)
    }
}
