//! `changes`: what is new among the customers.

use serde_json::{Value, json};
use vochi_crm_sandbox::retailcrm::{API_KEY, Author};

use crate::support::{Stage, keys};

/// The path of the history.
const HISTORY: &str = "/api/v5/customers/history";

/// The lines of a run, each as JSON.
fn lines(stage: &Stage, arguments: &[&str]) -> Vec<Value> {
    let ran = stage.json(arguments);
    assert_eq!(ran.code, Some(0), "{ran}");
    let lines = ran.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {ran}")))
        .collect()
}

/// The cursor a run ends with.
fn cursor(lines: &[Value]) -> String {
    let end = lines.last().expect("a last line");
    end["cursor"].as_str().expect("a cursor").to_owned()
}

#[test]
fn changed_customers_come_one_a_line_and_the_cursor_last() {
    let stage = Stage::new();
    let now = cursor(&lines(&stage, &["changes"]));
    let people = stage.sandbox.retailcrm().acting_as(Author::User(7));
    people.add_phone(202, "+375291112299");
    people.add_phone(201, "+375291112298");
    people.rename_customer(202, "Пётр", None);
    let told = lines(&stage, &["changes", "--since", &now]);
    let [first, second, end] = told.as_slice() else {
        panic!("two customers and the cursor: {told:?}")
    };
    assert_eq!(keys(first), ["customer", "ok"], "the keys of a customer's line");
    assert_eq!(
        (&first["customer"]["id"], &second["customer"]["id"]),
        (&json!("201"), &json!("202")),
        "each once, the one that changed last at the end: {told:?}"
    );
    assert_eq!(
        keys(&first["customer"]),
        ["company", "id", "kind", "name", "responsible", "url"],
        "the keys of a customer"
    );
    assert_eq!(first["customer"]["responsible"]["extension"], "151", "{told:?}");
    assert_eq!(keys(end), ["cursor", "customers", "ok"]);
    assert_eq!(end["customers"], 2);

    let again = lines(&stage, &["changes", "--since", &cursor(&told)]);
    let [end] = again.as_slice() else { panic!("nothing is told twice: {again:?}") };
    assert_eq!(end["cursor"], cursor(&told), "the cursor stays");
}

#[test]
fn what_the_key_itself_changed_is_no_news() {
    let stage = Stage::new();
    let now = cursor(&lines(&stage, &["changes"]));
    let customer = json!({"firstName": "Ольга", "managerId": 16}).to_string();
    let form =
        ["by=id", &format!("customer={customer}")].map(|field| ["-d", field].map(str::to_owned));
    let mut edit = vec!["api", "POST", "/api/v5/customers/201/edit"];
    edit.extend(form.iter().flatten().map(String::as_str));
    stage.json(&edit).ends(0);
    let told = lines(&stage, &["changes", "--since", &now]);
    assert_eq!(told.len(), 1, "the cursor alone: {told:?}");
    assert_ne!(cursor(&told), now, "which passes over it");
}

#[test]
fn people_read_names_and_the_cursor() {
    let stage = Stage::new();
    let now = cursor(&lines(&stage, &["changes"]));
    let people = stage.sandbox.retailcrm().acting_as(Author::User(7));
    people.rename_customer(201, "Ольга", Some("Новая"));
    let ran = stage.run(&["changes", "--since", &now]);
    assert!(ran.stdout.contains("Ольга Новая"), "{ran}");
    let last = ran.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with("cursor: "), "{ran}");
}

#[test]
fn a_cursor_that_is_none_is_bad_input() {
    let stage = Stage::new();
    let value = stage.json(&["changes", "--since", "yesterday"]).ends(4);
    assert_eq!(value["error"]["kind"], "input", "{value}");
    assert_eq!(stage.requests(), 0, "nothing went out");
}

#[test]
fn a_dry_run_of_changes_shows_the_first_question() {
    let stage = Stage::new();
    let ran = stage.json(&["--dry-run", "changes", "--since", "2691"]);
    let value = ran.ends(0);
    let url = value["requests"][0]["url"].as_str().unwrap_or_default();
    assert!(url.contains(HISTORY) && url.contains("2691"), "{ran}");
    assert!(!ran.stdout.contains(API_KEY), "the key is not shown: {ran}");
    assert_eq!(stage.requests(), 0, "nothing went out");
}
