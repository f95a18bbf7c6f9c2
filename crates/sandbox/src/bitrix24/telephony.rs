//! Calls: register, finish, show, hide, search, external lines, statistic (§4 to §8).

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::php::{is_true, items};
use crate::report::LiveRow;

use super::answer::{Failure, Outcome};
use super::checks::Order;
use super::portal::{List, Portal, Record, comparable, id_of, name_of, number, text_in, text_of};
use super::{query, seed};

/// Time in which a repeated registration returns the same call (§4).
const REPEAT: Duration = Duration::from_secs(30 * 60);

/// Id of the application, as calls and lines name it.
pub(super) const APPLICATION: &str = "3";

/// A registered call that is not finished.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) external_id: String,
    pub(super) user: i64,
    pub(super) phone: String,
    /// `TYPE`: 1 outgoing, 2 incoming, 3 redirected, 4 callback, 5 informational.
    pub(super) kind: i64,
    pub(super) line: String,
    /// Id of the application; empty for a webhook.
    application: String,
    pub(super) start: String,
    pub(super) registered: Instant,
    /// The entity of the call.
    pub(super) entity: Option<(List, i64)>,
    /// The lead that the registration created.
    created: Option<i64>,
}

/// A card of a call on the screen of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) call_id: String,
    pub(super) user: i64,
}

/// A call to register.
pub(super) struct NewCall {
    pub(super) user: i64,
    pub(super) phone: String,
    pub(super) kind: i64,
    pub(super) line: String,
    pub(super) external_id: String,
    pub(super) application: String,
    pub(super) start: String,
    pub(super) entity: Client,
    /// The source of a lead, if one is created.
    pub(super) creates: Option<String>,
}

/// The entity of a new call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    /// It is searched by the number.
    Searched,
    /// It is given, even if it is none.
    Given(Option<(List, i64)>),
}

/// What a registration did.
pub(super) struct Registered {
    pub(super) call: Call,
    is_repeat: bool,
    /// Created entities.
    created: Vec<(List, i64)>,
}

impl Order {
    /// The user of a call: by id, else by extension.
    pub(super) fn call_user(&self, portal: &Portal) -> Option<i64> {
        let id = self.number("USER_ID").filter(|id| *id != 0);
        id.or_else(|| portal.user_by_extension(&self.text("USER_PHONE_INNER")?))
    }

    fn application(&self) -> &'static str {
        if self.credential.is_application() { APPLICATION } else { "" }
    }
}

/// The characters of a number that are kept (§4).
pub(super) fn dialled(phone: &str) -> String {
    phone.chars().filter(|it| it.is_ascii_digit() || "+#*,;".contains(*it)).collect()
}

/// An id as telephony writes it.
fn shown_id(portal: &Portal, id: i64) -> Value {
    if portal.dialect.text_ids { json!(id.to_string()) } else { json!(id) }
}

impl Portal {
    pub(super) fn register(&mut self, order: &Order) -> Outcome {
        let user = order.call_user(self).unwrap_or_default();
        let entity = order.parameters.get("CRM_ENTITY_TYPE").map(text_of);
        let entity = entity.map_or(Client::Searched, |name| {
            let id = order.number("CRM_ENTITY_ID").unwrap_or_default();
            let list = List::of_entity(&name).filter(|list| self.record(*list, id).is_some());
            Client::Given(list.map(|list| (list, id)))
        });
        let creates = order.parameters.get("CRM_CREATE").is_some_and(is_true);
        let new = NewCall {
            user,
            phone: dialled(&order.text("PHONE_NUMBER").unwrap_or_default()),
            kind: order.number("TYPE").unwrap_or_default(),
            line: order.text("LINE_NUMBER").unwrap_or_default(),
            external_id: order.text("EXTERNAL_CALL_ID").unwrap_or_default(),
            application: order.application().to_owned(),
            start: order.text("CALL_START_DATE").unwrap_or_else(|| self.date(order.at)),
            entity,
            creates: creates.then(|| order.text("CRM_SOURCE").unwrap_or_else(|| "CALL".into())),
        };
        let known = self.list(List::Lines).iter().any(|it| text_in(it, "NUMBER") == new.line);
        if !known && !new.line.is_empty() {
            if self.dialect.refuse_unknown_lines {
                let text = format!("Could not find line with number {}", new.line);
                return Err(Failure::telephony(self, text));
            }
            let line = json!({
                "NUMBER": new.line, "NAME": "", "CRM_AUTO_CREATE": "N",
                "APPLICATION": order.application(),
            });
            self.push(List::Lines, seed::object(line));
        }
        let registered = self.register_call(new, order.at);
        let call = registered.call;
        if order.parameters.get("SHOW").is_none_or(is_true) {
            self.show_card(&call.id, user);
        }
        let codes = self.extension_of(user).into_iter().collect();
        self.note("register", &call, codes, order.at);
        let lead = registered.created.iter().find(|(list, _)| *list == List::Leads);
        let created = registered.created.iter().map(
            |(list, id)| json!({"ENTITY_TYPE": list.entity(), "ENTITY_ID": shown_id(self, *id)}),
        );
        let created: Vec<Value> = created.collect();
        let (entity_type, entity_id) = match call.entity {
            Some((list, id)) => (json!(list.entity()), shown_id(self, id)),
            None if registered.is_repeat => (Value::Null, Value::Null),
            None => (json!(""), Value::Null),
        };
        let mut result = json!({
            "CALL_ID": call.id,
            "CRM_CREATED_LEAD": lead.map(|(_, id)| shown_id(self, *id)),
            "CRM_CREATED_ENTITIES": created,
            "CRM_ENTITY_TYPE": entity_type,
            "CRM_ENTITY_ID": entity_id,
        });
        if creates && self.dialect.lead_error && call.entity.is_none() {
            result["LEAD_CREATION_ERROR"] = json!("Access denied");
        }
        Ok(result.into())
    }

    /// Registers a call, or returns the one that it repeats (§4).
    pub(super) fn register_call(&mut self, new: NewCall, at: Instant) -> Registered {
        let now = self.time(at);
        let by_start = self.dialect.age_by_start_date;
        let is_young = |call: &Call| {
            let start = call.start.parse::<Timestamp>().ok().filter(|_| by_start);
            let since = |start: Timestamp| Duration::try_from(now.duration_since(start)).ok();
            let age = match start {
                Some(start) => since(start).unwrap_or(Duration::ZERO),
                None => at.duration_since(call.registered),
            };
            age <= REPEAT
        };
        let repeated = self.calls.iter().find(|call| {
            call.user == new.user
                && call.phone == new.phone
                && call.kind == new.kind
                && call.application == new.application
                && (new.line.is_empty() || call.line == new.line)
                && (new.external_id.is_empty() || call.external_id == new.external_id)
                && is_young(call)
        });
        if let Some(call) = repeated.cloned() {
            return Registered { call, is_repeat: true, created: Vec::new() };
        }
        let is_internal = self.user_by_extension(&new.phone).is_some();
        let searched = || {
            let found = self.with_phone(&new.phone).into_iter().next();
            found.and_then(|(list, it)| Some((list, id_of(it)?)))
        };
        let mut entity = match new.entity {
            _ if is_internal => None,
            Client::Given(entity) => entity,
            Client::Searched => searched(),
        };
        let mut created = Vec::new();
        let creates = new.creates.filter(|_| {
            entity.is_none()
                && new.entity == Client::Searched
                && !is_internal
                && !self.dialect.lead_error
        });
        if let Some(source) = creates {
            created = self.create_entities(&new.phone, new.kind, new.user, &source, at);
            entity = created.first().copied();
        }
        let serial = u128::from(self.next_serial());
        // An odd factor makes each serial another 128-bit number.
        let hash = serial.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        let call = Call {
            id: format!("externalCall.{hash:032x}.{}", now.as_second()),
            external_id: new.external_id,
            user: new.user,
            phone: new.phone,
            kind: new.kind,
            line: new.line,
            application: new.application,
            start: new.start,
            registered: at,
            entity,
            created: created.first().filter(|(list, _)| *list == List::Leads).map(|(_, id)| *id),
        };
        self.calls.push(call.clone());
        let init = json!({
            "CALL_ID": call.id, "CALL_TYPE": call.kind, "CALLER_ID": call.phone,
            "REST_APP_ID": call.application,
        });
        self.happened("ONVOXIMPLANTCALLINIT", &init, at);
        let start = json!({"CALL_ID": call.id, "USER_ID": call.user});
        self.happened("ONVOXIMPLANTCALLSTART", &start, at);
        Registered { call, is_repeat: false, created }
    }

    /// Creates what a call from an unknown number creates: a lead, or a contact and a deal.
    fn create_entities(
        &mut self,
        phone: &str,
        kind: i64,
        user: i64,
        source: &str,
        at: Instant,
    ) -> Vec<(List, i64)> {
        let title = if kind == 1 {
            "Исходящий звонок"
        } else {
            "Входящий звонок"
        };
        let members = json!({
            "TITLE": format!("{phone} - {title}"), "SOURCE_ID": source, "ASSIGNED_BY_ID": user,
            "PHONE": [{"VALUE": phone, "VALUE_TYPE": "WORK"}],
        });
        let members = seed::object(members);
        if !self.dialect.without_leads {
            return vec![(List::Leads, self.create_entity(List::Leads, &members, at))];
        }
        let mut person = members.clone();
        person.insert("NAME".into(), json!(phone));
        let contact = self.create_entity(List::Contacts, &person, at);
        let mut deal = members;
        deal.insert("CONTACT_IDS".into(), json!([contact]));
        let deal = self.create_entity(List::Deals, &deal, at);
        vec![(List::Contacts, contact), (List::Deals, deal)]
    }

    pub(super) fn finish(&mut self, order: &Order) -> Outcome {
        let id = order.text("CALL_ID").unwrap_or_default();
        let Some(index) = self.calls.iter().position(|it| it.id == id) else {
            let end = if self.dialect.server_texts { "" } else { ")" };
            let text =
                format!("Call is not found (call should be registered prior to finishing{end}");
            return Err(Failure::telephony(self, text));
        };
        let call = self.calls.remove(index);
        let user = order.call_user(self).unwrap_or_default();
        self.cards.retain(|it| it.call_id != id || it.user != user);
        if let Some(lead) = call.created.and_then(|id| self.record_mut(List::Leads, id)) {
            lead.insert("ASSIGNED_BY_ID".into(), json!(user.to_string()));
        }
        let duration = order.number("DURATION").unwrap_or(0).max(0);
        let usual = if duration > 0 { "200" } else { "304" };
        let code = order.text("STATUS_CODE").unwrap_or_else(|| usual.into());
        let fails = call.entity.is_some() && self.dialect.activity_error;
        let activity = call.entity.filter(|_| !fails).map(|entity| {
            let activity = activity(&call, entity, user, duration);
            self.push(List::Activities, activity)
        });
        let portal_number = match call.line.as_str() {
            "" => format!("REST_APP:{}", call.application),
            line => line.to_owned(),
        };
        let echoed = self.dialect.echo_external_id && !call.external_id.is_empty();
        let external = json!(echoed.then_some(&call.external_id));
        let optional = |name: &str| order.text(name).unwrap_or_default();
        let vote = order.number("VOTE").unwrap_or(0);
        let (entity_type, entity_id) = match call.entity {
            Some((list, id)) => (json!(list.entity()), json!(id.to_string())),
            None => (Value::Null, Value::Null),
        };
        let row = json!({
            "PORTAL_USER_ID": user.to_string(), "PORTAL_NUMBER": portal_number,
            "PHONE_NUMBER": call.phone, "CALL_ID": id, "EXTERNAL_CALL_ID": external,
            "CALL_CATEGORY": "external", "CALL_LOG": null, "CALL_DURATION": duration.to_string(),
            "CALL_START_DATE": call.start, "CALL_RECORD_URL": null,
            "CALL_VOTE": vote.to_string(), "COST": format!("{:.4}", order.decimal("COST")),
            "COST_CURRENCY": optional("COST_CURRENCY"), "CALL_FAILED_CODE": code,
            "CALL_FAILED_REASON": optional("FAILED_REASON"), "CRM_ENTITY_TYPE": entity_type,
            "CRM_ENTITY_ID": entity_id, "CRM_ACTIVITY_ID": activity.map(|it| it.to_string()),
            "REST_APP_ID": call.application, "REST_APP_NAME": "vochi", "TRANSCRIPT_ID": null,
            "TRANSCRIPT_PENDING": "N", "SESSION_ID": null, "REDIAL_ATTEMPT": null, "COMMENT": null,
            "RECORD_DURATION": null, "RECORD_FILE_ID": null, "CALL_TYPE": call.kind.to_string(),
            OUR_ID: call.external_id,
        });
        let row_id = self.push(List::Statistic, seed::object(row));
        if let Some(url) = order.text("RECORD_URL")
            && let Some(row) = self.record_mut(List::Statistic, row_id)
        {
            row.insert("CALL_RECORD_URL".into(), json!(url));
        }
        let codes = self.extension_of(user).into_iter().collect();
        self.note("finish", &call, codes, order.at);
        let end = json!({
            "CALL_ID": id, "CALL_TYPE": call.kind, "PHONE_NUMBER": call.phone,
            "PORTAL_NUMBER": portal_number, "PORTAL_USER_ID": user, "CALL_DURATION": duration,
            "CALL_START_DATE": call.start, "COST": 0, "COST_CURRENCY": "",
            "CALL_FAILED_CODE": code, "CALL_FAILED_REASON": optional("FAILED_REASON"),
            "CRM_ACTIVITY_ID": activity,
        });
        self.happened("ONVOXIMPLANTCALLEND", &end, order.at);
        let name = if call.application.is_empty() { json!(false) } else { json!("vochi") };
        let mut result = json!({
            "CALL_ID": id, "EXTERNAL_CALL_ID": external, "PORTAL_USER_ID": user,
            "PHONE_NUMBER": call.phone, "PORTAL_NUMBER": portal_number,
            "INCOMING": call.kind.to_string(), "CALL_DURATION": duration, "CALL_START_DATE": {},
            "CALL_STATUS": i64::from(duration > 0), "CALL_VOTE": vote, "COST": 0,
            "COST_CURRENCY": optional("COST_CURRENCY"), "CALL_FAILED_CODE": code,
            "CALL_FAILED_REASON": optional("FAILED_REASON"), "REST_APP_ID": call.application,
            "REST_APP_NAME": name, "CRM_ACTIVITY_ID": activity, "COMMENT": null, "ID": row_id,
        });
        if let Some((list, entity)) = call.entity {
            result["CRM_ENTITY_TYPE"] = json!(list.entity());
            result["CRM_ENTITY_ID"] = shown_id(self, entity);
        }
        if fails {
            result["ERRORS"] = json!({"ACTIVITY_CREATION": "Access denied"});
        }
        Ok(result.into())
    }

    pub(super) fn show(&mut self, order: &Order) -> Outcome {
        Ok(json!(self.set_cards(order, "show")).into())
    }

    pub(super) fn hide(&mut self, order: &Order) -> Outcome {
        Ok(json!(self.set_cards(order, "hide")).into())
    }

    /// Shows or hides the cards of users; false for an unknown or finished call (§6).
    fn set_cards(&mut self, order: &Order, what: &str) -> bool {
        let id = order.text("CALL_ID").unwrap_or_default();
        let Some(call) = self.calls.iter().find(|it| it.id == id).cloned() else { return false };
        let users: BTreeSet<i64> = match order.parameters.get("USER_ID") {
            Some(users) => items(users).iter().filter_map(number).collect(),
            None => [call.user].into(),
        };
        for user in &users {
            if what == "show" {
                self.show_card(&id, *user);
            } else {
                self.cards.retain(|it| it.call_id != id || it.user != *user);
            }
        }
        let codes = users.iter().filter_map(|it| self.extension_of(*it)).collect();
        self.note(what, &call, codes, order.at);
        true
    }

    pub(super) fn show_card(&mut self, call_id: &str, user: i64) {
        let card = Card { call_id: call_id.to_owned(), user };
        if !self.cards.contains(&card) {
            self.cards.push(card);
        }
    }

    /// Notes what happened to a call, with the extensions concerned.
    fn note(&mut self, what: &str, call: &Call, codes: Vec<String>, at: Instant) {
        let shown = self.cards.iter().filter(|it| it.call_id == call.id);
        let row = LiveRow {
            call_id: Some(call.external_id.clone()).filter(|it| !it.is_empty()),
            r#type: what.to_owned(),
            phone: Some(call.phone.clone()),
            codes,
            users: shown.map(|it| it.user.to_string()).collect(),
            hangup_status: None,
            at: self.time(at).to_string(),
        };
        self.live.push(row);
    }

    pub(super) fn extension_of(&self, user: i64) -> Option<String> {
        let seeded = seed::PEOPLE.iter().find(|(.., id)| *id == user);
        let inner = text_in(self.record(List::Users, user)?, "UF_PHONE_INNER");
        let inner = Some(inner).filter(|it| !it.is_empty());
        inner.or_else(|| seeded.map(|(extension, ..)| (*extension).to_owned()))
    }

    pub(super) fn search_entities(&mut self, order: &Order) -> Outcome {
        let phone = order.text("PHONE_NUMBER").unwrap_or_default();
        let found = self.with_phone(&phone).into_iter().map(|(list, it)| {
            let assigned = it.get("ASSIGNED_BY_ID").and_then(number).unwrap_or_default();
            let user = self.record(List::Users, assigned);
            let of_user = |name: &str| {
                let text = user.map(|it| text_in(it, name)).filter(|it| !it.is_empty());
                json!(text)
            };
            json!({
                "CRM_ENTITY_TYPE": list.entity(),
                "CRM_ENTITY_ID": shown_id(self, id_of(it).unwrap_or_default()),
                "ASSIGNED_BY_ID": shown_id(self, assigned),
                "NAME": name_of(it),
                "ASSIGNED_BY": {
                    "ID": user.map(|_| assigned.to_string()),
                    "TIMEMAN_STATUS": user.map(|_| "OPENED"),
                    "USER_PHONE_INNER": of_user("UF_PHONE_INNER"),
                    "WORK_PHONE": of_user("WORK_PHONE"),
                    "PERSONAL_PHONE": of_user("PERSONAL_PHONE"),
                    "PERSONAL_MOBILE": of_user("PERSONAL_MOBILE"),
                },
            })
        });
        let found: Vec<Value> = found.collect();
        Ok(json!(found).into())
    }

    pub(super) fn statistic(&mut self, order: &Order) -> Outcome {
        if self.dialect.deny_statistic {
            return Err(Failure::denied("Access denied!"));
        }
        let shown = |row: &Record| {
            let mut row = row.clone();
            row.remove(OUR_ID);
            row
        };
        let filter = order.parameters.get("FILTER").cloned().unwrap_or(Value::Null);
        let rows = self.list(List::Statistic).iter();
        let mut rows: Vec<Record> =
            rows.filter(|it| query::passes(it, &filter)).map(shown).collect();
        let by = order.text("SORT").unwrap_or_else(|| "ID".into());
        query::sort(&mut rows, &[(by, order.text("ORDER").unwrap_or_default())]);
        Ok(query::page(rows, order.parameters.get("start")))
    }

    pub(super) fn add_line(&mut self, order: &Order) -> Outcome {
        let number = order.text("NUMBER").unwrap_or_default();
        if self.line(&number).is_some() {
            return Err(Failure::telephony(self, "Line already exists"));
        }
        let line = json!({
            "NUMBER": number, "NAME": order.text("NAME").unwrap_or_default(),
            "CRM_AUTO_CREATE": order.text("CRM_AUTO_CREATE").unwrap_or_else(|| "Y".into()),
            "APPLICATION": order.application(),
        });
        Ok(json!({"ID": self.push(List::Lines, seed::object(line))}).into())
    }

    fn line(&self, number: &str) -> Option<i64> {
        let mut lines = self.list(List::Lines).iter();
        id_of(lines.find(|it| text_in(it, "NUMBER") == number)?)
    }

    fn known_line(&self, order: &Order) -> Result<i64, Failure> {
        let number = order.text("NUMBER").unwrap_or_default();
        let text = format!("Could not find line with number {number}");
        self.line(&number).ok_or_else(|| Failure::telephony(self, text))
    }

    pub(super) fn lines(&mut self, order: &Order) -> Outcome {
        let own = self.list(List::Lines).iter();
        let own = own.filter(|it| text_in(it, "APPLICATION") == order.application());
        let shown = own.map(|it| {
            json!({
                "NUMBER": it.get("NUMBER"), "NAME": it.get("NAME"),
                "CRM_AUTO_CREATE": it.get("CRM_AUTO_CREATE"),
            })
        });
        Ok(json!(shown.collect::<Vec<Value>>()).into())
    }

    pub(super) fn update_line(&mut self, order: &Order) -> Outcome {
        let id = self.known_line(order)?;
        if let Some(line) = self.record_mut(List::Lines, id) {
            for name in ["NAME", "CRM_AUTO_CREATE"] {
                if let Some(value) = order.parameters.get(name) {
                    line.insert(name.into(), value.clone());
                }
            }
        }
        Ok(json!({"ID": id.to_string()}).into())
    }

    pub(super) fn delete_line(&mut self, order: &Order) -> Outcome {
        let id = self.known_line(order)?;
        self.remove(List::Lines, |it| id_of(it) == Some(id));
        Ok(json!([]).into())
    }
}

/// Member of a statistic row with `EXTERNAL_CALL_ID`; not sent.
pub(super) const OUR_ID: &str = "_EXTERNAL_CALL_ID";

/// The activity of a finished call (§10.3).
fn activity(call: &Call, (list, owner): (List, i64), user: i64, duration: i64) -> Record {
    let is_outgoing = matches!(call.kind, 1 | 4);
    let title = if is_outgoing {
        "Исходящий звонок"
    } else {
        "Входящий звонок"
    };
    let start = call.start.parse::<Timestamp>();
    let end =
        start.ok().and_then(|it| it.checked_add(jiff::SignedDuration::from_secs(duration)).ok());
    let end = end.map_or_else(|| call.start.clone(), super::portal::written);
    seed::object(json!({
        "OWNER_ID": owner.to_string(), "OWNER_TYPE_ID": list.type_id().map(|it| it.to_string()),
        "TYPE_ID": "2", "PROVIDER_ID": "VOXIMPLANT_CALL", "PROVIDER_TYPE_ID": "CALL",
        "SUBJECT": format!("{title} {}", call.phone), "START_TIME": call.start, "END_TIME": end,
        "COMPLETED": "Y", "STATUS": "2", "RESPONSIBLE_ID": user.to_string(), "PRIORITY": "2",
        "DESCRIPTION": "", "DIRECTION": if is_outgoing { "2" } else { "1" }, "SETTINGS": [],
        "ORIGINATOR_ID": null, "ORIGIN_ID": format!("VI_{}", call.id),
    }))
}

/// Number for the click events: international if it can be read.
pub(super) fn international(phone: &str) -> String {
    let digits = comparable(phone);
    if digits.len() < 7 { String::new() } else { format!("+{digits}") }
}
