//! Leads and requests (§7.5, §7.6).

use serde_json::{Value, json};

use super::account::{Account, List, MINUTES, Record, SECONDS, id_of, now, number, text_of};
use super::checks::Order;
use super::handlers::{CALL_CLIENT, extend, renamed};
use super::seed;

/// Input of a new lead, with the member of the record.
const LEAD_NAMES: &str = "r_cl_id>client_id r_u_id>manager_id r_co_id>office_id \
                          r_id_internal>id_internal status_id source_id travel_type_id \
                          reason_deny_id note>notes r_dat>dat";

/// Input of `request/update`, with the member of the record.
const UPDATE_NAMES: &str = "manager_id office_id source_id r_cl_id>client_id reservation_number \
                            touroperator_id>supplier_id reason_deny_id";

impl Account {
    /// Creates a lead, of the given client, of the one with its number, or of a new one.
    pub(super) fn create_lead(&mut self, order: &Order) -> i64 {
        let mut lead = seed::lead_record();
        let at = now(MINUTES);
        for name in ["dat", "dat_lead", "dat_updated", "created_at"] {
            lead.insert(name.into(), json!(at));
        }
        renamed(&mut lead, order, LEAD_NAMES);
        extend(&mut lead, order);
        let source = order.text("source").and_then(|name| self.source_named(&name));
        if let Some(id) = source {
            lead.insert("source_id".into(), json!(id));
        }
        if order.number("r_cl_id").is_none() {
            let phone = ["u_phone", "u_phone_mobile", "u_phone_home"];
            let phone = phone.iter().find_map(|it| order.text(it)).unwrap_or_default();
            let known = self.with_phone(&phone).next().and_then(|it| id_of(List::Users, it));
            let client = known.unwrap_or_else(|| {
                let mut user = seed::client_record();
                let contacts = order.body.iter().filter(|(name, _)| name.starts_with("u_"));
                user.extend(contacts.map(|(name, value)| (name.clone(), value.clone())));
                self.push(List::Users, user)
            });
            lead.insert("client_id".into(), json!(client));
        }
        let id = self.push(List::Leads, lead);
        if let Some(lead) = self.record_mut(List::Leads, id) {
            lead.insert("id_system".into(), json!(id.saturating_add(180)));
        }
        if order.number("ignore_actions_and_reminders") != Some(1) {
            self.add_automatic_task(id, order);
        }
        self.happened(1, &json!({"request_id": id}));
        id
    }

    /// The first comment and the task of a new lead (§7.5).
    fn add_automatic_task(&mut self, lead: i64, order: &Order) {
        let text = order.text("reminder_text");
        let text = text.unwrap_or_else(|| "Заполнить данные клиента (через 1 час)".into());
        let task =
            json!({"r_id": lead, "type_id": 0, "text": text, "manager_id": order.number("r_u_id")});
        self.push(List::Reminders, seed::object(task));
        let comment = json!({
            "r_id": lead, "type_id": 0, "datetime": now(SECONDS), "text": order.text("note"),
        });
        self.push(List::Actions, seed::object(comment));
    }

    /// The source with this name, created if it is new.
    fn source_named(&mut self, name: &str) -> Option<i64> {
        let known = self.list(List::Sources).iter().find(|it| it.get("name") == Some(&json!(name)));
        let known = known.and_then(|it| id_of(List::Sources, it));
        known.or_else(|| Some(self.push(List::Sources, seed::object(json!({"name": name})))))
    }

    /// Searches leads or requests; a filter that is not sent, or is unknown, finds all (§7.5).
    pub(super) fn search(&self, order: &Order) -> Vec<Record> {
        self.those(order, |record| {
            order.body.iter().all(|(name, wanted)| passes(record, name, wanted))
        })
    }

    /// Updates a lead or a request: the one whose status is given, else the lead of this id (§7.6).
    pub(super) fn update_request(&mut self, order: &Order) {
        let id = order.id().unwrap_or_default();
        let (lead, request) = (order.number("lead_status_id"), order.number("request_status_id"));
        let known = |list| self.record(list, id).is_some();
        let (list, status) = match (known(List::Leads), known(List::Requests)) {
            (true, true) if request.is_some() && lead.is_none() => (List::Requests, request),
            (true, _) => (List::Leads, lead),
            _ => (List::Requests, request),
        };
        if let Some(record) = self.record_mut(list, id) {
            renamed(record, order, UPDATE_NAMES);
            extend(record, order);
            if let Some(status) = status {
                record.insert("status_id".into(), json!(status));
            }
            record.insert("dat_updated".into(), json!(now(MINUTES)));
        }
    }

    pub(super) fn requests_of_tourist(&self, order: &Order) -> Vec<Record> {
        self.those(order, |it| {
            let tourists = it.get("tourists").and_then(Value::as_array);
            tourists.is_some_and(|those| those.iter().any(|it| number(&it["u_id"]) == order.id()))
        })
    }

    /// A record as it is sent, with the names of what it refers to.
    pub(super) fn shown(&self, list: List, record: &Record) -> Record {
        let mut shown = record.clone();
        shown.remove(CALL_CLIENT);
        let statuses = match list {
            List::Leads => List::LeadStatuses,
            List::Requests => List::RequestStatuses,
            _ => return shown,
        };
        let user = |name: &str| self.record(List::Users, number(record.get(name)?)?);
        let (manager, client) = (user("manager_id"), user("client_id"));
        let member = |of: Option<&Record>, name: &str| {
            of.and_then(|it| it.get(name)).cloned().unwrap_or_default()
        };
        for name in ["surname", "name", "sname"] {
            shown.insert(format!("manager_{name}"), member(manager, &format!("u_{name}")));
        }
        for (name, value) in &mut shown {
            if let Some(name) = name.strip_prefix("client_").filter(|it| *it != "id") {
                *value = member(client, &format!("u_{name}"));
            }
        }
        let name = |list, id: &str| {
            let record = record.get(id).and_then(number).and_then(|id| self.record(list, id));
            member(record, "name")
        };
        shown.insert("source".into(), name(List::Sources, "source_id"));
        shown.insert("status".into(), name(statuses, "status_id"));
        // A number in the dictionary, a text here (§5).
        let status = record.get("status_id").map(text_of).unwrap_or_default();
        shown.insert("status_id".into(), json!(status));
        shown
    }
}

/// Members that a filter of dates compares.
const DATES: &[(&str, &str)] = &[
    ("date_create", "created_at"),
    ("date_lead_create", "dat_lead"),
    ("date_begin", "date_begin"),
    ("date_end", "date_end"),
];

/// Returns true if a record passes a filter of `lead/search` or `request/search`.
fn passes(record: &Record, name: &str, wanted: &Value) -> bool {
    let value = |member: &str| record.get(member).map(text_of).unwrap_or_default();
    if let Some(stem) = name.strip_suffix("_ids") {
        let member = match stem {
            "type" => "travel_type_id".to_owned(),
            "pay_status" => "status_pay_id".to_owned(),
            other => format!("{other}_id"),
        };
        let wanted = match wanted {
            Value::Array(ids) => ids.iter().map(text_of).collect::<Vec<_>>().join(","),
            other => text_of(other),
        };
        let value = value(&member);
        return wanted.split(',').any(|it| it.trim() == value);
    }
    let date = |stem: &str| DATES.iter().find(|(known, _)| *known == stem).map(|(_, it)| *it);
    if let Some(member) = name.strip_suffix("_from").and_then(date) {
        return value(member) >= text_of(wanted);
    }
    if let Some(member) = name.strip_suffix("_to").and_then(date) {
        return value(member) <= text_of(wanted);
    }
    match name {
        "r_id_system" => value("id_system") == text_of(wanted),
        "r_id_internal" => value("id_internal") == text_of(wanted),
        "reservation_number" => value(name) == text_of(wanted),
        _ => true,
    }
}
