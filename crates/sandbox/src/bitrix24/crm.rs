//! Classic methods of the CRM: lists, one entity, new ones, duplicates (§10).

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::php::{self, items};

use super::answer::{Failure, Outcome};
use super::checks::Order;
use super::portal::{List, Portal, Record, comparable, id_of, number, text_in, text_of, values_of};
use super::system::is_admin;
use super::{query, seed};

/// Fields with several values, shown in a list only if they are named.
pub(super) const MULTIPLE: &[&str] = &["PHONE", "EMAIL", "WEB", "IM"];

/// Most entities of one type that the search for duplicates returns.
const DUPLICATES: usize = 20;

impl Order {
    /// The refusal of a user without rights in the CRM, in the form of the method.
    pub(super) fn denied_crm(&self, portal: &Portal) -> Option<Failure> {
        let name = self.name();
        if !portal.dialect.deny_crm || !name.starts_with("crm.") {
            return None;
        }
        Some(if name.starts_with("crm.item.") {
            Failure::named("ACCESS_DENIED", "Access denied")
        } else if name.starts_with("crm.duplicate.") {
            Failure::new(403, "", "Access denied")
        } else {
            Failure::plain("Access denied.")
        })
    }
}

impl Portal {
    pub(super) fn entities(&mut self, order: &Order) -> Outcome {
        let names = ["filter", "order", "select"];
        Ok(query::listed(self.list(order.list()), &order.parameters, names, MULTIPLE))
    }

    pub(super) fn entity(&mut self, order: &Order) -> Outcome {
        let id = order.number("id").unwrap_or_default();
        let found = self.record(order.list(), id).cloned();
        found.map(|it| json!(it).into()).ok_or_else(|| Failure::plain("Not found"))
    }

    pub(super) fn add_entity(&mut self, order: &Order) -> Outcome {
        let fields = order.object("fields");
        Ok(json!(self.create_entity(order.list(), &fields, order.at)).into())
    }

    /// Adds an entity of a list with these fields.
    pub(super) fn create_entity(&mut self, list: List, fields: &Record, at: Instant) -> i64 {
        let mut record = seed::blank(list, &self.date(at));
        self.write(&mut record, fields);
        let id = self.push(list, record);
        self.entity_changed(list, id, "ADD", at);
        id
    }

    /// Sets members of a record as the CRM stores them: scalars as text, multiple fields with ids.
    pub(super) fn write(&mut self, record: &mut Record, fields: &Record) {
        for (name, value) in fields {
            let stored = match value {
                value if MULTIPLE.contains(&name.as_str()) => self.multiple(name, value),
                Value::Number(number) => json!(number.to_string()),
                other => other.clone(),
            };
            if name == "CONTACT_IDS" {
                let first = items(value).first().map(text_of);
                record.insert("CONTACT_ID".into(), json!(first.unwrap_or_else(|| "0".into())));
            } else {
                record.insert(name.clone(), stored);
            }
        }
        for (flag, field) in [("HAS_PHONE", "PHONE"), ("HAS_EMAIL", "EMAIL")] {
            let has = values_of(record, field).next().is_some();
            record.insert(flag.into(), json!(if has { "Y" } else { "N" }));
            // Without values the member is absent (§10.2).
            if !has {
                record.remove(field);
            }
        }
    }

    /// Values of a multiple field with ids of their own.
    fn multiple(&mut self, name: &str, value: &Value) -> Value {
        let value = items(value).into_iter().map(|item| {
            let member = |name: &str| item.get(name).map(text_of);
            let id = 100 + self.next_serial();
            json!({
                "ID": id.to_string(),
                "VALUE_TYPE": member("VALUE_TYPE").unwrap_or_else(|| "WORK".into()),
                "VALUE": member("VALUE").unwrap_or_default(),
                "TYPE_ID": name,
            })
        });
        value.collect()
    }

    /// Sends the event of a changed entity.
    pub(super) fn entity_changed(&mut self, list: List, id: i64, what: &str, at: Instant) {
        let Some(entity) = list.entity() else { return };
        let data = json!({"FIELDS": {"ID": id.to_string()}});
        self.happened(&format!("ONCRM{entity}{what}"), &data, at);
    }

    pub(super) fn add_activity(&mut self, order: &Order) -> Outcome {
        let fields = order.object("fields");
        let mut record = seed::object(json!({
            "STATUS": "1", "PRIORITY": "2", "DESCRIPTION": "", "SETTINGS": [],
            "PROVIDER_ID": null, "PROVIDER_TYPE_ID": null, "ORIGINATOR_ID": null,
            "ORIGIN_ID": null, "COMPLETED": "N",
        }));
        for (name, value) in fields.iter().filter(|(name, _)| *name != "COMMUNICATIONS") {
            let stored = if value.is_number() { json!(text_of(value)) } else { value.clone() };
            record.insert(name.clone(), stored);
        }
        Ok(json!(self.push(List::Activities, record)).into())
    }

    pub(super) fn duplicates(&mut self, order: &Order) -> Outcome {
        let field = order.text("type").unwrap_or_default();
        let values = order.parameters.get("values").map(items).unwrap_or_default();
        let of_type = order.text("entity_type");
        let same = |stored: &str, wanted: &Value| {
            let wanted = text_of(wanted);
            if field == "PHONE" {
                comparable(stored) == comparable(&wanted)
            } else {
                stored.eq_ignore_ascii_case(&wanted)
            }
        };
        let mut found = Vec::new();
        for list in [List::Leads, List::Contacts, List::Companies] {
            let entity = list.entity().unwrap_or_default();
            if of_type.as_deref().is_some_and(|it| it != entity) {
                continue;
            }
            let records = self.list(list).iter().filter(|it| {
                values_of(it, &field).any(|stored| values.iter().any(|it| same(stored, it)))
            });
            let ids: Vec<i64> = records.filter_map(id_of).take(DUPLICATES).collect();
            let is_full = ids.len() == DUPLICATES;
            if !ids.is_empty() {
                let shown = ids.into_iter().map(|id| {
                    if self.dialect.text_ids { json!(id.to_string()) } else { json!(id) }
                });
                found.push((entity.to_owned(), shown.collect()));
            }
            // A full type leaves out the later ones (§10.1).
            if is_full {
                break;
            }
        }
        Ok(php::array(found).into())
    }

    pub(super) fn users(&mut self, order: &Order) -> Outcome {
        let filter = order.parameters.get("FILTER").cloned().unwrap_or(Value::Null);
        let find = filter.get("FIND").map(|it| text_of(it).to_lowercase());
        let mut filter = filter;
        if let Some(filter) = filter.as_object_mut() {
            filter.remove("FIND");
        }
        let named = |it: &Record| {
            let name = ["NAME", "LAST_NAME", "WORK_POSITION"].map(|name| text_in(it, name));
            find.as_ref().is_none_or(|find| name.join(" ").to_lowercase().contains(find))
        };
        let users = self.list(List::Users).iter();
        let mut users: Vec<Record> =
            users.filter(|it| query::passes(it, &filter) && named(it)).cloned().collect();
        let by = order.text("SORT").unwrap_or_else(|| "ID".into());
        let direction = match order.parameters.get("ORDER") {
            Some(Value::Object(order)) => order.values().next().map(text_of),
            other => other.map(text_of),
        };
        query::sort(&mut users, &[(by, direction.unwrap_or_default())]);
        let selected = order.parameters.get("SELECT");
        let users = users.iter().map(|it| query::select(it, selected, "ID", &[])).collect();
        Ok(query::page(users, order.parameters.get("start")))
    }

    pub(super) fn current_user(&mut self, order: &Order) -> Outcome {
        let user = self.record(List::Users, order.credential.user()).cloned();
        Ok(user.map_or_else(|| json!([]), Value::Object).into())
    }

    pub(super) fn update_user(&mut self, order: &Order) -> Outcome {
        if !is_admin(order.credential.user()) {
            return Err(Failure::new(400, "ERROR_CORE", "access_denied"));
        }
        let id = order.number("ID").unwrap_or_default();
        let user = self.record_mut(List::Users, id);
        let user = user.ok_or_else(|| Failure::new(400, "ERROR_CORE", "User not found"))?;
        for (name, value) in order.parameters.iter().filter(|(name, _)| *name != "ID") {
            user.insert(name.clone(), value.clone());
        }
        Ok(json!(true).into())
    }

    pub(super) fn voximplant_users(&mut self, order: &Order) -> Outcome {
        if order.credential.is_application() {
            return Err(Failure::new(401, "METHOD_CONFIRM_WAITING", "Waiting for confirmation"));
        }
        let wanted = order.parameters.get("USER_ID").map(items).unwrap_or_default();
        let users = wanted.iter().filter_map(|id| self.record(List::Users, number(id)?));
        let shown = users.map(|it| {
            let inner = Some(text_in(it, "UF_PHONE_INNER")).filter(|it| !it.is_empty());
            let id = text_in(it, "ID");
            json!({
                "ID": id, "DEFAULT_LINE": null, "PHONE_ENABLED": "N",
                "SIP_SERVER": "ip.b24-demo.example", "SIP_LOGIN": format!("phone{id}"),
                "SIP_PASSWORD": null, "INNER_NUMBER": inner,
            })
        });
        Ok(json!(shown.collect::<Vec<Value>>()).into())
    }

    /// Sends a notification; one with the same tag replaces the older (§1.7).
    pub(super) fn notify(&mut self, order: &Order) -> Outcome {
        let tag = order.text("TAG").filter(|it| !it.is_empty());
        self.remove(List::Notifications, |it| {
            tag.as_ref().is_some_and(|tag| text_in(it, "TAG") == *tag)
        });
        let mut record = order.parameters.clone();
        record.remove("start");
        let id = self.push(List::Notifications, record);
        let user = order.number("USER_ID").unwrap_or_default();
        if self.active_user(user).is_none() {
            self.remove(List::Notifications, |it| id_of(it) == Some(id));
            return Ok(json!(false).into());
        }
        Ok(json!(id).into())
    }
}
