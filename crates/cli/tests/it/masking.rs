//! Keys in the wrong field of the configuration: named with their length, never printed.

use crate::support::{Ran, Stage};

/// A run of letters and digits, 26 of them.
const KEY: &str = "invented0key1of2many3signs";

/// As Kontur's ids and many keys are written, 36 characters.
const GUID: &str = "a1b2c3d4-1111-4a4a-8b8b-000000000101";

/// The sandbox's profile with another line in place of the one with its key.
fn with(stage: &Stage, line: &str) -> String {
    let name = line.split_once(" =").map_or(line, |(name, _)| name);
    let text = stage.profile_text("shop");
    let is_other = |it: &&str| !it.starts_with(&format!("{name} ="));
    // A table of its own would follow the profile.
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

/// Runs commands that must fail with the configuration, and gives all they print.
#[track_caller]
fn refused(stage: &Stage, text: &str, secret: &str) -> String {
    stage.configure(text);
    let mut printed = String::new();
    for command in [&["--output", "json", "users"][..], &["-vv", "users"], &["health", "--all"]] {
        let ran = stage.run(command);
        assert_eq!(ran.code, Some(3), "{text}\n{ran}");
        assert!(!format!("{ran}").contains(secret), "{text}\n{ran}");
        printed.push_str(&ran.to_string());
    }
    printed
}

#[test]
fn key_in_any_field_prints_as_its_length() {
    let stage = Stage::bare();
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
            let printed = refused(&stage, &with(&stage, &line), key);
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
            refused(&stage, &with(&stage, &line), key);
        }
        let shop = stage.profile_text("shop");
        let wrong = with(&stage, "timezone = \"Minsk\"");
        // `health` prints the names of profiles as data.
        for text in [
            wrong.replace("[profile.shop", &format!("[profile.{key}")),
            format!("default_profile = \"{key}\"\n{shop}"),
        ] {
            stage.configure(&text);
            let ran = stage.run(&["users"]);
            assert_eq!(ran.code, Some(3), "{ran}");
            assert!(!format!("{ran}").contains(key), "{ran}");
            assert!(ran.stderr.contains("*** ("), "{ran}");
        }
        for text in [
            format!("state_dir = [\"{key}\"]\n{shop}"),
            format!("pbx_timezone = \"{key}\"\n{shop}"),
            format!("pbx_extensions = \"{key}[\"\n{shop}"),
            format!("{key} = 1\n{shop}"),
            shop.replace("[profile.shop]", &format!("[profile.\"{key}\"")),
        ] {
            refused(&stage, &text, key);
        }
    }
}

#[test]
fn configured_secret_in_any_field_is_masked() {
    let stage = Stage::bare();
    // Nothing about it looks like a key.
    let secret = "invented-words";
    for api_key in [
        format!("api_key = \"{secret}\""),
        "api_key = { env = \"SHOP_KEY\" }".to_owned(),
        "api_key = { file = \"key\" }".to_owned(),
    ] {
        stage.write("key", &format!("\u{feff}{secret}\r\n"), 0o600);
        let text = with(&stage, &format!("timezone = \"{secret}\""))
            .replace(&format!("api_key = \"{}\"", vochi_crm_sandbox::retailcrm::API_KEY), &api_key);
        assert!(text.contains(&api_key), "{text}");
        stage.configure(&text);
        let mut command = stage.command(&["users"]);
        command.env("SHOP_KEY", secret);
        let ran = Ran::of(command);
        assert_eq!(ran.code, Some(3), "{ran}");
        assert!(!format!("{ran}").contains(secret), "{ran}");
        assert!(ran.stderr.contains("*** (14 characters)"), "{ran}");
    }
}

#[test]
fn ordinary_values_and_paths_are_printed() {
    let stage = Stage::bare();
    for (line, shown) in [
        ("timezone = \"Europe/Minks\"", "Europe/Minks"),
        ("api_key = { env = \"SHOP_KEY_2026\" }", "SHOP_KEY_2026"),
        ("api_key = { file = \"/run/secrets/shop\" }", "/run/secrets/shop"),
        ("lines = { \"0001363\" = \"12\" }", "0001363"),
    ] {
        let printed = refused(&stage, &with(&stage, line), "***");
        assert!(printed.contains(shown), "{shown}: {printed}");
    }
}

#[test]
fn key_in_the_place_of_a_shop_is_not_printed_by_health() {
    let stage = Stage::bare();
    stage.configure(&with(&stage, &format!("site = \"{KEY}\"")));
    for command in [&["--output", "json", "health"][..], &["health"]] {
        let ran = stage.run(command);
        assert!(!ran.to_string().contains(KEY), "{ran}");
        assert!(ran.to_string().contains("***"), "{ran}");
    }
}
