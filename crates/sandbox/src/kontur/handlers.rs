//! What the CRM does with a request that passed.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::wire::Answer;

use super::checks::{Endpoint, Order, json_answer, says};
use super::first;
use super::mint;
use super::patch;
use super::state::{Workspace, id_of};

impl Workspace {
    pub(super) fn carry_out(&mut self, order: &Order) -> Answer {
        match order.endpoint {
            Endpoint::AuthorizePrivate | Endpoint::AuthorizePublic => self.authorize(order),
            Endpoint::CallStarted => self.call_started(order),
            Endpoint::CallEvent => self.call_event(order),
            Endpoint::CallFinished => self.call_finished(order),
            Endpoint::CallFailed => self.call_failed(order),
            Endpoint::CallRecording => self.call_recording(order),
            Endpoint::RegisterCall => self.register_call(order),
            Endpoint::CallRedirect => self.call_redirect(order),
            Endpoint::Upload => self.upload(order),
            Endpoint::File => self.download(order),
            Endpoint::FileMeta => self.meta(order),
            Endpoint::Instance => ok(&json!(self.instance)),
            Endpoint::InstancePatch => self.patch_instance(order),
            Endpoint::Setup => {
                self.instance.insert("status".into(), json!("active"));
                self.done()
            }
            Endpoint::UiSettings => ok(&main_telephony()),
            Endpoint::Events => self.events(order),
            Endpoint::ContactsCreate => self.create_contacts(order),
            Endpoint::Contact => self.contact(order),
            Endpoint::ContactPatch => self.patch_contact(order),
            Endpoint::CompaniesCreate => self.create_company(order),
        }
    }

    pub(super) fn done(&self) -> Answer {
        says(self, StatusCode::OK, "OK")
    }

    fn authorize(&mut self, order: &Order) -> Answer {
        let mut instance = self.instance.clone();
        // This answer is printed without it.
        instance.remove("baseUrl");
        let key = self.issue_key(order.at);
        ok(&json!({
            "workspace": first::workspace(),
            "integrationInstance": instance,
            "accessKey": key,
        }))
    }

    fn patch_instance(&mut self, order: &Order) -> Answer {
        let old = self.instance.clone();
        // The checks have tried it already.
        if let Ok(mut new) = patch::apply(&old, operations(order), patch::INSTANCE) {
            let features = new.get_mut("features").and_then(Value::as_object_mut);
            if let Some(features) = features {
                for name in ["call", "hangup", "sendSms"] {
                    features.entry(name).or_insert(json!(false));
                }
            }
            touch(&mut new);
            self.instance = new;
            self.tell("integration", Some(&old), &self.instance.clone(), order);
        }
        let instance = json!(self.instance);
        if self.dialect.bare_patch {
            ok(&instance)
        } else {
            ok(&json!({"isSuccessful": true, "responseCode": "ok", "result": instance}))
        }
    }

    fn events(&self, order: &Order) -> Answer {
        let limit = order.parameter("limit").and_then(|it| it.parse().ok());
        let offset = order.parameter("offset").unwrap_or(mint::ZERO);
        ok(&self.feed.page(offset, limit.unwrap_or(50)))
    }

    fn contact(&self, order: &Order) -> Answer {
        let contact = self.contacts.iter().find(|it| id_of(it) == order.thing);
        ok(&json!(contact))
    }

    fn create_contacts(&mut self, order: &Order) -> Answer {
        let items = order.body.get("items").and_then(Value::as_array);
        let mut created = Map::new();
        for fields in items.into_iter().flatten().filter_map(Value::as_object) {
            let mut contact = first::object(json!({
                "links": {"companyIds": []},
                "position": "",
                "messengerContacts": [],
                "phones": [],
                "emails": [],
                "regionCode": "",
                "customFields": {},
                "tags": [],
                "id": mint::guid(),
            }));
            fill(&mut contact, fields);
            self.tell("contact", None, &contact, order);
            self.contacts.push(contact.clone());
            // The keys are ids of something else (§11).
            created.insert(mint::guid(), Value::Object(contact));
        }
        ok(&json!({"items": created}))
    }

    fn patch_contact(&mut self, order: &Order) -> Answer {
        let Some(index) = self.contacts.iter().position(|it| id_of(it) == order.thing) else {
            return ok(&Value::Null);
        };
        let old = self.contacts.swap_remove(index);
        let mut new =
            patch::apply(&old, operations(order), patch::CONTACT).unwrap_or_else(|_| old.clone());
        touch(&mut new);
        self.contacts.push(new.clone());
        let last = self.contacts.len() - 1;
        self.contacts.swap(index, last);
        self.tell("contact", Some(&old), &new, order);
        ok(&Value::Object(new))
    }

    fn create_company(&mut self, order: &Order) -> Answer {
        let mut company = first::object(json!({
            "messengerContacts": [],
            "phones": [],
            "emails": [],
            "regionCode": "",
            "customFields": {},
            "tags": [],
            "id": mint::guid(),
        }));
        fill(&mut company, &order.body);
        self.tell("company", None, &company, order);
        self.companies.push(company.clone());
        ok(&Value::Object(company))
    }

    /// Tells the feed, in the name of whoever asked.
    pub(super) fn tell(
        &mut self,
        entity: &'static str,
        old: Option<&Map<String, Value>>,
        new: &Map<String, Value>,
        order: &Order,
    ) {
        let by = if order.by_person {
            super::state::by_person()
        } else {
            json!({"createdAt": mint::now(), "createdWith": "Integration.vochi"})
        };
        let id = id_of(new).to_owned();
        self.changed(super::feed::Change { entity, id: &id, old, new: json!(new), by });
    }
}

pub(super) fn ok(body: &Value) -> Answer {
    json_answer(StatusCode::OK, body)
}

fn operations(order: &Order) -> &[Value] {
    let operations = order.body.get("operations").and_then(Value::as_array);
    operations.map(Vec::as_slice).unwrap_or_default()
}

fn touch(model: &mut Map<String, Value>) {
    let info = model.get_mut("updateInfo").and_then(Value::as_object_mut);
    if let Some(info) = info {
        info.insert("updatedAt".into(), json!(mint::now()));
    }
}

/// Takes over what was sent; the elements of lists get ids.
fn fill(model: &mut Map<String, Value>, fields: &Map<String, Value>) {
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
    model.insert("updateInfo".into(), first::by_person(&mint::now()));
}

fn main_telephony() -> Value {
    json!({
        "userId": first::MARIA,
        "groupId": mint::ZERO,
        "key": "@main-telephony-settings",
        "value": first::INSTANCE_ID,
        "canEditAll": true,
        "updateInfo": first::by_person("2025-11-20T12:55:06.096Z"),
        "id": "3fa80000-9999-4c4c-8d8d-000000000901",
    })
}
