//! `integrations/{id}/setup`: sets a public integration up.

use std::borrow::Cow;

use serde_json::{Map, Value};
use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};

use super::{done, given, paths};
use crate::model::InstanceId;

/// Sets a public integration up and so activates it (`POST …/integrations/{id}/setup`). It does not
/// concern private ones.
///
/// What the settings are is the integration's own matter; `Debug` does not show them. Kontur asks
/// for the same setup again when the integration gets a new version, so it is sent again after a
/// lost answer.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::SetupIntegration;
/// use vochi_crm_kontur::model::InstanceId;
/// let id = InstanceId::new("5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001")?;
/// let setup = SetupIntegration::new(id).with_setting("autoRedirect", false);
/// assert!(setup.request()?.path().ends_with("/setup"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone)]
pub struct SetupIntegration {
    instance: InstanceId,
    settings: Map<String, Value>,
}

impl SetupIntegration {
    /// Without settings.
    pub fn new(instance: InstanceId) -> Self {
        Self { instance, settings: Map::new() }
    }

    /// Sets one.
    #[must_use]
    pub fn with_setting(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings.insert(name.into(), value.into());
        self
    }
}

impl std::fmt::Debug for SetupIntegration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&String> = self.settings.keys().collect();
        f.debug_struct("SetupIntegration")
            .field("instance", &self.instance)
            .field("settings", &names)
            .finish()
    }
}

impl Endpoint for SetupIntegration {
    type Output = ();

    fn operation(&self) -> &'static str {
        "integrations/{id}/setup"
    }

    fn request(&self) -> Result<ApiRequest> {
        let mut names = self.settings.keys();
        names.try_for_each(|name| given::text("the name of a setting", Some(name)))?;
        ApiRequest::post(paths::setup(self.instance.as_str())?).json(&self.settings)
    }

    fn decode(&self, answer: &Response) -> Result<()> {
        done::read(answer)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Keyed
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.instance.as_str().into())
    }

    fn planned(&self) -> Response {
        done::planned()
    }
}
