//! `oauth`: an application of Bitrix24 is authorized, shown and renewed.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_sandbox::bitrix24::MEMBER_ID;
use vochi_crm_sandbox::{Crm, Fault};

use crate::support::TestEnv;

fn env() -> TestEnv {
    let env = TestEnv::bare();
    let mut profile = env.sandbox.bitrix24().application_profile();
    profile["retries"] = json!(0);
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
    assert_eq!(planned["requests"], json!([]), "a dry run uses no token up: {planned}");
    env.json(&["users"]).exits(0);
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
