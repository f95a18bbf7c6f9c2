//! Attaches uploaded files to legs.
//!
//! A file is valid for a day and can be attached once. The effect of a second attachment is not
//! documented, so an attachment is only repeated after two checks: the file still exists under the
//! id of its upload, and the call, started again, shows no recording of the leg.

use vochi_crm_core::{Effect, Error, ErrorKind, LegId, Result};

use super::call_start::is_unknown_call;
use super::crm_state::{Attached, Started};
use super::recordings::{Call, Recordings};
use crate::api::{CallRecording, GetFileMeta};
use crate::model::{Communication, ErrorStatus};

impl Recordings<'_> {
    /// Attaches an uploaded file.
    ///
    /// After a lost response it checks the attachment and retries once if the file is not attached.
    pub(super) async fn attach_uploaded(&self, call: &mut Call, leg: &LegId) -> Result<()> {
        let error = match self.send_attachment(call, leg).await {
            Err(error) if error.effect() != Effect::NotApplied => error,
            other => return other,
        };
        // Return the first error, because it carries the unknown effect.
        if self.check_attachment(call, leg).await.is_err() {
            return Err(error);
        }
        match call.crm().attached(leg) {
            Some(Attached::No) => self.send_attachment(call, leg).await,
            _ => Ok(()),
        }
    }

    async fn send_attachment(&self, call: &mut Call, leg: &LegId) -> Result<()> {
        let Some(uploaded) = call.crm().recordings.get(leg) else {
            return Err(Error::internal("cannot attach a recording: it is not uploaded"));
        };
        let file = uploaded.file.file_id.clone();
        let mut started = self.ensure_started(call).await?;
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
                    match self.restart(call).await {
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

    /// Checks an uncertain attachment.
    ///
    /// If the file no longer exists under the id of its upload, it was attached; otherwise the call
    /// shows its recordings.
    pub(super) async fn check_attachment(&self, call: &mut Call, leg: &LegId) -> Result<()> {
        let Some(uploaded) = call.crm().recordings.get(leg) else {
            return Ok(());
        };
        let file = uploaded.file.file_id.clone();
        let spent = self.is_fresh(call, leg)
            && match self.client.send(call.cx(), GetFileMeta(file)).await {
                Err(error) if ErrorStatus::of_error(&error) == Some(ErrorStatus::NotFound) => true,
                // An HTTP 404 without Kontur's error code does not refer to the file.
                Err(error) if error.kind() == ErrorKind::NotFound => false,
                Err(error) => return Err(error),
                Ok(_) => false,
            };
        let attached = spent || {
            let name = self.calls.names.leg(leg)?;
            let (_, communication) = self.restart(call).await?;
            let mut items = communication.data.call.items.good.iter();
            items.any(|item| item.id.as_ref() == Some(&name) && !item.recordings.good.is_empty())
        };
        let attached = if attached { Attached::Yes } else { Attached::No };
        call.crm_mut().set_attached(leg, attached);
        call.save_recorded().await;
        Ok(())
    }

    /// Returns Kontur's ids of the call: as stored, from the click, or by starting the call again.
    async fn ensure_started(&self, call: &mut Call) -> Result<Started> {
        if let Some(started) = &call.crm().started {
            return Ok(started.clone());
        }
        let click = call.crm().registered.as_ref().and_then(|it| it.start.click.clone());
        match click {
            Some(communication) => {
                Ok(Started { communication, external_id: self.calls.names.call(call.id())? })
            }
            None => Ok(self.restart(call).await?.0),
        }
    }

    /// Starts a registered call again. The response shows its current state, including recordings.
    async fn restart(&self, call: &mut Call) -> Result<(Started, Communication)> {
        let Some(registered) = &call.crm().registered else {
            return Err(Error::internal("cannot restart the call: its start data is missing"));
        };
        let start = registered.start.clone();
        let (started, communication) = self.calls.start(call.cx(), call.id(), &start).await?;
        call.crm_mut().started = Some(started.clone());
        Ok((started, communication))
    }
}
