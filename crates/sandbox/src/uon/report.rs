//! The account in common terms.

use serde_json::Value;

use crate::report::{CallRow, CustomerRow, Employee, Report, Responsible};

use super::account::{Account, List, Record, id_of, is_manager, name_of, number, text_of};
use super::handlers::numbers;
use super::seed;

impl Account {
    pub(super) fn report(&self) -> Report {
        Report {
            calls: Some(self.list(List::Calls).iter().rev().map(call_row).collect()),
            live: Some(self.live.iter().rev().cloned().collect()),
            customers: Some(self.customers()),
            modules: None,
            requests: 0,
            refused: Vec::new(),
        }
    }

    fn customers(&self) -> Vec<CustomerRow> {
        let clients = self.list(List::Users).iter().rev().filter(|it| !is_manager(it));
        let row = |user: &Record| CustomerRow {
            id: user.get("u_id").map(text_of).unwrap_or_default(),
            name: name_of(user),
            phones: numbers(user),
            responsible: user.get("manager_id").and_then(number).and_then(|id| {
                let manager = self.record(List::Users, id)?;
                Some(Responsible {
                    user_id: id.to_string(),
                    name: name_of(manager),
                    extension: seed::extension_of(id).map(str::to_owned),
                })
            }),
        };
        clients.map(row).collect()
    }

    pub(super) fn employees(&self) -> Vec<Employee> {
        let employee = |user: &Record| {
            let id = id_of(List::Users, user)?;
            let extension = seed::extension_of(id)?.to_owned();
            let (user_id, name) = (id.to_string(), name_of(user));
            Some(Employee { user_id, name, extension: Some(extension) })
        };
        self.staff().filter_map(employee).collect()
    }
}

/// A call in common terms. U-ON stores neither the PBX's id nor an outcome: the note may name it,
/// else the duration shows whether there was a talk (§7.3).
pub(super) fn call_row(call: &Record) -> CallRow {
    let direction = match call.get("direction").and_then(number) {
        Some(1) => Some("out"),
        Some(2) => Some("in"),
        _ => None,
    };
    let talk = call.get("duration").and_then(number).and_then(|it| u64::try_from(it).ok());
    let note = call.get("note").map(text_of).unwrap_or_default();
    let answered = match note.as_str() {
        note if note.contains("неотвеченный") => Some(false),
        note if note.contains("отвеченный") => Some(true),
        _ => talk.map(|talk| talk > 0),
    };
    let outcome = match (answered, direction) {
        (Some(true), _) => Some("answered"),
        (Some(false), Some("in")) => Some("missed"),
        (Some(false), Some(_)) => Some("no-answer"),
        _ => None,
    };
    let text = |name: &str| call.get(name).map(text_of).filter(|it| !it.is_empty());
    CallRow {
        call_id: None,
        direction,
        phone: text("phone").map(|phone| format!("+{}", super::account::digits(&phone))),
        extension: call
            .get("manager_id")
            .and_then(number)
            .and_then(seed::extension_of)
            .map(str::to_owned),
        outcome,
        talk_seconds: talk,
        wait_seconds: None,
        recording: text("record_link"),
        crm_call_id: call.get("id").filter(|it| **it != Value::Null).map(text_of),
    }
}
