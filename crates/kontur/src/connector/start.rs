//! How a call begins for Kontur, and how one it does not know begins again.

use serde::{Deserialize, Serialize};
use vochi_crm_core::{
    CallId, CallRecord, CallState, CrmCallId, Cx, Direction, Error, Line, Party, Result, Timestamp,
    Warning, WarningKind,
};

use super::note::Started;
use super::{Connector, words};
use crate::api::CallStarted;
use crate::model::{Communication, CommunicationId, ErrorStatus, ExternalId, PhoneText};

/// The option that tells when a call began, where nothing remembers it.
pub(super) const STARTED_AT: &str = "started_at";

/// What a call is begun with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Facts {
    pub(super) direction: Direction,
    pub(super) began_at: Timestamp,
    #[serde(default)]
    pub(super) client: Option<Party>,
    #[serde(default)]
    pub(super) line: Option<Line>,
    /// Kontur's id of a clicked call.
    #[serde(default)]
    pub(super) click: Option<CommunicationId>,
}

/// The numbers of a call, as Kontur writes them.
pub(super) struct Numbers {
    pub(super) client: Option<PhoneText>,
    pub(super) line: Option<PhoneText>,
}

impl Facts {
    /// What a call is begun with by all that is remembered of it.
    ///
    /// # Errors
    /// `input` naming what is missing. The line is named among it; without it alone the call begins.
    pub(super) fn of_state(
        call: &CallId,
        state: &CallState,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self> {
        let began_at = began_at(state, warnings);
        let internal = state.direction() == Some(Direction::Internal);
        let client = state.client().cloned();
        if let (Some(direction), Some(began_at), true) =
            (state.direction(), began_at, client.is_some() || internal)
        {
            return Ok(Self {
                direction,
                began_at,
                client,
                line: state.line().cloned(),
                click: click(state.crm_call_id(), warnings),
            });
        }
        let missing = [
            ("direction", state.direction().is_none()),
            ("client", client.is_none() && !internal),
            ("line", state.line().is_none() && !internal),
            ("start", began_at.is_none()),
        ];
        let names: Vec<&str> = missing
            .iter()
            .filter(|(_, missing)| *missing)
            .map(|(name, _)| *name)
            .collect();
        Err(Error::input(format!(
            "call {call}: Kontur has to be told of its beginning, and this is not known of it: {}",
            names.join(", ")
        ))
        .with_hint(format!(
            "pass them with the event (the start as the option {STARTED_AT}), or log the call when \
             it is over"
        )))
    }

    /// What a finished call would have begun with.
    pub(super) fn of_record(record: &CallRecord, warnings: &mut Vec<Warning>) -> Self {
        Self {
            direction: record.direction(),
            began_at: record.started_at(),
            client: Some(record.client().clone()),
            line: record.line().cloned(),
            click: click(record.crm_call_id(), warnings),
        }
    }
}

/// When a call began: at its first event, unless the end is all that was heard of it.
fn began_at(state: &CallState, warnings: &mut Vec<Warning>) -> Option<Timestamp> {
    if let Some(told) = state.extra().get(STARTED_AT) {
        match told.as_str().and_then(|text| text.parse().ok()) {
            Some(told) => return Some(told),
            None => warnings.push(Warning::new(
                WarningKind::UnknownOption,
                format!("option {STARTED_AT} is no RFC 3339 time; left out"),
            )),
        }
    }
    let first = state.started_at()?;
    (state.ended_at() != Some(first)).then_some(first)
}

/// Kontur's id of a clicked call.
pub(super) fn click(
    id: Option<&CrmCallId>,
    warnings: &mut Vec<Warning>,
) -> Option<CommunicationId> {
    let id = id?;
    let click = CommunicationId::of(id).ok();
    if click.is_none() {
        warnings.push(Warning::new(
            WarningKind::UnknownToCrm,
            format!("{id} is no id of a call in Kontur; the call goes out without it"),
        ));
    }
    click
}

/// Whether Kontur says it does not know the call.
pub(super) fn is_unknown_call(error: &Error) -> bool {
    ErrorStatus::of_error(error) == Some(ErrorStatus::CommunicationNotFound)
}

impl Connector {
    /// The id of a call as it is sent. It has no `/`.
    pub(super) fn call_name(&self, call: &CallId) -> Result<ExternalId> {
        ExternalId::new(self.own().external_id(call))
    }

    /// The numbers of a call. An internal call has none: what would stand there is not known.
    pub(super) fn numbers(
        &self,
        direction: Direction,
        client: Option<&Party>,
        line: Option<&Line>,
        warnings: &mut Vec<Warning>,
    ) -> Numbers {
        if direction == Direction::Internal {
            return Numbers {
                client: None,
                line: None,
            };
        }
        let form = self.inner.config.phone_form;
        let line = self.own().outside_number(line, warnings);
        Numbers {
            client: client.and_then(|client| words::phone(client, form, warnings)),
            line: line.map(|number| PhoneText::from(number).in_form(form)),
        }
    }

    /// Begins a call, or learns what became of it: begun again it is the same one, with everything
    /// that happened since.
    pub(super) async fn start(
        &self,
        cx: &Cx,
        call: &CallId,
        facts: &Facts,
        warnings: &mut Vec<Warning>,
    ) -> Result<(Started, Communication)> {
        let name = self.call_name(call)?;
        let (client, line) = (facts.client.as_ref(), facts.line.as_ref());
        let numbers = self.numbers(facts.direction, client, line, warnings);
        let mut request = CallStarted::new(
            name.clone(),
            words::direction(facts.direction),
            facts.began_at,
        );
        if let Some(client) = numbers.client {
            request = request.with_client_phone(client);
        }
        if let Some(line) = numbers.line {
            request = request.with_line(line);
        }
        let telephony = self.client().telephony();
        let answer = match &facts.click {
            None => telephony.started(cx, &request).await,
            Some(click) => {
                let clicked = request.clone().with_communication(click.clone());
                match telephony.started(cx, &clicked).await {
                    // Better a call of its own than none.
                    Err(error) if is_unknown_call(&error) => {
                        warnings.push(unknown_click(click));
                        telephony.started(cx, &request).await
                    }
                    other => other,
                }
            }
        };
        let communication = answer?;
        if let Some(Party::Number(number)) = &facts.client {
            self.remember_links(*number, &communication.links).await;
        }
        let started = Started {
            communication: communication.id.clone(),
            external_id: communication.external_id.clone().unwrap_or(name),
        };
        Ok((started, communication))
    }
}

pub(super) fn unknown_click(click: &CommunicationId) -> Warning {
    Warning::new(
        WarningKind::UnknownToCrm,
        format!("Kontur does not know the clicked call {click}; it is told of the call without it"),
    )
}
