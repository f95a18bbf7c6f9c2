//! Execution of accepted requests.

use serde_json::{Value, json};

use crate::report::{LiveCall, LiveRow};

use super::account::{
    Account, List, Record, digits, id_of, is_manager, now, number, phones, text_of,
};
use super::checks::Order;
use super::seed;

/// Input of users with another name in the record (§7.1, §10).
const USER_NAMES: &str = "u_manager_id>manager_id u_office_id>office_id u_labels>labels \
                          u_address>address u_address_u>address_juridical";

/// Sets members from fields, each a name or `field>member`.
pub(super) fn renamed(record: &mut Record, order: &Order, names: &str) {
    for name in names.split_whitespace() {
        let (from, to) = name.split_once('>').unwrap_or((name, name));
        if let Some(value) = order.body.get(from) {
            record.insert(to.to_owned(), stored(to, value));
        }
    }
}

/// Merges the map of the request into the list of the record (§5).
pub(super) fn extend(record: &mut Record, order: &Order) {
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

/// Members that are numbers beside the ids.
const NUMBERS: &[&str] = &["direction", "duration", "done", "section", "type", "u_type"];

/// A number for members that are numbers, else the value.
fn stored(name: &str, value: &Value) -> Value {
    match number(value) {
        Some(number) if name.ends_with("_id") || NUMBERS.contains(&name) => json!(number),
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
    pub(super) fn those(&self, order: &Order, fits: impl Fn(&Record) -> bool) -> Vec<Record> {
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
        if let Some(user) = self.record_mut(List::Users, id) {
            Self::write_user(user, order);
            self.client_hook(4, id);
        }
    }

    fn write_user(user: &mut Record, order: &Order) {
        let other = ["extended_fields", "u_password", "u_source"];
        for (name, value) in order.stored() {
            let renamed = USER_NAMES.contains(&format!("{name}>"));
            let value = match value.as_str() {
                Some("м") if name == "u_sex" => json!(1),
                Some("ж") if name == "u_sex" => json!(2),
                _ => value,
            };
            if !renamed && !other.contains(&name.as_str()) {
                user.insert(name, value);
            }
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

    /// Links a call to the client with its number, if there is one now (§7.3).
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
        let phone = phone_in(&text);
        let of_page = |call: &mut LiveCall| {
            let called = call.phone.as_deref().map(digits);
            called.is_some() && called == phone.as_deref().map(digits)
        };
        self.page_calls.extend(self.ringing.take_if(of_page));
        let extension = manager.and_then(seed::extension_of);
        self.live.push(LiveRow {
            call_id: None,
            r#type: "notification".into(),
            phone,
            codes: extension.map(str::to_owned).into_iter().collect(),
            users: manager.map(|id| id.to_string()).into_iter().collect(),
            hangup_status: None,
            at: jiff::Timestamp::now().to_string(),
        });
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
}

/// The client of a call; not sent.
pub(super) const CALL_CLIENT: &str = "_client";

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
