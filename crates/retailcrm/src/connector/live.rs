//! Live calls: showing and closing popups.

use vochi_crm_core::account::Popup;
use vochi_crm_core::spi::{CallSession, LiveJob};
use vochi_crm_core::{
    Account, CallEvent, CallState, Direction, Directory, EventKind, Extension, Leg, Outcome,
    Result, Text, WarningKind,
};

use super::crm_state::CrmState;
use super::mapping;
use super::settings::site;
use crate::api::SendCallEvent;
use crate::model::{PhoneText, UserId, WebAnalytics};
use crate::{Client, Config};

/// Shows popups and closes them.
pub(super) struct Popups<'a> {
    pub(super) client: &'a Client,
    pub(super) account: &'a Account,
    pub(super) directory: &'a Directory<UserId>,
    pub(super) config: &'a Config,
}

type Call = CallSession<CrmState>;

/// A popup event, with the state to restore if it is not sent.
pub(super) struct PopupRequest {
    event: SendCallEvent,
    before: CrmState,
}

impl LiveJob for Popups<'_> {
    type State = CrmState;
    type Request = PopupRequest;

    /// RetailCRM has events for ringing and the end of a call.
    fn prepare(&self, call: &mut Call, event: &CallEvent) -> Result<Option<PopupRequest>> {
        if call.was_over() || !self.has_popups(call.state()) {
            return Ok(None);
        }
        let moment = self.account.config().popup;
        let named = || event.legs().iter().filter_map(Leg::employee).cloned();
        let mut shown: Vec<Extension> = match event.kind() {
            EventKind::Ringing if moment == Popup::Ring => {
                call.state().employees().into_iter().cloned().collect()
            }
            EventKind::Answered if moment == Popup::Answer => named().collect(),
            EventKind::Ended { .. } => return self.close(call, event, named()),
            _ => return Ok(None),
        };
        shown.retain(|extension| !call.crm().shown.contains(extension));
        self.show(call, event, shown)
    }

    async fn send(&self, call: &mut Call, request: PopupRequest) -> Result<()> {
        match self.client.send(call.cx(), &request.event).await {
            Ok(response) => {
                let unknown = mapping::unknown_employees(&request.event, &response, self.directory);
                call.cx().add_warnings(unknown);
                Ok(())
            }
            Err(error) => {
                // A repeated event must show the popup to employees who may not have seen it.
                *call.crm_mut() = request.before;
                Err(error)
            }
        }
    }
}

impl Popups<'_> {
    /// Returns true if calls of this direction have popups. Calls of unknown direction may have
    /// some.
    fn has_popups(&self, call: &CallState) -> bool {
        let config = self.account.config();
        let of_direction = match call.direction() {
            Some(Direction::Inbound) | None => true,
            Some(Direction::Outbound) => config.popup_out.unwrap_or(true),
            Some(_) => false,
        };
        of_direction && config.popup != Popup::Never
    }

    fn show(
        &self,
        call: &mut Call,
        event: &CallEvent,
        extensions: Vec<Extension>,
    ) -> Result<Option<PopupRequest>> {
        let Some(phone) = client_phone(call) else {
            return Ok(None);
        };
        let nothing = |why: &str| {
            call.cx().warn(WarningKind::NothingToSend, why);
            Ok(None)
        };
        let before = call.crm().clone();
        let default_user = self.directory.default_user().copied().filter(|user| {
            call.state().employees().is_empty() && !before.shown_users.contains(user)
        });
        if extensions.is_empty() && default_user.is_none() {
            let none_shown = before.shown.is_empty() && before.shown_users.is_empty();
            return nothing(if none_shown {
                "no popup is shown: no extension is known"
            } else {
                "no popup is shown: all employees of the event have one already"
            });
        }
        let popup = match call.state().direction() {
            Some(Direction::Outbound) => SendCallEvent::outgoing(phone),
            Some(_) => SendCallEvent::incoming(phone),
            None => return nothing("no popup is shown: the direction is unknown"),
        };
        let mut popup = self.address(call, event, popup, &extensions)?.user_ids(default_user);
        if let Some(data) = event.extra().get("web_analytics") {
            match WebAnalytics::deserialize_from(data) {
                Some(data) => popup = popup.web_analytics_data(data),
                None => call.cx().add_warnings([mapping::unusable("web_analytics")]),
            }
        }
        let crm = call.crm_mut();
        crm.shown.extend(extensions);
        crm.shown_users.extend(default_user);
        Ok(Some(PopupRequest { event: popup, before }))
    }

    /// Closes the popups of a call. Without stored state the event itself names the employees.
    fn close(
        &self,
        call: &Call,
        event: &CallEvent,
        named: impl Iterator<Item = Extension>,
    ) -> Result<Option<PopupRequest>> {
        let before = call.crm().clone();
        let mut extensions = before.shown.clone();
        for extension in named {
            if !extensions.contains(&extension) {
                extensions.push(extension);
            }
        }
        if extensions.is_empty() && before.shown_users.is_empty() {
            call.cx().warn(
                WarningKind::NothingToSend,
                "no popup is closed: no employee with a popup is known",
            );
            return Ok(None);
        }
        let Some(phone) = client_phone(call) else {
            return Ok(None);
        };
        let outcome = call.state().outcome().unwrap_or(Outcome::Missed);
        let status = mapping::hangup_status(outcome, call.state().reason());
        let hangup = SendCallEvent::hangup(phone, status);
        let hangup = self.address(call, event, hangup, &extensions)?;
        let hangup = hangup.user_ids(before.shown_users.iter().copied());
        Ok(Some(PopupRequest { event: hangup, before }))
    }

    /// Adds employees, call, line and shop to an event.
    fn address(
        &self,
        call: &Call,
        event: &CallEvent,
        mut request: SendCallEvent,
        extensions: &[Extension],
    ) -> Result<SendCallEvent> {
        for extension in extensions {
            let user = self.directory.mapped_user(call.cx(), extension);
            request = request.codes([extension.clone()]).user_ids(user.copied());
        }
        let outside = self.account.outside_number(call.cx(), call.state().line());
        Ok(request
            .call_external_id(Text::new(self.account.external_id(call.id()))?)
            .external_phone(outside.map(PhoneText::from))
            .site(site(self.config, event.extra()))
            .client_id(self.config.sent_client_id().cloned()))
    }
}

/// The client's number for a request. Without one no request is sent, which is a warning.
fn client_phone(call: &Call) -> Option<PhoneText> {
    if let Some(client) = call.state().client() {
        return mapping::phone(client, call.cx());
    }
    let text = "nothing was sent: the client's number is unknown";
    call.cx().warn(WarningKind::NothingToSend, text);
    None
}
