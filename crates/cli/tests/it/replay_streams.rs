//! `replay`: broken, endless, truncated and reordered input.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};

use serde_json::{Value, json};
use vochi_crm_sandbox::Crm;

use crate::replay::{fixture, lines, missed, replay, with_input};
use crate::support::{Run, TestEnv};

/// Returns the start event of another call, a minute after the start of [`missed`].
fn later() -> Value {
    json!({"t": 60, "type": "start", "data": {
        "UniqueId": "17.2", "Phone": "375291112234", "CallType": 0, "Trunk": "0001363"}})
}

/// A running `replay -` with open input.
struct Open {
    child: Child,
    stdin: ChildStdin,
}

impl Open {
    fn start(env: &TestEnv) -> Self {
        let mut child = env
            .command(&["--output", "json", "replay", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let stdin = child.stdin.take().expect("an input");
        Self { child, stdin }
    }

    fn write(&mut self, bytes: &[u8]) {
        self.stdin.write_all(bytes).expect("the input can be written");
    }

    /// Returns the first output line.
    fn first_row(&mut self) -> Value {
        let mut line = String::new();
        let stdout = self.child.stdout.as_mut().expect("an output");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect("JSON")
    }

    /// Returns the peak memory in bytes.
    fn most_memory(&self) -> usize {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).expect("a Linux system");
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("its peak");
        let digits: String = line.chars().filter(char::is_ascii_digit).collect();
        digits.parse::<usize>().expect("a number") << 10
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn broken_first_line_blocks_no_output() {
    let env = TestEnv::bare();
    let call = lines(&[&missed("375291112233")[..], &[later()]].concat());
    for first in
        ["{\"t\": 0, \"type\": \"sta", "{\"t\": 0, \"data\": {", "[{\"t\": 0", "{", "[oops"]
    {
        let mut open = Open::start(&env);
        open.write(format!("{first}\n{call}").as_bytes());
        assert_eq!(open.first_row()["call_id"], "17.1", "{first}");
    }
}

#[test]
fn entries_of_open_array_are_read_immediately() {
    let env = TestEnv::bare();
    let events = [&missed("375291112233")[..], &[later()]].concat();
    let entries: Vec<String> = events.iter().map(|event| format!("{event:#}")).collect();
    for before in ["[", "{\"started_at\": \"2026-03-02T11:00:00+03:00\",\n\"events\": ["] {
        let mut open = Open::start(&env);
        open.write(format!("{before}{}", entries.join(",\n")).as_bytes());
        assert_eq!(open.first_row()["call_id"], "17.1", "{before}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn endless_entry_uses_bounded_memory() {
    const PIECES: usize = 512;
    let env = TestEnv::bare();
    let events = [&missed("375291112233")[..], &[later()]].concat();
    let entries: Vec<String> = events.iter().map(Value::to_string).collect();
    for (before, behind) in [
        ("{\"t\": 0, \"type\": \"", format!("\n{}", lines(&events))),
        ("[{\"t\": 0, \"type\": \"", format!("\"}}, {}", entries.join(","))),
    ] {
        let mut open = Open::start(&env);
        open.write(before.as_bytes());
        let piece = [b'x'; 1 << 14].repeat(4);
        for _ in 0..PIECES {
            open.write(&piece);
        }
        open.write(behind.as_bytes());
        assert_eq!(open.first_row()["call_id"], "17.1", "{before}");
        let (most, length) = (open.most_memory(), piece.len() * PIECES);
        assert!(most * 2 < length * 3, "{before}: {most} bytes for {length}");
    }
}

#[test]
fn invalid_entry_is_reported_with_reason() {
    let env = TestEnv::bare();
    let large = format!("{{\"t\": 0, \"x\": \"{}\"}}", "x".repeat(2 << 20));
    let deep = format!("{{\"t\": 0, \"x\": {}1{}}}", "[".repeat(64), "]".repeat(64));
    for (odd, why) in [
        (large.as_str(), "larger than 1048576 bytes"),
        (deep.as_str(), "nested deeper than 64 levels"),
        ("{\"t\" 0}", "invalid JSON at "),
        (
            "{\"t\": 1e300, \"type\": \"start\", \"data\": {}}",
            "invalid `t` 1e300: the time must lie between 1990 and 2100",
        ),
        ("{\"t\": -1e300, \"type\": \"start\", \"data\": {}}", "invalid `t` -1e300: "),
    ] {
        let events = missed("375291112233");
        let text = format!("{}\n{odd}\n{}", events[0], lines(&events[1..]));
        let array = format!("[{}, {odd}, {}, {}]", events[0], events[1], events[2]);
        for (text, place) in [(text, "line 2"), (array, "event 2")] {
            let run = replay(&env, &text, &[]);
            assert_eq!(run.exits(0)["outcome"], "missed");
            assert_eq!(run.summary()["broken"], 1);
            let expected = format!("warning: {place}: {why}");
            assert!(run.stderr.starts_with(&expected), "{expected}: {}", run.stderr);
        }
    }
}

#[test]
fn time_out_of_range_is_an_error() {
    let env = TestEnv::bare();
    let mut events = missed("375291112233");
    events.push(json!({"t": 500_000_000, "type": "start", "data": {"UniqueId": "17.2"}}));
    let run = replay(&env, &lines(&events), &["--base-time", "2090-01-01T00:00:00Z"]);
    run.exits(0);
    assert!(run.stderr.starts_with("warning: line 4: invalid `t` 500000000"), "{run}");
    let run = replay(&env, &lines(&events), &["--base-time", "1989-01-01T00:00:00Z"]);
    assert_eq!(run.summary()["broken"], 3, "{run}");
    assert!(!run.stdout.contains("1989"), "{run}");
}

#[test]
fn unfinished_call_is_not_recorded() {
    let env = TestEnv::new();
    let path = fixture("asterisk/in_attended_transfer_accepted");
    let whole: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let events = whole["events"].as_array().unwrap();
    let ringing = lines(&missed("375291112233")[..2]);
    let talking = lines(&events[..20]);
    for (text, outcome) in [(ringing, Value::Null), (talking, json!("answered"))] {
        let file = replay(&env, &text, &["--profile", "shop"]);
        let command = env.command(&["--output", "json", "replay", "-", "--profile", "shop"]);
        for run in [file, with_input(command, &text)] {
            let row = run.exits(0);
            assert_eq!((&row["unfinished"], &row["ok"]), (&json!(true), &json!(true)), "{run}");
            for unknown in ["ended_at", "talk_seconds", "reason"] {
                assert_eq!(row.get(unknown), Some(&Value::Null), "{unknown}: {run}");
            }
            assert_eq!(row["outcome"], outcome, "{run}");
            assert_eq!(row["deliveries"], json!([]), "{run}");
            let summary = run.summary();
            assert_eq!((&summary["calls"], &summary["unfinished"]), (&json!(0), &json!(1)));
            assert!(run.stderr.contains("; calls 0, unfinished 1"), "{run}");
        }
        let shown = env.run(&["replay", "events"]);
        assert!(
            shown.stdout.lines().nth(1).is_some_and(|row| row.contains("  unfinished  ")),
            "{shown}"
        );
    }
    assert_eq!(env.sandbox.retailcrm().calls(), [], "no record");
    assert_eq!(env.sandbox.refused(Crm::RetailCrm), []);
}

#[test]
fn summary_is_last_and_counts_skipped_events() {
    let env = TestEnv::bare();
    let events = missed("375291112233");
    let mut repeated = events[2].clone();
    repeated["t"] = json!(600);
    let unknown = json!({"t": 601, "type": "Weather", "data": {}});
    let broken = json!({"t": 601, "type": "hangup", "data": {}});
    let mut last = later();
    last["t"] = json!(602);
    let all = [&events[..], &[repeated, unknown, broken, last]].concat();
    let run = replay(&env, &lines(&all), &[]);
    let last = run.stdout.lines().last().expect("a line");
    assert_eq!(
        last,
        r#"{"summary":true,"calls":1,"unfinished":1,"late":1,"dropped":0,"unknown":1,"broken":1}"#,
    );
    let text = "summary: events understood 5, unknown 1 (Weather 1), broken 1, late 1; calls 1, unfinished 1\n";
    assert!(run.stderr.ends_with(text), "{run}");
    let quiet = replay(&env, &lines(&all), &["-q"]);
    assert_eq!((quiet.summary(), quiet.stderr.as_str()), (run.summary(), ""));
}

#[test]
fn started_at_after_the_events_is_used_if_possible() {
    let env = TestEnv::bare();
    let mut events = missed("375291112233");
    let text = |events: &[Value]| {
        let events = Value::from(events);
        format!("{{\"events\": {events}, \"started_at\": \"2026-03-02T09:00:00Z\"}}")
    };
    let from_pipe =
        |text: &str| with_input(env.command(&["--output", "json", "replay", "-"]), text);
    let whole = text(&events);
    assert_eq!(replay(&env, &whole, &[]).exits(0)["started_at"], "2026-03-02T09:00:00Z");
    let run = from_pipe(&whole);
    assert_eq!(run.exits(0)["started_at"], "2026-03-02T11:00:00Z", "the hangup's time is used");
    assert!(run.stderr.contains("`started_at` after the events is ignored"), "{run}");
    events[2]["data"]["EndTime"] = json!("");
    let run = from_pipe(&text(&events));
    assert_eq!(run.exits(0)["started_at"], "2026-03-02T09:00:00Z", "no other time is known");
    assert!(!run.stderr.contains("started_at"), "{run}");
}

#[test]
fn employees_and_trunks_come_from_configuration() {
    let env = TestEnv::bare();
    let path = fixture("reports/internal-call-forwarded-to-colleagues-mobile");
    let path = path.to_str().expect("a path");
    let text = std::fs::read_to_string(path).expect("a fixture");
    let whole: Value = serde_json::from_str(&text).expect("JSON");
    let mobile = whole["env"]["VOCHI_CRM_PBX_EMPLOYEES"].as_str().expect("a number");
    let direction = |env: &TestEnv, variable: Option<(&str, &str)>| {
        let mut command = env.command(&["--output", "json", "replay", path]);
        command.envs(variable);
        Run::of(command).exits(0)["direction"].clone()
    };
    assert_eq!(direction(&env, None), "out", "an unknown mobile is a client");
    let variable = ("VOCHI_CRM_PBX_EMPLOYEES", mobile);
    assert_eq!(direction(&env, Some(variable)), "internal");
    let variable = ("VOCHI_CRM_EXTENSIONS", &*format!("151=18,{mobile}=16"));
    assert_eq!(direction(&env, Some(variable)), "internal");
    for text in [
        format!("pbx_employees = [\"+375291110099\", \"{mobile}\"]\n"),
        env.profile_text("shop").replace("\n151 =", &format!("\n\"{mobile}\" = \"16\"\n151 =")),
    ] {
        env.configure(&text);
        assert_eq!(direction(&env, None), "internal", "{text}");
    }
    env.configure("pbx_employees = [\"8029 111-22-33\"]\n");
    let error = env.json(&["replay", path]).exits(3);
    assert!(error.to_string().contains("vochi-crm.toml, line 1"), "{error}");
    assert!(error.to_string().contains("pbx_employees: invalid number"), "{error}");

    let path = fixture("reports/trunk-with-short-number-name");
    let path = path.to_str().expect("a path");
    env.configure("");
    assert_eq!(env.json(&["replay", path]).exits(0)["direction"], "in");
    env.configure("pbx_trunk_contexts = \"no-such-context\"\n");
    assert_ne!(env.json(&["replay", path]).rows()[0]["direction"], "in");
    env.configure("pbx_trunk_contexts = \"from-(\"\n");
    let error = env.json(&["replay", path]).exits(3);
    assert!(error.to_string().contains("pbx_trunk_contexts"), "{error}");
}
