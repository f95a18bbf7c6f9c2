//! Registering the telephony in a CRM, and removing it.

use std::fmt;

use url::Url;

use crate::warning::Warning;

/// The action of a setup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupAction {
    /// Registers the telephony.
    #[default]
    Register,
    /// Removes the registration, as far as the CRM allows.
    Remove,
}

/// Whether a setup writes to the CRM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupMode {
    /// Reads, and writes the differences.
    #[default]
    Write,
    /// Reads only, and reports the differences.
    Show,
}

/// What to register or remove. Idempotent.
///
/// `Debug` does not print the inbound address, since a part of it is secret.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetupPlan {
    /// The account's inbound address, to which the CRM will send its requests.
    pub inbound_url: Option<Url>,
    /// Whether it writes.
    pub mode: SetupMode,
    /// Whether it registers or removes.
    pub action: SetupAction,
}

impl SetupPlan {
    /// Creates a plan. Without an inbound address the CRM's requests do not reach the host.
    pub fn new(inbound_url: Option<Url>) -> Self {
        Self { inbound_url, mode: SetupMode::Write, action: SetupAction::Register }
    }

    /// Creates a plan that removes the registration.
    #[must_use]
    pub fn removal() -> Self {
        Self { action: SetupAction::Remove, ..Self::new(None) }
    }

    /// Turns the plan into a dry run: it reads only.
    #[must_use]
    pub fn shown_only(mut self) -> Self {
        self.mode = SetupMode::Show;
        self
    }
}

impl fmt::Debug for SetupPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetupPlan")
            .field("inbound", &self.inbound_url.as_ref().map(Url::host_str))
            .field("mode", &self.mode)
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

/// The changes that a setup made or would make.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetupReport {
    /// A description of each change; empty if nothing differed.
    pub changes: Vec<String>,
    /// Warnings for the operator.
    pub warnings: Vec<Warning>,
}

impl SetupReport {
    /// Creates a report.
    pub fn new(changes: Vec<String>) -> Self {
        Self { changes, warnings: Vec::new() }
    }

    /// Adds warnings.
    #[must_use]
    pub fn with_warnings(mut self, warnings: impl IntoIterator<Item = Warning>) -> Self {
        self.warnings.extend(warnings);
        self
    }
}
