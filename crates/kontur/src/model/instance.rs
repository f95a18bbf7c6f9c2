//! An integration in a workspace.

use serde::Deserialize;
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{Secret, Timestamp};

use super::{
    ChangeType, FeedEventType, InstanceId, InstanceStatus, UpdateInfo, WebhookId, WebhookTrigger,
};

/// An integration in a workspace: the response of `integrations/instances/{id}`.
///
/// Kontur returns its secrets in clear text; `Debug` redacts them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Instance {
    /// The id.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub id: Option<InstanceId>,
    /// The callback base URL.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub base_url: Option<String>,
    /// The enabled features.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub features: Features,
    /// The status.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub status: Option<InstanceStatus>,
    /// The secrets.
    pub secrets: Items<InstanceSecret>,
    /// The settings.
    pub settings: Items<InstanceSetting>,
    /// The webhooks and schedules.
    #[serde(rename = "webHooks")]
    pub webhooks: Items<Webhook>,
    /// Creation and last change.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub update_info: UpdateInfo,
}

impl Instance {
    /// Returns the webhook or schedule with this id.
    pub fn webhook(&self, id: &WebhookId) -> Option<&Webhook> {
        let mut webhooks = self.webhooks.good.iter();
        webhooks.find(|webhook| webhook.id.as_ref() == Some(id))
    }

    /// Returns the value of the setting with this name.
    pub fn setting(&self, id: &str) -> Option<&str> {
        let mut settings = self.settings.good.iter();
        settings
            .find(|setting| setting.id.eq_ignore_ascii_case(id))
            .and_then(|setting| setting.value.as_deref())
    }

    /// Returns the time of the last change.
    pub fn updated_at(&self) -> Option<Timestamp> {
        self.update_info.updated_at
    }
}

/// The features Kontur may request from an integration. A missing feature is off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Features {
    /// Click-to-call.
    #[serde(deserialize_with = "wire::truthy")]
    pub call: bool,
    /// Hanging up.
    #[serde(deserialize_with = "wire::truthy")]
    pub hangup: bool,
    /// Sending a text message. No request for it is documented.
    #[serde(deserialize_with = "wire::truthy")]
    pub send_sms: bool,
}

/// A secret of an integration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct InstanceSecret {
    /// The name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub id: Option<String>,
    /// The value.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub value: Option<Secret>,
    /// The values, if there are several.
    #[serde(default, deserialize_with = "wire::list_or_values")]
    pub values: Vec<Secret>,
}

/// A setting of an integration. Values are texts; flags are `False` and `True`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct InstanceSetting {
    /// The name.
    pub id: String,
    /// The value.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub value: Option<String>,
}

impl InstanceSetting {
    /// Returns the value as a flag, if it is one.
    pub fn flag(&self) -> Option<bool> {
        let value = self.value.as_deref()?;
        match value.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }
}

/// A webhook or schedule of an integration: a request from Kontur on a trigger.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Webhook {
    /// The id.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub id: Option<WebhookId>,
    /// The URL relative to the base URL.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub relative_url: Option<String>,
    /// The trigger.
    #[serde(default, rename = "triggerType", deserialize_with = "wire::value_or_none")]
    pub trigger: Option<WebhookTrigger>,
    /// The changes that trigger it.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub filter: WebhookFilters,
    /// The period of a schedule.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub schedule: WebhookSchedule,
    /// Set if it is disabled.
    #[serde(default, deserialize_with = "wire::truthy")]
    pub disabled: bool,
}

/// The changes that trigger a webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct WebhookFilters {
    /// The alternatives.
    pub items: Items<WebhookFilter>,
}

/// A filter of changes. `None` matches anything.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebhookFilter {
    /// The entity type: `contact`, `company`, …
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub entity_type: Option<String>,
    /// The kind of event.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub event_type: Option<FeedEventType>,
    /// The kind of change.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub change_type: Option<ChangeType>,
}

/// The period of a schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct WebhookSchedule {
    /// Hours, minutes and seconds, as `00:05:00`.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub period: Option<String>,
}
