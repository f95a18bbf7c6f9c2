//! Execution of valid requests.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::wire::Response;

use super::checks::{Order, json_answer, says};
use super::ids;
use super::patch;
use super::seed;
use super::state::{Workspace, find, id_of};

impl Workspace {
    pub(super) fn ok_response(&self) -> Response {
        says(self, StatusCode::OK, "OK")
    }

    pub(super) fn authorize(&mut self, order: &Order) -> Response {
        let mut instance = self.instance.clone();
        // The documented response has none.
        instance.remove("baseUrl");
        let key = self.issue_key(order.at);
        ok(&json!({
            "workspace": seed::workspace(),
            "integrationInstance": instance,
            "accessKey": key,
        }))
    }

    pub(super) fn set_up(&mut self) -> Response {
        self.instance.insert("status".into(), json!("active"));
        self.ok_response()
    }

    pub(super) fn patch_instance(&mut self, order: &Order) -> Response {
        let old = self.instance.clone();
        // The checks validated it already.
        if let Ok(mut new) = patch::apply(&old, operations(order), patch::INSTANCE) {
            let features = new.get_mut("features").and_then(Value::as_object_mut);
            if let Some(features) = features {
                for name in ["call", "hangup", "sendSms"] {
                    features.entry(name).or_insert(json!(false));
                }
            }
            touch(&mut new);
            self.instance = new;
            self.notify("integration", Some(&old), &self.instance.clone(), order);
        }
        let instance = json!(self.instance);
        if self.dialect.bare_patch {
            ok(&instance)
        } else {
            ok(&json!({"isSuccessful": true, "responseCode": "ok", "result": instance}))
        }
    }

    pub(super) fn events(&self, order: &Order) -> Response {
        let limit = order.parameter("limit").and_then(|it| it.parse().ok());
        let offset = order.parameter("offset").unwrap_or(ids::ZERO);
        ok(&self.feed.page(offset, limit.unwrap_or(50)))
    }

    pub(super) fn contact(&self, order: &Order) -> Response {
        ok(&json!(find(&self.contacts, &order.thing)))
    }

    pub(super) fn create_contacts(&mut self, order: &Order) -> Response {
        let items = order.body.get("items").and_then(Value::as_array);
        let mut created = Map::new();
        for fields in items.into_iter().flatten().filter_map(Value::as_object) {
            let defaults = json!({"links": {"companyIds": []}, "position": "", "id": ids::guid()});
            let contact = fill(seed::client(defaults), fields);
            self.notify("contact", None, &contact, order);
            self.contacts.push(contact.clone());
            // The keys are ids of another object (§11).
            created.insert(ids::guid(), Value::Object(contact));
        }
        ok(&json!({"items": created}))
    }

    pub(super) fn patch_contact(&mut self, order: &Order) -> Response {
        let mut contacts = self.contacts.iter_mut();
        let Some(contact) = contacts.find(|it| id_of(it) == order.thing) else {
            return ok(&Value::Null);
        };
        let old = contact.clone();
        let patched = patch::apply(&old, operations(order), patch::CONTACT);
        let mut new = patched.unwrap_or_else(|_| old.clone());
        touch(&mut new);
        contact.clone_from(&new);
        self.notify("contact", Some(&old), &new, order);
        ok(&Value::Object(new))
    }

    pub(super) fn create_company(&mut self, order: &Order) -> Response {
        let company = fill(seed::client(json!({"id": ids::guid()})), &order.body);
        self.notify("company", None, &company, order);
        self.companies.push(company.clone());
        ok(&Value::Object(company))
    }

    /// Adds a change by the requester to the feed.
    pub(super) fn notify(
        &mut self,
        entity: &'static str,
        old: Option<&Map<String, Value>>,
        new: &Map<String, Value>,
        order: &Order,
    ) {
        let by = if order.by_person {
            super::state::by_person()
        } else {
            json!({"createdAt": ids::now(), "createdWith": "Integration.vochi"})
        };
        let id = id_of(new).to_owned();
        self.changed(super::feed::Change { entity, id: &id, old, new: json!(new), by });
    }
}

pub(super) fn ok(body: &Value) -> Response {
    json_answer(StatusCode::OK, body)
}

fn operations(order: &Order) -> &[Value] {
    let operations = order.body.get("operations").and_then(Value::as_array);
    operations.map(Vec::as_slice).unwrap_or_default()
}

fn touch(model: &mut Map<String, Value>) {
    let info = model.get_mut("updateInfo").and_then(Value::as_object_mut);
    if let Some(info) = info {
        info.insert("updatedAt".into(), json!(ids::now()));
    }
}

/// Applies the fields; elements of lists get ids.
fn fill(mut model: Map<String, Value>, fields: &Map<String, Value>) -> Map<String, Value> {
    for (name, value) in fields {
        let value = match (name.as_str(), value) {
            ("id", _) => continue,
            ("phones" | "emails" | "messengerContacts", Value::Array(items)) => {
                items.iter().filter_map(patch::with_id).collect()
            }
            (_, other) => other.clone(),
        };
        model.insert(name.clone(), value);
    }
    model.insert("updateInfo".into(), seed::by_person(&ids::now()));
    model
}

pub(super) fn main_telephony() -> Value {
    json!({
        "userId": seed::MARIA,
        "groupId": ids::ZERO,
        "key": "@main-telephony-settings",
        "value": seed::INSTANCE_ID,
        "canEditAll": true,
        "updateInfo": seed::by_person("2025-11-20T12:55:06.096Z"),
        "id": "3fa80000-9999-4c4c-8d8d-000000000901",
    })
}
