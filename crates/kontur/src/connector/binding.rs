//! How an uploaded file gets to its leg, and how one knows that it did.
//!
//! A file lives for a day and is spent when it is attached. What a second attachment does is not
//! known, so nothing is attached again before two things say that it was not: the file is there under
//! the id of its upload, and the call, begun again, shows no recording of the leg.

use vochi_crm_core::{CallId, Cx, Effect, Error, ErrorKind, LegId, OpenCall, Result, Warning};

use super::Connector;
use super::note::{Attached, Note, Started};
use super::start;
use crate::api::{CallRecording, GetFileMeta};
use crate::model::{Communication, ErrorStatus};

impl Connector {
    /// Attaches an uploaded file. After a lost answer it looks, and tries once more if nothing came
    /// of the first attempt.
    pub(super) async fn bind_for_sure(
        &self,
        cx: &Cx,
        open: &mut OpenCall,
        note: &mut Note,
        call: &CallId,
        leg: &LegId,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        let error = match self.bind(cx, open, note, call, leg, warnings).await {
            Err(error) if error.effect() != Effect::NotApplied => error,
            other => return other,
        };
        // The first error is the one to tell of: it says that the effect is not known.
        if self.look(cx, open, note, call, leg, warnings).await.is_err() {
            return Err(error);
        }
        match note.attached(leg) {
            Some(Attached::No) => self.bind(cx, open, note, call, leg, warnings).await,
            _ => Ok(()),
        }
    }

    async fn bind(
        &self,
        cx: &Cx,
        open: &mut OpenCall,
        note: &mut Note,
        call: &CallId,
        leg: &LegId,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        let Some(uploaded) = note.recordings.get(leg) else {
            return Err(Error::internal("a recording is attached before its upload"));
        };
        let file = uploaded.file.file_id.clone();
        let mut started = self.known(cx, note, call, warnings).await?;
        note.set_attached(leg, Attached::Maybe);
        open.save(note).await?;
        let mut restarted = false;
        let sent = loop {
            let name = started.external_id.in_form(self.inner.config.continue_by);
            let request =
                CallRecording::new(started.communication, name, self.leg_name(leg)?, file.clone());
            match self.client().send(cx, request).await {
                Err(error) if start::is_unknown_call(&error) && !restarted => {
                    restarted = true;
                    note.started = None;
                    match self.begun_again(cx, note, call, warnings).await {
                        Ok((known, _)) => started = known,
                        Err(error) => break Err(error),
                    }
                }
                other => break other,
            }
        };
        match &sent {
            Ok(()) => note.set_attached(leg, Attached::Yes),
            Err(error) if error.effect() == Effect::NotApplied => {
                note.set_attached(leg, Attached::No);
            }
            Err(_) => {}
        }
        self.remember(open, note, warnings).await;
        sent
    }

    /// Whether a recording is attached whose attachment is not certain. A file that is gone from
    /// under the id of its upload is spent; what of that is told nowhere, the call itself shows.
    pub(super) async fn look(
        &self,
        cx: &Cx,
        open: &mut OpenCall,
        note: &mut Note,
        call: &CallId,
        leg: &LegId,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        let Some(uploaded) = note.recordings.get(leg) else {
            return Ok(());
        };
        let file = uploaded.file.file_id.clone();
        let spent = self.is_fresh(note, leg)
            && match self.client().send(cx, GetFileMeta(file)).await {
                Err(error) if ErrorStatus::of_error(&error) == Some(ErrorStatus::NotFound) => true,
                // A page that is not found is no word about the file.
                Err(error) if error.kind() == ErrorKind::NotFound => false,
                Err(error) => return Err(error),
                Ok(_) => false,
            };
        let attached = spent || {
            let name = self.leg_name(leg)?;
            let (_, communication) = self.begun_again(cx, note, call, warnings).await?;
            let mut items = communication.data.call.items.good.iter();
            items.any(|item| item.id.as_ref() == Some(&name) && !item.recordings.good.is_empty())
        };
        let attached = if attached { Attached::Yes } else { Attached::No };
        note.set_attached(leg, attached);
        self.remember(open, note, warnings).await;
        Ok(())
    }

    /// The call as Kontur knows it: as it was begun, by the click, or begun again.
    async fn known(
        &self,
        cx: &Cx,
        note: &mut Note,
        call: &CallId,
        warnings: &mut Vec<Warning>,
    ) -> Result<Started> {
        if let Some(started) = &note.started {
            return Ok(started.clone());
        }
        let click = note.registered.as_ref().and_then(|it| it.facts.click.clone());
        match click {
            Some(communication) => {
                Ok(Started { communication, external_id: self.call_name(call)? })
            }
            None => Ok(self.begun_again(cx, note, call, warnings).await?.0),
        }
    }

    /// Begins a registered call again: the answer is the call with everything that is known of it.
    async fn begun_again(
        &self,
        cx: &Cx,
        note: &mut Note,
        call: &CallId,
        warnings: &mut Vec<Warning>,
    ) -> Result<(Started, Communication)> {
        let Some(registered) = &note.registered else {
            return Err(Error::internal("a call without facts is begun again"));
        };
        let facts = registered.facts.clone();
        let (started, communication) = self.start(cx, call, &facts, warnings).await?;
        note.started = Some(started.clone());
        Ok((started, communication))
    }
}
