//! Registering the telephony in a CRM, and undoing it.

use std::fmt;

use url::Url;

use crate::warning::Warning;

/// What a setup does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupAction {
    /// Registers the telephony.
    #[default]
    Register,
    /// Undoes what registering did, as far as the CRM lets it.
    Remove,
}

/// Whether a setup writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetupMode {
    /// It reads and writes what differs.
    #[default]
    Write,
    /// It reads, writes nothing, and reports what it would change.
    Show,
}

/// What to register or remove. Twice is the same as once. Its `Debug` does not show the address: a part of it
/// is secret.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetupPlan {
    /// The account's inbound address, which the CRM will send its requests to.
    pub inbound_url: Option<Url>,
    /// Whether it writes.
    pub mode: SetupMode,
    /// Whether it registers or removes.
    pub action: SetupAction,
}

impl SetupPlan {
    /// A plan without an inbound address: nothing the CRM sends will reach us.
    pub fn new(inbound_url: Option<Url>) -> Self {
        Self { inbound_url, mode: SetupMode::Write, action: SetupAction::Register }
    }

    /// A plan that undoes what registering did.
    #[must_use]
    pub fn removal() -> Self {
        Self { action: SetupAction::Remove, ..Self::new(None) }
    }

    /// The same plan, shown only: it reads and writes nothing.
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

/// What registering changed, or would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetupReport {
    /// Each change made, in words; none where everything was as it should be.
    pub changes: Vec<String>,
    /// What an operator should know.
    pub warnings: Vec<Warning>,
}

impl SetupReport {
    /// A report of these changes.
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
