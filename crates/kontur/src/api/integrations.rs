//! `integrations/*`, `ui-settings`: the integration in the workspace.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value, json};
use url::Url;
use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Operation, Repeat, Response};

use super::patch::{self, Patch};
use super::response::{Done, Object, Wrapped};
use super::validation;
use super::webhooks::NewWebhook;
use crate::model::{Instance, InstanceId, UiSetting, WebhookId};

/// Reads the integration (`GET …/integrations/instances/{id}`).
///
/// The response holds its secrets in clear text; the model redacts them in `Debug`.
///
/// ```
/// use vochi_crm_core::http::Operation;
/// use vochi_crm_kontur::api::GetInstance;
/// use vochi_crm_kontur::model::InstanceId;
/// let id = InstanceId::new("5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001")?;
/// assert!(GetInstance(id).request()?.path().starts_with("/integrations/instances/5b7c"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GetInstance(pub InstanceId);

impl Operation for GetInstance {
    type Output = Wrapped<Instance>;
    const NAME: &'static str = "integrations/instances/{id}";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get(format!("/integrations/instances/{}", self.0)))
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "id": self.0 }))
    }
}

/// A function Kontur may request from an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Feature {
    /// Click-to-call.
    Call,
    /// Hanging up.
    Hangup,
    /// Sending a text message. No request for it is documented: leave it off.
    SendSms,
}

/// Changes the integration (`PATCH …/integrations/instances/{id}`): operations in order, all or
/// none.
///
/// The documented response does not show the change; read it with [`GetInstance`]. A change that
/// only replaces is sent again after a lost response; one that adds or removes ends with effect
/// `maybe`.
///
/// ```
/// use vochi_crm_core::http::Operation;
/// use vochi_crm_kontur::api::{Feature, PatchInstance};
/// use vochi_crm_kontur::model::InstanceId;
/// let id = InstanceId::new("5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001")?;
/// let patch = PatchInstance::new(id)
///     .features([Feature::Call, Feature::Hangup])
///     .base_url("https://crm-hook.example.org/kontur/k7");
/// assert!(patch.request().is_ok());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PatchInstance {
    instance: InstanceId,
    patch: Patch,
}

impl PatchInstance {
    /// Creates an empty change. Sending it without an operation is an `input` error.
    pub fn new(instance: InstanceId) -> Self {
        Self { instance, patch: Patch::new(patch::LOWER) }
    }

    /// Switches these features on and all others off.
    #[must_use]
    pub fn features(mut self, features: impl IntoIterator<Item = Feature>) -> Self {
        // Both telephony features are always sent, so an empty list switches them off.
        let mut value = json!({ "call": false, "hangup": false });
        for feature in features {
            let name = match feature {
                Feature::Call => "call",
                Feature::Hangup => "hangup",
                Feature::SendSms => "sendSms",
            };
            value[name] = Value::Bool(true);
        }
        self.patch.replace("/features", &value);
        self
    }

    /// Sets the callback base URL: https, without a query.
    #[must_use]
    pub fn base_url(mut self, url: impl AsRef<str>) -> Self {
        let url = url.as_ref();
        // Kontur appends paths to the URL, so a query or fragment would corrupt them. The URL
        // parser accepts blanks and line breaks, which would be sent unchanged.
        let good = |url: &Url| {
            url.scheme() == "https"
                && url.has_host()
                && url.query().is_none()
                && url.fragment().is_none()
        };
        let plain = !url.chars().any(|c| c.is_control() || c.is_whitespace());
        if plain && Url::parse(url).is_ok_and(|url| good(&url)) {
            self.patch.replace("/baseUrl", &url);
        } else {
            // The URL may hold a secret segment, so the error does not repeat it.
            self.patch.refuse("invalid base URL: must be https, without a query");
        }
        self
    }

    /// Adds a webhook or schedule. Check first whether it exists.
    #[must_use]
    pub fn add_webhook(mut self, webhook: &NewWebhook) -> Self {
        match webhook.check() {
            Err(error) => self.patch.refuse(error.message()),
            Ok(()) => self.patch.add("/webHooks", &webhook.to_value()),
        }
        self
    }

    /// Replaces all fields of a webhook or schedule, by its id.
    #[must_use]
    pub fn replace_webhook(mut self, id: &WebhookId, webhook: &NewWebhook) -> Self {
        if let Err(error) = webhook.check() {
            self.patch.refuse(error.message());
        }
        for (member, value) in webhook.members() {
            self.patch.replace(format!("/webHooks/{id}/{member}"), &value);
        }
        self
    }

    /// Removes a webhook or schedule, by its id.
    #[must_use]
    pub fn remove_webhook(mut self, id: &WebhookId) -> Self {
        self.patch.remove(format!("/webHooks/{id}"));
        self
    }
}

impl Operation for PatchInstance {
    type Output = Wrapped<Instance>;
    const NAME: &'static str = "integrations/instances/{id}";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        self.patch.request(format!("/integrations/instances/{}", self.instance))
    }

    fn repeat(&self) -> Repeat {
        self.patch.repeat()
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.instance.as_str().into())
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({
            "isSuccessful": true,
            "responseCode": "ok",
            "result": { "id": self.instance },
        }))
    }
}

/// Sets up and thereby activates a public integration (`POST …/integrations/{id}/setup`).
///
/// Private integrations do not need it. The settings are defined by the integration; `Debug` does
/// not show them. Kontur requests the same setup for a new version of the integration, so it is
/// sent again after a lost response.
///
/// ```
/// use vochi_crm_core::http::Operation;
/// use vochi_crm_kontur::api::SetupIntegration;
/// use vochi_crm_kontur::model::InstanceId;
/// let id = InstanceId::new("5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001")?;
/// let setup = SetupIntegration::new(id).setting("autoRedirect", false);
/// assert!(setup.request()?.path().ends_with("/setup"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone)]
pub struct SetupIntegration {
    instance: InstanceId,
    settings: Map<String, Value>,
}

impl SetupIntegration {
    /// Creates a setup without settings.
    pub fn new(instance: InstanceId) -> Self {
        Self { instance, settings: Map::new() }
    }

    /// Adds a setting.
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.settings.insert(name.into(), value.into());
        self
    }
}

impl fmt::Debug for SetupIntegration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.settings.keys().collect();
        f.debug_tuple("SetupIntegration").field(&self.instance).field(&names).finish()
    }
}

impl Operation for SetupIntegration {
    type Output = Done;
    const NAME: &'static str = "integrations/{id}/setup";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        let mut names = self.settings.keys();
        names.try_for_each(|name| validation::text("name of a setting", Some(name)))?;
        ApiRequest::post(format!("/integrations/{}/setup", self.instance)).json(&self.settings)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.instance.as_str().into())
    }
}

/// Reads which integration is the main telephony (`GET …/ui-settings`).
///
/// **Undocumented query**: the printed one is malformed, and the page describes a setter although
/// the method is GET. Do not depend on it.
///
/// ```
/// use vochi_crm_core::http::Operation;
/// use vochi_crm_kontur::api::GetMainTelephony;
/// use vochi_crm_kontur::model::InstanceId;
/// let id = InstanceId::new("5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001")?;
/// assert_eq!(GetMainTelephony(id).request()?.path(), "/ui-settings");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GetMainTelephony(pub InstanceId);

impl Operation for GetMainTelephony {
    type Output = Object<UiSetting>;
    const NAME: &'static str = "ui-settings";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        let key = format!("@main-telephony-settings={}", self.0);
        Ok(ApiRequest::get("/ui-settings").query("key", key))
    }
}
