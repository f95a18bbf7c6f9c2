//! Changes of the integration in the workspace: features, address, webhooks.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Map, Value, json};
use url::Url;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::{Error, Result};

use super::patch::{Patch, Spelling};
use super::{done, given, paths};
use crate::model::{
    ChangeType, FeedEventType, Instance, InstanceId, WebhookId, WebhookTrigger, ZERO_GUID,
};

/// Something Kontur may ask of an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Feature {
    /// To call a number somebody clicked.
    Call,
    /// To hang up.
    Hangup,
    /// To send a short message. No request for it is documented: leave it off.
    SendSms,
}

/// A webhook or schedule to be made or changed.
///
/// ```
/// use std::time::Duration;
/// use vochi_crm_kontur::api::NewWebhook;
/// use vochi_crm_kontur::model::WebhookId;
/// let sync = NewWebhook::every(Duration::from_secs(300), "communications/sync")
///     .with_id(WebhookId::new("25d0c0de-5555-4e4e-aeae-000000000502")?);
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct NewWebhook {
    id: Option<WebhookId>,
    relative_url: String,
    trigger: WebhookTrigger,
    filters: Vec<Value>,
    period: Option<Duration>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Enabled,
    Disabled,
}

/// The longest period a schedule is written with; a day would need another form.
const LONGEST_PERIOD: Duration = Duration::from_secs(24 * 60 * 60 - 1);

impl NewWebhook {
    /// Kontur calls this address, after our base address and without a leading slash, again and
    /// again. Known to telephony are `communications/sync` (read the PBX's history) and
    /// `setup/upgrade`.
    pub fn every(period: Duration, relative_url: impl Into<String>) -> Self {
        Self { period: Some(period), ..Self::new(WebhookTrigger::Schedule, relative_url.into()) }
    }

    /// Kontur calls this address when something changes. Say [what](Self::about).
    pub fn on_changes(relative_url: impl Into<String>) -> Self {
        Self::new(WebhookTrigger::EntityEvent, relative_url.into())
    }

    fn new(trigger: WebhookTrigger, relative_url: String) -> Self {
        Self {
            id: None,
            relative_url,
            trigger,
            filters: Vec::new(),
            period: None,
            state: State::Enabled,
        }
    }

    /// An id of our own that does not change, so that a second run finds what the first one made.
    /// Without one, Kontur gives it one.
    #[must_use]
    pub fn with_id(mut self, id: WebhookId) -> Self {
        self.id = Some(id);
        self
    }

    /// Everything that happens to things of this sort (`contact`, `company`, …).
    #[must_use]
    pub fn about(mut self, entity_type: impl Into<String>) -> Self {
        self.filters.push(json!({ "entityType": entity_type.into() }));
        self
    }

    /// Changes of this sort to things of that sort.
    #[must_use]
    pub fn about_changes(mut self, entity_type: impl Into<String>, change: &ChangeType) -> Self {
        self.filters.push(json!({
            "eventType": FeedEventType::Change,
            "entityType": entity_type.into(),
            "changeType": change,
        }));
        self
    }

    /// Switched off.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.state = State::Disabled;
        self
    }

    fn check(&self) -> Result<()> {
        let url = &self.relative_url;
        let plain = url.bytes().all(|byte| byte.is_ascii_graphic());
        let up = url.split('/').any(|part| matches!(part, "." | ".."));
        if url.is_empty() || !plain || up || url.starts_with('/') || url.contains("://") {
            return Err(Error::input(format!("{url:?} is no relative address"))
                .with_hint("write it after the base address, as communications/sync"));
        }
        if let Some(period) = self.period
            && (period.as_secs() == 0 || period > LONGEST_PERIOD)
        {
            return Err(Error::input(format!("{period:?} is no period of a schedule"))
                .with_hint("give a second to a day"));
        }
        if self.trigger == WebhookTrigger::EntityEvent && self.filters.is_empty() {
            return Err(Error::input("a webhook does not say which changes it is about"));
        }
        self.filters.iter().try_for_each(check_filter)
    }

    fn filter(&self) -> Value {
        json!({ "items": self.filters })
    }

    fn schedule(&self) -> Value {
        match self.period.map(|period| period.as_secs()) {
            Some(seconds) => {
                let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
                json!({ "period": format!("{hours:02}:{minutes:02}:{:02}", seconds % 60) })
            }
            None => json!({}),
        }
    }

    fn is_disabled(&self) -> bool {
        self.state == State::Disabled
    }
}

/// Refuses changes Kontur would not understand, or take for all changes.
fn check_filter(filter: &Value) -> Result<()> {
    let text = |name: &str| filter.get(name).and_then(Value::as_str);
    given::text("the sort of things a webhook is about", text("entityType"))?;
    match text("changeType").map(ChangeType::of) {
        Some(ChangeType::Other(word)) => {
            Err(Error::input(format!("Kontur has no change {word:?}")))
        }
        _ => Ok(()),
    }
}

/// Changes the integration in the workspace (`PATCH …/integrations/instances/{id}`): in order, all or
/// nothing.
///
/// The printed answer does not show the change; look with [`GetInstance`](super::GetInstance)
/// afterwards. What only replaces is sent again after a lost answer; what adds or removes is not,
/// save where it surely was not carried out.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::{Feature, PatchInstance};
/// use vochi_crm_kontur::model::InstanceId;
/// let id = InstanceId::new("5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001")?;
/// let patch = PatchInstance::new(id)
///     .with_features([Feature::Call, Feature::Hangup])
///     .with_base_url("https://crm-hook.example.org/kontur/k7");
/// assert!(patch.request().is_ok());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PatchInstance {
    instance: InstanceId,
    patch: Patch,
    wrong: Option<String>,
}

impl PatchInstance {
    /// Changes nothing yet.
    pub fn new(instance: InstanceId) -> Self {
        Self { instance, patch: Patch::new(Spelling::Lower), wrong: None }
    }

    /// Switches these features on and all others off.
    #[must_use]
    pub fn with_features(mut self, features: impl IntoIterator<Item = Feature>) -> Self {
        // The two of telephony always stand there, so that an empty list switches off.
        let mut value = Map::new();
        value.insert("call".to_owned(), Value::Bool(false));
        value.insert("hangup".to_owned(), Value::Bool(false));
        for feature in features {
            let name = match feature {
                Feature::Call => "call",
                Feature::Hangup => "hangup",
                Feature::SendSms => "sendSms",
            };
            value.insert(name.to_owned(), Value::Bool(true));
        }
        self.patch.replace("/features", Value::Object(value));
        self
    }

    /// Where Kontur calls us: an https address without a query.
    #[must_use]
    pub fn with_base_url(mut self, url: impl Into<String>) -> Self {
        let url = url.into();
        // What stands behind it is a path: it would become a part of a query or a fragment. And a
        // parser forgives blanks and line breaks, which would go out.
        let good = |url: &Url| {
            url.scheme() == "https"
                && url.has_host()
                && url.query().is_none()
                && url.fragment().is_none()
        };
        let plain = !url.chars().any(|c| c.is_control() || c.is_whitespace());
        if plain && Url::parse(&url).is_ok_and(|url| good(&url)) {
            self.patch.replace("/baseUrl", Value::String(url));
        } else {
            // The address may hold a secret segment: it is not repeated.
            self.refuse("the base address is no https address, or has a query in it");
        }
        self
    }

    /// Makes a webhook or schedule. Look first whether it is there.
    #[must_use]
    pub fn adding(mut self, webhook: &NewWebhook) -> Self {
        match webhook.check() {
            Err(error) => self.refuse(error.message()),
            Ok(()) => self.patch.add(
                "/webHooks",
                json!({
                    "id": webhook.id.as_ref().map_or(ZERO_GUID, WebhookId::as_str),
                    "relativeUrl": webhook.relative_url,
                    "triggerType": webhook.trigger,
                    "filter": webhook.filter(),
                    "schedule": webhook.schedule(),
                    "disabled": webhook.is_disabled(),
                }),
            ),
        }
        self
    }

    /// Changes every member of a webhook or schedule that is there, by its id.
    #[must_use]
    pub fn replacing(mut self, id: &WebhookId, webhook: &NewWebhook) -> Self {
        match webhook.check() {
            Err(error) => self.refuse(error.message()),
            Ok(()) => {
                for (member, value) in [
                    ("relativeUrl", json!(webhook.relative_url)),
                    ("triggerType", json!(webhook.trigger)),
                    ("filter", webhook.filter()),
                    ("schedule", webhook.schedule()),
                    ("disabled", json!(webhook.is_disabled())),
                ] {
                    self.patch.replace(format!("/webHooks/{id}/{member}"), value);
                }
            }
        }
        self
    }

    /// Removes a webhook or schedule, by its id.
    #[must_use]
    pub fn removing(mut self, id: &WebhookId) -> Self {
        self.patch.remove(format!("/webHooks/{id}"));
        self
    }

    fn refuse(&mut self, why: &str) {
        self.wrong.get_or_insert_with(|| why.to_owned());
    }
}

impl Endpoint for PatchInstance {
    type Output = Instance;

    fn operation(&self) -> &'static str {
        "integrations/instances/{id}"
    }

    fn request(&self) -> Result<ApiRequest> {
        if let Some(why) = &self.wrong {
            return Err(Error::input(why.clone()));
        }
        self.patch.apply(paths::instance(self.instance.as_str())?)
    }

    fn decode(&self, answer: &Response) -> Result<Instance> {
        done::maybe_wrapped(answer)
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
