//! `changes`.

use serde_json::{Value, json};
use vochi_crm_sandbox::retailcrm::{API_KEY, Author};

use crate::support::{TestEnv, keys};

/// The path of the history.
const HISTORY: &str = "/api/v5/customers/history";

/// Returns the output lines of a run as JSON.
fn lines(env: &TestEnv, arguments: &[&str]) -> Vec<Value> {
    let run = env.json(arguments);
    assert_eq!(run.code, Some(0), "{run}");
    let lines = run.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {run}")))
        .collect()
}

/// Returns the cursor at the end of a run.
fn cursor(lines: &[Value]) -> String {
    let end = lines.last().expect("a last line");
    end["cursor"].as_str().expect("a cursor").to_owned()
}

#[test]
fn customers_are_lines_and_cursor_is_last() {
    let env = TestEnv::new();
    let now = cursor(&lines(&env, &["changes"]));
    let people = env.sandbox.retailcrm().acting_as(Author::User(7));
    people.add_phone(202, "+375291112299");
    people.add_phone(201, "+375291112298");
    people.rename_customer(202, "Пётр", None);
    let rows = lines(&env, &["changes", "--since", &now]);
    let [first, second, end] = rows.as_slice() else {
        panic!("two customers and the cursor: {rows:?}")
    };
    assert_eq!(keys(first), ["customer", "ok"], "the keys of a customer's line");
    assert_eq!(
        (&first["customer"]["id"], &second["customer"]["id"]),
        (&json!("201"), &json!("202")),
        "each once, the last changed at the end: {rows:?}"
    );
    assert_eq!(
        keys(&first["customer"]),
        ["company", "id", "kind", "name", "responsible", "url"],
        "the keys of a customer"
    );
    assert_eq!(first["customer"]["responsible"]["extension"], "151", "{rows:?}");
    assert_eq!(keys(end), ["cursor", "customers", "ok"]);
    assert_eq!(end["customers"], 2);

    let repeat = lines(&env, &["changes", "--since", &cursor(&rows)]);
    let [end] = repeat.as_slice() else { panic!("no customer is repeated: {repeat:?}") };
    assert_eq!(end["cursor"], cursor(&rows), "the cursor stays");
}

#[test]
fn own_changes_are_left_out() {
    let env = TestEnv::new();
    let now = cursor(&lines(&env, &["changes"]));
    let customer = json!({"firstName": "Ольга", "managerId": 16}).to_string();
    let form =
        ["by=id", &format!("customer={customer}")].map(|field| ["-d", field].map(str::to_owned));
    let mut edit = vec!["api", "POST", "/api/v5/customers/201/edit"];
    edit.extend(form.iter().flatten().map(String::as_str));
    env.json(&edit).exits(0);
    let rows = lines(&env, &["changes", "--since", &now]);
    assert_eq!(rows.len(), 1, "the cursor alone: {rows:?}");
    assert_ne!(cursor(&rows), now, "the cursor moves past it");
}

#[test]
fn human_output_has_names_and_cursor() {
    let env = TestEnv::new();
    let now = cursor(&lines(&env, &["changes"]));
    let people = env.sandbox.retailcrm().acting_as(Author::User(7));
    people.rename_customer(201, "Ольга", Some("Новая"));
    let run = env.run(&["changes", "--since", &now]);
    assert!(run.stdout.contains("Ольга Новая"), "{run}");
    let last = run.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with("cursor: "), "{run}");
}

#[test]
fn invalid_cursor_is_bad_input() {
    let env = TestEnv::new();
    let value = env.json(&["changes", "--since", "yesterday"]).exits(4);
    assert_eq!(value["error"]["kind"], "input", "{value}");
    assert_eq!(env.requests(), 0, "nothing was sent");
}

#[test]
fn dry_run_shows_first_request() {
    let env = TestEnv::new();
    let run = env.json(&["--dry-run", "changes", "--since", "2691"]);
    let value = run.exits(0);
    let url = value["requests"][0]["url"].as_str().unwrap_or_default();
    assert!(url.contains(HISTORY) && url.contains("2691"), "{run}");
    assert!(!run.stdout.contains(API_KEY), "the key is not shown: {run}");
    assert_eq!(env.requests(), 0, "nothing was sent");
}
