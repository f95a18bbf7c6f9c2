//! Universal methods `crm.item.*`: the same entities in camel case (§10.4).

use serde_json::{Map, Value, json};

use crate::php::items;

use super::answer::{Failure, Outcome, Output};
use super::checks::Order;
use super::portal::{List, Portal, Record, number, text_of};
use super::{query, seed};

/// Names that are not the classic one in camel case.
const NAMES: &[(&str, &str)] = &[
    ("DATE_CREATE", "createdTime"),
    ("DATE_MODIFY", "updatedTime"),
    ("CREATED_BY_ID", "createdBy"),
];

/// Classic members that a universal one does not have.
const HIDDEN: &[&str] = &["PHONE", "EMAIL", "WEB", "IM", "CONTACT_IDS"];

/// `LAST_NAME` to `lastName`.
fn camel(name: &str) -> String {
    if let Some((_, own)) = NAMES.iter().find(|(classic, _)| *classic == name) {
        return (*own).to_owned();
    }
    let mut words = name.split('_').map(str::to_ascii_lowercase);
    let first = words.next().unwrap_or_default();
    words.fold(first, |name, word| {
        let (head, rest) = word.split_at(word.len().min(1));
        name + &head.to_ascii_uppercase() + rest
    })
}

/// `lastName` to `LAST_NAME`.
fn classic(name: &str) -> String {
    if let Some((classic, _)) = NAMES.iter().find(|(_, own)| *own == name) {
        return (*classic).to_owned();
    }
    let mut out = String::new();
    for symbol in name.chars() {
        if symbol.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(symbol.to_ascii_uppercase());
    }
    out
}

/// An entity as universal methods show it.
pub(super) fn item_of(list: List, record: &Record) -> Record {
    let mut item = Map::new();
    for (name, value) in record.iter().filter(|(name, _)| !HIDDEN.contains(&name.as_str())) {
        let is_id = name == "ID" || name.ends_with("_ID");
        let value = number(value).filter(|_| is_id).map_or_else(|| value.clone(), Value::from);
        item.insert(camel(name), value);
    }
    let values = ["PHONE", "EMAIL"].iter().filter_map(|it| record.get(*it)?.as_array()).flatten();
    let fm = values.map(|it| {
        json!({
            "id": it.get("ID").and_then(number), "valueType": it.get("VALUE_TYPE"),
            "value": it.get("VALUE"), "typeId": it.get("TYPE_ID"),
        })
    });
    item.insert("fm".into(), fm.collect());
    item.insert("entityTypeId".into(), json!(list.type_id()));
    item
}

/// The elements of `fm` with their keys; those without `typeId` are ignored.
fn multiple(fm: &Value) -> Vec<(String, Value)> {
    let elements: Vec<(String, Value)> = match fm {
        Value::Object(members) => {
            members.iter().map(|(key, it)| (key.clone(), it.clone())).collect()
        }
        other => items(other).into_iter().map(|it| (String::new(), it)).collect(),
    };
    elements.into_iter().filter(|(_, it)| it.get("typeId").is_some()).collect()
}

impl Order {
    fn item_list(&self) -> Option<List> {
        List::of_type_id(self.number("entityTypeId")?)
    }
}

impl Portal {
    pub(super) fn items(&mut self, order: &Order) -> Outcome {
        let list = order.item_list().ok_or_else(unknown_type)?;
        let records: Vec<Record> = self.list(list).iter().map(|it| item_of(list, it)).collect();
        let filter = order.parameters.get("filter").cloned().unwrap_or(Value::Null);
        let mut found: Vec<Record> =
            records.into_iter().filter(|it| query::passes(it, &filter)).collect();
        query::sort(&mut found, &query::order_of(order.parameters.get("order")));
        let selected = order.parameters.get("select");
        let found = found.iter().map(|it| query::select(it, selected, "id", &[])).collect();
        let page = query::page(found, order.parameters.get("start"));
        Ok(Output { result: json!({"items": page.result}), ..page })
    }

    pub(super) fn item(&mut self, order: &Order) -> Outcome {
        let list = order.item_list().ok_or_else(unknown_type)?;
        let id = order.number("id").unwrap_or_default();
        let found = self.record(list, id).ok_or_else(unknown_item)?;
        Ok(json!({"item": item_of(list, found)}).into())
    }

    pub(super) fn add_item(&mut self, order: &Order) -> Outcome {
        let list = order.item_list().ok_or_else(unknown_type)?;
        let fields = order.object("fields");
        let mut record = seed::blank(list, &self.date(order.at));
        self.write_item(&mut record, &fields);
        let id = self.push(list, record);
        self.entity_changed(list, id, "ADD", order.at);
        let found = self.record(list, id).ok_or_else(unknown_item)?;
        Ok(json!({"item": item_of(list, found)}).into())
    }

    pub(super) fn update_item(&mut self, order: &Order) -> Outcome {
        let list = order.item_list().ok_or_else(unknown_type)?;
        let id = order.number("id").unwrap_or_default();
        let mut record = self.record(list, id).cloned().ok_or_else(unknown_item)?;
        self.write_item(&mut record, &order.object("fields"));
        record.insert("DATE_MODIFY".into(), json!(self.date(order.at)));
        let shown = item_of(list, &record);
        self.put(list, record);
        self.entity_changed(list, id, "UPDATE", order.at);
        Ok(json!({"item": shown}).into())
    }

    fn write_item(&mut self, record: &mut Record, fields: &Record) {
        let mut members = Record::new();
        for (name, value) in fields.iter().filter(|(name, _)| *name != "fm") {
            members.insert(classic(name), value.clone());
        }
        for (key, element) in fields.get("fm").map(multiple).unwrap_or_default() {
            let text = |name: &str| element.get(name).map(text_of).unwrap_or_default();
            let field = text("typeId");
            let known = record.get(&field).and_then(Value::as_array).cloned();
            let mut values = known.unwrap_or_default();
            let id = element.get("id").map_or(key, text_of);
            // An empty value deletes the record with this id.
            values.retain(|it| it.get("ID").map(text_of).as_deref() != Some(id.as_str()));
            if !text("value").is_empty() {
                let is_known = id.bytes().all(|it| it.is_ascii_digit()) && !id.is_empty();
                let id = if is_known { id } else { (100 + self.next_serial()).to_string() };
                values.push(json!({
                    "ID": id, "VALUE_TYPE": text("valueType"), "VALUE": text("value"),
                    "TYPE_ID": field,
                }));
            }
            record.insert(field, Value::Array(values));
        }
        self.write(record, &members);
    }
}

fn unknown_type() -> Failure {
    Failure::named("NOT_FOUND", "Smart process not found")
}

fn unknown_item() -> Failure {
    Failure::named("NOT_FOUND", "Element not found")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_converted_both_ways() {
        for (name, own) in [
            ("ID", "id"),
            ("LAST_NAME", "lastName"),
            ("ASSIGNED_BY_ID", "assignedById"),
            ("DATE_CREATE", "createdTime"),
        ] {
            assert_eq!(camel(name), own);
            assert_eq!(classic(own), name);
        }
    }
}
