//! Custom fields, which RetailCRM writes as a map or as a list.

use serde_json::{Value, json};
use vochi_crm_retailcrm::model::Customer;

fn read(fields: &Value) -> Value {
    let customer = json!({"id": 61, "customFields": fields});
    json!(serde_json::from_value::<Customer>(customer).unwrap().custom_fields)
}

#[test]
fn list_elements_are_kept_by_code_or_index() {
    let one = json!({"code": "nps", "value": 9});
    let same_code = json!({"code": "nps", "value": 7});
    let list = json!([one, "urgent", same_code]);
    assert_eq!(read(&list), json!({"nps": one, "1": "urgent", "2": same_code}), "{list}");
}

#[test]
fn map_keeps_its_codes_and_null_is_empty() {
    assert_eq!(read(&json!({"nps": 9})), json!({"nps": 9}));
    for empty in [json!([]), json!(null), json!({})] {
        assert_eq!(read(&empty), json!({}), "{empty}");
    }
}
