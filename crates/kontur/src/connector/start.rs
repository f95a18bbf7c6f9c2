//! How a call begins for Kontur, and how one it does not know begins again.

use vochi_crm_core::{CallId, Cx, Direction, Error, Line, Party, Result, Warning, WarningKind};

use super::facts::Facts;
use super::note::Started;
use super::{Connector, words};
use crate::api::CallStarted;
use crate::model::{Communication, CommunicationId, ErrorStatus, ExternalId, PhoneText};

/// The numbers of a call, as Kontur writes them.
pub(super) struct Numbers {
    pub(super) client: Option<PhoneText>,
    pub(super) line: Option<PhoneText>,
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
            return Numbers { client: None, line: None };
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
        let request =
            CallStarted::new(facts.began_at, name.clone(), words::direction(facts.direction))
                .client_phone(numbers.client)
                .external_vats_phone(numbers.line);
        let answer = match &facts.click {
            None => self.client().send(cx, request).await,
            Some(click) => {
                let clicked = request.clone().communication_id(click.clone());
                match self.client().send(cx, clicked).await {
                    // Better a call of its own than none.
                    Err(error) if is_unknown_call(&error) => {
                        warnings.push(unknown_click(click));
                        self.client().send(cx, request).await
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
