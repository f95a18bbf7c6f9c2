//! The parts of a registration.
//!
//! Each part is one request, because Kontur applies a change as a whole or not at all.

use std::time::Duration;

use vochi_crm_core::{Result, SecretUrl, Text};

use crate::api::{ChangeFilter, Feature, NewWebhook, PatchInstance};
use crate::inbound::{EVENTS_PATH, SYNC_PATH, UPGRADE_PATH};
use crate::model::{
    FeedEventType, Instance, InstanceId, Webhook, WebhookFilter, WebhookId, WebhookTrigger,
};

/// A webhook or schedule with a constant id, so that a second run finds it.
#[derive(Clone, Copy, Debug)]
pub(in crate::connector) struct Hook {
    id: &'static str,
    /// Relative to the base URL.
    relative_url: &'static str,
    trigger: Trigger,
}

#[derive(Clone, Copy, Debug)]
enum Trigger {
    Schedule,
    Changes(&'static [&'static str]),
}

/// The period of the schedules.
const PERIOD: Duration = Duration::from_secs(5 * 60);

/// The schedule for reading the PBX's history.
pub(in crate::connector) const SYNC: Hook = Hook {
    id: "7a3d5c10-4b1e-4f6a-9c27-56434b000001",
    relative_url: SYNC_PATH,
    trigger: Trigger::Schedule,
};

/// The schedule for upgrades of the integration.
const UPGRADE: Hook = Hook {
    id: "7a3d5c10-4b1e-4f6a-9c27-56434b000002",
    relative_url: UPGRADE_PATH,
    trigger: Trigger::Schedule,
};

/// The webhook for changes of clients.
const CALLBACKS: Hook = Hook {
    id: "7a3d5c10-4b1e-4f6a-9c27-56434b000003",
    relative_url: EVENTS_PATH,
    trigger: Trigger::Changes(&["contact", "company"]),
};

pub(super) const HOOKS: [Hook; 3] = [SYNC, UPGRADE, CALLBACKS];

/// One part to register or remove.
#[derive(Clone)]
pub(super) enum Part {
    /// Click-to-call and hang-up.
    Features,
    /// The callback URL, which contains a secret.
    Address(SecretUrl),
    Hook(Hook),
    /// No click-to-call and no hang-up.
    NoFeatures,
    /// No webhook or schedule with our id.
    NoHook(Hook),
}

impl Part {
    /// Returns true if the integration already has this state.
    pub(super) fn is_in(&self, instance: &Instance) -> bool {
        match self {
            Self::Features => instance.features.call && instance.features.hangup,
            Self::Address(ours) => calls(instance, ours.expose()),
            Self::Hook(hook) => hook.is_in(instance),
            Self::NoFeatures => !(instance.features.call || instance.features.hangup),
            Self::NoHook(hook) => hook.by_id(instance).is_none(),
        }
    }

    /// Describes the change.
    pub(super) fn describe(&self, instance: &Instance) -> String {
        match self {
            Self::Features => "features call and hangup are switched on".to_owned(),
            Self::Address(_) => "the base URL is set to ours".to_owned(),
            Self::Hook(hook) => {
                let done =
                    if hook.existing(instance).is_some() { "is updated" } else { "is created" };
                format!("{} {done}", hook.name())
            }
            Self::NoFeatures => "features call and hangup are switched off".to_owned(),
            Self::NoHook(hook) => format!("{} is removed", hook.name()),
        }
    }

    /// Returns the name of the part.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Features | Self::NoFeatures => "features call and hangup".to_owned(),
            Self::Address(_) => "the base URL".to_owned(),
            Self::Hook(hook) | Self::NoHook(hook) => hook.name(),
        }
    }

    /// Returns the request that makes the change.
    pub(super) fn patch(&self, id: InstanceId, instance: &Instance) -> Result<PatchInstance> {
        let patch = PatchInstance::new(id);
        Ok(match self {
            // Other enabled features stay enabled.
            Self::Features => {
                let ours = [Feature::Call, Feature::Hangup].into_iter();
                patch.features(ours.chain(other_features(instance)))
            }
            Self::NoFeatures => patch.features(other_features(instance)),
            Self::NoHook(hook) => patch.remove_webhook(&WebhookId::new(hook.id)?),
            Self::Address(ours) => patch.base_url(ours.expose()),
            Self::Hook(hook) => match hook.existing(instance).and_then(|found| found.id.as_ref()) {
                Some(id) => patch.replace_webhook(id, &hook.webhook()?),
                None => patch.add_webhook(&hook.webhook()?),
            },
        })
    }
}

fn other_features(instance: &Instance) -> Option<Feature> {
    instance.features.send_sms.then_some(Feature::SendSms)
}

/// Returns true if this is the integration's callback URL.
pub(in crate::connector) fn calls(instance: &Instance, ours: &str) -> bool {
    let same = |other: &str| other.trim_end_matches('/') == ours.trim_end_matches('/');
    instance.base_url.as_deref().is_some_and(same)
}

impl Hook {
    fn name(&self) -> String {
        match self.trigger {
            Trigger::Schedule => format!("schedule {}", self.relative_url),
            Trigger::Changes(_) => format!("webhook {}", self.relative_url),
        }
    }

    fn webhook(&self) -> Result<NewWebhook> {
        let hook = match self.trigger {
            Trigger::Schedule => NewWebhook::every(PERIOD, self.relative_url),
            Trigger::Changes(entities) => {
                let filters: Result<Vec<_>> = entities
                    .iter()
                    .map(|entity| Text::new(*entity).map(ChangeFilter::new))
                    .collect();
                NewWebhook::on_changes(self.relative_url).filters(filters?)
            }
        };
        Ok(hook.id(WebhookId::new(self.id)?))
    }

    /// Returns true if the integration has an equivalent webhook. Its period may differ.
    pub(in crate::connector) fn is_in(&self, instance: &Instance) -> bool {
        self.existing(instance).is_some_and(|found| {
            let works = match self.trigger {
                Trigger::Schedule => found.schedule.period.is_some(),
                Trigger::Changes(entities) => {
                    let filters = &found.filter.items.good;
                    entities.iter().all(|entity| filters.iter().any(|one| covers(one, entity)))
                }
            };
            works
                && !found.disabled
                && found.trigger == Some(self.trigger_type())
                && self.has_relative_url(found)
        })
    }

    /// Finds the webhook with our id.
    fn by_id<'a>(&self, instance: &'a Instance) -> Option<&'a Webhook> {
        let mut all = instance.webhooks.good.iter();
        all.find(|hook| hook.id.as_ref().is_some_and(|id| id.as_str() == self.id))
    }

    /// Finds the webhook with our id, else one with the same URL that someone else created.
    fn existing<'a>(&self, instance: &'a Instance) -> Option<&'a Webhook> {
        self.by_id(instance).or_else(|| {
            let all = instance.webhooks.good.iter();
            let mut same = all.filter(|hook| self.has_same_url(hook, instance));
            same.find(|hook| hook.trigger.as_ref().is_none_or(|own| *own == self.trigger_type()))
        })
    }

    fn trigger_type(&self) -> WebhookTrigger {
        match self.trigger {
            Trigger::Schedule => WebhookTrigger::Schedule,
            Trigger::Changes(_) => WebhookTrigger::EntityEvent,
        }
    }

    /// Returns true if the relative URL is ours, independent of the base URL.
    fn has_relative_url(&self, hook: &Webhook) -> bool {
        let url = hook.relative_url.as_deref();
        url.is_some_and(|url| url.trim_matches('/') == self.relative_url)
    }

    /// Returns true if the URL leads to ours: with or without slashes, relative or absolute.
    fn has_same_url(&self, hook: &Webhook, instance: &Instance) -> bool {
        let base = instance.base_url.as_deref().map(|base| base.trim_end_matches('/'));
        hook.relative_url.as_deref().is_some_and(|url| {
            let behind = base.and_then(|base| url.strip_prefix(base));
            behind.unwrap_or(url).trim_matches('/') == self.relative_url
        })
    }
}

/// Returns true if a filter passes every change of such entities.
fn covers(filter: &WebhookFilter, entity: &str) -> bool {
    let filtered = filter.entity_type.as_deref();
    filtered.is_none_or(|of| of.eq_ignore_ascii_case(entity))
        && filter.event_type.as_ref().is_none_or(|kind| *kind == FeedEventType::Change)
        && filter.change_type.is_none()
}
