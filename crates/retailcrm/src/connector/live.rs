//! Live calls: popups shown and closed.

use vochi_crm_core::account::Popup;
use vochi_crm_core::{
    CallEvent, CallState, Cx, Direction, EventKind, Extension, Outcome, Receipt, Result, Text,
    Warning, WarningKind,
};

use super::{Connector, Note, mapping};
use crate::api::SendCallEvent;
use crate::model::{PhoneText, WebAnalytics, user_id};

/// What one event is told with, put together from the event and the remembered state.
struct Told<'a> {
    event: &'a CallEvent,
    state: &'a CallState,
    phone: PhoneText,
}

impl Connector {
    pub(super) async fn live_event(&self, cx: &Cx, event: &CallEvent) -> Result<Receipt> {
        let cx = cx.counted();
        let mut call = self.hub().open_call(&cx, self.own().name(), event.call_id()).await?;
        let mut note: Note = call.note().unwrap_or_default();
        let over = call.state().ended_at().is_some();
        let mut warnings = call.state_mut().apply(event);
        let before = note.clone();
        let request = if over {
            Ok(None)
        } else {
            self.request(event, call.state(), &mut note, &mut warnings)
        };
        // Before it is sent: what the PBX reported is true whether or not the CRM can be notified,
        // and a process that ends in between must not send it a second time.
        call.save(&note).await?;
        if let Some(request) = request?
            && let Err(error) = self.send_event(&cx, &request, &mut warnings).await
        {
            // Those who may not have been shown the call are shown it when the event is repeated.
            if let Err(lost) = call.save(&before).await {
                tracing::warn!(account = %self.own().name(), %lost, "the state of a call is lost");
            }
            return Err(error);
        }
        Ok(Receipt::new().with_requests(cx.requests()).with_warnings(warnings))
    }

    /// The request for what the CRM has an event for, ringing and the end. Notes who is shown the
    /// call.
    fn request(
        &self,
        event: &CallEvent,
        state: &CallState,
        note: &mut Note,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<SendCallEvent>> {
        let show = match event.kind() {
            EventKind::Ringing if self.pops_up(Popup::Ring, state) => new_faces(state, note),
            EventKind::Answered if self.pops_up(Popup::Answer, state) => {
                let answered = event.legs().iter().filter_map(|leg| leg.employee()).cloned();
                answered.filter(|extension| !note.shown.contains(extension)).collect()
            }
            EventKind::Ended { .. } => return self.close(event, state, note, warnings),
            _ => return Ok(None),
        };
        self.show(event, state, note, show, warnings)
    }

    /// Whether calls of this direction have popups at all. Of an unknown direction they may have.
    fn has_popups(&self, state: &CallState) -> bool {
        let config = self.own().config();
        let of_direction = match state.direction() {
            Some(Direction::Inbound) | None => true,
            Some(Direction::Outbound) => config.popup_out.unwrap_or(true),
            Some(_) => false,
        };
        of_direction && config.popup != Popup::Never
    }

    fn pops_up(&self, moment: Popup, state: &CallState) -> bool {
        self.has_popups(state) && self.own().config().popup == moment
    }

    fn show(
        &self,
        event: &CallEvent,
        state: &CallState,
        note: &mut Note,
        extensions: Vec<Extension>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<SendCallEvent>> {
        let Some(told) = told(event, state, warnings) else {
            return Ok(None);
        };
        let default_user = match self.own().directory().default_user() {
            Some(user) if state.employees().is_empty() => Some(user_id(user)?),
            _ => None,
        };
        let default_user = default_user.filter(|user| !note.shown_users.contains(user));
        if extensions.is_empty() && default_user.is_none() {
            let why = if note.shown.is_empty() && note.shown_users.is_empty() {
                "no extension is known, so nobody is shown the call"
            } else {
                "everybody named is shown the call already"
            };
            warnings.push(Warning::new(WarningKind::NothingToSend, why));
            return Ok(None);
        }
        let mut request = match state.direction() {
            Some(Direction::Outbound) => SendCallEvent::outgoing(told.phone.clone()),
            Some(_) => SendCallEvent::incoming(told.phone.clone()),
            None => {
                warnings.push(Warning::new(
                    WarningKind::NothingToSend,
                    "who called whom is not known, so nobody is shown the call",
                ));
                return Ok(None);
            }
        };
        request = self.address(request, &told, &extensions, warnings)?;
        if let Some(user) = default_user {
            request = request.user_ids([user]);
        }
        if let Some(data) = event.extra().get("web_analytics") {
            match WebAnalytics::deserialize_from(data) {
                Some(data) => request = request.web_analytics_data(data),
                None => warnings.push(unusable("web_analytics")),
            }
        }
        note.shown.extend(extensions);
        note.shown_users.extend(default_user);
        Ok(Some(request))
    }

    fn close(
        &self,
        event: &CallEvent,
        state: &CallState,
        note: &Note,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<SendCallEvent>> {
        if !self.has_popups(state) {
            return Ok(None);
        }
        // Without a memory of who was shown the call, the hangup itself may say.
        let mut extensions = note.shown.clone();
        for extension in event.legs().iter().filter_map(|leg| leg.employee()) {
            if !extensions.contains(extension) {
                extensions.push(extension.clone());
            }
        }
        if extensions.is_empty() && note.shown_users.is_empty() {
            warnings.push(Warning::new(
                WarningKind::NothingToSend,
                "nobody is known to have been shown the call, so no popup is closed",
            ));
            return Ok(None);
        }
        let Some(told) = told(event, state, warnings) else {
            return Ok(None);
        };
        let status =
            mapping::hangup_status(state.outcome().unwrap_or(Outcome::Missed), state.reason());
        let request = SendCallEvent::hangup(told.phone.clone(), status);
        let request = self.address(request, &told, &extensions, warnings)?;
        Ok(Some(request.user_ids(note.shown_users.iter().copied())))
    }

    /// Puts employees, call, line and shop into an event.
    fn address(
        &self,
        mut request: SendCallEvent,
        told: &Told<'_>,
        extensions: &[Extension],
        warnings: &mut Vec<Warning>,
    ) -> Result<SendCallEvent> {
        let directory = self.own().directory();
        for extension in extensions {
            request = request.codes([extension.clone()]);
            match directory.user_of(extension) {
                Some(user) => request = request.user_ids([user_id(user)?]),
                None => warnings.push(Warning::new(
                    WarningKind::UnmappedExtension,
                    format!("extension {extension} is not in `extensions`"),
                )),
            }
        }
        let outside = self.own().outside_number(told.state.line(), warnings);
        let request = request
            .call_external_id(Text::new(self.own().external_id(told.event.call_id()))?)
            .external_phone(outside.map(PhoneText::from))
            .site(self.site(told.event.extra()))
            .client_id(self.inner.config.sent_client_id().cloned());
        for (name, _) in told.event.extra().iter() {
            if !KNOWN_OPTIONS.contains(&name) {
                warnings.push(unknown_option(name));
            }
        }
        Ok(request)
    }

    async fn send_event(
        &self,
        cx: &Cx,
        request: &SendCallEvent,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        let answer = self.client().send(cx, request).await?;
        warnings.extend(mapping::unknown_employees(request, &answer, self.own().directory()));
        Ok(())
    }

    pub(super) fn site(&self, extra: &vochi_crm_core::Extra) -> Option<Text> {
        let of_call = extra.get("site").and_then(|site| site.as_str());
        [of_call, self.inner.config.site.as_deref()]
            .into_iter()
            .flatten()
            .find_map(|site| Text::new(site.trim()).ok())
    }
}

/// Options of events and of records; those of the other are no mistake in either.
pub(super) const KNOWN_OPTIONS: [&str; 3] = ["site", "web_analytics", "source"];

/// The client's number for a request; without one there is none.
fn told<'a>(
    event: &'a CallEvent,
    state: &'a CallState,
    warnings: &mut Vec<Warning>,
) -> Option<Told<'a>> {
    let Some(client) = state.client() else {
        warnings.push(Warning::new(
            WarningKind::NothingToSend,
            "the client's number is not known, so nothing was sent",
        ));
        return None;
    };
    let phone = mapping::phone(client, warnings)?;
    Some(Told { event, state, phone })
}

/// Employees who are part of the call and have not been shown it.
fn new_faces(state: &CallState, note: &Note) -> Vec<Extension> {
    state.employees().into_iter().filter(|one| !note.shown.contains(one)).cloned().collect()
}

pub(super) fn unknown_option(name: &str) -> Warning {
    Warning::new(WarningKind::UnknownOption, format!("RetailCRM has no option {name}; left out"))
}

pub(super) fn unusable(name: &str) -> Warning {
    Warning::new(
        WarningKind::UnknownOption,
        format!("option {name} is not of the form RetailCRM takes; left out"),
    )
}
