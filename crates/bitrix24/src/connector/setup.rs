//! Registration of the telephony: the lines, and the subscriptions to clicks and callbacks.

use std::collections::BTreeSet;

use vochi_crm_core::connector::{Context, SetupAction, SetupMode, SetupPlan};
use vochi_crm_core::http::Operation;
use vochi_crm_core::{Cx, Directory, Error, Line, Result, SecretUrl, Text, WarningKind};

use super::mapping;
use crate::Client;
use crate::api::{AddLine, BindEvent, DeleteLine, ListBoundEvents, ListLines, UnbindEvent};
use crate::inbound::EVENT_PATH;
use crate::model::{BoundEvent, EventName, LineNumber, UserId};

/// The events that are subscribed to.
pub(super) const EVENTS: [EventName; 2] = [EventName::CallStart, EventName::CallbackStart];

/// Registers lines and subscriptions.
#[derive(Clone, Copy)]
pub(super) struct Setup<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) directory: &'a Directory<UserId>,
}

/// A change of one line or subscription.
enum Change {
    AddLine(LineNumber, Option<Text>),
    DeleteLine(LineNumber),
    Bind(EventName),
    Unbind(EventName, SecretUrl),
}

impl Change {
    fn describe(&self) -> String {
        match self {
            Self::AddLine(number, _) => format!("add line {number}"),
            Self::DeleteLine(number) => format!("delete line {number}"),
            Self::Bind(event) => format!("subscribe to {event}"),
            Self::Unbind(event, handler) => format!("unsubscribe from {event} at {handler}"),
        }
    }
}

impl Setup<'_> {
    /// Adds the lines and subscriptions that are missing, and removes subscriptions of this profile at
    /// another host or with an old secret; or removes all of ours. Those of others stay.
    pub(super) async fn run(&self, cx: &Cx, plan: &SetupPlan) -> Result<Vec<String>> {
        let address = self.address(plan);
        let mut changes = self.lines(cx, plan.action).await?;
        changes.extend(self.events(cx, plan.action, address.as_ref()).await?);
        let mut made = Vec::new();
        for change in &changes {
            let applied = self.apply(cx, change, address.as_ref(), plan.mode).await;
            applied.map_err(|error| with_changes(error, &made))?;
            made.push(change.describe());
        }
        Ok(made)
    }

    /// The address of our subscriptions.
    pub(super) fn address(&self, plan: &SetupPlan) -> Option<SecretUrl> {
        Some(self.context.account().inbound_address(plan)?.join(EVENT_PATH))
    }

    /// The configured lines: the number as it is registered, and the PBX's first name of it.
    pub(super) fn configured_lines(&self) -> Vec<(LineNumber, Option<Text>)> {
        let names = self.context.account().config().lines.keys();
        let lines = names.filter_map(|name| {
            let line = Line::new(name).ok()?;
            let number = mapping::line(Some(&line), |line| self.directory.number_of(line))?;
            Some((number, Text::new(name).ok()))
        });
        let mut seen = BTreeSet::new();
        lines.filter(|(number, _)| seen.insert(number.to_string())).collect()
    }

    async fn lines(&self, cx: &Cx, action: SetupAction) -> Result<Vec<Change>> {
        let configured = self.configured_lines();
        if configured.is_empty() {
            return Ok(Vec::new());
        }
        let present = self.client.send(cx, ListLines).await?.items.good;
        let has = |number: &LineNumber| present.iter().any(|line| line.number == *number);
        let removes = action == SetupAction::Remove;
        let concerned = configured.into_iter().filter(|(number, _)| has(number) == removes);
        let change = |(number, name)| match action {
            SetupAction::Remove => Change::DeleteLine(number),
            _ => Change::AddLine(number, name),
        };
        Ok(concerned.map(change).collect())
    }

    async fn events(
        &self,
        cx: &Cx,
        action: SetupAction,
        address: Option<&SecretUrl>,
    ) -> Result<Vec<Change>> {
        if self.client.oauth().is_none() {
            cx.warn(
                WarningKind::Incomplete,
                "clicks are not registered: Bitrix24 reports them to applications only; set \
                 client_id and client_secret in place of webhook_url",
            );
            return Ok(Vec::new());
        }
        let Some(address) = address else {
            cx.warn(
                WarningKind::Incomplete,
                "clicks are not registered: set public_url and inbound_secret, or poll the offline \
                 events",
            );
            return Ok(Vec::new());
        };
        let bound = self.client.send(cx, ListBoundEvents).await?.items.good;
        let registers = action == SetupAction::Register;
        let mut changes = Vec::new();
        for event in EVENTS {
            let ours = || bound.iter().filter(|bound| bound.event == event);
            let right = ours().any(|bound| is_at(bound, address));
            if !right && registers {
                changes.push(Change::Bind(event.clone()));
            }
            let old = ours().filter(|bound| {
                let remove = action == SetupAction::Remove && is_at(bound, address);
                remove || self.is_outdated(bound, address)
            });
            let others =
                ours().filter(|bound| !is_at(bound, address) && !self.is_outdated(bound, address));
            for handler in others.filter_map(|bound| bound.handler.as_ref()) {
                let text = format!("{event} is also sent to {handler}: this subscription stays");
                cx.warn(WarningKind::Incomplete, text);
            }
            for handler in old.filter_map(|bound| bound.handler.clone()) {
                changes.push(Change::Unbind(event.clone(), handler));
            }
        }
        Ok(changes)
    }

    /// Returns true for a subscription of this profile with an old secret, or at another host: the
    /// portal lists those of this application only.
    fn is_outdated(&self, bound: &BoundEvent, address: &SecretUrl) -> bool {
        let before_secret = |url: &str| {
            let base = url.trim_end_matches('/').strip_suffix(EVENT_PATH)?;
            Some(base.rsplit_once('/')?.0.to_owned())
        };
        let own = before_secret(address.expose());
        let handler = bound.handler.as_ref().and_then(|handler| before_secret(handler.expose()));
        let of_profile = format!("/in/{}", self.context.account().name());
        let is_ours =
            handler.is_some_and(|it| Some(&it) == own.as_ref() || it.ends_with(&of_profile));
        is_ours && !is_at(bound, address)
    }

    async fn apply(
        &self,
        cx: &Cx,
        change: &Change,
        address: Option<&SecretUrl>,
        mode: SetupMode,
    ) -> Result<()> {
        match change {
            Change::AddLine(number, name) => {
                self.send(cx, AddLine::new(number.clone()).name(name.clone()), mode).await
            }
            Change::DeleteLine(number) => self.send(cx, DeleteLine(number.clone()), mode).await,
            Change::Bind(event) => {
                let bind = BindEvent::new(event.clone()).handler(address.cloned());
                self.send(cx, bind, mode).await
            }
            Change::Unbind(event, handler) => {
                let unbind = UnbindEvent::new(event.clone()).handler(handler.clone());
                self.send(cx, unbind, mode).await
            }
        }
    }

    /// Sends an operation. A request that cannot be built is an error of a dry run too.
    async fn send<O: Operation>(&self, cx: &Cx, operation: O, mode: SetupMode) -> Result<()> {
        operation.request()?;
        if mode == SetupMode::Write {
            self.client.send(cx, operation).await?;
        }
        Ok(())
    }
}

/// Returns true for a subscription at our present address.
pub(super) fn is_at(bound: &BoundEvent, address: &SecretUrl) -> bool {
    bound.handler.as_ref().is_some_and(|handler| handler.expose() == address.expose())
}

/// Names the changes that were made before a failure.
fn with_changes(error: Error, made: &[String]) -> Error {
    if made.is_empty() {
        return error;
    }
    let hint = error.hint().map(|hint| format!("{hint}; ")).unwrap_or_default();
    error.with_hint(format!("{hint}already done: {}; run setup again", made.join(", ")))
}
