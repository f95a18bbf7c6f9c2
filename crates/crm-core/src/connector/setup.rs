//! Registering the telephony in a CRM.

use url::Url;

/// What to register. Twice is the same as once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetupPlan {
    /// The account's inbound address, which the CRM will send its requests to.
    pub inbound_url: Option<Url>,
}

impl SetupPlan {
    /// A plan without an inbound address: nothing the CRM sends will reach us.
    pub fn new(inbound_url: Option<Url>) -> Self {
        Self { inbound_url }
    }
}

/// What registering changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetupReport {
    /// Each change made, in words.
    pub changes: Vec<String>,
}
