//! What a CRM has.

use std::fmt;

/// Something a CRM may have or lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Capability {
    /// A popup at a ringing employee.
    Popups,
    /// It is told who answered, held, resumed and left.
    LegEvents,
    /// Finished calls in its history.
    History,
    /// Telling in its history why nobody was reached: busy, cancelled, failed. Without it a call was
    /// answered or not.
    Reasons,
    /// A recording's address in a call of its history.
    RecordingByUrl,
    /// A recording's file uploaded to a call of its history.
    RecordingUpload,
    /// Finding a customer by phone.
    Find,
    /// Naming the responsible employee by phone.
    Responsible,
    /// Listing its users.
    Users,
    /// Reporting changed customers.
    Changes,
    /// Registering the telephony.
    Setup,
    /// Dialling on a click.
    ClickToCall,
    /// Hanging up from the CRM.
    HangupFromCrm,
}

/// What one CRM has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Capabilities(&'static [Capability]);

impl Capabilities {
    /// Exactly these.
    pub const fn new(list: &'static [Capability]) -> Self {
        Self(list)
    }

    /// Whether it has this one.
    pub fn has(self, capability: Capability) -> bool {
        self.0.contains(&capability)
    }

    /// Every one it has.
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        self.0.iter().copied()
    }
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0).finish()
    }
}
