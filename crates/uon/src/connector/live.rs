//! Live calls: a notification to every manager with a ringing phone.

use std::time::Duration;

use vochi_crm_core::account::Popup;
use vochi_crm_core::connector::Context;
use vochi_crm_core::spi::{CallSession, LiveJob};
use vochi_crm_core::{
    CallEvent, Cx, Direction, Directory, EventKind, Extension, Leg, Line, Party, Result,
    WarningKind,
};

use super::crm_state::CrmState;
use super::lookup::Lookup;
use super::mapping::incomplete;
use super::popup_text::{Card, PopupText};
use crate::api::CreateNotification;
use crate::model::UserId;
use crate::{Client, Config};

/// How long a popup waits for the client's name.
const NAME_TIMEOUT: Duration = Duration::from_millis(1500);

/// Shows popups. U-ON has nothing for later events of a call.
pub(super) struct Popups<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) directory: &'a Directory<UserId>,
    pub(super) config: &'a Config,
    pub(super) lookup: Lookup<'a>,
}

type Call = CallSession<CrmState>;

/// The managers to notify, each with the extension that rings.
pub(super) struct PopupRequest {
    managers: Vec<(UserId, Option<Extension>)>,
    client: Party,
}

impl LiveJob for Popups<'_> {
    type State = CrmState;
    type Request = PopupRequest;

    fn prepare(&self, call: &mut Call, event: &CallEvent) -> Result<Option<PopupRequest>> {
        let moment = self.context.account().config().popup;
        let extensions: Vec<Extension> = match event.kind() {
            _ if call.was_over() || !self.has_popups(call.state().direction()) => return Ok(None),
            EventKind::Ringing if moment == Popup::Ring => {
                call.state().employees().into_iter().cloned().collect()
            }
            EventKind::Answered if moment == Popup::Answer => {
                event.legs().iter().filter_map(Leg::employee).cloned().collect()
            }
            _ => return Ok(None),
        };
        let Some(client) = call.state().client().cloned() else {
            return Ok(nothing(call.cx(), "no popup is shown: the client's number is unknown"));
        };
        match client {
            Party::Hidden => call.cx().warn(
                WarningKind::HiddenNumber,
                "the caller's number is hidden; the popup is shown without it",
            ),
            Party::Extension(_) => {
                return Ok(nothing(call.cx(), "no popup is shown: the call is internal"));
            }
            _ => {}
        }
        let shown = call.crm().shown.clone();
        let mut managers: Vec<(UserId, Option<Extension>)> = Vec::new();
        for extension in &extensions {
            let user = self.directory.mapped_user(call.cx(), extension);
            managers.extend(user.map(|user| (*user, Some(extension.clone()))));
        }
        if extensions.is_empty() {
            managers.extend(self.directory.default_user().map(|user| (*user, None)));
        }
        if managers.is_empty() {
            // A popup to everybody would show employees the calls of others.
            let why = "no popup is shown: no extension of the call is mapped to a manager";
            return Ok(nothing(call.cx(), why));
        }
        managers.retain(|(user, _)| !shown.contains(user));
        managers.dedup_by_key(|(user, _)| *user);
        if managers.is_empty() {
            let why = "no popup is shown: all managers of the event have one already";
            return Ok(nothing(call.cx(), why));
        }
        call.crm_mut().shown.extend(managers.iter().map(|(user, _)| *user));
        Ok(Some(PopupRequest { managers, client }))
    }

    /// Notifies each manager; one whose popup failed gets it with the next event.
    async fn send(&self, call: &mut Call, request: PopupRequest) -> Result<()> {
        let cx = call.cx().clone();
        let card = self.card(&cx, &request.client).await;
        let mut failed = None;
        for (manager, extension) in &request.managers {
            let text = PopupText {
                direction: call.state().direction(),
                client: &request.client,
                extension: extension.as_ref(),
                line: call.state().line().map(|line| self.line(line)),
                card: &card,
                account: self.lookup.number,
            };
            let text = if self.config.html_popup { text.html() } else { text.plain() };
            if let Err(error) = self.client.send(&cx, CreateNotification::new(text, *manager)).await
            {
                call.crm_mut().shown.retain(|shown| shown != manager);
                failed.get_or_insert(error);
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

impl Popups<'_> {
    /// Returns true if calls of this direction have popups. Calls of unknown direction may have
    /// some.
    fn has_popups(&self, direction: Option<Direction>) -> bool {
        let config = self.context.account().config();
        let of_direction = match direction {
            Some(Direction::Inbound) | None => true,
            Some(Direction::Outbound) => config.popup_out.unwrap_or(false),
            Some(_) => false,
        };
        of_direction && config.popup != Popup::Never
    }

    /// The client of the number. A failure is a warning: the popup comes without a name.
    async fn card(&self, cx: &Cx, client: &Party) -> Card {
        let Party::Number(number) = client else {
            return Card::Unread;
        };
        let in_time = cx.clone().with_timeout(NAME_TIMEOUT);
        match self.lookup.clients(&in_time, *number).await {
            // A dry run does not know the client.
            Ok(_) if self.context.hub().plan().is_some() => Card::Unread,
            Ok(clients) => match clients.into_iter().next() {
                Some(client) => Card::Known(Box::new(client)),
                None => Card::Unknown,
            },
            Err(error) => {
                cx.add_warnings([incomplete("the client of the number", &error)]);
                Card::Unread
            }
        }
    }

    fn line(&self, line: &Line) -> String {
        let number = self.directory.number_of(line);
        number.map_or_else(|| line.to_string(), |number| number.to_string())
    }
}

fn nothing(cx: &Cx, why: &str) -> Option<PopupRequest> {
    cx.warn(WarningKind::NothingToSend, why);
    None
}
