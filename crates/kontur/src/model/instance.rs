//! An integration in a workspace.

use serde::Deserialize;
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{Secret, Timestamp};

use super::{
    ChangeType, FeedEventType, InstanceId, InstanceStatus, UpdateInfo, WebhookId, WebhookTrigger,
};

/// An integration in a workspace, as `integrations/instances/{id}` answers it.
///
/// Kontur answers its secrets in clear; here they do not print.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Instance {
    /// Its id.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub id: Option<InstanceId>,
    /// Where Kontur calls us.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub base_url: Option<String>,
    /// What is switched on.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub features: Features,
    /// How it stands.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub status: Option<InstanceStatus>,
    /// Its secrets.
    pub secrets: Items<InstanceSecret>,
    /// Its settings.
    pub settings: Items<InstanceSetting>,
    /// Its webhooks and schedules.
    #[serde(rename = "webHooks")]
    pub webhooks: Items<Webhook>,
    /// Who made and changed it.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub update_info: UpdateInfo,
}

impl Instance {
    /// The webhook or schedule of this id, if it has one.
    pub fn webhook(&self, id: &WebhookId) -> Option<&Webhook> {
        let mut webhooks = self.webhooks.good.iter();
        webhooks.find(|webhook| webhook.id.as_ref() == Some(id))
    }

    /// The setting of this name, if it has one.
    pub fn setting(&self, id: &str) -> Option<&str> {
        let mut settings = self.settings.good.iter();
        settings
            .find(|setting| setting.id.eq_ignore_ascii_case(id))
            .and_then(|setting| setting.value.as_deref())
    }

    /// When it was last changed.
    pub fn updated_at(&self) -> Option<Timestamp> {
        self.update_info.updated_at
    }
}

/// The functions Kontur may request of an integration. A missing feature is off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Features {
    /// Calling a number a user clicked.
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
    /// Its name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub id: Option<String>,
    /// The secret.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub value: Option<Secret>,
    /// The same where there are several.
    #[serde(default, deserialize_with = "wire::list_or_values")]
    pub values: Vec<Secret>,
}

/// A setting of an integration. Values are texts; flags are `False` and `True`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct InstanceSetting {
    /// Its name.
    pub id: String,
    /// Its value.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub value: Option<String>,
}

impl InstanceSetting {
    /// The value as a flag, if it is one.
    pub fn flag(&self) -> Option<bool> {
        let value = self.value.as_deref()?;
        match value.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }
}

/// A webhook or schedule of an integration: Kontur calls us when it is set off.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Webhook {
    /// Its id.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub id: Option<WebhookId>,
    /// Where Kontur calls, after our base address.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub relative_url: Option<String>,
    /// What sets it off.
    #[serde(default, rename = "triggerType", deserialize_with = "wire::value_or_none")]
    pub trigger: Option<WebhookTrigger>,
    /// Which changes set it off.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub filter: WebhookFilters,
    /// How often the clock sets it off.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub schedule: WebhookSchedule,
    /// Whether it is switched off.
    #[serde(default, deserialize_with = "wire::truthy")]
    pub disabled: bool,
}

/// Which changes set a webhook off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct WebhookFilters {
    /// Any of these.
    pub items: Items<WebhookFilter>,
}

/// A sort of changes. What is `None` may be anything.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebhookFilter {
    /// Of what: `contact`, `company`, …
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub entity_type: Option<String>,
    /// What happened to it.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub event_type: Option<FeedEventType>,
    /// How it was changed.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub change_type: Option<ChangeType>,
}

/// How often the clock sets a webhook off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct WebhookSchedule {
    /// Hours, minutes and seconds, as `00:05:00`.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub period: Option<String>,
}
