//! Lists: filters, order, selected members, pages (§2.3, §10).

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::php::items;

use super::answer::Output;
use super::portal::{Record, number, text_of};

/// Records of a page.
const PER_PAGE: usize = 50;

/// Comparison of a filter.
#[derive(Clone, Copy, PartialEq)]
enum Operator {
    Is,
    Contains,
    Over(Ordering),
    /// The comparison or equality.
    From(Ordering),
    Between,
    Given,
}

/// Prefixes of a filter's field, the longest first; the flag negates.
const PREFIXES: &[(&str, bool, Operator)] = &[
    ("!><", true, Operator::Between),
    ("!=%", true, Operator::Contains),
    ("!%=", true, Operator::Contains),
    ("><", false, Operator::Between),
    (">=", false, Operator::From(Ordering::Greater)),
    ("<=", false, Operator::From(Ordering::Less)),
    ("!=", true, Operator::Is),
    ("!%", true, Operator::Contains),
    ("!@", true, Operator::Is),
    ("=%", false, Operator::Contains),
    ("%=", false, Operator::Contains),
    (">", false, Operator::Over(Ordering::Greater)),
    ("<", false, Operator::Over(Ordering::Less)),
    ("!", true, Operator::Is),
    ("@", false, Operator::Is),
    ("%", false, Operator::Contains),
    ("?", false, Operator::Given),
    ("=", false, Operator::Is),
];

fn operator_of(key: &str) -> (bool, Operator, &str) {
    let found = PREFIXES.iter().find_map(|(prefix, negated, operator)| {
        Some((*negated, *operator, key.strip_prefix(prefix)?))
    });
    found.unwrap_or((false, Operator::Is, key))
}

/// The field of a filter's key.
pub(super) fn field_of(key: &str) -> &str {
    operator_of(key).2
}

/// Returns true if a record passes a filter.
pub(super) fn passes(record: &Record, filter: &Value) -> bool {
    let filter = match filter {
        Value::Object(filter) => filter,
        Value::Array(parts) => return parts.iter().all(|it| passes(record, it)),
        _ => return true,
    };
    if filter.get("logic").and_then(Value::as_str).is_some_and(|it| it.eq_ignore_ascii_case("or")) {
        let mut parts = filter.iter().filter(|(key, _)| *key != "logic");
        return parts.any(|(key, wanted)| part(record, key, wanted));
    }
    filter.iter().filter(|(key, _)| *key != "logic").all(|(key, wanted)| part(record, key, wanted))
}

fn part(record: &Record, key: &str, wanted: &Value) -> bool {
    // A nested filter has a number for its key.
    if key.bytes().all(|it| it.is_ascii_digit()) && (wanted.is_object() || wanted.is_array()) {
        return passes(record, wanted);
    }
    let (negated, operator, field) = operator_of(key);
    let values = match record.get(field) {
        Some(Value::Array(values)) => {
            let inner = |it: &Value| it.get("VALUE").or_else(|| it.get("value")).cloned();
            values.iter().map(|it| inner(it).unwrap_or_else(|| it.clone())).collect()
        }
        Some(value) => vec![value.clone()],
        None => vec![Value::Null],
    };
    let found = values.iter().any(|value| compares(value, operator, wanted));
    found != negated
}

fn compares(value: &Value, operator: Operator, wanted: &Value) -> bool {
    let list = items(wanted);
    let many = wanted.is_array() || wanted.is_object();
    match operator {
        Operator::Is if many => list.iter().any(|it| is_equal(value, it)),
        Operator::Is => is_equal(value, wanted),
        Operator::Contains => text_of(value)
            .to_lowercase()
            .contains(&text_of(wanted).trim_matches('%').to_lowercase()),
        Operator::Over(order) => compare(value, wanted) == Some(order),
        Operator::From(order) => {
            compare(value, wanted).is_some_and(|it| it == order || it == Ordering::Equal)
        }
        Operator::Between => match list.as_slice() {
            [low, high] => {
                compare(value, low).is_some_and(Ordering::is_ge)
                    && compare(value, high).is_some_and(Ordering::is_le)
            }
            _ => false,
        },
        Operator::Given => text_of(value).contains(&text_of(wanted)),
    }
}

fn is_equal(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Bool(value), wanted) => *value == crate::php::is_true(wanted),
        (value, Value::Bool(wanted)) => (text_of(value) == "Y") == *wanted,
        _ => compare(value, wanted) == Some(Ordering::Equal),
    }
}

/// Compares numbers, times, or texts.
pub(super) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    let (left, right) = (text_of(left), text_of(right));
    let numbers = (left.parse::<f64>(), right.parse::<f64>());
    // A number with a plus is a phone.
    if let (Ok(left_number), Ok(right_number)) = numbers
        && !left.starts_with('+')
        && !right.starts_with('+')
    {
        return left_number.partial_cmp(&right_number);
    }
    if let (Ok(left), Ok(right)) = (left.parse::<Timestamp>(), right.parse::<Timestamp>()) {
        return Some(left.cmp(&right));
    }
    Some(left.cmp(&right))
}

/// Sorts records by the members of an order, `{"ID": "ASC"}`.
pub(super) fn sort(records: &mut [Record], order: &[(String, String)]) {
    records.sort_by(|left, right| {
        let by = order.iter().map(|(field, direction)| {
            let value = |record: &Record| record.get(field).cloned().unwrap_or(Value::Null);
            let found = compare(&value(left), &value(right)).unwrap_or(Ordering::Equal);
            if direction.eq_ignore_ascii_case("desc") { found.reverse() } else { found }
        });
        by.into_iter().find(|it| it.is_ne()).unwrap_or(Ordering::Equal)
    });
}

/// The members of an order parameter.
pub(super) fn order_of(order: Option<&Value>) -> Vec<(String, String)> {
    let members = order.and_then(Value::as_object).into_iter().flatten();
    members.map(|(field, direction)| (field.clone(), text_of(direction))).collect()
}

/// The selected members of a record and its id; all without a selection, multiple fields only if
/// they are named.
pub(super) fn select(
    record: &Record,
    select: Option<&Value>,
    id: &str,
    multiple: &[&str],
) -> Record {
    let names: Vec<String> = select.map(items).unwrap_or_default().iter().map(text_of).collect();
    let all = names.is_empty() || names.iter().any(|it| it == "*");
    let wanted = |name: &str| {
        name == id || names.iter().any(|it| it == name) || all && !multiple.contains(&name)
    };
    let members = record.iter().filter(|(name, _)| wanted(name));
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A page of records. A negative start counts nothing (§2.3).
pub(super) fn page(records: Vec<Record>, start: Option<&Value>) -> Output {
    let start = start.and_then(number).unwrap_or(0);
    let total = records.len();
    let from = usize::try_from(start).unwrap_or(0);
    let rows: Vec<Record> = records.into_iter().skip(from).take(PER_PAGE).collect();
    let end = from.saturating_add(rows.len());
    let counted = start >= 0;
    let next = (counted && end < total && !rows.is_empty()).then_some(end);
    Output { result: json!(rows), total: Some(if counted { total } else { 0 }), next }
}

/// A list of records by the parameters `filter`, `order`, `select` and `start`.
pub(super) fn listed(
    records: &[Record],
    parameters: &Map<String, Value>,
    names: [&str; 3],
    multiple: &[&str],
) -> Output {
    let [filter, order, selected] = names.map(|name| parameters.get(name));
    let filter = filter.cloned().unwrap_or(Value::Null);
    let mut found: Vec<Record> = records.iter().filter(|it| passes(it, &filter)).cloned().collect();
    sort(&mut found, &order_of(order));
    let rows = found.iter().map(|it| select(it, selected, "ID", multiple)).collect();
    page(rows, parameters.get("start"))
}
