//! The start of a call in Kontur: its data and the request.

use serde::{Deserialize, Serialize};
use vochi_crm_core::{
    CallId, CallRecord, CallState, CrmCallId, Cx, Direction, Error, Line, Party, Result, Timestamp,
    WarningKind,
};

use super::caller_links::CallerLinks;
use super::crm_state::Started;
use super::mapping;
use super::names::Names;
use crate::Client;
use crate::api::CallStarted;
use crate::model::{Communication, CommunicationId, ErrorStatus};

/// The option with the start time of a call, for calls with no stored start.
pub(super) const STARTED_AT: &str = "started_at";

/// The data a call is started with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct CallStart {
    pub(super) direction: Direction,
    pub(super) began_at: Timestamp,
    #[serde(default)]
    pub(super) client: Option<Party>,
    #[serde(default)]
    pub(super) line: Option<Line>,
    /// Kontur's call id of a click-to-call.
    #[serde(default)]
    pub(super) click: Option<CommunicationId>,
}

impl CallStart {
    /// Returns the start data of a live call from its stored state.
    ///
    /// # Errors
    ///
    /// `input` naming what is missing, the line included; a call without a line alone can start.
    pub(super) fn of_state(cx: &Cx, call: &CallId, state: &CallState) -> Result<Self> {
        let began_at = began_at(cx, state);
        let internal = state.direction() == Some(Direction::Internal);
        let client = state.client().cloned();
        if let (Some(direction), Some(began_at), true) =
            (state.direction(), began_at, client.is_some() || internal)
        {
            let (line, click) = (state.line().cloned(), click(cx, state.crm_call_id()));
            return Ok(Self { direction, began_at, client, line, click });
        }
        let missing = [
            ("direction", state.direction().is_none()),
            ("client", client.is_none() && !internal),
            ("line", state.line().is_none() && !internal),
            ("start", began_at.is_none()),
        ];
        let names: Vec<&str> =
            missing.iter().filter(|(_, missing)| *missing).map(|(name, _)| *name).collect();
        Err(Error::input(format!(
            "cannot start call {call} in Kontur: missing {}",
            names.join(", ")
        ))
        .with_hint(format!(
            "pass them with the event (the start as option {STARTED_AT}), or log the call at \
             its end"
        )))
    }

    /// Returns the start data of a finished call.
    pub(super) fn of_record(cx: &Cx, record: &CallRecord) -> Self {
        Self {
            direction: record.direction(),
            began_at: record.started_at(),
            client: Some(record.client().clone()),
            line: record.line().cloned(),
            click: click(cx, record.crm_call_id()),
        }
    }
}

/// Returns the time of the first event, unless that is the end.
fn began_at(cx: &Cx, state: &CallState) -> Option<Timestamp> {
    if let Some(given) = state.extra().get(STARTED_AT) {
        match given.as_str().and_then(|text| text.parse().ok()) {
            Some(given) => return Some(given),
            None => cx.warn(
                WarningKind::UnknownOption,
                format!("invalid option {STARTED_AT}: not an RFC 3339 time; left out"),
            ),
        }
    }
    let first = state.started_at()?;
    (state.ended_at() != Some(first)).then_some(first)
}

/// Returns Kontur's call id of a click-to-call.
pub(super) fn click(cx: &Cx, id: Option<&CrmCallId>) -> Option<CommunicationId> {
    let id = id?;
    let click = CommunicationId::of(id).ok();
    if click.is_none() {
        let text = format!("{id} is not a Kontur call id; the call is sent without it");
        cx.warn(WarningKind::UnknownToCrm, text);
    }
    click
}

/// Starts calls.
#[derive(Clone, Copy)]
pub(super) struct Calls<'a> {
    pub(super) client: &'a Client,
    pub(super) names: Names<'a>,
    pub(super) links: CallerLinks<'a>,
}

impl Calls<'_> {
    /// Starts a call or reads its current state: a repeated start returns the same call.
    pub(super) async fn start(
        &self,
        cx: &Cx,
        call: &CallId,
        start: &CallStart,
    ) -> Result<(Started, Communication)> {
        let name = self.names.call(call)?;
        let (client, line) = (start.client.as_ref(), start.line.as_ref());
        let numbers = self.names.numbers(cx, start.direction, client, line);
        let request =
            CallStarted::new(start.began_at, name.clone(), mapping::direction(start.direction))
                .client_phone(numbers.client)
                .external_vats_phone(numbers.line);
        let response = match &start.click {
            None => self.client.send(cx, request).await,
            Some(click) => {
                let clicked = request.clone().communication_id(click.clone());
                match self.client.send(cx, clicked).await {
                    // A call without the click is better than no call.
                    Err(error) if is_unknown_call(&error) => {
                        warn_unknown_click(cx, click);
                        self.client.send(cx, request).await
                    }
                    other => other,
                }
            }
        };
        let communication = response?;
        if let Some(Party::Number(number)) = &start.client {
            self.links.remember(*number, &communication.links).await;
        }
        let started = Started {
            communication: communication.id.clone(),
            external_id: communication.external_id.clone().unwrap_or(name),
        };
        Ok((started, communication))
    }
}

/// Returns true if Kontur does not know the call.
pub(super) fn is_unknown_call(error: &Error) -> bool {
    ErrorStatus::of_error(error) == Some(ErrorStatus::CommunicationNotFound)
}

pub(super) fn warn_unknown_click(cx: &Cx, click: &CommunicationId) {
    let text = format!(
        "Kontur does not know the clicked call {click}; the call is sent without the click"
    );
    cx.warn(WarningKind::UnknownToCrm, text);
}
