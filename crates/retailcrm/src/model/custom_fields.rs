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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn list_elements_are_kept_by_code_or_index() {
        let one = json!({"code": "nps", "value": 9});
        let same_code = json!({"code": "nps", "value": 7});
        let list = json!([one, "urgent", same_code]);
        let read = custom_fields(&list).unwrap();
        let expected = json!({"nps": one, "1": "urgent", "2": same_code});
        assert_eq!(json!(read), expected, "{list}");
    }

    #[test]
    fn map_keeps_its_codes_and_null_is_empty() {
        assert_eq!(json!(custom_fields(&json!({"nps": 9})).unwrap()), json!({"nps": 9}));
        for empty in [json!([]), json!(null), json!({})] {
            assert!(custom_fields(&empty).unwrap().is_empty(), "{empty}");
        }
    }
}
