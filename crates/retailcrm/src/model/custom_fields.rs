//! The account's custom fields (`customFields`).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads a map by symbolic code, or a list. An element of a list is keyed by its unique `code`,
/// else by its index.
pub(super) fn custom_fields<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Value>, D::Error> {
    let list = match Value::deserialize(deserializer)? {
        Value::Object(map) => return Ok(map.into_iter().collect()),
        Value::Array(list) => list,
        _ => Vec::new(),
    };
    let mut fields = BTreeMap::new();
    for (index, element) in list.into_iter().enumerate() {
        let code = element.get("code").and_then(Value::as_str);
        let key = code.filter(|code| !code.is_empty() && !fields.contains_key(*code));
        let key = key.map_or_else(|| index.to_string(), str::to_owned);
        fields.insert(key, element);
    }
    Ok(fields)
}
