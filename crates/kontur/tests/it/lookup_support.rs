//! Harness for lookup, feed, setup and health, scripted or with the sandbox.

use std::sync::Arc;

use serde_json::{Value, json};
use vochi_crm_core::testing::{Played, ScriptedTransport, Step};
use vochi_crm_core::{AccountConfig, Hub, PhoneNumber, Result};
use vochi_crm_kontur::{Config, Connector};
use vochi_crm_sandbox::Sandbox;

pub(crate) const MASHA: &str = "a1b2c3d4-1111-4a4a-8b8b-000000000101";
pub(crate) const DIMA: &str = "a1b2c3d4-1111-4a4a-8b8b-000000000102";
pub(crate) const PETR: &str = "a1b2c3d4-1111-4a4a-8b8b-000000000103";
pub(crate) const NUMBER: &str = "+375291112233";
pub(crate) const START: &str = "00000000-0000-0000-0000-000000000000";

/// A connector with scripted responses.
pub(crate) struct Harness {
    pub(crate) connector: Connector,
    pub(crate) script: ScriptedTransport,
}

impl Harness {
    /// Creates the default account: a ready key, two extensions, one line.
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::with(steps, json!({}), json!({}))
    }

    /// Creates the default account with changed keys; `null` removes one.
    pub(crate) fn with(
        steps: impl IntoIterator<Item = Step>,
        common: Value,
        config: Value,
    ) -> Self {
        let script = ScriptedTransport::new(steps);
        let hub = Hub::builder().transport(Arc::new(script.clone())).build().unwrap();
        Self { connector: open(&hub, common, config).unwrap(), script }
    }

    /// Returns the request lines so far, without the common path prefix.
    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = self.played().into_iter().map(|one| one.line);
        lines.map(|line| line.replace("/api/v1/vochi-demo/", "")).collect()
    }

    pub(crate) fn played(&self) -> Vec<Played> {
        self.script.played()
    }

    /// Returns the JSON body of a request.
    pub(crate) fn sent(&self, index: usize) -> Value {
        serde_json::from_str(&self.played()[index].body).unwrap()
    }
}

pub(crate) fn open(hub: &Hub, common: Value, config: Value) -> Result<Connector> {
    let mut all = json!({
        "default_region": "BY",
        "extensions": {"101": MASHA, "102": DIMA},
        "lines": {"0001363": "+375171234567"},
        // High quotas, because these tests do not measure rates.
        "requests_per_second": 1000.0,
        "burst": 1000,
    });
    merge(&mut all, common);
    let mut own = json!({"workspace": "vochi-demo", "access_key": "canary-ready-key"});
    merge(&mut own, config);
    let common: AccountConfig = serde_json::from_value(all).unwrap();
    let config: Config = serde_json::from_value(own).unwrap();
    Connector::open(hub, common.account("crm")?, &config)
}

pub(crate) fn merge(base: &mut Value, changes: Value) {
    let (Value::Object(base), Value::Object(changes)) = (base, changes) else {
        return;
    };
    for (key, value) in changes {
        if value.is_null() {
            base.remove(&key);
        } else {
            base.insert(key, value);
        }
    }
}

/// Connects with the sandbox's settings and some changes.
pub(crate) fn connect(sandbox: &Sandbox, changes: Value) -> Connector {
    let mut profile = sandbox.profiles()["kontur"].clone();
    merge(&mut profile, json!({"requests_per_second": 1000.0, "burst": 1000}));
    merge(&mut profile, changes);
    let common: AccountConfig = serde_json::from_value(profile.clone()).unwrap();
    let config: Config = serde_json::from_value(profile).unwrap();
    let account = common.account("crm").unwrap();
    Connector::open(&Hub::new().unwrap(), account, &config).unwrap()
}

pub(crate) async fn sandbox_account() -> (Sandbox, Connector) {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let connector = connect(&sandbox, json!({}));
    (sandbox, connector)
}

pub(crate) fn phone(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

/// Returns an offset in the feed.
pub(crate) fn offset(number: u32) -> String {
    format!("00000000-20ac-176a-0000-{number:012}")
}

/// Returns the last page of the feed.
pub(crate) fn page(offset_after: u32, events: &[Value]) -> Step {
    Step::json(200, &page_body(offset_after, events, false))
}

/// Returns a page with more pages after it.
pub(crate) fn page_of_more(offset_after: u32, events: &[Value]) -> Step {
    Step::json(200, &page_body(offset_after, events, true))
}

fn page_body(offset_after: u32, events: &[Value], more: bool) -> Value {
    json!({
        "count": events.len(), "items": events, "hasMore": more,
        "lastOffset": offset(offset_after),
    })
}

/// Returns a page without new events.
pub(crate) fn drained() -> Step {
    Step::json(200, &json!({"count": 0, "items": [], "hasMore": false}))
}

/// Returns a change of an entity with optional `old` and `new` models.
pub(crate) fn change(entity: &str, id: &str, kind: &str, models: Value) -> Value {
    let mut data = json!({"type": kind});
    merge(&mut data, models);
    json!({
        "type": "change",
        "entityIds": {format!("{entity}Id"): id},
        "changeData": data,
        "createInfo": {"createdAt": "2025-11-19T11:08:26.9+00:00", "createdWith": "WebApp"},
    })
}

pub(crate) fn user(id: &str, name: &str, status: &str) -> Value {
    let new = json!({"id": id, "name": name, "status": status, "isHidden": false});
    change("user", id, "create", json!({"new": new}))
}

pub(crate) fn contact_id(number: u32) -> String {
    format!("98c0a1d2-3333-4c4c-9d9d-{number:012}")
}

pub(crate) fn company_id(number: u32) -> String {
    format!("98c0a1d2-2222-4c4c-9d9d-{number:012}")
}

/// Returns the model of a contact with one number and these companies.
pub(crate) fn person(number: u32, name: &str, phone: &str, companies: &[u32]) -> Value {
    let companies: Vec<String> = companies.iter().map(|one| company_id(*one)).collect();
    json!({
        "id": contact_id(number), "name": name, "links": {"companyIds": companies},
        "phones": [{"type": "work", "value": phone}],
    })
}

pub(crate) fn firm(number: u32, name: &str, phone: &str) -> Value {
    json!({
        "id": company_id(number), "name": name,
        "phones": [{"type": "work", "value": phone}],
    })
}

/// Returns a change of a contact or company to this model.
pub(crate) fn model_event(kind: &str, model: &Value) -> Value {
    let id = model["id"].as_str().unwrap();
    let entity = if id.contains("-3333-") { "contact" } else { "company" };
    change(entity, id, kind, json!({"new": model}))
}

pub(crate) fn redirect(users: &[&str]) -> Step {
    Step::json(200, &json!({"userIds": users}))
}

pub(crate) fn unauthorized() -> Step {
    Step::json(401, &json!("Unauthorized"))
}

pub(crate) fn html() -> Step {
    Step::text(200, "text/html", "<html>maintenance</html>")
}

/// Returns the integration as set up, with a change; `null` removes a field.
pub(crate) fn instance(changes: Value) -> Value {
    let schedule = |number: u32, url: &str| {
        json!({
            "id": format!("7a3d5c10-4b1e-4f6a-9c27-56434b{number:06}"),
            "relativeUrl": url, "triggerType": "schedule", "filter": {"items": []},
            "schedule": {"period": "00:05:00"}, "disabled": false,
        })
    };
    let mut all = json!({
        "id": super::operations::INSTANCE,
        "baseUrl": INBOUND,
        "features": {"call": true, "hangup": true, "sendSms": false},
        "status": "active",
        "webHooks": [
            schedule(1, "communications/sync"),
            schedule(2, "setup/upgrade"),
            {
                "id": "7a3d5c10-4b1e-4f6a-9c27-56434b000003",
                "relativeUrl": "crm-callbacks", "triggerType": "entityEvent",
                "filter": {"items": [{"entityType": "contact"}, {"entityType": "company"}]},
                "schedule": {}, "disabled": false,
            },
        ],
    });
    merge(&mut all, changes);
    all
}

/// The inbound URL of the default account.
pub(crate) const INBOUND: &str = "https://pbx.example.test/in/crm/canary-inbound-secret";

/// Returns the authorization response.
pub(crate) fn authorized(workspace: &str) -> Step {
    Step::json(
        200,
        &json!({
            "workspace": {"name": workspace, "id": "d28f0000-6666-4f4f-bfbf-000000000601"},
            "integrationInstance": {"id": super::operations::INSTANCE},
            "accessKey": "canary-access-key",
        }),
    )
}
