//! Entities in the CRM's JSON: customers, corporate customers, orders, tasks, notes.

use serde_json::{Map, Value, json};

use crate::limits;

/// The fields of an entity, by their names on the wire.
pub(super) type Fields = Map<String, Value>;

/// Entities of one type, in the order of their creation.
#[derive(Debug, Clone)]
pub(super) struct Store {
    entities: Vec<Fields>,
    /// Lowest id of a new entity.
    first_id: u64,
}

impl Store {
    /// Creates a store with these entities; new ones have at least the id `first_id`.
    pub(super) fn new(first_id: u64, entities: Vec<Fields>) -> Self {
        Self { entities, first_id }
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Fields> {
        self.entities.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Fields> {
        self.entities.iter_mut()
    }

    pub(super) fn get(&self, id: u64) -> Option<&Fields> {
        self.iter().find(|it| id_of(it) == id)
    }

    /// Adds or replaces an entity.
    pub(super) fn put(&mut self, entity: Fields) {
        let id = id_of(&entity);
        match self.entities.iter_mut().find(|it| id_of(it) == id) {
            Some(known) => *known = entity,
            None => self.entities.push(entity),
        }
    }

    pub(super) fn remove(&mut self, id: u64) {
        self.entities.retain(|it| id_of(it) != id);
    }

    /// Free ids in order.
    pub(super) fn free_ids(&self) -> impl Iterator<Item = u64> + '_ {
        (self.first_id..).filter(|id| self.get(*id).is_none())
    }

    pub(super) fn free_id(&self) -> u64 {
        self.free_ids().next().unwrap_or(u64::MAX)
    }

    /// Gives no id up to this one to a new entity.
    pub(super) fn reserve(&mut self, id: u64) {
        self.first_id = self.first_id.max(id.saturating_add(1));
    }

    /// Drops the oldest entities beyond the limit; their ids are not reused.
    pub(super) fn enforce_limits(&mut self) {
        for dropped in limits::keep_newest(&mut self.entities) {
            self.reserve(id_of(&dropped));
        }
    }

    /// All entities as values.
    pub(super) fn values(&self) -> Vec<Value> {
        self.iter().cloned().map(Value::Object).collect()
    }
}

/// The fields of an object; none of another value.
pub(super) fn fields_with_null(object: Value) -> Fields {
    match object {
        Value::Object(fields) => fields,
        _ => Fields::new(),
    }
}

/// The fields of an object without null ones, as by the CRM.
pub(super) fn fields(object: Value) -> Fields {
    fields_with_null(object).into_iter().filter(|(_, value)| !value.is_null()).collect()
}

pub(super) fn id_of(entity: &Fields) -> u64 {
    entity.get("id").and_then(Value::as_u64).unwrap_or_default()
}

pub(super) fn text<'a>(entity: &'a Fields, name: &str) -> Option<&'a str> {
    entity.get(name)?.as_str()
}

/// The objects of a list.
pub(super) fn objects<'a>(entity: &'a Fields, name: &str) -> impl Iterator<Item = &'a Fields> {
    let items = entity.get(name).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_object)
}

/// The texts of a list.
pub(super) fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// The id in a reference: `{"customer": {"id": 60}}`.
pub(super) fn reference(entity: &Fields, name: &str) -> Option<u64> {
    entity.get(name)?.get("id")?.as_u64()
}

/// These fields, without null ones.
pub(super) fn only(entity: &Fields, names: &[&str]) -> Fields {
    let kept = names.iter().filter_map(|name| {
        let value = entity.get(*name).filter(|value| !value.is_null())?;
        Some(((*name).to_owned(), value.clone()))
    });
    kept.collect()
}

/// The values at a path such as `customer.id`; of every item of a list on the way.
pub(super) fn values<'a>(entity: &'a Fields, path: &str) -> Vec<&'a Value> {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    entity.get(name).map_or_else(Vec::new, |value| at(value, rest))
}

fn at<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    match value {
        Value::Array(items) => items.iter().flat_map(|item| at(item, path)).collect(),
        _ if path.is_empty() => vec![value],
        _ => value.as_object().map_or_else(Vec::new, |inside| values(inside, path)),
    }
}

/// Writes a field that needs no look at the rest of the account.
pub(super) fn write(entity: &mut Fields, name: &str, value: &Value) {
    match name {
        // Official clients repeat the id of the path.
        "id" | "type" => {}
        "addTags" | "removeTags" => {
            let mut tags =
                entity.get("tags").and_then(Value::as_array).cloned().unwrap_or_default();
            for tag in texts(value) {
                let known = tags.iter().position(|it| it["name"] == tag);
                match (name, known) {
                    ("addTags", None) => {
                        tags.push(json!({"name": tag, "color": "#cccccc", "attached": true}));
                    }
                    ("removeTags", Some(index)) => {
                        tags.remove(index);
                    }
                    _ => {}
                }
            }
            entity.insert("tags".into(), json!(tags));
        }
        "customFields" => {
            let known = entity.get(name).and_then(Value::as_object);
            let mut all = known.cloned().unwrap_or_default();
            all.extend(value.as_object().cloned().unwrap_or_default());
            // PHP serializes an empty map as a list (§1.8).
            let all = if all.is_empty() { json!([]) } else { Value::Object(all) };
            entity.insert(name.into(), all);
        }
        // Numbers are added, never removed (§5.4).
        "phones" => {
            let mut phones = phones(entity);
            for number in at(value, "number").into_iter().filter_map(Value::as_str) {
                if !phones.iter().any(|known| known == number) {
                    phones.push(number.to_owned());
                }
            }
            set_phones(entity, &phones);
        }
        _ if value.is_null() => {
            entity.remove(name);
        }
        _ => {
            entity.insert(name.to_owned(), value.clone());
        }
    }
}

/// The numbers of a customer, as typed.
pub(super) fn phones(entity: &Fields) -> Vec<String> {
    let numbers = objects(entity, "phones").filter_map(|it| text(it, "number"));
    numbers.map(str::to_owned).collect()
}

pub(super) fn set_phones(entity: &mut Fields, phones: &[String]) {
    let phones = phones.iter().map(|number| json!({"number": number}));
    entity.insert("phones".into(), phones.collect());
}

/// Given and family name.
pub(super) fn full_name(entity: &Fields) -> String {
    let names = ["firstName", "lastName"].into_iter().filter_map(|name| text(entity, name));
    names.collect::<Vec<_>>().join(" ")
}
