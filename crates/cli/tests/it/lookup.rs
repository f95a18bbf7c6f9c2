//! `lookup`.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};
use vochi_crm_sandbox::retailcrm::API_KEY;

use crate::support::{Run, TestEnv, keys};

const KEYS: [&str; 6] = ["candidates", "customer", "found", "ok", "phone", "warnings"];

/// Returns the output lines as JSON.
fn rows(run: &Run) -> Vec<Value> {
    run.stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {run}")))
        .collect()
}

#[test]
fn known_caller_has_customer_and_manager() {
    let env = TestEnv::new();
    let value = env.json(&["lookup", "8044 637 06 46"]).exits(0);
    assert_eq!(keys(&value), KEYS, "the keys of the contract");
    assert_eq!(value["found"], true, "{value}");
    assert_eq!(value["phone"], "+375446370646", "{value}");
    let customer = &value["customer"];
    assert_eq!(
        keys(customer),
        ["company", "id", "kind", "name", "responsible", "url"],
        "the keys of a customer"
    );
    assert_eq!((&customer["id"], &customer["kind"]), (&json!("201"), &json!("person")), "{value}");
    let name = customer["name"].as_str().expect("a name");
    assert!(name.contains("Ольга"), "the customer's name: {name}");
    let responsible = &customer["responsible"];
    assert_eq!(keys(responsible), ["extension", "name", "user_id"], "the keys of a manager");
    assert_eq!(
        (&responsible["user_id"], &responsible["extension"]),
        (&json!("18"), &json!("151")),
        "{value}"
    );
    assert_eq!(value["candidates"], json!([customer]), "the customer is the only candidate");
}

#[test]
fn human_output_has_a_row_per_candidate() {
    let env = TestEnv::new();
    let run = env.run(&["lookup", "+375446370646"]);
    assert_eq!(run.code, Some(0), "{run}");
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "headings and one row: {run}");
    assert!(lines[0].starts_with("PHONE"), "headings: {run}");
    for cell in ["+375446370646", "Ольга", "Марина", "151", "201"] {
        assert!(lines[1].contains(cell), "{cell} is missing: {run}");
    }
}

#[test]
fn every_customer_with_the_number_is_a_candidate() {
    let env = TestEnv::new();
    let value = env.json(&["lookup", "+375291112233"]).exits(0);
    let candidates = value["candidates"].as_array().expect("candidates");
    let ids: Vec<&Value> = candidates.iter().map(|one| &one["id"]).collect();
    assert_eq!(ids.len(), 2, "both customers: {value}");
    assert_eq!(value["customer"], candidates[0], "the customer is the first candidate");
}

#[test]
fn unknown_caller_ends_with_1() {
    let env = TestEnv::new();
    let value = env.json(&["lookup", "+375291112299"]).exits(1);
    assert_eq!(keys(&value), KEYS, "the same keys");
    assert_eq!(
        (&value["found"], &value["customer"], &value["candidates"]),
        (&json!(false), &Value::Null, &json!([])),
        "{value}"
    );
}

#[test]
fn invalid_number_sends_no_request() {
    let env = TestEnv::new();
    for raw in ["abc", "151", "anonymous"] {
        let value = env.json(&["lookup", raw]).exits(4);
        assert_eq!(value["error"]["kind"], "input", "{raw}: {value}");
    }
    env.json(&["lookup"]).exits(2);
    env.json(&["lookup", "+375446370646", "--from", "-"]).exits(2);
    assert_eq!(env.requests(), 0, "nothing was sent");
}

#[test]
fn file_results_keep_order_without_repeats() {
    let env = TestEnv::new();
    env.write(
        "numbers.txt",
        "+375448581677\r\n8044 637 06 46\n\n375446370646\n+375444001511\n+375448581677\n",
        0o644,
    );
    let run = env.json(&["lookup", "--from", "numbers.txt"]);
    assert_eq!(run.code, Some(0), "{run}");
    let rows = rows(&run);
    let found: Vec<_> = rows.iter().map(|row| (&row["phone"], &row["customer"]["id"])).collect();
    assert_eq!(
        found,
        [
            (&json!("+375448581677"), &json!("202")),
            (&json!("+375446370646"), &json!("201")),
            (&json!("+375444001511"), &json!("203")),
        ],
        "the file's order, each number once"
    );
    assert_eq!(keys(&rows[0]), KEYS, "a line has the keys of a single lookup");
}

#[test]
fn invalid_line_decides_exit_code_only() {
    let env = TestEnv::new();
    let mut command = env.command(&["--output", "json", "lookup", "--from", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child
        .stdin
        .take()
        .expect("an input")
        .write_all(b"+375446370646\nabc\n+375291112299\n")
        .expect("the input can be written");
    let run = Run::from(child.wait_with_output().expect("an end"));
    assert_eq!(run.code, Some(4), "the invalid number is worse: {run}");
    let rows = rows(&run);
    let oks: Vec<_> = rows.iter().map(|row| (&row["ok"], &row["found"])).collect();
    assert_eq!(
        oks,
        [
            (&json!(true), &json!(true)),
            (&json!(false), &Value::Null),
            (&json!(true), &json!(false)),
        ],
        "{run}"
    );
    assert_eq!(
        (&rows[1]["raw"], &rows[1]["error"]["kind"]),
        (&json!("abc"), &json!("input")),
        "{run}"
    );

    env.write("numbers.txt", "+375446370646\n+375291112299\n", 0o644);
    let run = env.run(&["lookup", "--from", "numbers.txt"]);
    assert_eq!(run.code, Some(1), "one is not found: {run}");
    assert_eq!(run.stdout.matches("PHONE").count(), 1, "one line of headings: {run}");
}

#[test]
fn results_are_printed_while_input_is_open() {
    let env = TestEnv::new();
    let mut child = env
        .command(&["--output", "json", "lookup", "--from", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("an input");
    let mut lines = BufReader::new(child.stdout.take().expect("an output")).lines();
    for (number, id) in [("+375446370646", "201"), ("+375448581677", "202")] {
        stdin.write_all(format!("{number}\n").as_bytes()).expect("the input can be written");
        let row = lines.next().expect("a row before the next number").expect("a line");
        let row: Value = serde_json::from_str(&row).expect("an object");
        assert_eq!(row["customer"]["id"], id, "{row}");
    }
    drop(stdin);
    assert!(lines.next().is_none(), "a row for each number");
    assert_eq!(child.wait().expect("an end").code(), Some(0));
}

#[test]
fn failed_request_fails_only_its_number() {
    let env = TestEnv::new();
    env.write("numbers.txt", "+375446370646\n+375448581677\n+375444001511\n", 0o644);
    // The batch fails, then the first number alone.
    env.fault(|fault| fault.path("/api/v5/customers").status(500).times(2));
    let run = env.json(&["lookup", "--from", "numbers.txt"]);
    assert_eq!(run.code, Some(7), "{run}");
    let rows = rows(&run);
    let results: Vec<_> =
        rows.iter().map(|row| (&row["phone"], &row["ok"], &row["error"]["kind"])).collect();
    assert_eq!(
        results,
        [
            (&json!("+375446370646"), &json!(false), &json!("unavailable")),
            (&json!("+375448581677"), &json!(true), &Value::Null),
            (&json!("+375444001511"), &json!(true), &Value::Null),
        ],
        "{run}"
    );
}

#[test]
fn line_without_end_is_bad_input() {
    let env = TestEnv::new();
    let text = format!("+375446370646\n{}", "5".repeat(100_000));
    env.write("numbers.txt", &text, 0o644);
    let run = env.json(&["lookup", "--from", "numbers.txt"]);
    assert_eq!(run.code, Some(4), "{run}");
    let rows = rows(&run);
    assert_eq!(rows[0]["found"], true, "the lines before it are looked up: {run}");
    let message = rows[1]["error"]["message"].to_string();
    assert!(message.contains("line 2"), "{message}");
}

#[test]
fn refused_key_ends_the_file() {
    let env = TestEnv::bare();
    env.configure(&env.profile_text("shop").replace("TEST-KEY", "REST-KEY"));
    env.write("numbers.txt", "+375446370646\n+375291112299\n", 0o644);
    let value = env.json(&["lookup", "--from", "numbers.txt"]).exits(6);
    assert_eq!(value["error"]["kind"], "auth", "{value}");
    let value = env.json(&["lookup", "--from", "nowhere.txt"]).exits(4);
    let message = value["error"]["message"].to_string();
    assert!(message.contains("nowhere.txt"), "{message}");
}

#[test]
fn dry_run_shows_searches() {
    let env = TestEnv::new();
    env.write("numbers.txt", "+375446370646\n+375291112299\n", 0o644);
    for arguments in [
        &["--dry-run", "lookup", "+375446370646"][..],
        &["--dry-run", "lookup", "--from", "numbers.txt"],
    ] {
        let run = env.json(arguments);
        let value = run.exits(0);
        let requests = value["requests"].as_array().expect("requests");
        assert!(!requests.is_empty(), "the searches are shown: {run}");
        assert!(!run.stdout.contains(API_KEY), "the key is masked: {run}");
    }
    assert_eq!(env.requests(), 0, "nothing was sent");
}
