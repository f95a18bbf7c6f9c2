//! `oauth`: an application of Bitrix24 is authorized, shown and renewed.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_sandbox::bitrix24::{MEMBER_ID, WEBHOOK_SECRET};
use vochi_crm_sandbox::{Crm, Fault};

use crate::settle::{signal, start};
use crate::support::TestEnv;

fn env() -> TestEnv {
    env_with(&json!({}))
}

/// An application with some keys changed; `null` removes one.
fn env_with(changes: &Value) -> TestEnv {
    let env = TestEnv::bare();
    let mut profile = env.sandbox.bitrix24().application_profile();
    profile["retries"] = json!(0);
    for (key, value) in changes.as_object().unwrap() {
        profile[key] = value.clone();
    }
    profile.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let table = json!({ "profile": {"portal": profile} });
    env.configure(&toml::to_string(&table).unwrap());
    env
}

/// Runs `oauth`, and answers its question with the redirect of the portal; `state` replaces the one
/// that was asked for.
pub(crate) fn authorize(env: &TestEnv, state: Option<&str>) -> (i32, Value, String) {
    let mut command = env.command(&["--output", "json", "oauth"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut asked = BufReader::new(child.stderr.take().unwrap());
    let mut guide = String::new();
    let own = loop {
        let mut line = String::new();
        assert!(asked.read_line(&mut line).unwrap() > 0, "no address was printed: {guide}");
        guide.push_str(&line);
        if let Some((_, state)) = line.trim().split_once("&state=") {
            break state.to_owned();
        }
    };
    let code = env.sandbox.bitrix24().code();
    let state = state.unwrap_or(&own);
    let address =
        format!("https://pbx.example.test/?code={code}&state={state}&member_id={MEMBER_ID}\n");
    child.stdin.take().unwrap().write_all(address.as_bytes()).unwrap();
    asked.read_to_string(&mut guide).unwrap();
    let mut printed = String::new();
    child.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
    let code = child.wait().unwrap().code().unwrap();
    (code, serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{printed} {guide}")), guide)
}

#[test]
fn application_is_authorized_and_used_by_every_command() {
    let env = env();
    let before = env.json(&["users"]).exits(6);
    assert_eq!(before["error"]["kind"], "auth", "{before}");
    let (exit, shown, _) = authorize(&env, None);
    assert_eq!((exit, &shown["member_id"]), (0, &json!(MEMBER_ID)), "{shown}");
    assert_eq!(shown["expired"], false);
    let tokens = env.files().into_iter().find(|(path, _)| path.ends_with(".tokens/portal.json"));
    let (path, _) = tokens.expect("the tokens are in the state directory");
    let mode = std::fs::metadata(env.path(path.to_str().unwrap())).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    env.json(&["users"]).exits(0);
    let again = env.json(&["oauth"]).exits(0);
    assert_eq!(again["expires_at"], shown["expires_at"], "it is only shown");
}

#[test]
fn tokens_are_renewed_on_demand_and_when_they_expire() {
    let env = env();
    authorize(&env, None);
    let first = env.json(&["oauth", "--refresh"]).exits(0);
    assert_eq!(first["member_id"], MEMBER_ID);
    env.sandbox.bitrix24().expire_tokens();
    env.json(&["users"]).exits(0);
    let planned = env.json(&["--dry-run", "oauth", "--refresh"]).exits(0);
    let requests = planned["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 1, "the renewal is shown: {planned}");
    let curl = requests[0]["curl"].as_str().unwrap();
    for variable in ["$REFRESH_TOKEN", "$VOCHI_CRM_CLIENT_SECRET"] {
        assert!(curl.contains(variable), "{curl}");
    }
    // A dry run uses no token up.
    env.json(&["users"]).exits(0);
    let planned = env.json(&["--dry-run", "oauth", "--authorize"]).exits(0);
    assert!(planned.to_string().contains("authorization_code"), "{planned}");
}

#[test]
fn processes_that_share_the_tokens_renew_them_once() {
    let env = env();
    authorize(&env, None);
    env.sandbox.bitrix24().expire_tokens();
    let spawn = |_| {
        let mut command = env.command(&["--output", "json", "users"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let processes: Vec<_> = (0..6).map(spawn).collect();
    for process in processes {
        // A second renewal with the same refresh token would be refused.
        let output = process.wait_with_output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{printed}");
    }
}

#[test]
fn token_is_stored_even_if_the_time_is_over() {
    let env = env();
    authorize(&env, None);
    env.sandbox.bitrix24().expire_tokens();
    let late = Fault::on(Crm::Bitrix24).path("/oauth/token").delay(Duration::from_millis(1_500));
    env.sandbox.fault(late);
    env.json(&["--timeout", "1", "users"]).exits(7);
    // The refresh token of the lost response is used up: a renewal with it would be refused.
    env.json(&["users"]).exits(0);
}

#[test]
fn redirect_of_another_authorization_is_refused() {
    let env = env();
    let (exit, shown, guide) = authorize(&env, Some("other"));
    assert_eq!(exit, 4, "{shown}");
    assert!(!format!("{shown}{guide}").contains("client_secret"), "{guide}");
    env.json(&["users"]).exits(6);
}

#[test]
fn other_profiles_have_nothing_to_authorize() {
    let env = TestEnv::new();
    env.json(&["oauth"]).exits(9);
}

/// The tokens in the state directory.
fn stored(env: &TestEnv) -> Value {
    let tokens = env.files().into_iter().find(|(path, _)| path.ends_with(".tokens/portal.json"));
    serde_json::from_slice(&tokens.expect("tokens").1).unwrap()
}

#[test]
fn sigterm_during_a_renewal_keeps_the_authorization() {
    let env = env();
    authorize(&env, None);
    env.sandbox.bitrix24().expire_tokens();
    let before = env.sandbox.requests(Crm::Bitrix24).len();
    let late = Fault::on(Crm::Bitrix24).path("/oauth/token").delay(Duration::from_millis(1_500));
    env.sandbox.fault(late);
    let child = start(&env, &["users"]);
    let began = std::time::Instant::now();
    let is_renewing = || {
        let requests = env.sandbox.requests(Crm::Bitrix24);
        requests.iter().skip(before).any(|request| request.path.contains("/oauth/token"))
    };
    while !is_renewing() {
        assert!(began.elapsed() < Duration::from_secs(60), "no renewal began");
        std::thread::yield_now();
    }
    // As the program `timeout` does.
    signal(&child, "-TERM");
    signal(&child, "-TERM");
    let output = child.wait_with_output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(130), "{printed}");
    assert!(printed.contains("interrupted"), "{printed}");
    // The refresh token of a lost response is used up: a renewal with it would be refused.
    env.json(&["users"]).exits(0);
}

#[test]
fn raw_request_shows_no_token() {
    let env = env();
    authorize(&env, None);
    let call = env.json(&[
        "api",
        "POST",
        "/telephony.externalCall.register",
        "-d",
        "USER_ID=24",
        "-d",
        "PHONE_NUMBER=+375291112233",
        "-d",
        "TYPE=2",
        "-d",
        "SHOW=0",
        "-d",
        "LINE_NUMBER=line",
        "-d",
        "EXTERNAL_CALL_ID=1",
        "-d",
        "CRM_CREATE=0",
        "-d",
        "CALL_START_DATE=2026-03-02T11:00:00+03:00",
    ]);
    let id = call.exits(0)["answer"]["result"]["CALL_ID"].as_str().unwrap().to_owned();
    let finish = ["api", "POST", "/telephony.externalCall.finish", "-d", "USER_ID=24", "-d"];
    let (call_id, rest) = (format!("CALL_ID={id}"), ["-d", "DURATION=5", "-d", "ADD_TO_CHAT=0"]);
    env.json(&[&finish[..], &[&call_id], &rest, &["-d", "STATUS_CODE=200"]].concat()).exits(0);
    let attach = ["api", "POST", "/telephony.externalCall.attachRecord", "-d", &call_id];
    let run = env.json(&[&attach[..], &["-d", "FILENAME=x.mp3"]].concat());
    let answer = run.exits(0);
    let url = answer["answer"]["result"]["uploadUrl"].as_str().expect("an address to upload to");
    let access = stored(&env)["access_token"].as_str().unwrap().to_owned();
    assert!(url.contains("auth=***") && url.contains("token=***"), "{url}");
    assert!(!format!("{}{}", run.stdout, run.stderr).contains(&access), "{run}");
    let path = format!("/{access}/profile");
    let wrong = env.json(&["-vv", "api", "POST", &path]);
    assert!(!format!("{}{}", wrong.stdout, wrong.stderr).contains(&access), "{wrong}");
}

#[test]
fn key_of_a_webhook_in_a_path_is_not_shown() {
    let env = TestEnv::bare();
    env.configure(&env.bitrix24_text("portal"));
    let path = format!("/rest/1/{WEBHOOK_SECRET}/profile");
    let refused = env.json(&["-vv", "api", "POST", &path]);
    let error = &refused.exits(2)["error"];
    assert!(error["hint"].as_str().unwrap().contains("/profile"), "{error}");
    let other = env.json(&["-vv", "api", "POST", &format!("/x/{WEBHOOK_SECRET}/profile")]);
    let human = env.run(&["-vv", "api", "POST", &format!("/x/{WEBHOOK_SECRET}/profile")]);
    for run in [refused, other, human] {
        assert_ne!(run.code, Some(0), "{run}");
        assert!(!format!("{}{}", run.stdout, run.stderr).contains(WEBHOOK_SECRET), "{run}");
    }
}

#[test]
fn unreadable_tokens_are_an_error_and_stay() {
    let env = env();
    authorize(&env, None);
    let mut tokens = stored(&env);
    tokens["expires_at"] = json!("soon");
    let path = env.files().into_iter().find(|(path, _)| path.ends_with(".tokens/portal.json"));
    let path = path.unwrap().0;
    std::fs::write(&path, tokens.to_string()).unwrap();
    let commands: [&[&str]; 4] =
        [&["oauth"], &["users"], &["oauth", "--refresh"], &["oauth", "--authorize"]];
    for command in commands {
        let run = env.json(command);
        let error = &run.exits(3)["error"];
        let text = error.to_string();
        assert!(text.contains("portal.json") && text.contains("authorize"), "{command:?}: {text}");
    }
    assert_eq!(stored(&env), tokens, "they were overwritten");
}

#[test]
fn missing_authorization_names_the_command() {
    let env = env();
    let before = env.json(&["users"]).exits(6);
    let hint = before["error"]["hint"].as_str().unwrap().to_owned();
    let health = env.json(&["health"]).exits(6);
    for hint in [hint, health.to_string()] {
        assert!(hint.contains("vochi-crm oauth --authorize --profile portal"), "{hint}");
    }
}

#[test]
fn authorization_warns_of_no_host() {
    let env = env();
    let (_, _, guide) = authorize(&env, None);
    assert!(!guide.contains("unknown OAuth host"), "{guide}");
}

#[test]
fn unreachable_oauth_host_is_named_by_its_key() {
    let env = env_with(&json!({"oauth_url": "http://127.0.0.1:9"}));
    let (exit, shown, guide) = authorize(&env, None);
    assert_eq!(exit, 7, "{shown}");
    assert!(shown["error"]["hint"].as_str().unwrap().contains("oauth_url"), "{shown} {guide}");
}

#[test]
fn moved_portal_is_named_by_every_command() {
    let env = env();
    authorize(&env, None);
    let path = env.files().into_iter().find(|(path, _)| path.ends_with(".tokens/portal.json"));
    let mut tokens = stored(&env);
    let moved = tokens["portal"].as_str().unwrap().replace("127.0.0.1", "localhost");
    tokens["portal"] = json!(moved);
    std::fs::write(path.unwrap().0, tokens.to_string()).unwrap();
    for _ in 0..2 {
        let run = env.json(&["users"]);
        assert_eq!(run.code, Some(0), "{run}");
        assert!(run.stderr.contains("correct `url`") && run.stderr.contains("localhost"), "{run}");
    }
}
