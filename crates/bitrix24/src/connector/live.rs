//! Live calls: the card is shown to ringing employees and closed for the others; the end finishes
//! the call.

use vochi_crm_core::pending::PendingKind;
use vochi_crm_core::spi::LiveJob;
use vochi_crm_core::{
    CallEvent, CallRecord, Effect, EventKind, Leg, Recorded, Recording, Result, WarningKind,
};

use super::calls::{CARD_TIMEOUT, Call, Calls, open_cards};
use super::cards::Steps;
use super::crm_state::CrmState;
use super::mapping::incomplete;
use super::recordings::Recordings;
use crate::api::{HideCard, RegisterCall, ShowCard};
use crate::error::USER_NOT_FOUND;
use crate::model::UserId;

/// Shows and closes cards, and finishes calls.
pub(super) struct Cards<'a> {
    pub(super) calls: Calls<'a>,
    pub(super) recordings: Recordings<'a>,
}

impl LiveJob for Cards<'_> {
    type State = CrmState;
    type Request = Steps;

    fn prepare(&self, call: &mut Call, event: &CallEvent) -> Result<Option<Steps>> {
        // A repeated end is a second attempt: the first one may have been refused.
        let is_late = call.was_over() && !matches!(event.kind(), EventKind::Ended { .. });
        // A lost record is settled by looking it up.
        let may_be_recorded = call.state().recorded() != Recorded::No;
        if is_late || may_be_recorded || call.crm().finished.is_some() {
            return Ok(None);
        }
        self.note_click(call);
        let steps = match event.kind() {
            // A ring that is reported after the answer to it would show the card to everybody else.
            EventKind::Ringing
                if call.state().answered_at().is_some_and(|answered| event.at() < answered) =>
            {
                Steps::default()
            }
            EventKind::Ringing => self.ringing(call)?,
            EventKind::Answered => self.answered(call, event)?,
            EventKind::Transferred { from, to, .. } => self.transferred(call, from.as_ref(), to)?,
            EventKind::LegEnded => {
                let left = event.legs().iter().filter_map(Leg::employee);
                let left: Vec<UserId> =
                    left.filter_map(|one| self.calls.directory.user_of(one)).copied().collect();
                let still = self.in_call(call);
                let gone = |user: &UserId| left.contains(user) && !still.contains(user);
                // A phone that rings again gets its card again.
                call.crm_mut().seen.retain(|user| !gone(user));
                Steps { hide: open_cards(call, gone), ..Steps::default() }
            }
            EventKind::Ended { outcome, .. } => {
                let known = outcome.is_some() || !call.state().legs().is_empty();
                ended(call, event, known)
            }
            _ => Steps::default(),
        };
        Ok(steps.or_nothing())
    }

    async fn send(&self, call: &mut Call, steps: Steps) -> Result<()> {
        let Steps { register, mut show, hide, finish } = steps;
        if let Some((record, event)) = finish {
            return self.finish_call(call, &record, &event).await;
        }
        if let Some(register) = register {
            self.register(call, register, &mut show).await?;
        }
        let shown = self.show(call, &show).await;
        let hidden = self.hide(call, &hide).await;
        shown.and(hidden)
    }

    async fn finish(&self, call: &mut Call, event: &CallEvent) -> Result<()> {
        if call.crm().finished.is_none() {
            return Ok(());
        }
        match event.kind() {
            EventKind::RecordingReady(recording) => {
                let attached = self.recordings.attach_ready(call, recording).await;
                call.save_recorded().await;
                attached
            }
            EventKind::Ended { .. } if !call.was_over() => {
                let record = call.state().to_record(call.id());
                if let Some(recording) = record.as_ref().and_then(|record| record.recording()) {
                    let recording: Recording = recording.clone();
                    self.recordings.attach_or_warn(call, &recording).await;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Cards<'_> {
    /// Registers a call. An employee who is not active must not cost the others their cards: the next
    /// one registers the call.
    async fn register(
        &self,
        call: &mut Call,
        (mut user, mut register): (UserId, RegisterCall),
        show: &mut Vec<UserId>,
    ) -> Result<()> {
        let cx = call.cx().clone().with_timeout(CARD_TIMEOUT);
        loop {
            let Err(error) = self.calls.register(&cx, call, user, register).await else {
                return Ok(());
            };
            if error.code() == Some(USER_NOT_FOUND) {
                show.retain(|one| *one != user);
                call.crm_mut().open.retain(|one| *one != user);
                if let Some(next) = show.first().copied()
                    && let Some(client) = call.state().client().cloned()
                    && let Some(again) = self.registration(call, &client, next, false)?
                {
                    let text = format!("user {user} is not an active employee of the portal");
                    call.cx().warn(WarningKind::UnmappedExtension, text);
                    (user, register) = (next, again);
                    continue;
                }
            }
            // The next ring shows the card. The one of a lost response may be open.
            let crm = call.crm_mut();
            crm.open.retain(|user| Some(*user) == crm.registrar);
            crm.seen.clear();
            return Err(error);
        }
    }

    async fn show(&self, call: &mut Call, users: &[UserId]) -> Result<()> {
        let portal_id = call.crm().portal_id(call.state());
        let Some(portal_id) = portal_id.filter(|_| !users.is_empty()) else {
            return Ok(());
        };
        let cx = call.cx().clone().with_timeout(CARD_TIMEOUT);
        let show = ShowCard::new(portal_id).users(users.iter().copied());
        match self.calls.client.send(&cx, show).await {
            Ok(true) => Ok(()),
            Ok(false) => {
                let text = "no card is shown: Bitrix24 does not know the call, or it is finished";
                call.cx().warn(WarningKind::Incomplete, text);
                Ok(())
            }
            Err(error) => {
                let crm = call.crm_mut();
                if error.effect() == Effect::NotApplied {
                    crm.open.retain(|user| !users.contains(user));
                }
                crm.seen.retain(|user| !users.contains(user));
                Err(error)
            }
        }
    }

    /// Closes the card for users. If it fails, the next event closes it.
    async fn hide(&self, call: &mut Call, users: &[UserId]) -> Result<()> {
        let portal_id = call.crm().portal_id(call.state());
        let Some(portal_id) = portal_id.filter(|_| !users.is_empty()) else {
            return Ok(());
        };
        let cx = call.cx().clone();
        let hide = HideCard::new(portal_id).users(users.iter().copied());
        self.calls.client.send(&cx, hide).await?;
        call.crm_mut().open.retain(|user| !users.contains(user));
        Ok(())
    }

    /// Finishes a call. It stays pending until the portal has it: nothing else would record it.
    async fn finish_call(
        &self,
        call: &mut Call,
        record: &CallRecord,
        event: &CallEvent,
    ) -> Result<()> {
        let (hub, account) = (self.calls.context.hub(), self.calls.context.account().name());
        let (cx, id) = (call.cx().clone(), call.id().clone());
        let pending = hub.pending_call(&cx, account, &id).await.ok().flatten();
        let expected = pending.is_some_and(|pending| pending.has(PendingKind::Record));
        if !expected {
            let stored = hub.expect_record(&cx, account, &id, std::slice::from_ref(event)).await;
            if let Err(error) = stored {
                call.cx().add_warnings([incomplete("cannot store the record as pending", &error)]);
            }
        }
        let recorded = self.record(call, record).await;
        match &recorded {
            // The one who expected the record logs it.
            Ok(()) if expected => {}
            Ok(()) => hub.settle_pending(&cx, account, &id, PendingKind::Record).await,
            Err(error) => {
                let kind = PendingKind::Record;
                hub.fail_pending(&cx, account, &id, Some(record), kind, error).await;
            }
        }
        recorded
    }

    async fn record(&self, call: &mut Call, record: &CallRecord) -> Result<()> {
        if let Some(upload) = self.calls.upload(call, record)? {
            call.cx().add_warnings(record.warnings().iter().cloned());
            return self.calls.record(call, &upload).await;
        }
        let open = open_cards(call, |_| true);
        self.hide(call, &open).await
    }
}

/// The end: the call is recorded by its finish. An end of which nothing else is known would be
/// recorded wrongly for good, so it is left to the record.
fn ended(call: &Call, event: &CallEvent, known: bool) -> Steps {
    let crm = call.crm();
    let registered = crm.portal_id(call.state()).is_some() || crm.registrar.is_some();
    let record = call.state().to_record(call.id()).filter(|_| known || registered);
    let Some(record) = record.map(vochi_crm_core::CallRecord::settled) else {
        let why = "the end is not sent: nothing else is known of the call; log its record";
        call.cx().warn(WarningKind::NothingToSend, why);
        return Steps::default();
    };
    Steps { finish: Some((record, event.clone())), ..Steps::default() }
}
