//! Recordings: one file per call, attached when it is there.

use std::path::Path;
use std::time::Duration;

use url::Url;
use vochi_crm_core::http::Origin;
use vochi_crm_core::pending::PendingKind;
use vochi_crm_core::{
    CallId, CallRecord, Cx, Error, ErrorKind, Receipt, Recording, Result, Timestamp, TryAgain,
    WarningKind,
};

use super::calls::{Call, Calls};
use super::crm_state::RecordingState;
use crate::api::{AttachRecordUrl, RecordName, RequestUpload, UploadRecord};
use crate::model::PortalCallId;

/// The delays before the second and later attempts: 8 attempts within an hour.
const DELAYS: [Duration; 7] = [
    Duration::from_secs(30),
    Duration::from_secs(60),
    Duration::from_secs(2 * 60),
    Duration::from_secs(4 * 60),
    Duration::from_secs(8 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(29 * 60),
];

/// Attaches recordings to finished calls.
#[derive(Clone, Copy)]
pub(super) struct Recordings<'a> {
    pub(super) calls: Calls<'a>,
}

/// The recording of a record: of the call, else of the last leg with one. Bitrix24 keeps one file.
pub(super) fn of_record(record: &CallRecord, cx: &Cx) -> Option<Recording> {
    let mut all: Vec<&Recording> = record.recording().into_iter().collect();
    let of_legs = record.legs().iter().rev().filter_map(|leg| leg.recording.as_ref());
    for recording in of_legs {
        if !all.contains(&recording) {
            all.push(recording);
        }
    }
    if all.len() > 1 {
        cx.warn(
            WarningKind::Incomplete,
            "Bitrix24 keeps one recording of a call: the others were left out",
        );
    }
    all.first().map(|recording| (*recording).clone())
}

impl Recordings<'_> {
    /// Attaches a recording to a finished call.
    pub(super) async fn attach(
        &self,
        cx: &Cx,
        call: &CallId,
        recording: &Recording,
    ) -> Result<Receipt> {
        let mut call = Call::open(self.calls.context, cx, call).await?;
        if call.state().started_at().is_none() && call.crm().call_id.is_none() {
            // Its state is kept for 48 hours: another attempt would be the same.
            let (hub, account) = (self.calls.context.hub(), self.calls.context.account().name());
            hub.settle_pending(call.cx(), account, call.id(), PendingKind::Recording).await;
            let text =
                format!("cannot attach the recording: call {} is not known any more", call.id());
            return Err(Error::new(ErrorKind::NotFound, text)
                .with_hint("log the call with the recording, or attach it in the portal"));
        }
        if call.crm().finished.is_none() {
            let text = format!("cannot attach the recording: call {} is not finished", call.id());
            return Err(
                Error::new(ErrorKind::NotFound, text).with_hint("log the call with the recording")
            );
        }
        if let Some(wait) = self.wait(&call) {
            let text = "the recording was not there; the next attempt is due later";
            return Err(
                Error::new(ErrorKind::Unavailable, text).with_try_again(TryAgain::After(wait))
            );
        }
        let attached = self.attach_ready(&mut call, recording).await;
        if call.crm().recording.is_some() {
            call.save_recorded().await;
        }
        attached?;
        Ok(call.receipt().as_recorded())
    }

    /// Attaches a recording of a finished call; a failure is a warning, and the recording is pending.
    pub(super) async fn attach_or_warn(&self, call: &mut Call, recording: &Recording) {
        let attached = call.crm().recording.as_ref().is_some_and(|it| it.attached);
        if attached || self.wait(call).is_some() {
            return;
        }
        if let Err(error) = self.attach_ready(call, recording).await {
            let hint = error.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
            let text = format!(
                "the call is recorded, but its recording is not attached: {}{hint}",
                error.message()
            );
            call.cx().warn(WarningKind::Incomplete, text);
        }
        call.save_recorded().await;
    }

    /// The time until the next attempt is due.
    fn wait(&self, call: &Call) -> Option<Duration> {
        let due = call.crm().recording.as_ref()?.due_at?;
        let wait = due.since(self.calls.context.hub().clock().now());
        (!wait.is_zero()).then_some(wait)
    }

    /// Attaches a recording now. It stays pending until it is attached, for 8 attempts.
    pub(super) async fn attach_ready(&self, call: &mut Call, recording: &Recording) -> Result<()> {
        if call.crm().recording.as_ref().is_some_and(|it| it.attached) {
            let text = format!("call {} already has a recording; nothing was attached", call.id());
            call.cx().warn(WarningKind::AlreadyRecorded, text);
            return Ok(());
        }
        let Some(portal_id) = call.crm().portal_id(call.state()) else {
            let text = format!("cannot attach the recording: no CALL_ID of call {}", call.id());
            return Err(Error::new(ErrorKind::NotFound, text)
                .with_hint("the call was finished by another program: attach it there"));
        };
        let (hub, account) = (self.calls.context.hub(), self.calls.context.account().name());
        let (cx, id) = (call.cx().clone(), call.id().clone());
        let began = call.state().started_at().unwrap_or_else(|| hub.clock().now());
        let plan = match Plan::of(recording, began) {
            Ok(plan) => plan,
            Err(error) => {
                // Another attempt would be the same.
                hub.settle_pending(&cx, account, &id, PendingKind::Recording).await;
                return Err(error);
            }
        };
        if let Err(error) = hub.expect_recording(&cx, account, &id, recording).await {
            tracing::warn!(call = %id, %error, "cannot store the recording as pending");
        }
        let error = match self.send(&cx, portal_id, plan).await {
            Ok(()) => {
                let attached = RecordingState { attached: true, ..RecordingState::default() };
                call.crm_mut().recording = Some(attached);
                hub.settle_pending(&cx, account, &id, PendingKind::Recording).await;
                return Ok(());
            }
            Err(error) => error,
        };
        let now = hub.clock().now();
        let state = call.crm_mut().recording.get_or_insert_default();
        let delay = usize::try_from(state.failures).ok().and_then(|failed| DELAYS.get(failed));
        state.failures += 1;
        state.due_at = delay.map(|delay| now.plus(*delay));
        let Some(delay) = delay else {
            *state = RecordingState::default();
            hub.settle_pending(&cx, account, &id, PendingKind::Recording).await;
            return Err(error.with_try_again(TryAgain::Never).with_hint(
                "it was tried 8 times over an hour: attach the recording once it exists",
            ));
        };
        let error = error.with_try_again(TryAgain::After(*delay));
        hub.fail_pending(&cx, account, &id, None, PendingKind::Recording, &error).await;
        Err(error)
    }

    async fn send(&self, cx: &Cx, call: PortalCallId, plan: Plan) -> Result<()> {
        let client = self.calls.client;
        match plan {
            Plan::Url(url, name) => {
                let attach = AttachRecordUrl::new(call, url).filename(name);
                client.send(cx, attach).await.map(drop)
            }
            Plan::File(path, name) => {
                let empty = tokio::fs::metadata(&path).await.is_ok_and(|file| file.len() == 0);
                if empty {
                    let text = format!("cannot attach the recording: {} is empty", path.display());
                    return Err(Error::new(ErrorKind::Unavailable, text)
                        .with_try_again(TryAgain::Later)
                        .with_hint("the PBX may still be writing it"));
                }
                let target = client.send(cx, RequestUpload::new(call, name.clone())).await?;
                let upload = UploadRecord::file(target, &name, path);
                let mut url = upload.url()?;
                url.set_path("");
                url.set_query(None);
                let (portal, dry) = (client.portal(), client.hub().plan().is_some());
                // The recording must not go anywhere else.
                if !dry && url.as_str().parse::<Origin>().ok().as_ref() != Some(&portal) {
                    return Err(Error::new(
                        ErrorKind::Rejected,
                        format!("the portal names an upload address of another host than {portal}"),
                    )
                    .with_hint("attach the recording by its address"));
                }
                client.upload(cx, upload).await.map(drop)
            }
        }
    }
}

/// Endings of recordings that Bitrix24 does not take.
const OTHER_FORMATS: &[&str] = &[
    "aac", "aif", "aiff", "alaw", "amr", "flac", "g722", "gsm", "m4a", "mp4", "oga", "ogg", "opus",
    "pcm", "sln", "sln16", "ulaw", "webm", "wma",
];

fn is_other_format(name: &str) -> bool {
    let ending = Path::new(name).extension().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    OTHER_FORMATS.contains(&&*ending.to_ascii_lowercase())
}

/// How a recording is attached.
enum Plan {
    Url(Url, Option<RecordName>),
    File(std::path::PathBuf, RecordName),
}

impl Plan {
    /// # Errors
    /// `input` for a format that Bitrix24 does not take.
    fn of(recording: &Recording, began: Timestamp) -> Result<Self> {
        let stamp = began.unix_millis() / 1000;
        let named = |name: &str| {
            let name = RecordName::new(name)?;
            RecordName::new(&format!("{stamp}-{}", name.as_str()))
        };
        match recording {
            Recording::Url(url) => {
                let last = url.path_segments().and_then(|mut all| all.next_back());
                // An address may end in anything, as `record.php`: the portal looks at what it
                // downloads.
                let name = match last.map(|last| (last, named(last))) {
                    Some((_, Ok(name))) => Some(name),
                    Some((last, Err(error))) if is_other_format(last) => return Err(error),
                    _ => None,
                };
                Ok(Self::Url(url.clone(), name))
            }
            Recording::File(path) => {
                let name = path.file_name().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
                Ok(Self::File(path.clone(), named(name)?))
            }
            _ => Err(Error::unsupported("cannot attach the recording: unknown form of it")
                .with_hint("pass it as a file, or by its address")),
        }
    }
}
