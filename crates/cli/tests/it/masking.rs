//! Keys in the wrong field of the configuration print as their length.

use crate::support::{Run, TestEnv};

/// A key of 26 letters and digits.
const KEY: &str = "invented0key1of2many3signs";

/// A key of 36 characters in the form of a GUID.
const GUID: &str = "a1b2c3d4-1111-4a4a-8b8b-000000000101";

/// Returns the sandbox's profile with one line replaced.
fn with(env: &TestEnv, line: &str) -> String {
    let name = line.split_once(" =").map_or(line, |(name, _)| name);
    let text = env.profile_text("shop");
    let is_other = |it: &&str| !it.starts_with(&format!("{name} ="));
    // A table follows the profile.
    let is_table = |it: &&str| *it == format!("[profile.shop.{name}]");
    let mut lines: Vec<&str> = text.lines().filter(is_other).collect();
    if let Some(table) = lines.iter().position(is_table) {
        let rest = lines.split_off(table);
        let next = rest.iter().skip(1).position(|it| it.starts_with('['));
        lines.extend(rest.iter().skip(next.map_or(rest.len(), |next| next + 1)));
    }
    let profile = lines.iter().position(|it| *it == "[profile.shop]");
    lines.insert(profile.expect("a profile") + 1, line);
    lines.join("\n")
}

/// Expects a configuration error of several commands and returns their output.
#[track_caller]
fn refused(env: &TestEnv, text: &str, secret: &str) -> String {
    env.configure(text);
    let mut printed = String::new();
    for command in [&["--output", "json", "users"][..], &["-vv", "users"], &["health", "--all"]] {
        let run = env.run(command);
        assert_eq!(run.code, Some(3), "{text}\n{run}");
        assert!(!format!("{run}").contains(secret), "{text}\n{run}");
        printed.push_str(&run.to_string());
    }
    printed
}

#[test]
fn key_in_any_field_prints_as_its_length() {
    let env = TestEnv::bare();
    for key in [KEY, GUID] {
        for line in [
            "timezone = \"KEY\"",
            "KEY = \"x\"",
            "lines = { \"KEY\" = \"12\" }",
            "lines = { main = \"KEY\" }",
            "lines = { main = \"KEY, and more than forty characters: KEY\" }",
            "extensions = { \"151\" = \"x-KEY\" }",
            "extensions = { \"KEY\" = \"x y\" }",
            "missed_user = \"x-KEY\"",
            "unknown_caller = { KEY = \"none\" }",
            "api_key = { env = \"KEY\" }",
            "api_key = { file = \"KEY\" }",
            "api_key = { file = \"/run/KEY/shop\" }",
        ] {
            let line = line.replace("KEY", key);
            let printed = refused(&env, &with(&env, &line), key);
            assert!(printed.contains("*** ("), "{line}\n{printed}");
            assert!(printed.contains("characters)"), "{line}\n{printed}");
        }
        for line in [
            "default_region = \"KEY\"",
            "url = \"ftp://KEY\"",
            "public_url = \"KEY\"",
            "crm = \"KEY\"",
            "popup = \"KEY\"",
            "retries = \"KEY\"",
            "allowed_networks = [1, \"KEY\"]",
            "api_key = { KEY = \"KEY\" }",
            "timezone = KEY",
            "KEY",
        ] {
            let line = line.replace("KEY", key);
            refused(&env, &with(&env, &line), key);
        }
        let shop = env.profile_text("shop");
        let wrong = with(&env, "timezone = \"Minsk\"");
        // `health` prints names of profiles as data.
        for text in [
            wrong.replace("[profile.shop", &format!("[profile.{key}")),
            format!("default_profile = \"{key}\"\n{shop}"),
        ] {
            env.configure(&text);
            let run = env.run(&["users"]);
            assert_eq!(run.code, Some(3), "{run}");
            assert!(!format!("{run}").contains(key), "{run}");
            assert!(run.stderr.contains("*** ("), "{run}");
        }
        for text in [
            format!("state_dir = [\"{key}\"]\n{shop}"),
            format!("pbx_timezone = \"{key}\"\n{shop}"),
            format!("pbx_extensions = \"{key}[\"\n{shop}"),
            format!("{key} = 1\n{shop}"),
            shop.replace("[profile.shop]", &format!("[profile.\"{key}\"")),
        ] {
            refused(&env, &text, key);
        }
    }
}

#[test]
fn configured_secret_in_any_field_is_masked() {
    let env = TestEnv::bare();
    // It does not look like a key.
    let secret = "invented-words";
    for api_key in [
        format!("api_key = \"{secret}\""),
        "api_key = { env = \"SHOP_KEY\" }".to_owned(),
        "api_key = { file = \"key\" }".to_owned(),
    ] {
        env.write("key", &format!("\u{feff}{secret}\r\n"), 0o600);
        let text = with(&env, &format!("timezone = \"{secret}\""))
            .replace(&format!("api_key = \"{}\"", vochi_crm_sandbox::retailcrm::API_KEY), &api_key);
        assert!(text.contains(&api_key), "{text}");
        env.configure(&text);
        let mut command = env.command(&["users"]);
        command.env("SHOP_KEY", secret);
        let run = Run::of(command);
        assert_eq!(run.code, Some(3), "{run}");
        assert!(!format!("{run}").contains(secret), "{run}");
        assert!(run.stderr.contains("*** (14 characters)"), "{run}");
    }
}

#[test]
fn ordinary_values_and_paths_are_printed() {
    let env = TestEnv::bare();
    for (line, shown) in [
        ("timezone = \"Europe/Minks\"", "Europe/Minks"),
        ("api_key = { env = \"SHOP_KEY_2026\" }", "SHOP_KEY_2026"),
        ("api_key = { file = \"/run/secrets/shop\" }", "/run/secrets/shop"),
        ("lines = { \"0001363\" = \"12\" }", "0001363"),
    ] {
        let printed = refused(&env, &with(&env, line), "***");
        assert!(printed.contains(shown), "{shown}: {printed}");
    }
}

#[test]
fn health_masks_a_key_in_the_site_field() {
    let env = TestEnv::bare();
    env.configure(&with(&env, &format!("site = \"{KEY}\"")));
    for command in [&["--output", "json", "health"][..], &["health"]] {
        let run = env.run(command);
        assert!(!run.to_string().contains(KEY), "{run}");
        assert!(run.to_string().contains("***"), "{run}");
    }
}
