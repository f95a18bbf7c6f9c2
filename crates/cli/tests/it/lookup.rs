//! `lookup`: who is calling.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};
use vochi_crm_sandbox::retailcrm::API_KEY;

use crate::support::{Ran, Stage, keys};

const KEYS: [&str; 6] = ["candidates", "customer", "found", "ok", "phone", "warnings"];

/// The lines of a run over a file.
fn rows(ran: &Ran) -> Vec<Value> {
    ran.stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {ran}")))
        .collect()
}

#[test]
fn a_caller_the_crm_knows_is_named_with_the_manager() {
    let stage = Stage::new();
    let value = stage.json(&["lookup", "8044 637 06 46"]).ends(0);
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
fn people_get_a_row_per_candidate() {
    let stage = Stage::new();
    let ran = stage.run(&["lookup", "+375446370646"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "headings and one row: {ran}");
    assert!(lines[0].starts_with("PHONE"), "headings: {ran}");
    for cell in ["+375446370646", "Ольга", "Марина", "151", "201"] {
        assert!(lines[1].contains(cell), "{cell} is missing: {ran}");
    }
}

#[test]
fn everybody_who_has_the_number_is_a_candidate() {
    let stage = Stage::new();
    let value = stage.json(&["lookup", "+375291112233"]).ends(0);
    let candidates = value["candidates"].as_array().expect("candidates");
    let ids: Vec<&Value> = candidates.iter().map(|one| &one["id"]).collect();
    assert_eq!(ids.len(), 2, "both who have it: {value}");
    assert_eq!(value["customer"], candidates[0], "the customer is the first candidate");
}

#[test]
fn a_caller_nobody_knows_ends_with_one() {
    let stage = Stage::new();
    let value = stage.json(&["lookup", "+375291112299"]).ends(1);
    assert_eq!(keys(&value), KEYS, "the same keys");
    assert_eq!(
        (&value["found"], &value["customer"], &value["candidates"]),
        (&json!(false), &Value::Null, &json!([])),
        "{value}"
    );
}

#[test]
fn a_number_that_is_none_is_refused_unasked() {
    let stage = Stage::new();
    for raw in ["abc", "151", "anonymous"] {
        let value = stage.json(&["lookup", raw]).ends(4);
        assert_eq!(value["error"]["kind"], "input", "{raw}: {value}");
    }
    stage.json(&["lookup"]).ends(2);
    stage.json(&["lookup", "+375446370646", "--from", "-"]).ends(2);
    assert_eq!(stage.requests(), 0, "nothing went out");
}

#[test]
fn a_file_is_answered_in_its_order_and_each_number_once() {
    let stage = Stage::new();
    stage.write(
        "numbers.txt",
        "+375448581677\r\n8044 637 06 46\n\n375446370646\n+375444001511\n+375448581677\n",
        0o644,
    );
    let ran = stage.json(&["lookup", "--from", "numbers.txt"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let rows = rows(&ran);
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
    assert_eq!(keys(&rows[0]), KEYS, "a line has the keys of one answer");
}

#[test]
fn a_bad_line_keeps_no_other_out_and_decides_the_exit_code() {
    let stage = Stage::new();
    let mut command = stage.command(&["--output", "json", "lookup", "--from", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child
        .stdin
        .take()
        .expect("an input")
        .write_all(b"+375446370646\nabc\n+375291112299\n")
        .expect("it reads");
    let ran = Ran::from(child.wait_with_output().expect("it ends"));
    assert_eq!(ran.code, Some(4), "a bad number is graver: {ran}");
    let rows = rows(&ran);
    let oks: Vec<_> = rows.iter().map(|row| (&row["ok"], &row["found"])).collect();
    assert_eq!(
        oks,
        [
            (&json!(true), &json!(true)),
            (&json!(false), &Value::Null),
            (&json!(true), &json!(false)),
        ],
        "{ran}"
    );
    assert_eq!(
        (&rows[1]["raw"], &rows[1]["error"]["kind"]),
        (&json!("abc"), &json!("input")),
        "{ran}"
    );

    stage.write("numbers.txt", "+375446370646\n+375291112299\n", 0o644);
    let ran = stage.run(&["lookup", "--from", "numbers.txt"]);
    assert_eq!(ran.code, Some(1), "one is not there: {ran}");
    assert_eq!(ran.stdout.matches("PHONE").count(), 1, "the headings stand there once: {ran}");
}

#[test]
fn numbers_are_answered_while_input_stays_open() {
    let stage = Stage::new();
    let mut child = stage
        .command(&["--output", "json", "lookup", "--from", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("an input");
    let mut lines = BufReader::new(child.stdout.take().expect("an output")).lines();
    for (number, id) in [("+375446370646", "201"), ("+375448581677", "202")] {
        stdin.write_all(format!("{number}\n").as_bytes()).expect("it reads");
        let row = lines.next().expect("a row before the next number").expect("a line");
        let row: Value = serde_json::from_str(&row).expect("an object");
        assert_eq!(row["customer"]["id"], id, "{row}");
    }
    drop(stdin);
    assert!(lines.next().is_none(), "a row for each number");
    assert_eq!(child.wait().expect("an end").code(), Some(0));
}

#[test]
fn failed_request_fails_only_its_own_number() {
    let stage = Stage::new();
    stage.write("numbers.txt", "+375446370646\n+375448581677\n+375444001511\n", 0o644);
    // Together once, and then the first number alone.
    stage.fault(|fault| fault.path("/api/v5/customers").status(500).times(2));
    let ran = stage.json(&["lookup", "--from", "numbers.txt"]);
    assert_eq!(ran.code, Some(7), "{ran}");
    let rows = rows(&ran);
    let answers: Vec<_> =
        rows.iter().map(|row| (&row["phone"], &row["ok"], &row["error"]["kind"])).collect();
    assert_eq!(
        answers,
        [
            (&json!("+375446370646"), &json!(false), &json!("unavailable")),
            (&json!("+375448581677"), &json!(true), &Value::Null),
            (&json!("+375444001511"), &json!(true), &Value::Null),
        ],
        "{ran}"
    );
}

#[test]
fn line_without_end_is_bad_input() {
    let stage = Stage::new();
    let text = format!("+375446370646\n{}", "5".repeat(100_000));
    stage.write("numbers.txt", &text, 0o644);
    let ran = stage.json(&["lookup", "--from", "numbers.txt"]);
    assert_eq!(ran.code, Some(4), "{ran}");
    let rows = rows(&ran);
    assert_eq!(rows[0]["found"], true, "the lines before it are answered: {ran}");
    let message = rows[1]["error"]["message"].to_string();
    assert!(message.contains("line 2"), "{message}");
}

#[test]
fn a_refused_key_is_told_once_for_a_whole_file() {
    let stage = Stage::bare();
    stage.configure(&stage.profile_text("shop").replace("TEST-KEY", "REST-KEY"));
    stage.write("numbers.txt", "+375446370646\n+375291112299\n", 0o644);
    let value = stage.json(&["lookup", "--from", "numbers.txt"]).ends(6);
    assert_eq!(value["error"]["kind"], "auth", "{value}");
    let value = stage.json(&["lookup", "--from", "nowhere.txt"]).ends(4);
    let message = value["error"]["message"].to_string();
    assert!(message.contains("nowhere.txt"), "{message}");
}

#[test]
fn a_dry_run_of_a_lookup_shows_the_searches() {
    let stage = Stage::new();
    stage.write("numbers.txt", "+375446370646\n+375291112299\n", 0o644);
    for arguments in [
        &["--dry-run", "lookup", "+375446370646"][..],
        &["--dry-run", "lookup", "--from", "numbers.txt"],
    ] {
        let ran = stage.json(arguments);
        let value = ran.ends(0);
        let requests = value["requests"].as_array().expect("requests");
        assert!(!requests.is_empty(), "the searches are shown: {ran}");
        assert!(!ran.stdout.contains(API_KEY), "the key is not: {ran}");
    }
    assert_eq!(stage.requests(), 0, "nothing went out");
}
