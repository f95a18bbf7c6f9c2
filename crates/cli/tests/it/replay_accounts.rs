//! `replay --profile`: calls are recorded in CRMs.

use serde_json::{Value, json};
use vochi_crm_sandbox::Crm;

use crate::replay::{fixture, lines, missed};
use crate::support::{CALL_EVENT, Run, TestEnv, UPLOAD, keys};

const ANSWERED: &str = "asterisk/in_attended_transfer_accepted";

/// Replays a fixture.
fn replay(env: &TestEnv, name: &str, more: &[&str]) -> Run {
    let path = fixture(name);
    let mut all = vec!["replay", path.to_str().expect("a path")];
    all.extend(more);
    env.json(&all)
}

/// Creates an environment with the profiles `one` and `two` of one stand-in, with different call ids.
fn two_profiles(other_key: &str) -> TestEnv {
    let env = TestEnv::bare();
    let two = env.profile_text("two").replace("TEST-KEY", other_key);
    let prefixed = two.replace("retries = 0", "retries = 0\ncall_id_prefix = \"two-\"");
    env.configure(&format!("{}\n{prefixed}", env.profile_text("one")));
    env
}

/// Returns the paths of the planned requests.
fn paths(value: &Value) -> Vec<&str> {
    let requests = value["requests"].as_array().expect("requests");
    let urls = requests.iter().filter_map(|request| request["url"].as_str());
    urls.map(|url| if url.contains(UPLOAD) { UPLOAD } else { CALL_EVENT }).collect()
}

#[test]
fn finished_call_is_recorded() {
    let env = TestEnv::new();
    let run = replay(&env, ANSWERED, &["--profile", "shop"]);
    let value = run.exits(0);
    assert_eq!(
        value["deliveries"],
        json!([{
            "profile": "shop", "ok": true, "crm_call_id": null, "recorded": true, "warnings": [],
            "error": null,
        }]),
        "{run}"
    );
    let call = env.sandbox.retailcrm().call("1757773838.143").expect("the call is recorded");
    assert_eq!((call.talk_seconds, call.wait_seconds), (Some(65), Some(8)));
    assert_eq!(call.extension.as_deref(), Some("152"), "the last one that talked");
    let live = env.sandbox.retailcrm().live();
    let types: Vec<&str> = live.iter().map(|row| row.r#type.as_str()).collect();
    assert_eq!(types, ["in", "hangup"], "a local CRM gets popups");
    assert_eq!(env.sandbox.refused(Crm::RetailCrm), []);
}

#[test]
fn only_named_profiles_are_used() {
    let env = TestEnv::bare();
    let text = env.profile_text("shop");
    env.configure(&format!("default_profile = \"shop\"\n{text}"));
    assert_eq!(replay(&env, ANSWERED, &[]).exits(0)["deliveries"], json!([]));
    assert_eq!(env.requests(), 0);
    let value = replay(&env, ANSWERED, &["--profile", "shopp"]).exits(3);
    assert!(value.to_string().contains("did you mean"), "{value}");
    let bare = TestEnv::bare();
    let value = replay(&bare, ANSWERED, &["--profile", "shop"]).exits(3);
    assert!(value.to_string().contains("missing configuration"), "{value}");
}

#[test]
fn several_profiles_get_every_call() {
    let env = two_profiles("TEST-KEY");
    let both = ["--profile", "one", "--profile", "two", "--profile", "one"];
    let value = replay(&env, ANSWERED, &both).exits(0);
    let deliveries = value["deliveries"].as_array().expect("deliveries");
    let recorded = deliveries.iter().map(|one| (&one["profile"], &one["recorded"]));
    assert_eq!(
        recorded.collect::<Vec<_>>(),
        [(&json!("one"), &json!(true)), (&json!("two"), &json!(true))],
        "each once"
    );
    assert_eq!(env.sandbox.retailcrm().calls().len(), 2);
}

#[test]
fn failed_account_does_not_stop_others() {
    let env = two_profiles("REST-KEY");
    let both = ["--profile", "two", "--profile", "one"];
    let run = replay(&env, ANSWERED, &both);
    assert_eq!(run.code, Some(6), "the worst error: {run}");
    let value = run.value();
    let [failed, recorded] = value["deliveries"].as_array().expect("deliveries").as_slice() else {
        panic!("{run}")
    };
    assert_eq!(keys(failed), keys(recorded));
    assert_eq!(
        (&failed["ok"], &failed["error"]["kind"], &failed["error"]["profile"]),
        (&json!(false), &json!("auth"), &json!("two"))
    );
    assert_eq!(
        (&recorded["ok"], &recorded["recorded"], &recorded["error"]),
        (&json!(true), &json!(true), &Value::Null)
    );
    let path = fixture(ANSWERED);
    let people = ["-q", "replay", path.to_str().unwrap(), "--profile", "two"];
    let run = env.run(&people);
    assert_eq!(run.code, Some(6));
    assert!(run.stdout.ends_with("  two: FAILED\n"), "{run}");
    assert!(run.stderr.starts_with("error: call 1757773838.143, profile two: "), "{run}");
}

#[test]
fn popup_failure_does_not_stop_the_record() {
    let env = TestEnv::new();
    env.fault(|fault| fault.path(CALL_EVENT).times(9).status(500));
    let run = replay(&env, ANSWERED, &["--profile", "shop"]);
    assert_eq!(run.exits(0)["deliveries"][0]["recorded"], true);
    assert!(run.stderr.contains("warning: call 1757773838.143, profile shop: ringing: "), "{run}");
}

#[test]
fn popups_are_local_by_default() {
    let env = TestEnv::bare();
    let url = env.url();
    let elsewhere =
        env.profile_text("shop").replace(url.trim_end_matches('/'), "https://demo.retailcrm.ru");
    env.configure(&elsewhere);
    let profile = ["--dry-run", "--profile", "shop"];
    let run = replay(&env, ANSWERED, &profile);
    assert_eq!(paths(&run.exits(0)), [UPLOAD]);
    assert_eq!(run.stderr.matches("popups are not sent to shop").count(), 1, "{run}");
    let run = replay(&env, ANSWERED, &[&profile[..], &["--popups"]].concat());
    assert_eq!(paths(&run.exits(0)), [CALL_EVENT, CALL_EVENT, UPLOAD]);
    assert!(!run.stderr.contains("popups"), "{run}");
}

#[test]
fn dry_run_shows_requests_of_every_profile() {
    let env = two_profiles("TEST-KEY");
    let before = env.files().len();
    let both = ["--dry-run", "--profile", "one", "--profile", "two"];
    let value = replay(&env, ANSWERED, &both).exits(0);
    let each = [CALL_EVENT, CALL_EVENT, UPLOAD];
    assert_eq!(paths(&value), [each, each].concat());
    assert_eq!(replay(&env, ANSWERED, &["--dry-run"]).exits(0)["requests"], json!([]));
    assert_eq!(env.requests(), 0, "nothing was sent");
    assert_eq!(env.files().len(), before, "nothing was written");
}

#[test]
fn unplannable_request_decides_exit_code() {
    let env = TestEnv::new();
    let lost = ["--dry-run", "--profile", "shop"];
    let run = replay(&env, "asterisk/in_lost_all_but_hangup", &lost);
    run.exits(3);
    assert!(run.stderr.contains("error: call 1758032163.74, profile shop: "), "{run}");
}

#[test]
fn repeated_replay_records_once() {
    let env = TestEnv::new();
    let first = replay(&env, ANSWERED, &["--profile", "shop"]).exits(0);
    let second = replay(&env, ANSWERED, &["--profile", "shop"]).exits(0);
    let (first, second) = (&first["deliveries"][0], &second["deliveries"][0]);
    assert_eq!((&first["recorded"], &first["warnings"]), (&json!(true), &json!([])));
    assert_eq!(second["recorded"], true);
    assert!(second["warnings"].to_string().contains("already"), "{second}");
    assert_eq!(env.sandbox.retailcrm().calls().len(), 1);
    assert_eq!(env.sandbox.retailcrm().live().len(), 2, "no second popup");
}

#[test]
fn internal_calls_are_not_sent() {
    let env = TestEnv::new();
    for name in ["asterisk/internal_answered", "asterisk-ami/internal_answered"] {
        let value = replay(&env, name, &["--profile", "shop"]).exits(0);
        assert_eq!(value["deliveries"], json!([]), "{name}");
    }
    assert_eq!(env.requests(), 0);
}

#[test]
fn unknown_talk_is_recorded_without_duration() {
    let env = TestEnv::bare();
    let text = env.profile_text("shop");
    env.configure(&text.replace("retries = 0", "retries = 0\ndefault_user = \"18\""));
    let lost = "asterisk/in_lost_all_but_hangup";
    let value = replay(&env, lost, &["--profile", "shop"]).exits(0);
    let null = Some(&Value::Null);
    assert_eq!(value.get("talk_seconds"), null, "invented: {value}");
    let delivery = &value["deliveries"][0];
    assert_eq!(delivery["recorded"], true, "{delivery}");
    let warnings = delivery["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{delivery}");
    let warning = warnings[0].as_str().unwrap();
    assert!(warning.contains("talk time is unknown"), "{warning}");
    let calls = env.sandbox.retailcrm().calls();
    assert_eq!(calls[0].sent.get("duration"), None, "{}", calls[0].sent);
    assert_eq!(calls[0].row.outcome, Some("answered"));
    assert_eq!(calls[0].row.talk_seconds, None);
}

#[test]
fn numbers_are_read_by_the_profile() {
    let env = TestEnv::new();
    for (client, phone, warnings) in
        [("8029 111-22-33", json!("+375291112233"), 0), ("12345678", Value::Null, 1)]
    {
        let mut events = missed(client);
        for event in &mut events {
            event["data"]["UniqueId"] = json!(format!("17.{}", client.len()));
        }
        env.write("events", &lines(&events), 0o600);
        let run = env.json(&["replay", "events", "--profile", "shop"]);
        let value = run.exits(0);
        assert_eq!(value["client_phone"], phone);
        let count = value["deliveries"][0]["warnings"].as_array().map(Vec::len);
        assert_eq!(count, Some(warnings), "{run}");
    }
}

#[test]
fn profile_variable_with_several_profiles_fails() {
    let env = two_profiles("TEST-KEY");
    let path = fixture(ANSWERED);
    let with_key = |more: &[&str]| {
        let mut command = env.command(&["--output", "json", "replay"]);
        command.arg(&path).args(more);
        command.env("VOCHI_CRM_RETRIES", "0");
        Run::of(command)
    };
    with_key(&["--profile", "one"]).exits(0);
    let value = with_key(&["--profile", "one", "--profile", "two"]).exits(3);
    assert!(value.to_string().contains("VOCHI_CRM_RETRIES"), "{value}");
}

#[test]
fn only_replay_takes_several_profiles() {
    let env = two_profiles("TEST-KEY");
    let both = ["--profile", "one", "--profile", "two"];
    let value = env.json(&[&both[..], &["users"]].concat()).exits(2);
    assert!(value.to_string().contains("replay"), "{value}");
    let path = fixture(ANSWERED);
    let path = path.to_str().unwrap();
    let mixed = ["--profile", "one", "replay", path, "--profile=two"];
    env.json(&mixed).exits(2);
    env.json(&[&both[..], &["replay", path]].concat()).exits(0);
    assert_eq!(env.sandbox.retailcrm().calls().len(), 2);
}

#[test]
fn unusable_state_directory_sends_nothing() {
    let env = TestEnv::new();
    let path = fixture(ANSWERED);
    let mut command = env.command(&["--output", "json", "replay"]);
    command.arg(path).args(["--profile", "shop"]);
    command.env("VOCHI_CRM_STATE_DIR", "/dev/null/state");
    Run::of(command).exits(3);
    assert_eq!(env.requests(), 0);
}
