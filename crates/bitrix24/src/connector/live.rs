//! Live calls: the card is shown to ringing employees and closed for the others; the end finishes
//! the call.

use std::time::Duration;

use vochi_crm_core::account::Popup;
use vochi_crm_core::pending::PendingKind;
use vochi_crm_core::spi::LiveJob;
use vochi_crm_core::{
    CallEvent, CallRecord, Direction, Effect, EventKind, Extension, Leg, LegEnd, Recorded,
    Recording, Result, WarningKind,
};

use super::calls::{Call, Calls, open_cards};
use super::crm_state::CrmState;
use super::mapping::{self, incomplete};
use super::options::{Options, creates_lead};
use super::recordings::Recordings;
use super::upload::with_options;
use crate::api::{HideCard, RegisterCall, ShowCard};
use crate::error::USER_NOT_FOUND;
use crate::model::{Flag, UserId};

/// How long a card may wait: later it would disturb. A finish waits as long as its caller.
const CARD_TIMEOUT: Duration = Duration::from_secs(15);

/// Shows and closes cards, and finishes calls.
pub(super) struct Cards<'a> {
    pub(super) calls: Calls<'a>,
    pub(super) recordings: Recordings<'a>,
}

/// What follows from an event.
#[derive(Default)]
pub(super) struct Steps {
    register: Option<(UserId, RegisterCall)>,
    show: Vec<UserId>,
    hide: Vec<UserId>,
    finish: Option<(CallRecord, CallEvent)>,
}

impl Steps {
    fn or_nothing(self) -> Option<Self> {
        let empty = self.register.is_none()
            && self.show.is_empty()
            && self.hide.is_empty()
            && self.finish.is_none();
        (!empty).then_some(self)
    }
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
                self.ended(call, event, known)?
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
    fn popup(&self) -> Popup {
        self.calls.context.account().config().popup
    }

    /// The portal shows the card of a click to the employee who clicked.
    fn note_click(&self, call: &mut Call) {
        let is_new = call.crm().call_id.is_none() && call.crm().seen.is_empty();
        if call.state().crm_call_id().is_none() || !is_new {
            return;
        }
        let clicker = call.state().employees().into_iter().next();
        if let Some(user) = clicker.and_then(|one| self.calls.directory.user_of(one)).copied() {
            let crm = call.crm_mut();
            (crm.seen, crm.open) = (vec![user], vec![user]);
        }
    }

    /// Returns true if the account's policy has cards for the call.
    fn has_cards(&self, call: &Call) -> bool {
        let config = self.calls.context.account().config();
        let of_direction = match call.state().direction() {
            Some(Direction::Inbound) | None => true,
            Some(Direction::Outbound) => config.popup_out.unwrap_or(true),
            Some(_) => false,
        };
        of_direction && config.popup != Popup::Never
    }

    fn ringing(&self, call: &mut Call) -> Result<Steps> {
        let clicked = call.state().crm_call_id().is_some();
        if clicked || !self.has_cards(call) || self.popup() != Popup::Ring {
            return Ok(Steps::default());
        }
        let extensions = live_phones(call);
        let mut users: Vec<UserId> = Vec::new();
        for extension in &extensions {
            let user = self.calls.directory.mapped_user(call.cx(), extension);
            users.extend(user.filter(|user| !users.contains(user)));
        }
        if extensions.is_empty() {
            users.extend(self.calls.directory.default_user());
        }
        if users.is_empty() {
            // A card for everybody would show employees the calls of others.
            let why = "no card is shown: no extension of the call is mapped to a user";
            call.cx().warn(WarningKind::NothingToSend, why);
        }
        let seen = &call.crm().seen;
        users.retain(|user| !seen.contains(user));
        self.cards_for(call, users)
    }

    fn answered(&self, call: &mut Call, event: &CallEvent) -> Result<Steps> {
        let of_client = |leg: &&Leg| {
            let ends = [leg.from(), leg.to()];
            ends.contains(&&LegEnd::Client)
        };
        let talkers: Vec<&Extension> =
            event.legs().iter().filter(of_client).filter_map(Leg::employee).collect();
        if talkers.is_empty() {
            return Ok(Steps::default());
        }
        // An employee without mapping has no card, and the others do not talk.
        let mut users = Vec::new();
        for talker in talkers {
            users.extend(self.calls.directory.mapped_user(call.cx(), talker).copied());
        }
        let talkers: Vec<UserId> = users;
        let hide = open_cards(call, |user| !talkers.contains(user));
        let mut new = talkers;
        new.retain(|user| !has_card(call, user));
        let mut steps =
            if self.has_cards(call) { self.cards_for(call, new)? } else { Steps::default() };
        steps.hide = hide;
        Ok(steps)
    }

    /// The card goes to the next employee.
    fn transferred(
        &self,
        call: &mut Call,
        from: Option<&Extension>,
        to: &Extension,
    ) -> Result<Steps> {
        if !self.has_cards(call) {
            return Ok(Steps::default());
        }
        let mut next: Vec<UserId> = Vec::new();
        next.extend(self.calls.directory.mapped_user(call.cx(), to));
        let last = call.state().talked_with().iter().rev().find(|one| *one != to);
        let from = from.or(last).and_then(|from| self.calls.directory.user_of(from)).copied();
        let hide = open_cards(call, |user| Some(*user) == from && !next.contains(user));
        next.retain(|user| !has_card(call, user));
        let mut steps = self.cards_for(call, next)?;
        steps.hide = hide;
        Ok(steps)
    }

    /// Shows the card to users; the first one registers the call.
    fn cards_for(&self, call: &mut Call, users: Vec<UserId>) -> Result<Steps> {
        let Some(first) = users.first().copied() else {
            return Ok(Steps::default());
        };
        let Some(client) = call.state().client().cloned() else {
            let why = "no card is shown: the client's number is unknown";
            call.cx().warn(WarningKind::NothingToSend, why);
            return Ok(Steps::default());
        };
        let registered = call.crm().portal_id(call.state()).is_some();
        let registrar = call.crm().registrar.unwrap_or(first);
        let alone = !registered && users == [registrar];
        let mut steps = Steps::default();
        if !registered {
            let Some(register) = self.registration(call, &client, registrar, alone)? else {
                return Ok(Steps::default());
            };
            steps.register = Some((registrar, register));
        }
        let crm = call.crm_mut();
        for user in &users {
            if !crm.open.contains(user) {
                crm.open.push(*user);
            }
            if !crm.seen.contains(user) {
                crm.seen.push(*user);
            }
        }
        if !alone {
            steps.show = users;
        }
        Ok(steps)
    }

    /// The registration of a live call. `None` is a warning.
    fn registration(
        &self,
        call: &Call,
        client: &vochi_crm_core::Party,
        user: UserId,
        alone: bool,
    ) -> Result<Option<RegisterCall>> {
        let (cx, state) = (call.cx(), call.state());
        let direction = state.direction().unwrap_or(Direction::Inbound);
        let options = Options::read(state.extra(), cx);
        let (Some(call_type), Some(phone)) =
            (mapping::call_type(direction, &options), mapping::phone(client, cx))
        else {
            return Ok(None);
        };
        let id = self.calls.external_id(call.id())?;
        let register = RegisterCall::new(user, phone, call_type, id)
            .call_start_date(state.started_at().map(Into::into))
            .line_number(self.calls.line(state.line()))
            .show(if alone { Flag::On } else { Flag::Off });
        let lead = creates_lead(self.calls.context.account(), direction);
        Ok(Some(with_options(register, lead, self.calls.source(), &options)))
    }

    /// The end: the call is recorded by its finish. An end of which nothing else is known would be
    /// recorded wrongly for good, so it is left to the record.
    fn ended(&self, call: &mut Call, event: &CallEvent, known: bool) -> Result<Steps> {
        let crm = call.crm();
        let registered = crm.portal_id(call.state()).is_some() || crm.registrar.is_some();
        let record = call.state().to_record(call.id()).filter(|_| known || registered);
        let Some(record) = record.map(vochi_crm_core::CallRecord::settled) else {
            let why = "the end is not sent: nothing else is known of the call; log its record";
            call.cx().warn(WarningKind::NothingToSend, why);
            return Ok(Steps::default());
        };
        Ok(Steps { finish: Some((record, event.clone())), ..Steps::default() })
    }

    /// The users whose phones ring or talk.
    fn in_call(&self, call: &Call) -> Vec<UserId> {
        let mapped = |one| self.calls.directory.user_of(one).copied();
        live_phones(call).into_iter().filter_map(mapped).collect()
    }

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

/// The phones that ring or talk.
fn live_phones(call: &Call) -> Vec<&Extension> {
    let live = call.state().legs().iter().filter(|leg| leg.ended_at.is_none());
    live.flat_map(|leg| [leg.from.extension(), leg.to.extension()]).flatten().collect()
}

/// Returns true if a user has the card for certain: its response was not lost.
fn has_card(call: &Call, user: &UserId) -> bool {
    call.crm().open.contains(user) && call.crm().seen.contains(user)
}
