//! Execution of accepted requests.

use serde_json::{Value, json};

use crate::report::LiveRow;

use super::account::{
    Account, List, MINUTES, Record, SECONDS, digits, id_of, is_manager, now, number, phones,
    text_of,
};
use super::checks::Order;
use super::seed;

/// Input of users with another name in the record (§7.1, §10).
const USER_NAMES: &[(&str, &str)] = &[
    ("u_manager_id", "manager_id"),
    ("u_office_id", "office_id"),
    ("u_labels", "labels"),
    ("u_address", "address"),
    ("u_address_u", "address_juridical"),
];

/// Input of a new lead with another name in the record (§7.5).
const LEAD_NAMES: &[(&str, &str)] = &[
    ("r_cl_id", "client_id"),
    ("r_u_id", "manager_id"),
    ("r_co_id", "office_id"),
    ("r_id_internal", "id_internal"),
    ("status_id", "status_id"),
    ("source_id", "source_id"),
    ("travel_type_id", "travel_type_id"),
    ("reason_deny_id", "reason_deny_id"),
    ("note", "notes"),
    ("r_dat", "dat"),
    ("requirements_note", "client_requirements_note"),
    ("budget", "client_requirements_budget"),
];

/// Input of `request/update` (§7.6).
const UPDATE_NAMES: &[(&str, &str)] = &[
    ("manager_id", "manager_id"),
    ("office_id", "office_id"),
    ("source_id", "source_id"),
    ("r_cl_id", "client_id"),
    ("reservation_number", "reservation_number"),
    ("touroperator_id", "supplier_id"),
    ("reason_deny_id", "reason_deny_id"),
];

fn renamed(record: &mut Record, order: &Order, names: &[(&str, &str)]) {
    for (from, to) in names {
        if let Some(value) = order.body.get(*from) {
            record.insert((*to).to_owned(), stored(to, value));
        }
    }
}

/// Merges the map of the request into the list of the record (§5).
fn extend(record: &mut Record, order: &Order) {
    let Some(fields) = order.body.get("extended_fields").and_then(Value::as_object) else {
        return;
    };
    let list = record.entry("extended_fields").or_insert_with(|| json!([]));
    let Some(list) = list.as_array_mut() else { return };
    for (id, value) in fields {
        let id = number(&json!(id));
        list.retain(|it| number(&it["id"]) != id);
        list.push(json!({"id": id, "value": value}));
    }
}

/// A number for ids and flags, else the value.
fn stored(name: &str, value: &Value) -> Value {
    match number(value) {
        Some(number) if name.ends_with("_id") || name.ends_with("id") => json!(number),
        _ => value.clone(),
    }
}

impl Order {
    /// The fields of the body as they are stored.
    fn stored(&self) -> impl Iterator<Item = (String, Value)> + '_ {
        self.body.iter().map(|(name, value)| (name.clone(), stored(name, value)))
    }
}

impl Account {
    pub(super) fn all(&self, order: &Order) -> Vec<Record> {
        self.those(order, |_| true)
    }

    pub(super) fn one(&self, order: &Order) -> Vec<Record> {
        self.those(order, |it| id_of(order.list(), it) == order.id())
    }

    /// Records of the operation's list as they are sent.
    fn those(&self, order: &Order, fits: impl Fn(&Record) -> bool) -> Vec<Record> {
        let records = self.list(order.list()).iter().filter(|it| fits(it));
        records.map(|it| self.shown(order.list(), it)).collect()
    }

    /// Records in which a member is the id of the path.
    fn of(&self, member: &str, order: &Order) -> Vec<Record> {
        self.those(order, |it| it.get(member).and_then(number) == order.id())
    }

    pub(super) fn of_client(&self, order: &Order) -> Vec<Record> {
        self.of("client_id", order)
    }

    pub(super) fn of_request(&self, order: &Order) -> Vec<Record> {
        self.of("r_id", order)
    }

    /// Records with a date in the period of the path, from the source of the path; no employees.
    pub(super) fn period(&self, order: &Order) -> Vec<Record> {
        let source = order.argument("source").and_then(|it| it.parse().ok());
        self.those(order, |it| {
            let from = it.get("source_id").and_then(number);
            order.spans(it) && (source.is_none() || source == from) && !is_manager(it)
        })
    }

    pub(super) fn clients(&self, order: &Order) -> Vec<Record> {
        self.those(order, |it| !is_manager(it))
    }

    pub(super) fn clients_by_phone(&self, order: &Order) -> Vec<Record> {
        let office = order.argument("office").and_then(|it| it.parse().ok());
        let found = self.with_phone(order.argument("phone").unwrap_or_default()).filter(|it| {
            let known = id_of(List::Users, it).is_some_and(|id| self.is_indexed(id, order.at));
            known && (office.is_none() || it.get("office_id").and_then(number) == office)
        });
        found.cloned().collect()
    }

    pub(super) fn clients_by_email(&self, order: &Order) -> Vec<Record> {
        let wanted = order.text("email");
        self.those(order, |it| !is_manager(it) && it.get("u_email").map(text_of) == wanted)
    }

    /// Searches by contacts; without a filter all are found.
    pub(super) fn search_clients(&self, order: &Order) -> Vec<Record> {
        let partly = order.number("part_match") == Some(1);
        let filters =
            order.body.iter().filter(|(name, _)| !["part_match", "page"].contains(&name.as_str()));
        let filters: Vec<(String, String)> = filters
            .map(|(name, value)| {
                let member = match name.as_str() {
                    "vkontakte" => "u_social_vk".to_owned(),
                    "facebook" => "u_social_fb".to_owned(),
                    "odnoklassniki" => "u_social_ok".to_owned(),
                    "passport" => "u_passport_number".to_owned(),
                    "zagran_passport" => "u_zagran_number".to_owned(),
                    "label_ids" => "labels".to_owned(),
                    other => format!("u_{other}"),
                };
                (member, text_of(value))
            })
            .collect();
        self.those(order, |it| {
            !is_manager(it)
                && filters.iter().all(|(member, wanted)| {
                    let value = it.get(member).map(text_of).unwrap_or_default();
                    value == *wanted || (partly && value.contains(wanted))
                })
        })
    }

    pub(super) fn create_user(&mut self, order: &Order) -> i64 {
        let mut user = seed::client_record();
        Self::write_user(&mut user, order);
        let id = self.push(List::Users, user);
        if let Some(user) = self.record_mut(List::Users, id) {
            user.insert("global_u_id".into(), json!(seed::global_id(id)));
        }
        self.created_at(id, order.at);
        self.client_hook(3, id);
        id
    }

    pub(super) fn update_user(&mut self, order: &Order) {
        let id = order.id().unwrap_or_default();
        if let Some(mut user) = self.record(List::Users, id).cloned() {
            Self::write_user(&mut user, order);
            self.put(List::Users, user);
            self.client_hook(4, id);
        }
    }

    fn write_user(user: &mut Record, order: &Order) {
        for (name, value) in &order.body {
            let renamed = USER_NAMES.iter().any(|(from, _)| from == name);
            if renamed || ["extended_fields", "u_password", "u_source"].contains(&name.as_str()) {
                continue;
            }
            let value = match (name.as_str(), value.as_str()) {
                ("u_sex", Some("м")) => json!(1),
                ("u_sex", Some("ж")) => json!(2),
                _ => stored(name, value),
            };
            user.insert(name.clone(), value);
        }
        renamed(user, order, USER_NAMES);
        extend(user, order);
        user.insert("u_date_update".into(), json!(now("%Y-%m-%dT%H:%M:%S%z")));
    }

    pub(super) fn managers(&self, office: Option<&str>) -> Vec<Record> {
        let office = office.and_then(|it| it.parse().ok());
        let of_office =
            |it: &&Record| office.is_none() || it.get("office_id").and_then(number) == office;
        self.staff().filter(of_office).cloned().collect()
    }

    pub(super) fn manager(&self, order: &Order) -> Vec<Record> {
        let found = self.staff().find(|it| id_of(List::Users, it) == order.id());
        found.cloned().into_iter().collect()
    }

    /// Stores a call; it is linked to the client with its number, if there is one now (§7.3).
    pub(super) fn create_call(&mut self, order: &Order) -> i64 {
        let mut call = Record::new();
        for name in [
            "start",
            "phone",
            "direction",
            "duration",
            "manager_id",
            "record_link",
            "note",
            "office_id",
        ] {
            if let Some(value) = order.body.get(name) {
                let counted = ["direction", "duration", "manager_id", "office_id"].contains(&name);
                let value = number(value).filter(|_| counted).map_or(value.clone(), Value::from);
                call.insert(name.into(), value);
            }
        }
        self.link(&mut call);
        self.push(List::Calls, call)
    }

    /// Links a call to the client with its number.
    pub(super) fn link(&self, call: &mut Record) {
        let phone = call.get("phone").map(text_of).unwrap_or_default();
        let client = self.with_phone(&phone).next().and_then(|it| id_of(List::Users, it));
        call.insert(CALL_CLIENT.into(), json!(client));
    }

    pub(super) fn calls_of_client(&self, order: &Order) -> Vec<Record> {
        self.of(CALL_CLIENT, order)
    }

    /// The calls of the client of a lead or a request.
    pub(super) fn calls_of_request(&self, order: &Order) -> Vec<Record> {
        let id = order.id().unwrap_or_default();
        let of = self.record(List::Requests, id).or_else(|| self.record(List::Leads, id));
        let client = of.and_then(|it| number(it.get("client_id")?));
        self.those(order, |it| client.is_some() && it.get(CALL_CLIENT).and_then(number) == client)
    }

    /// Shows a popup to one manager.
    pub(super) fn create_notification(&mut self, order: &Order) {
        let manager = order.number("manager_id");
        let text = order.text("text").unwrap_or_default();
        let mut record = Record::new();
        record.insert("text".into(), json!(text));
        record.insert("manager_id".into(), json!(manager));
        self.push(List::Notifications, record);
        let extension = manager.and_then(seed::extension_of);
        self.live.push(LiveRow {
            call_id: None,
            r#type: "notification".into(),
            phone: phone_in(&text),
            codes: extension.map(str::to_owned).into_iter().collect(),
            users: manager.map(|id| id.to_string()).into_iter().collect(),
            hangup_status: None,
            at: jiff::Timestamp::now().to_string(),
        });
    }

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
            lead.insert("id_system".into(), json!(id + 180));
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

    pub(super) fn search_reminders(&self, order: &Order) -> Vec<Record> {
        let user = order.number("user_id");
        let (from, to) = (order.text("date_from"), order.text("date_to"));
        self.those(order, |it| {
            let manager = it.get("manager_id").and_then(number);
            let at = it.get("datetime").map(text_of).unwrap_or_default();
            (user.is_none() || user == manager)
                && from.as_ref().is_none_or(|from| at >= *from)
                && to.as_ref().is_none_or(|to| at <= *to)
        })
    }

    pub(super) fn create_source(&mut self, order: &Order) -> i64 {
        let source = json!({"name": order.body.get("rs_name")});
        self.push(List::Sources, seed::object(source))
    }

    /// Adds a subscription, also if there is an equal one (§7.11).
    pub(super) fn create_webhook(&mut self, order: &Order) -> i64 {
        self.create_with(json!({"method": "GET", "note": ""}), order)
    }

    pub(super) fn create_field(&mut self, order: &Order) -> i64 {
        self.create_with(json!({"active": 1}), order)
    }

    /// Stores the body as it is.
    pub(super) fn create(&mut self, order: &Order) -> i64 {
        self.create_with(json!({}), order)
    }

    fn create_with(&mut self, defaults: Value, order: &Order) -> i64 {
        let mut record = seed::object(defaults);
        record.extend(order.stored());
        self.push(order.list(), record)
    }

    pub(super) fn update(&mut self, order: &Order) {
        if let Some(record) = order.id().and_then(|id| self.record_mut(order.list(), id)) {
            record.extend(order.stored());
        }
    }

    pub(super) fn delete(&mut self, order: &Order) {
        if let Some(records) = self.lists.get_mut(&order.list()) {
            records.retain(|it| id_of(order.list(), it) != order.id());
        }
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

/// The client of a call; not sent.
pub(super) const CALL_CLIENT: &str = "_client";

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

/// The first number with a plus in a text.
fn phone_in(text: &str) -> Option<String> {
    let mut after = text.split('+').skip(1);
    let number = |text: &str| {
        let number: String =
            text.chars().take_while(|it| it.is_ascii_digit() || " ()-".contains(*it)).collect();
        let digits = digits(&number);
        (digits.len() >= 7).then(|| format!("+{digits}"))
    };
    after.find_map(number)
}

/// The numbers of a user with only digits and a plus.
pub(super) fn numbers(user: &Record) -> Vec<String> {
    phones(user).map(|phone| phone.trim().to_owned()).collect()
}
