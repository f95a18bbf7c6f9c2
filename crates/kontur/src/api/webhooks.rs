//! Webhooks and schedules of an integration in requests.

use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_core::{Error, Result, Text, setters};

use crate::model::{ChangeType, FeedEventType, WebhookId, WebhookTrigger, ZERO_GUID};

setters! {
    /// A filter of the changes that trigger a webhook.
    #[derive(PartialEq, Eq)]
    #[expect(clippy::struct_field_names, reason = "Kontur's names")]
    pub payload ChangeFilter {
        /// The entity type; every type by default.
        event_type: Option<FeedEventType>,
        entity_type: Text,
        /// The kind of change; every kind by default. The event type of a change is
        /// [`FeedEventType::Change`].
        change_type: Option<ChangeType>,
    }
}

setters! {
    /// A webhook or schedule to create or replace.
    ///
    /// ```
    /// use std::time::Duration;
    /// use vochi_crm_core::Text;
    /// use vochi_crm_kontur::api::{ChangeFilter, NewWebhook};
    /// use vochi_crm_kontur::model::WebhookId;
    /// let sync = NewWebhook::every(Duration::from_secs(300), "communications/sync")
    ///     .id(WebhookId::new("25d0c0de-5555-4e4e-aeae-000000000502")?);
    /// let changes = NewWebhook::on_changes("crm-callbacks")
    ///     .filters([ChangeFilter::new(Text::new("company")?)]);
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub struct NewWebhook {
        relative_url: String,
        trigger: WebhookTrigger,
        /// A constant id, so that a second run finds the webhook of the first; by default Kontur
        /// assigns one.
        id: Option<WebhookId>,
        /// Adds filters of changes; required with [`WebhookTrigger::EntityEvent`].
        filters: Vec<ChangeFilter>,
        /// The period of a schedule, in whole seconds: a second to a day.
        period: Option<Duration>,
        /// Disables it.
        disabled: bool,
    }
}

/// The longest period of a schedule; a full day would need another format.
const LONGEST_PERIOD: Duration = Duration::from_secs(24 * 60 * 60 - 1);

impl NewWebhook {
    /// Creates a schedule: Kontur calls the URL periodically.
    ///
    /// The URL is relative to the base URL and has no leading slash. Telephony defines
    /// `communications/sync` (read the PBX's history) and `setup/upgrade`.
    pub fn every(period: Duration, relative_url: impl Into<String>) -> Self {
        Self::new(relative_url, WebhookTrigger::Schedule).period(period)
    }

    /// Creates a webhook: Kontur calls the URL on changes; add [filters](Self::filters).
    pub fn on_changes(relative_url: impl Into<String>) -> Self {
        Self::new(relative_url, WebhookTrigger::EntityEvent)
    }

    pub(super) fn check(&self) -> Result<()> {
        let url = &self.relative_url;
        let plain = url.bytes().all(|byte| byte.is_ascii_graphic());
        let up = url.split('/').any(|part| matches!(part, "." | ".."));
        if url.is_empty() || !plain || up || url.starts_with('/') || url.contains("://") {
            return Err(Error::input(format!("invalid relative URL {url:?}"))
                .with_hint("write the part after the base URL, as communications/sync"));
        }
        if let Some(period) = self.period
            && (period.as_secs() == 0 || period > LONGEST_PERIOD)
        {
            return Err(Error::input(format!("invalid schedule period {period:?}"))
                .with_hint("use a second to a day"));
        }
        if self.trigger == WebhookTrigger::EntityEvent && self.filters.is_empty() {
            return Err(Error::input("invalid webhook: the filter list is empty"));
        }
        let mut changes = self.filters.iter().filter_map(|filter| filter.change_type.as_ref());
        match changes.find(|change| matches!(change, ChangeType::Other(_))) {
            Some(word) => Err(Error::input(format!("unsupported change type {:?}", word.as_str()))),
            None => Ok(()),
        }
    }

    /// Returns the fields that can be replaced.
    pub(super) fn members(&self) -> [(&'static str, Value); 5] {
        let schedule = match self.period.map(|period| period.as_secs()) {
            Some(seconds) => {
                let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
                json!({ "period": format!("{hours:02}:{minutes:02}:{:02}", seconds % 60) })
            }
            None => json!({}),
        };
        [
            ("relativeUrl", json!(self.relative_url)),
            ("triggerType", json!(self.trigger)),
            ("filter", json!({ "items": self.filters })),
            ("schedule", schedule),
            ("disabled", json!(self.disabled)),
        ]
    }

    /// Returns the whole webhook.
    pub(super) fn to_value(&self) -> Value {
        let id = self.id.as_ref().map_or(ZERO_GUID, WebhookId::as_str);
        self.members().into_iter().chain([("id", json!(id))]).collect()
    }
}
