//! How an uploaded file is attached to its leg, and how that is made certain.
//!
//! A file lives for a day and is spent when it is attached. What a second attachment does is not
//! known, so nothing is attached again before two things say that it was not: the file is there under
//! the id of its upload, and the call, begun again, shows no recording of the leg.

use vochi_crm_core::{Effect, Error, ErrorKind, LegId, Result};

use super::call_start::is_unknown_call;
use super::crm_state::{Attached, Started};
use super::recordings::{Call, Recordings};
use crate::api::{CallRecording, GetFileMeta};
use crate::model::{Communication, ErrorStatus};

impl Recordings<'_> {
    /// Attaches an uploaded file. After a lost response it looks, and tries once more if nothing came
    /// of the first attempt.
    pub(super) async fn bind_for_sure(&self, call: &mut Call, leg: &LegId) -> Result<()> {
        let error = match self.bind(call, leg).await {
            Err(error) if error.effect() != Effect::NotApplied => error,
            other => return other,
        };
        // The first error counts: it says that the effect is not known.
        if self.look(call, leg).await.is_err() {
            return Err(error);
        }
        match call.crm().attached(leg) {
            Some(Attached::No) => self.bind(call, leg).await,
            _ => Ok(()),
        }
    }

    async fn bind(&self, call: &mut Call, leg: &LegId) -> Result<()> {
        let Some(uploaded) = call.crm().recordings.get(leg) else {
            return Err(Error::internal("a recording is attached before its upload"));
        };
        let file = uploaded.file.file_id.clone();
        let mut started = self.known(call).await?;
        call.crm_mut().set_attached(leg, Attached::Maybe);
        call.save().await?;
        let mut restarted = false;
        let sent = loop {
            let name = started.external_id.in_form(self.calls.names.config.continue_by);
            let request = CallRecording::new(
                started.communication,
                name,
                self.calls.names.leg(leg)?,
                file.clone(),
            );
            match self.client.send(call.cx(), request).await {
                Err(error) if is_unknown_call(&error) && !restarted => {
                    restarted = true;
                    call.crm_mut().started = None;
                    match self.begun_again(call).await {
                        Ok((known, _)) => started = known,
                        Err(error) => break Err(error),
                    }
                }
                other => break other,
            }
        };
        match &sent {
            Ok(()) => call.crm_mut().set_attached(leg, Attached::Yes),
            Err(error) if error.effect() == Effect::NotApplied => {
                call.crm_mut().set_attached(leg, Attached::No);
            }
            Err(_) => {}
        }
        call.save_recorded().await;
        sent
    }

    /// Finds out whether a recording is attached whose attachment is not certain. A file that is gone
    /// from under the id of its upload is spent; otherwise the call itself shows its recordings.
    pub(super) async fn look(&self, call: &mut Call, leg: &LegId) -> Result<()> {
        let Some(uploaded) = call.crm().recordings.get(leg) else {
            return Ok(());
        };
        let file = uploaded.file.file_id.clone();
        let spent = self.is_fresh(call, leg)
            && match self.client.send(call.cx(), GetFileMeta(file)).await {
                Err(error) if ErrorStatus::of_error(&error) == Some(ErrorStatus::NotFound) => true,
                // A page that is not found says nothing about the file.
                Err(error) if error.kind() == ErrorKind::NotFound => false,
                Err(error) => return Err(error),
                Ok(_) => false,
            };
        let attached = spent || {
            let name = self.calls.names.leg(leg)?;
            let (_, communication) = self.begun_again(call).await?;
            let mut items = communication.data.call.items.good.iter();
            items.any(|item| item.id.as_ref() == Some(&name) && !item.recordings.good.is_empty())
        };
        let attached = if attached { Attached::Yes } else { Attached::No };
        call.crm_mut().set_attached(leg, attached);
        call.save_recorded().await;
        Ok(())
    }

    /// The call as Kontur knows it: as it was begun, by the click, or begun again.
    async fn known(&self, call: &mut Call) -> Result<Started> {
        if let Some(started) = &call.crm().started {
            return Ok(started.clone());
        }
        let click = call.crm().registered.as_ref().and_then(|it| it.start.click.clone());
        match click {
            Some(communication) => {
                Ok(Started { communication, external_id: self.calls.names.call(call.id())? })
            }
            None => Ok(self.begun_again(call).await?.0),
        }
    }

    /// Begins a registered call again: the response is the call with everything that is known of it.
    async fn begun_again(&self, call: &mut Call) -> Result<(Started, Communication)> {
        let Some(registered) = &call.crm().registered else {
            return Err(Error::internal("a call is begun again without its start"));
        };
        let start = registered.start.clone();
        let (started, communication) = self.calls.start(call.cx(), call.id(), &start).await?;
        call.crm_mut().started = Some(started.clone());
        Ok((started, communication))
    }
}
