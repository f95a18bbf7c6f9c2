//! JSON patches of this CRM: operations on paths, list elements by id (§9).

use serde_json::{Map, Value, json};

use super::ids::{self, ZERO};

/// Patchable members.
#[derive(Debug, Clone, Copy)]
pub(super) struct Members {
    /// Single values and objects.
    pub(super) plain: &'static [&'static str],
    /// Lists whose elements have ids.
    pub(super) lists: &'static [&'static str],
}

pub(super) const INSTANCE: Members =
    Members { plain: &["features", "baseUrl"], lists: &["webHooks", "settings", "secrets"] };

pub(super) const CONTACT: Members = Members {
    plain: &["name", "position", "regionCode", "links", "customFields", "tags"],
    lists: &["phones", "emails", "messengerContacts"],
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Replace,
    Remove,
}

/// A parsed operation.
struct Operation<'a> {
    verb: Verb,
    path: Vec<&'a str>,
    value: Option<&'a Value>,
}

fn read(operation: &Value) -> Option<Operation<'_>> {
    let fields = operation.as_object()?;
    // The samples use both cases.
    let verb = match fields.get("op")?.as_str()?.to_ascii_lowercase().as_str() {
        "add" => Verb::Add,
        "replace" => Verb::Replace,
        "remove" => Verb::Remove,
        _ => return None,
    };
    let path = fields.get("path")?.as_str()?.strip_prefix('/')?;
    let value = fields.get("value");
    if value.is_none() != (verb == Verb::Remove) {
        return None;
    }
    Some(Operation { verb, path: path.split('/').collect(), value })
}

/// Returns true if it has a known `op`, a `path`, and a `value` unless it removes.
pub(super) fn is_operation(operation: &Value) -> bool {
    read(operation).is_some()
}

/// Applies all operations in order, or none if one fails.
pub(super) fn apply(
    model: &Map<String, Value>,
    operations: &[Value],
    members: Members,
) -> Result<Map<String, Value>, Value> {
    let mut changed = model.clone();
    for operation in operations {
        let applied = read(operation).and_then(|read| step(&mut changed, &read, members));
        if applied.is_none() {
            return Err(operation.clone());
        }
    }
    Ok(changed)
}

fn step(
    model: &mut Map<String, Value>,
    Operation { verb, path, value }: &Operation<'_>,
    members: Members,
) -> Option<()> {
    let (member, rest) = path.split_first()?;
    if members.lists.contains(member) {
        let list = model.entry(*member).or_insert_with(|| json!([])).as_array_mut()?;
        return in_list(list, *verb, rest, *value);
    }
    if !members.plain.contains(member) {
        return None;
    }
    match (rest, verb, value) {
        ([], Verb::Add | Verb::Replace, Some(value)) => {
            model.insert((*member).to_owned(), (*value).clone());
        }
        ([], Verb::Remove, None) => {
            model.remove(*member)?;
        }
        ([field], Verb::Add | Verb::Replace, Some(value)) => {
            let object = model.get_mut(*member)?.as_object_mut()?;
            object.insert((*field).to_owned(), (*value).clone());
        }
        ([field], Verb::Remove, None) => {
            model.get_mut(*member)?.as_object_mut()?.remove(*field)?;
        }
        _ => return None,
    }
    Some(())
}

fn in_list(list: &mut Vec<Value>, verb: Verb, rest: &[&str], value: Option<&Value>) -> Option<()> {
    match (rest, verb, value) {
        ([], Verb::Add, Some(value)) => list.push(with_id(value)?),
        ([], Verb::Replace, Some(value)) => {
            *list = value.as_array()?.iter().map(with_id).collect::<Option<Vec<_>>>()?;
        }
        ([id], Verb::Remove, None) => {
            let index = list.iter().position(|it| it["id"] == **id)?;
            list.remove(index);
        }
        ([id], Verb::Replace, Some(value)) => {
            let element = list.iter_mut().find(|it| it["id"] == **id)?;
            let mut object = value.as_object()?.clone();
            object.insert("id".into(), json!(id));
            *element = Value::Object(object);
        }
        ([id, field], Verb::Add | Verb::Replace, Some(value)) if *field != "id" => {
            let element = list.iter_mut().find(|it| it["id"] == **id)?;
            let object = element.as_object_mut()?;
            object.insert((*field).to_owned(), value.clone());
        }
        ([id, field], Verb::Remove, None) if *field != "id" => {
            let element = list.iter_mut().find(|it| it["id"] == **id)?;
            element.as_object_mut()?.remove(*field)?;
        }
        _ => return None,
    }
    Some(())
}

/// Adds an id to an element without one.
pub(super) fn with_id(element: &Value) -> Option<Value> {
    let mut object = element.as_object()?.clone();
    let brings =
        object.get("id").and_then(Value::as_str).is_some_and(|id| id != ZERO && !id.is_empty());
    if !brings {
        object.insert("id".into(), json!(ids::guid()));
    }
    Some(Value::Object(object))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kontur::seed;

    fn after(operations: &[Value]) -> Result<Map<String, Value>, Value> {
        apply(&seed::instance(), operations, INSTANCE)
    }

    #[test]
    fn elements_are_addressed_by_id_only() {
        let id = "25d0c0de-5555-4e4e-aeae-000000000502";
        let path = format!("/webHooks/{id}/disabled");
        let changed = after(&[json!({"op": "replace", "path": path, "value": true})]);
        assert_eq!(changed.map(|it| it["webHooks"][1]["disabled"].clone()), Ok(json!(true)));
        for path in ["/webHooks/0", "/webHooks/-", "/IntegrationInstance", "/id", "webHooks"] {
            let wrong = json!({"op": "replace", "path": path, "value": {}});
            assert_eq!(after(std::slice::from_ref(&wrong)), Err(wrong), "{path}");
        }
    }

    #[test]
    fn one_invalid_operation_undoes_all() {
        let right = json!({"op": "Replace", "path": "/features/call", "value": false});
        let wrong = json!({"op": "Remove", "path": "/webHooks/unknown"});
        assert!(after(std::slice::from_ref(&right)).is_ok());
        assert_eq!(after(&[right, wrong.clone()]), Err(wrong));
    }
}
