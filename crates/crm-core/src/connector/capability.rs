//! Capabilities of a CRM.

use std::fmt;

/// A feature that a CRM may support.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Capability {
    /// Popups for ringing employees.
    Popups,
    /// Events about legs: answered, held, resumed, ended.
    LegEvents,
    /// A history of finished calls.
    History,
    /// Reasons for unanswered calls in its history: busy, cancelled, failed. Without it a call is
    /// either answered or not.
    Reasons,
    /// Recordings attached to a call of its history by address.
    RecordingByUrl,
    /// Recordings uploaded to a call of its history.
    RecordingUpload,
    /// Searching a customer by phone.
    Find,
    /// Returning the responsible employee of a phone number.
    Responsible,
    /// A list of its users.
    Users,
    /// A list of changed customers.
    Changes,
    /// Registering the telephony by API.
    Setup,
    /// Click-to-call.
    ClickToCall,
    /// Hanging up a call from the CRM.
    HangupFromCrm,
}

/// The set of features that a CRM supports.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Capabilities(&'static [Capability]);

impl Capabilities {
    /// Creates a set of capabilities.
    pub const fn new(list: &'static [Capability]) -> Self {
        Self(list)
    }

    /// Returns true if the CRM supports this feature.
    pub fn has(self, capability: Capability) -> bool {
        self.0.contains(&capability)
    }

    /// Iterates over the supported features.
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        self.0.iter().copied()
    }
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0).finish()
    }
}
