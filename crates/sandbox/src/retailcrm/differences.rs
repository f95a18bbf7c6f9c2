//! Field changes of an edit, with the names used in a history (§7).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::journal::Subject;

/// Derived fields, and fields that are not the entity's own.
const DERIVED: &[&str] = &["createdAt", "statusUpdatedAt", "contact", "companies", "addresses"];

/// Changed fields with their history names: old and new value.
pub(super) fn differences(
    subject: Subject,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<(String, Value, Value)> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        let (old, new) = (before.get(name), after.get(name));
        let nothing = Value::Null;
        let (old, new) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
        if old == new || DERIVED.contains(&name.as_str()) {
            continue;
        }
        match name.as_str() {
            "phones" => found.extend(of_phones(old, new)),
            "customFields" => found.extend(of_custom_fields(old, new)),
            _ => found.push((
                subject.field(name),
                subject.value(name, old),
                subject.value(name, new),
            )),
        }
    }
    found
}

/// Phone changes, one row each, as texts; a replaced number is in the same row as its replacement.
fn of_phones(old: &Value, new: &Value) -> Vec<(String, Value, Value)> {
    let numbers = |list: &Value| -> Vec<Value> {
        let items = list.as_array().into_iter().flatten();
        items.filter_map(|it| it.get("number").cloned()).collect()
    };
    let (old, new) = (numbers(old), numbers(new));
    let gone: Vec<&Value> = old.iter().filter(|it| !new.contains(it)).collect();
    let fresh: Vec<&Value> = new.iter().filter(|it| !old.contains(it)).collect();
    let rows = gone.len().max(fresh.len());
    let texts = |list: &[&Value], index: usize| -> Value {
        list.get(index).map_or(Value::Null, |it| Value::clone(it))
    };
    (0..rows)
        .map(|index| ("phones".to_owned(), texts(&gone, index), texts(&fresh, index)))
        .collect()
}

fn of_custom_fields(old: &Value, new: &Value) -> Vec<(String, Value, Value)> {
    let codes = [old, new].into_iter().filter_map(Value::as_object);
    let codes: BTreeSet<&String> = codes.flat_map(Map::keys).collect();
    let value = |fields: &Value, code: &str| fields.get(code).cloned().unwrap_or_default();
    codes
        .into_iter()
        .map(|code| (format!("custom_{code}"), value(old, code), value(new, code)))
        .filter(|(_, old, new)| old != new)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }

    #[test]
    fn changed_fields_have_their_history_names() {
        let before = fields(json!({
            "id": 5, "site": "shop-one", "managerId": 7, "customFields": [], "status": "new",
            "phones": [{"number": "1"}, {"number": "2"}],
        }));
        let after = fields(json!({
            "id": 5, "site": "shop-one", "managerId": 8, "customFields": {"line": "main"},
            "phones": [{"number": "2"}, {"number": "3"}, {"number": "4"}], "status": "complete",
        }));
        assert_eq!(
            differences(Subject::Customer, &before, &after),
            [
                ("custom_line".to_owned(), Value::Null, json!("main")),
                ("manager_id".to_owned(), json!(7), json!(8)),
                ("phones".to_owned(), json!("1"), json!("3")),
                ("phones".to_owned(), Value::Null, json!("4")),
                ("status".to_owned(), json!("new"), json!("complete")),
            ]
        );
        let of_order = differences(Subject::Order, &before, &after);
        assert!(
            of_order.contains(&("manager".to_owned(), json!(7), json!(8))),
            "an order's manager has a name of its own: {of_order:?}"
        );
        let status = ("status".to_owned(), json!({"code": "new"}), json!({"code": "complete"}));
        assert!(of_order.contains(&status), "an order's status is its code: {of_order:?}");
    }
}
