//! `phone`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Run, keys, program};

/// Returns the rows of the corpus: text, region or `-`, number or `invalid`.
fn corpus() -> Vec<(String, String, String)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/phones/raw_forms.tsv");
    let text = std::fs::read_to_string(path).expect("the corpus");
    let row = |line: &str| {
        let mut cells = line.split('\t').map(str::to_owned);
        Some((cells.next()?, cells.next()?, cells.next()?))
    };
    text.lines().filter_map(row).collect()
}

/// Runs `phone` with lines on standard input and returns its rows and exit code.
fn read(arguments: &[&str], lines: &str) -> (Vec<Value>, Option<i32>) {
    let mut child = program()
        .args(["--output", "json", "phone"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().unwrap();
    let lines = lines.to_owned();
    let feeder = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let ended = child.wait_with_output().expect("an end");
    feeder.join().unwrap().expect("all lines were taken");
    let rows = String::from_utf8(ended.stdout).expect("UTF-8");
    let rows = rows.lines().map(|row| serde_json::from_str(row).expect("JSON")).collect();
    (rows, ended.status.code())
}

#[test]
fn corpus_is_read_as_expected() {
    let corpus = corpus();
    let mut checked = 0;
    for region in ["BY", "RU", "KZ", "UA", "DE", "-"] {
        let rows: Vec<_> = corpus
            .iter()
            .filter(|(raw, of, e164)| of == region && e164 != "invalid" && !raw.contains('\n'))
            .collect();
        let mut lines = String::new();
        for (raw, ..) in &rows {
            writeln!(lines, "{raw}").unwrap();
        }
        let arguments: &[&str] = if region == "-" { &[] } else { &["--region", region] };
        let (read, _) = read(arguments, &lines);
        assert_eq!(read.len(), rows.len(), "one row per line");
        for (row, (raw, region, e164)) in read.iter().zip(rows) {
            assert_eq!(row["e164"], e164.as_str(), "{raw:?} in {region}: {row}");
            checked += 1;
        }
    }
    assert!(checked > 36, "only {checked} rows of the corpus were checked");
}

#[test]
fn row_has_number_region_and_kind() {
    let (rows, code) = read(&["--region", "BY"], "8 (029) 111-22-33\n88005553535\r\n");
    assert_eq!(code, Some(0));
    assert_eq!(keys(&rows[0]), ["e164", "kind", "ok", "raw", "region"]);
    assert_eq!(
        rows[0],
        serde_json::json!({
            "ok": true, "raw": "8 (029) 111-22-33", "e164": "+375291112233", "region": "BY",
            "kind": "mobile",
        }),
    );
    assert_eq!(rows[1]["raw"], "88005553535", "without the line end");
}

#[test]
fn extensions_and_hidden_callers_are_valid() {
    let (rows, code) = read(&["--region", "BY"], "151\nanonymous\n\n");
    assert_eq!(code, Some(0));
    let kinds: Vec<&str> = rows.iter().filter_map(|row| row["kind"].as_str()).collect();
    assert_eq!(kinds, ["extension", "hidden", "hidden"]);
    assert!(rows.iter().all(|row| row["ok"] == true && row["e164"].is_null()), "{rows:?}");
}

#[test]
fn invalid_number_is_an_error_of_its_row() {
    let (rows, code) = read(&["--region", "BY"], "abc\n+375291112233\n80291\u{200b}1\n");
    assert_eq!(code, Some(4), "the worst row decides");
    assert_eq!(rows.len(), 3);
    assert_eq!((&rows[0]["ok"], &rows[1]["ok"]), (&false.into(), &true.into()));
    assert_eq!(rows[0]["error"]["reason"], "not_a_number");
    assert_eq!(rows[0]["error"]["kind"], "input");
    let message = rows[0]["error"]["message"].as_str().expect("a message");
    assert!(message.contains("abc"), "{message}");
}

#[test]
fn region_is_flag_else_environment() {
    let run = |variable: Option<&str>, arguments: &[&str]| {
        let mut command = program();
        command.args(["--output", "json", "phone"]).args(arguments);
        if let Some(region) = variable {
            command.env("VOCHI_CRM_DEFAULT_REGION", region);
        }
        Run::of(command)
    };
    let value = run(None, &["89161234567"]).value();
    assert_eq!(value["error"]["reason"], "no_region");
    assert_eq!(run(Some("RU"), &["89161234567"]).value()["e164"], "+79161234567");
    assert_eq!(run(Some("BY"), &["--region", "RU", "89161234567"]).value()["e164"], "+79161234567");
    let value = run(Some("Atlantis"), &["89161234567"]).exits(3);
    assert!(value["error"]["message"].as_str().unwrap().contains("VOCHI_CRM_DEFAULT_REGION"));
}

#[test]
fn configuration_is_not_read() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("vochi-crm.toml"), "not TOML").unwrap();
    let mut command = program();
    command.args(["--output", "json", "phone", "+375291112233"]).current_dir(home.path());
    assert_eq!(Run::of(command).exits(0)["e164"], "+375291112233");
}

#[test]
fn human_output_is_aligned_and_escaped() {
    let mut command = program();
    command.args(["phone", "--region", "BY", "80291112233", "151", "a\u{1b}[31mb"]);
    let run = Run::of(command);
    assert_eq!(run.code, Some(4));
    assert_eq!(
        run.stdout,
        "+375291112233    BY  mobile          80291112233\n\
         -                -   extension       151\n\
         -                -   not_a_number    a\\u{1b}[31mb\n",
    );
}

#[test]
fn residue_around_a_number_is_removed() {
    let lines = "375291112233.0\n+375 29 111-22-33 (Viber)\n80291112233 дб. 12\n";
    let (rows, code) = read(&["--region", "BY"], lines);
    assert_eq!(code, Some(0), "{rows:?}");
    let numbers: Vec<_> = rows.iter().filter_map(|row| row["e164"].as_str()).collect();
    assert_eq!(numbers, ["+375291112233"; 3], "{lines:?}");
    assert_eq!(rows[2]["extension"], "12", "{lines:?}");
}

#[test]
fn ambiguous_text_is_refused_with_a_hint() {
    let lines = "80291112233 и 80331234567\n3.75291E+11\n8 029 111-22-33/34\n8 25 1234567\n";
    let (rows, code) = read(&["--region", "BY"], lines);
    assert_eq!(code, Some(4), "{rows:?}");
    let reasons: Vec<_> = rows.iter().filter_map(|row| row["error"]["reason"].as_str()).collect();
    assert_eq!(reasons, ["several", "scientific_notation", "several", "not_in_use"]);
    for row in &rows {
        let hint = row["error"]["hint"].as_str().unwrap_or_default();
        assert!(!hint.is_empty(), "no hint in {row}");
    }
}
