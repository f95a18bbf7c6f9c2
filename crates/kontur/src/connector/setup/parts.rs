//! What the integration in the workspace has to have, or to lose, each part on its own: Kontur takes a
//! change as a whole or not at all.

use std::time::Duration;

use vochi_crm_core::{Result, SecretUrl, Text};

use crate::api::{ChangeFilter, Feature, NewWebhook, PatchInstance};
use crate::inbound::{EVENTS_PATH, SYNC_PATH, UPGRADE_PATH};
use crate::model::{
    FeedEventType, Instance, InstanceId, Webhook, WebhookFilter, WebhookId, WebhookTrigger,
};

/// Something Kontur has to call, with an id of ours that never changes: by it a second run finds
/// what the first one made.
#[derive(Clone, Copy, Debug)]
pub(in crate::connector) struct Hook {
    id: &'static str,
    /// Behind the base address.
    relative_url: &'static str,
    by: By,
}

#[derive(Clone, Copy, Debug)]
enum By {
    Clock,
    Changes(&'static [&'static str]),
}

/// How often Kontur is to call what it calls by the clock.
const PERIOD: Duration = Duration::from_mins(5);

/// The history is to be brought up to date.
pub(in crate::connector) const SYNC: Hook =
    Hook { id: "7a3d5c10-4b1e-4f6a-9c27-56434b000001", relative_url: SYNC_PATH, by: By::Clock };

/// The integration has a new version.
const UPGRADE: Hook =
    Hook { id: "7a3d5c10-4b1e-4f6a-9c27-56434b000002", relative_url: UPGRADE_PATH, by: By::Clock };

/// A client was made or changed.
const CALLBACKS: Hook = Hook {
    id: "7a3d5c10-4b1e-4f6a-9c27-56434b000003",
    relative_url: EVENTS_PATH,
    by: By::Changes(&["contact", "company"]),
};

pub(super) const HOOKS: [Hook; 3] = [SYNC, UPGRADE, CALLBACKS];

/// One thing to be registered or removed.
#[derive(Clone)]
pub(super) enum Part {
    /// Clicks on numbers and on "hang up".
    Features,
    /// Where Kontur calls us; a part of it is secret.
    Address(SecretUrl),
    Hook(Hook),
    /// No clicks.
    NoFeatures,
    /// A webhook or schedule with our id is gone.
    NoHook(Hook),
}

impl Part {
    /// Whether the integration has it.
    pub(super) fn is_in(&self, instance: &Instance) -> bool {
        match self {
            Self::Features => instance.features.call && instance.features.hangup,
            Self::Address(ours) => calls(instance, ours.expose()),
            Self::Hook(hook) => hook.is_in(instance),
            Self::NoFeatures => !(instance.features.call || instance.features.hangup),
            Self::NoHook(hook) => hook.ours(instance).is_none(),
        }
    }

    /// The change that brings it there, in words.
    pub(super) fn describe(&self, instance: &Instance) -> String {
        match self {
            Self::Features => "features call and hangup are switched on".to_owned(),
            Self::Address(_) => "the base address is set to ours".to_owned(),
            Self::Hook(hook) => {
                let done = if hook.found(instance).is_some() { "is put right" } else { "is made" };
                format!("{} {done}", hook.name())
            }
            Self::NoFeatures => "features call and hangup are switched off".to_owned(),
            Self::NoHook(hook) => format!("{} is removed", hook.name()),
        }
    }

    /// What it is called.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Features | Self::NoFeatures => "features call and hangup".to_owned(),
            Self::Address(_) => "the base address".to_owned(),
            Self::Hook(hook) | Self::NoHook(hook) => hook.name(),
        }
    }

    /// The request that brings it there.
    pub(super) fn patch(&self, id: InstanceId, instance: &Instance) -> Result<PatchInstance> {
        let patch = PatchInstance::new(id);
        Ok(match self {
            // What else is on stays on.
            Self::Features => {
                let ours = [Feature::Call, Feature::Hangup].into_iter();
                patch.features(ours.chain(other_features(instance)))
            }
            Self::NoFeatures => patch.features(other_features(instance)),
            Self::NoHook(hook) => patch.remove_webhook(&WebhookId::new(hook.id)?),
            Self::Address(ours) => patch.base_url(ours.expose()),
            Self::Hook(hook) => match hook.found(instance).and_then(|found| found.id.as_ref()) {
                Some(id) => patch.replace_webhook(id, &hook.wanted()?),
                None => patch.add_webhook(&hook.wanted()?),
            },
        })
    }
}

fn other_features(instance: &Instance) -> Option<Feature> {
    instance.features.send_sms.then_some(Feature::SendSms)
}

/// Whether Kontur calls this address of ours.
pub(in crate::connector) fn calls(instance: &Instance, ours: &str) -> bool {
    let same = |other: &str| other.trim_end_matches('/') == ours.trim_end_matches('/');
    instance.base_url.as_deref().is_some_and(same)
}

impl Hook {
    fn name(&self) -> String {
        match self.by {
            By::Clock => format!("schedule {}", self.relative_url),
            By::Changes(_) => format!("webhook {}", self.relative_url),
        }
    }

    fn wanted(&self) -> Result<NewWebhook> {
        let hook = match self.by {
            By::Clock => NewWebhook::every(PERIOD, self.relative_url),
            By::Changes(things) => {
                let filters: Result<Vec<_>> =
                    things.iter().map(|thing| Text::new(*thing).map(ChangeFilter::new)).collect();
                NewWebhook::on_changes(self.relative_url).filters(filters?)
            }
        };
        Ok(hook.id(WebhookId::new(self.id)?))
    }

    /// Whether Kontur calls it as it should. How often is the operator's own matter.
    pub(in crate::connector) fn is_in(&self, instance: &Instance) -> bool {
        self.found(instance).is_some_and(|found| {
            let works = match self.by {
                By::Clock => found.schedule.period.is_some(),
                By::Changes(things) => {
                    let told = &found.filter.items.good;
                    things.iter().all(|thing| told.iter().any(|one| covers(one, thing)))
                }
            };
            works && !found.disabled && found.trigger == Some(self.trigger()) && self.is_at(found)
        })
    }

    /// The one with our id.
    fn ours<'a>(&self, instance: &'a Instance) -> Option<&'a Webhook> {
        let mut all = instance.webhooks.good.iter();
        all.find(|hook| hook.id.as_ref().is_some_and(|id| id.as_str() == self.id))
    }

    /// The one with our id, else one that calls the same place: somebody made it before us.
    fn found<'a>(&self, instance: &'a Instance) -> Option<&'a Webhook> {
        self.ours(instance).or_else(|| {
            let all = instance.webhooks.good.iter();
            let mut same = all.filter(|hook| self.leads(hook, instance));
            same.find(|hook| hook.trigger.as_ref().is_none_or(|own| *own == self.trigger()))
        })
    }

    fn trigger(&self) -> WebhookTrigger {
        match self.by {
            By::Clock => WebhookTrigger::Schedule,
            By::Changes(_) => WebhookTrigger::EntityEvent,
        }
    }

    /// Whether its address goes along when the base address changes.
    fn is_at(&self, hook: &Webhook) -> bool {
        let url = hook.relative_url.as_deref();
        url.is_some_and(|url| url.trim_matches('/') == self.relative_url)
    }

    /// Pages print these addresses with a slash, without one, and whole.
    fn leads(&self, hook: &Webhook, instance: &Instance) -> bool {
        let base = instance.base_url.as_deref().map(|base| base.trim_end_matches('/'));
        hook.relative_url.as_deref().is_some_and(|url| {
            let behind = base.and_then(|base| url.strip_prefix(base));
            behind.unwrap_or(url).trim_matches('/') == self.relative_url
        })
    }
}

/// Whether a filter lets every change of such things through.
fn covers(filter: &WebhookFilter, thing: &str) -> bool {
    let of_it = filter.entity_type.as_deref();
    of_it.is_none_or(|of| of.eq_ignore_ascii_case(thing))
        && filter.event_type.as_ref().is_none_or(|kind| *kind == FeedEventType::Change)
        && filter.change_type.is_none()
}
