//! `replay --profile`: recorded calls go into CRMs.

use serde_json::{Value, json};
use vochi_crm_sandbox::Crm;

use crate::replay::{fixture, lines, missed};
use crate::support::{CALL_EVENT, Ran, Stage, UPLOAD, keys};

const ANSWERED: &str = "asterisk/in_attended_transfer_accepted";

/// Replays a fixture.
fn replay(stage: &Stage, name: &str, more: &[&str]) -> Ran {
    let path = fixture(name);
    let mut all = vec!["replay", path.to_str().expect("a path")];
    all.extend(more);
    stage.json(&all)
}

/// A stage with the profiles `one` and `two` of one sandbox, apart by the ids of their calls.
fn two(other_key: &str) -> Stage {
    let stage = Stage::bare();
    let two = stage.profile_text("two").replace("TEST-KEY", other_key);
    let apart = two.replace("retries = 0", "retries = 0\ncall_id_prefix = \"two-\"");
    stage.configure(&format!("{}\n{apart}", stage.profile_text("one")));
    stage
}

/// The paths of the requests a dry run shows.
fn paths(value: &Value) -> Vec<&str> {
    let requests = value["requests"].as_array().expect("requests");
    let urls = requests.iter().filter_map(|request| request["url"].as_str());
    urls.map(|url| if url.contains(UPLOAD) { UPLOAD } else { CALL_EVENT }).collect()
}

#[test]
fn a_recorded_call_goes_into_the_crm_as_it_happened() {
    let stage = Stage::new();
    let ran = replay(&stage, ANSWERED, &["--profile", "shop"]);
    let value = ran.ends(0);
    assert_eq!(
        value["deliveries"],
        json!([{
            "profile": "shop", "ok": true, "crm_call_id": null, "recorded": true, "warnings": [],
            "error": null,
        }]),
        "{ran}"
    );
    let call = stage.sandbox.retailcrm().call("1757773838.143").expect("the call is recorded");
    assert_eq!((call.talk_seconds, call.wait_seconds), (Some(65), Some(8)));
    assert_eq!(call.extension.as_deref(), Some("152"), "who talked last");
    let live = stage.sandbox.retailcrm().live();
    let told: Vec<&str> = live.iter().map(|row| row.r#type.as_str()).collect();
    assert_eq!(told, ["in", "hangup"], "the sandbox is on this machine");
    assert_eq!(stage.sandbox.refused(Crm::RetailCrm), []);
}

#[test]
fn only_a_profile_that_is_named_is_told_anything() {
    let stage = Stage::bare();
    let text = stage.profile_text("shop");
    stage.configure(&format!("default_profile = \"shop\"\n{text}"));
    assert_eq!(replay(&stage, ANSWERED, &[]).ends(0)["deliveries"], json!([]));
    assert_eq!(stage.requests(), 0);
    let value = replay(&stage, ANSWERED, &["--profile", "shopp"]).ends(3);
    assert!(value.to_string().contains("did you mean"), "{value}");
    let bare = Stage::bare();
    let value = replay(&bare, ANSWERED, &["--profile", "shop"]).ends(3);
    assert!(value.to_string().contains("there is no configuration"), "{value}");
}

#[test]
fn several_profiles_are_told_of_every_call() {
    let stage = two("TEST-KEY");
    let both = ["--profile", "one", "--profile", "two", "--profile", "one"];
    let value = replay(&stage, ANSWERED, &both).ends(0);
    let deliveries = value["deliveries"].as_array().expect("deliveries");
    let told = deliveries.iter().map(|one| (&one["profile"], &one["recorded"]));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [(&json!("one"), &json!(true)), (&json!("two"), &json!(true))],
        "each once"
    );
    assert_eq!(stage.sandbox.retailcrm().calls().len(), 2);
}

#[test]
fn an_account_that_fails_does_not_keep_the_others_out() {
    let stage = two("REST-KEY");
    let both = ["--profile", "two", "--profile", "one"];
    let ran = replay(&stage, ANSWERED, &both);
    assert_eq!(ran.code, Some(6), "the gravest: {ran}");
    let value = ran.value();
    let [failed, recorded] = value["deliveries"].as_array().expect("deliveries").as_slice() else {
        panic!("{ran}")
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
    let ran = stage.run(&people);
    assert_eq!(ran.code, Some(6));
    assert!(ran.stdout.ends_with("  two: FAILED\n"), "{ran}");
    assert!(ran.stderr.starts_with("error: call 1757773838.143, profile two: "), "{ran}");
}

#[test]
fn a_popup_that_cannot_be_shown_does_not_keep_the_record_out() {
    let stage = Stage::new();
    stage.fault(|fault| fault.path(CALL_EVENT).times(9).status(500));
    let ran = replay(&stage, ANSWERED, &["--profile", "shop"]);
    assert_eq!(ran.ends(0)["deliveries"][0]["recorded"], true);
    assert!(ran.stderr.contains("warning: call 1757773838.143, profile shop: ringing: "), "{ran}");
}

#[test]
fn popups_stay_on_this_machine_unless_asked_for() {
    let stage = Stage::bare();
    let url = stage.url();
    let elsewhere =
        stage.profile_text("shop").replace(url.trim_end_matches('/'), "https://demo.retailcrm.ru");
    stage.configure(&elsewhere);
    let profile = ["--dry-run", "--profile", "shop"];
    let ran = replay(&stage, ANSWERED, &profile);
    assert_eq!(paths(&ran.ends(0)), [UPLOAD]);
    assert_eq!(ran.stderr.matches("popups are not shown in shop").count(), 1, "{ran}");
    let ran = replay(&stage, ANSWERED, &[&profile[..], &["--popups"]].concat());
    assert_eq!(paths(&ran.ends(0)), [CALL_EVENT, CALL_EVENT, UPLOAD]);
    assert!(!ran.stderr.contains("popups"), "{ran}");
}

#[test]
fn a_dry_run_shows_the_requests_of_every_profile_and_sends_none() {
    let stage = two("TEST-KEY");
    let before = stage.files().len();
    let both = ["--dry-run", "--profile", "one", "--profile", "two"];
    let value = replay(&stage, ANSWERED, &both).ends(0);
    let each = [CALL_EVENT, CALL_EVENT, UPLOAD];
    assert_eq!(paths(&value), [each, each].concat());
    assert_eq!(replay(&stage, ANSWERED, &["--dry-run"]).ends(0)["requests"], json!([]));
    assert_eq!(stage.requests(), 0, "nothing went out");
    assert_eq!(stage.files().len(), before, "nothing was written");
}

#[test]
fn what_a_dry_run_cannot_plan_decides_how_it_ends() {
    let stage = Stage::new();
    let lost = ["--dry-run", "--profile", "shop"];
    let ran = replay(&stage, "asterisk/in_lost_all_but_hangup", &lost);
    ran.ends(3);
    assert!(ran.stderr.contains("error: call 1758032163.74, profile shop: "), "{ran}");
}

#[test]
fn a_recording_that_is_replayed_twice_is_recorded_once() {
    let stage = Stage::new();
    let first = replay(&stage, ANSWERED, &["--profile", "shop"]).ends(0);
    let second = replay(&stage, ANSWERED, &["--profile", "shop"]).ends(0);
    let (first, second) = (&first["deliveries"][0], &second["deliveries"][0]);
    assert_eq!((&first["recorded"], &first["warnings"]), (&json!(true), &json!([])));
    assert_eq!(second["recorded"], true);
    assert!(second["warnings"].to_string().contains("already"), "{second}");
    assert_eq!(stage.sandbox.retailcrm().calls().len(), 1);
    assert_eq!(stage.sandbox.retailcrm().live().len(), 2, "and shown once");
}

#[test]
fn calls_among_employees_are_nobodys_business() {
    let stage = Stage::new();
    for name in ["asterisk/internal_answered", "asterisk-ami/internal_answered"] {
        let value = replay(&stage, name, &["--profile", "shop"]).ends(0);
        assert_eq!(value["deliveries"], json!([]), "{name}");
    }
    assert_eq!(stage.requests(), 0);
}

#[test]
fn unknown_talk_is_null_and_recorded_without_duration() {
    let stage = Stage::bare();
    let text = stage.profile_text("shop");
    stage.configure(&text.replace("retries = 0", "retries = 0\ndefault_user = \"18\""));
    let lost = "asterisk/in_lost_all_but_hangup";
    let value = replay(&stage, lost, &["--profile", "shop"]).ends(0);
    let null = Some(&Value::Null);
    assert_eq!(value.get("talk_seconds"), null, "invented: {value}");
    let delivery = &value["deliveries"][0];
    assert_eq!(delivery["recorded"], true, "{delivery}");
    let warnings = delivery["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{delivery}");
    let warning = warnings[0].as_str().unwrap();
    assert!(warning.contains("talk time is unknown"), "{warning}");
    let calls = stage.sandbox.retailcrm().calls();
    assert_eq!(calls[0].sent.get("duration"), None, "{}", calls[0].sent);
    assert_eq!(calls[0].row.outcome, Some("answered"));
    assert_eq!(calls[0].row.talk_seconds, None);
}

#[test]
fn an_account_reads_numbers_as_in_its_other_calls() {
    let stage = Stage::new();
    for (client, phone, warnings) in
        [("8029 111-22-33", json!("+375291112233"), 0), ("12345678", Value::Null, 1)]
    {
        let mut events = missed(client);
        for event in &mut events {
            event["data"]["UniqueId"] = json!(format!("17.{}", client.len()));
        }
        stage.write("events", &lines(&events), 0o600);
        let ran = stage.json(&["replay", "events", "--profile", "shop"]);
        let value = ran.ends(0);
        assert_eq!(value["client_phone"], phone);
        let told = value["deliveries"][0]["warnings"].as_array().map(Vec::len);
        assert_eq!(told, Some(warnings), "{ran}");
    }
}

#[test]
fn the_environment_cannot_mean_one_of_several_profiles() {
    let stage = two("TEST-KEY");
    let path = fixture(ANSWERED);
    let with_key = |more: &[&str]| {
        let mut command = stage.command(&["--output", "json", "replay"]);
        command.arg(&path).args(more);
        command.env("VOCHI_CRM_RETRIES", "0");
        Ran::of(command)
    };
    with_key(&["--profile", "one"]).ends(0);
    let value = with_key(&["--profile", "one", "--profile", "two"]).ends(3);
    assert!(value.to_string().contains("VOCHI_CRM_RETRIES"), "{value}");
}

#[test]
fn no_other_command_takes_several_profiles_and_none_is_lost() {
    let stage = two("TEST-KEY");
    let both = ["--profile", "one", "--profile", "two"];
    let value = stage.json(&[&both[..], &["users"]].concat()).ends(2);
    assert!(value.to_string().contains("replay"), "{value}");
    let path = fixture(ANSWERED);
    let path = path.to_str().unwrap();
    let apart = ["--profile", "one", "replay", path, "--profile=two"];
    stage.json(&apart).ends(2);
    stage.json(&[&both[..], &["replay", path]].concat()).ends(0);
    assert_eq!(stage.sandbox.retailcrm().calls().len(), 2);
}

#[test]
fn what_could_not_be_remembered_is_not_sent() {
    let stage = Stage::new();
    let path = fixture(ANSWERED);
    let mut command = stage.command(&["--output", "json", "replay"]);
    command.arg(path).args(["--profile", "shop"]);
    command.env("VOCHI_CRM_STATE_DIR", "/dev/null/state");
    Ran::of(command).ends(3);
    assert_eq!(stage.requests(), 0);
}
