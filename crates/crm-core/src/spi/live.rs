//! The flow of an event of a live call.

use super::session::{CallSession, StoredState};
use crate::call::CallEvent;
use crate::connector::{Context, Cx, Receipt};
use crate::error::{Effect, Result};
use crate::warning::WarningKind;

/// A connector's part of sending a live event.
///
/// The core locks the call, applies the event, asks for the [`prepare`](Self::prepare)d request,
/// stores the call, [`send`](Self::send)s the request, and stores what changed. The call is stored
/// before anything is sent: what the PBX reported is true whether or not the CRM can be notified, a
/// full disk is noticed before, and a killed process sends nothing twice.
pub trait LiveJob: Send + Sync {
    /// The stored state of a call.
    type State: StoredState;
    /// The data sent for an event.
    type Request: Send;

    /// Builds the request of an event, and notes it in the state. `None`: the CRM has no request
    /// for this event.
    ///
    /// # Errors
    /// If the request cannot be built. The event is stored all the same.
    fn prepare(
        &self,
        call: &mut CallSession<Self::State>,
        event: &CallEvent,
    ) -> Result<Option<Self::Request>>;

    /// Sends the request.
    fn send(
        &self,
        call: &mut CallSession<Self::State>,
        request: Self::Request,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Runs once the call is stored.
    fn finish(
        &self,
        call: &mut CallSession<Self::State>,
        event: &CallEvent,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (call, event);
        async { Ok(()) }
    }
}

pub(super) async fn handle_event<J: LiveJob>(
    job: &J,
    context: &Context,
    options: &[&str],
    cx: &Cx,
    event: &CallEvent,
) -> Result<Receipt> {
    let mut call = CallSession::<J::State>::open(context, cx, event.call_id()).await?;
    call.apply(event);
    let request = job.prepare(&mut call, event);
    call.save().await?;
    let sent = match request? {
        Some(request) => job.send(&mut call, request).await,
        None => Ok(()),
    };
    match sent {
        Err(error) => {
            if call.is_unsaved() {
                call.checkpoint().await;
            }
            return Err(error);
        }
        Ok(()) if call.is_unsaved() => {
            call.save().await.map_err(|error| error.with_effect(Effect::Applied))?;
        }
        Ok(()) => {}
    }
    job.finish(&mut call, event).await?;
    if call.was_over() && cx.requests() > 0 {
        // The end arrived earlier, and the CRM is notified only now: that is not a contradiction.
        cx.clear_warnings(WarningKind::OutOfOrder);
    }
    unknown_options(context, options, cx, event.extra());
    Ok(call.receipt())
}

/// Warns of options of an event or record that the connector does not support.
pub(super) fn unknown_options(
    context: &Context,
    known: &[&str],
    cx: &Cx,
    extra: &crate::call::Extra,
) {
    for (name, _) in extra.iter().filter(|(name, _)| !known.contains(name)) {
        let crm = context.crm().title();
        cx.warn(WarningKind::UnknownOption, format!("{crm} has no option {name}: it was left out"));
    }
}
