use serde_json::json;

use super::*;
use crate::wire::Items;

#[test]
fn empty_list_is_an_empty_map() {
    assert!(map_or_empty::<_, String>(&json!([])).unwrap().is_empty());
    assert_eq!(map_or_empty::<_, String>(&json!({"a": "b", "c": 1})).unwrap().len(), 1);
}

#[test]
fn map_is_read_as_the_list_of_its_values() {
    assert_eq!(list_or_values::<_, u8>(&json!({"x": 1, "y": 2})).unwrap(), [1, 2]);
    assert_eq!(list_or_values::<_, u8>(&json!([1, "bad", 2])).unwrap(), [1, 2]);
    assert!(list_or_values::<_, u8>(&json!(null)).unwrap().is_empty());
}

#[test]
fn missing_objects_are_none() {
    type Map = BTreeMap<String, u8>;
    for nothing in [json!(null), json!([]), json!({}), json!("")] {
        assert_eq!(object_or_none::<_, Map>(&nothing).unwrap(), None, "{nothing}");
    }
    assert!(object_or_none::<_, Map>(&json!({"a": 1})).unwrap().is_some());
}

#[test]
fn unreadable_object_is_the_default() {
    type Map = BTreeMap<String, u8>;
    for nothing in [json!(null), json!([]), json!([1, 2]), json!({"a": "b"})] {
        assert_eq!(object_or_default::<_, Map>(&nothing).unwrap(), Map::new(), "{nothing}");
    }
    let read: Map = object_or_default(&json!({"a": 1})).unwrap();
    assert_eq!(read["a"], 1);
}

#[test]
fn last_of_repeated_keys_counts() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Point {
        x: u8,
    }
    let mut reader = serde_json::Deserializer::from_str(r#"{"x":1,"x":2}"#);
    assert_eq!(object_or_none::<_, Point>(&mut reader).unwrap(), Some(Point { x: 2 }));
}

#[test]
fn unreadable_value_is_none() {
    for (value, read) in
        [(json!(7), Some(7)), (json!(null), None), (json!("seven"), None), (json!({}), None)]
    {
        assert_eq!(value_or_none::<_, u8>(&value).unwrap(), read, "{value}");
    }
}

#[test]
fn direct_reading_agrees_with_lenient_reading() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Point {
        x: u8,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Shapes {
        #[serde(default, deserialize_with = "object_or_none")]
        one: Option<Point>,
        #[serde(default, deserialize_with = "list_or_values")]
        many: Vec<Point>,
    }
    for (text, is_direct) in [
        (r#"{"one":{"x":1},"many":[{"x":1},{"x":2}]}"#, true),
        (r#"{"one":null,"many":[]}"#, true),
        (r#"{"one":[],"many":[{"x":1}]}"#, true),
        (r#"{"one":[{"x":1}]}"#, true),
        (r#"{"one":{}}"#, true),
        (r#"{"one":{"y":1}}"#, false),
        (r#"{"one":"none"}"#, false),
        (r#"{"one":{"x":"a"},"many":[{"x":1},[2],{"x":"b"},3]}"#, false),
        (r#"{"many":{"a":{"x":1},"b":{"x":2}}}"#, false),
        (r#"{"one":{"x":1,"x":2},"many":null}"#, false),
    ] {
        let lenient: Shapes = serde_json::from_str(text).unwrap();
        let direct = directly(|| serde_json::from_str::<Shapes>(text));
        assert_eq!(direct.is_some(), is_direct, "{text}");
        assert!(direct.is_none_or(|direct| direct == lenient), "{text}: {lenient:?}");
    }
}

#[test]
fn swallowed_error_fails_direct_reading() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Row {
        #[serde(deserialize_with = "object_or_none")]
        one: Option<BTreeMap<String, u8>>,
    }
    let text = r#"[{"one":{"a":1}},{"one":{"a":"b"}}]"#;
    let lenient: Items<Row> = serde_json::from_str(text).unwrap();
    assert_eq!(lenient.good.len(), 2, "{lenient:?}");
    assert_eq!(directly(|| serde_json::from_str::<Items<Row>>(text)), None);
}
