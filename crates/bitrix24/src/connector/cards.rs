//! Which employees have the card of a call.

use vochi_crm_core::account::Popup;
use vochi_crm_core::{
    CallEvent, CallRecord, Direction, Extension, Leg, LegEnd, Result, WarningKind,
};

use super::calls::{Call, open_cards};
use super::live::Cards;
use super::mapping;
use super::options::{Options, creates_lead};
use super::upload::with_options;
use crate::api::RegisterCall;
use crate::model::{Flag, UserId};

/// What follows from an event.
#[derive(Default)]
pub(super) struct Steps {
    pub(super) register: Option<(UserId, RegisterCall)>,
    pub(super) show: Vec<UserId>,
    pub(super) hide: Vec<UserId>,
    pub(super) finish: Option<(CallRecord, CallEvent)>,
}

impl Steps {
    pub(super) fn or_nothing(self) -> Option<Self> {
        let empty = self.register.is_none()
            && self.show.is_empty()
            && self.hide.is_empty()
            && self.finish.is_none();
        (!empty).then_some(self)
    }
}

impl Cards<'_> {
    fn popup(&self) -> Popup {
        self.calls.context.account().config().popup
    }

    /// The portal shows the card of a click to the employee who clicked.
    pub(super) fn note_click(&self, call: &mut Call) {
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

    pub(super) fn ringing(&self, call: &mut Call) -> Result<Steps> {
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

    pub(super) fn answered(&self, call: &mut Call, event: &CallEvent) -> Result<Steps> {
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
        new.retain(|user| !has_card(call, *user));
        let mut steps =
            if self.has_cards(call) { self.cards_for(call, new)? } else { Steps::default() };
        steps.hide = hide;
        Ok(steps)
    }

    /// The card goes to the next employee.
    pub(super) fn transferred(
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
        next.retain(|user| !has_card(call, *user));
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
    pub(super) fn registration(
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

    /// The users whose phones ring or talk.
    pub(super) fn in_call(&self, call: &Call) -> Vec<UserId> {
        let mapped = |one| self.calls.directory.user_of(one).copied();
        live_phones(call).into_iter().filter_map(mapped).collect()
    }
}

/// The phones that ring or talk.
fn live_phones(call: &Call) -> Vec<&Extension> {
    let live = call.state().legs().iter().filter(|leg| leg.ended_at.is_none());
    live.flat_map(|leg| [leg.from.extension(), leg.to.extension()]).flatten().collect()
}

/// Returns true if a user has the card for certain: its response was not lost.
fn has_card(call: &Call, user: UserId) -> bool {
    call.crm().open.contains(&user) && call.crm().seen.contains(&user)
}
