//! What a call is begun with.

use serde::{Deserialize, Serialize};
use vochi_crm_core::{
    CallId, CallRecord, CallState, CrmCallId, Direction, Error, Line, Party, Result, Timestamp,
    Warning, WarningKind,
};

use crate::model::CommunicationId;

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
        let names: Vec<&str> =
            missing.iter().filter(|(_, missing)| *missing).map(|(name, _)| *name).collect();
        Err(Error::input(format!(
            "cannot start call {call} in Kontur: missing {}",
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
