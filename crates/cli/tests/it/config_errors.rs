//! Errors in the configuration file.

use crate::support::TestEnv;

const VALID: &str = "\
[profile.shop]
crm = \"retailcrm\"
url = \"https://demo.retailcrm.ru\"
api_key = \"invented-key\"
";

/// Adds a line to the valid profile, the fifth.
fn below(line: &str) -> String {
    format!("{VALID}{line}\n")
}

/// Replaces a part of the valid profile.
fn instead(part: &str, other: &str) -> String {
    assert!(VALID.contains(part));
    VALID.replace(part, other)
}

/// Expects a configuration error with file, location, key and hint for each text.
#[track_caller]
fn assert_errors<const N: usize>(cases: [(String, &str, &str, &str); N]) {
    let env = TestEnv::bare();
    for (text, place, key, hint) in cases {
        env.configure(&text);
        let error = env.json(&["users"]).exits(3)["error"].clone();
        assert_eq!(error["kind"], "config");
        let message = error["message"].as_str().expect("a message");
        for part in ["vochi-crm.toml, ", place, key] {
            assert!(message.contains(part), "{part} is missing in {error}\n{text}");
        }
        let all = format!("{message} {}", error["hint"]);
        assert!(all.contains(hint), "{hint} is missing in {error}\n{text}");
    }
}

#[test]
fn unknown_key_has_a_suggestion() {
    let extension = "profile.shop.extension: ";
    assert_errors([
        (below("extension = { 151 = 18 }"), "line 5, column 1", extension, "`extensions`"),
        (below("\n  apikey = 5"), "line 6, column 3", "profile.shop.apikey", "`api_key`"),
        (below("account_id = \"5\""), "line 5", "profile.shop.account_id", "the keys here are"),
        (below("unknown_caller = { into = \"lead\" }"), "line 5", "unknown_caller.into", "in, out"),
        (format!("\ndefault_profil = 1\n{VALID}"), "line 2", "default_profil", "`default_profile`"),
        (format!("burst = 1\n{VALID}"), "line 1", "burst", "[profile.shop]"),
        (format!("{VALID}[profile.two]\nurll = 1"), "line 6", "profile.two.urll", "`url`"),
    ]);
}

#[test]
fn missing_key_has_location_of_its_profile() {
    let (key, variable) = ("profile.shop.api_key", "VOCHI_CRM_API_KEY");
    assert_errors([
        (instead("api_key = \"invented-key\"\n", ""), "line 1, column 10", key, variable),
        (instead("crm = \"retailcrm\"\n", ""), "line 1", "profile.shop.crm", "VOCHI_CRM_CRM"),
        (instead("url = \"https://demo.retailcrm.ru\"\n", ""), "line 1", "profile.shop.url", ""),
    ]);
}

#[test]
fn wrong_type_names_the_key() {
    assert_errors([
        (below("timeout_seconds = \"5\""), "line 5", "profile.shop.timeout_seconds", "number"),
        (below("retries = -1"), "line 5", "profile.shop.retries", "whole number"),
        (below("retries = 1.5"), "line 5", "profile.shop.retries", "whole number"),
        (below("popup_out = \"yes\""), "line 5", "profile.shop.popup_out", "true or false"),
        (below("timeout_seconds = nan"), "line 5", "profile.shop.timeout_seconds", "finite"),
        (
            below("requests_per_second = inf"),
            "line 5",
            "profile.shop.requests_per_second",
            "finite",
        ),
        (below("timezone = 3"), "line 5", "profile.shop.timezone", "text in quotes"),
        (below("timezone = 2026-03-02"), "line 5", "profile.shop.timezone", "text in quotes"),
        (below("allowed_networks = \"10.0.0.0/8\""), "line 5", "allowed_networks", "list"),
        (
            below("allowed_networks = [\"10.0.0.0/8\", \"10.0.0.0/33\"]"),
            "line 5",
            "profile.shop.allowed_networks",
            "10.0.0.0/33",
        ),
        (
            below("extensions = { a = \"1\", b = true }"),
            "line 5, column 25",
            "extensions.b",
            "text",
        ),
        (below("[profile.shop.extensions]\n1 = \"1\"\n2 = []"), "line 7", "extensions.2", "text"),
        (below("extensions = \"151=18\""), "line 5", "profile.shop.extensions", "table"),
        (instead("\"https://demo.retailcrm.ru\"", "5"), "line 3", "profile.shop.url", "text"),
        (format!("default_region = 375\n{VALID}"), "line 1", "default_region", "text"),
        ("profile = 5\n".to_owned(), "line 1", "profile", "[profile.shop]"),
    ]);
}

#[test]
fn invalid_value_names_the_key() {
    let digits = below("bare_digits = \"national\"");
    assert_errors([
        (below("popup = \"loud\""), "line 5", "profile.shop.popup", "ring, answer, never"),
        (digits, "line 5", "profile.shop.bare_digits", "auto, international"),
        (below("\n\ntimezone = \"Minsk\""), "line 7", "profile.shop.timezone", "IANA"),
        (below("default_region = \"Belarus\""), "line 5", "profile.shop.default_region", "BY"),
        (below("requests_per_second = 0"), "line 5", "profile.shop.requests_per_second", ""),
        (below("timeout_seconds = 0"), "line 5", "profile.shop.timeout_seconds", ""),
        (below("burst = 0"), "line 5", "profile.shop.burst", "1 or more"),
        (below("extensions = { a = \"Ann\" }"), "line 5, column 16", "shop.extensions.a", ""),
        (below("lines = { main = \"12\" }"), "line 5", "profile.shop.lines.main", "+375171234567"),
        (below("unknown_caller = \"lead\""), "line 5", "profile.shop.unknown_caller", "none"),
        (instead("retailcrm\"\n", "retailcmr\"\n"), "line 2", "profile.shop.crm", "\"retailcrm"),
        (format!("default_profile = \"shopp\"\n{VALID}"), "line 1", "default_profile", "shop"),
        (format!("default_region = \"ZZ\"\n{VALID}"), "line 1", "default_region", "BY"),
        (format!("pbx_timezone = \"Minsk\"\n{VALID}"), "line 1", "pbx_timezone", "IANA"),
        (format!("pbx_extensions = \"1[0-9\"\n{VALID}"), "line 1", "pbx_extensions", "1[0-9]{2}"),
    ]);
}

#[test]
fn invalid_address_names_the_key() {
    let public = below("public_url = \"http://pbx.example.test\"");
    assert_errors([
        (instead("https://demo", "http://demo"), "line 3", "profile.shop.url", "https"),
        (instead(".ru\"", ".ru/api/v5\""), "line 3", "profile.shop.url", "host only"),
        (instead("https://demo", "ftp://demo"), "line 3", "profile.shop.url", "https"),
        (public, "line 5", "profile.shop.public_url", "loopback"),
        (format!("public_url = \"pbx\"\n{VALID}"), "line 1", "public_url", "web address"),
    ]);
}

#[test]
fn invalid_secret_names_the_key() {
    let key = "profile.shop.api_key";
    assert_errors([
        (instead("\"invented-key\"", "12345678"), "line 4", key, "{ env = "),
        (instead("\"invented-key\"", "{ envy = \"KEY\" }"), "line 4", key, "{ env = "),
        (instead("\"invented-key\"", "{ env = \"A\", file = \"B\" }"), "line 4", key, "{ env = "),
        (instead("\"invented-key\"", "{ env = \"NOWHERE\" }"), "line 4", key, "NOWHERE"),
        (instead("\"invented-key\"", "{ file = \"nowhere\" }"), "line 4", key, "nowhere"),
        (instead("\"invented-key\"", "\" \""), "line 4", key, "empty"),
    ]);
}

#[test]
fn invalid_toml_names_the_line() {
    assert_errors([
        (below("timezone = Europe/Minsk"), "line 5", "invalid TOML", "quotes"),
        (below("url = \"https://x.example.test\""), "line 5", "invalid TOML", ""),
        (below("[profile.shop]"), "line 5", "invalid TOML", ""),
        (below("[profile.x"), "line 5", "invalid TOML", ""),
    ]);
}

#[test]
fn unselected_profile_is_checked_too() {
    let env = TestEnv::new();
    let other = "[profile.other]\ncrm = \"uon\"\nacount_id = 5\n";
    env.configure(&format!("{}\n{other}", env.profile_text("shop")));
    let error = env.json(&["--profile", "shop", "users"]).exits(3)["error"].clone();
    assert!(error["hint"].as_str().expect("a hint").contains("account_id"), "{error}");
}

#[test]
fn all_missing_keys_are_named() {
    let kontur = "[profile.crm]\ncrm = \"kontur\"\n";
    assert_errors([
        (
            "[profile.shop]\ncrm = \"retailcrm\"\n".to_owned(),
            "line 1, column 10",
            "missing profile.shop.url, profile.shop.api_key",
            "VOCHI_CRM_URL, VOCHI_CRM_API_KEY",
        ),
        (
            kontur.to_owned(),
            "line 1",
            "missing profile.crm.workspace, profile.crm.api_key",
            "VOCHI_CRM_WORKSPACE",
        ),
        (
            format!("{kontur}access_key = \"invented-key\"\n"),
            "line 1",
            "missing profile.crm.workspace",
            "VOCHI_CRM_WORKSPACE",
        ),
        (
            format!(
                "{kontur}api_key = {{ env = \"KONTUR_KEY\" }}\nbearer = {{ file = \"person\" }}\n"
            ),
            "missing profile.crm.workspace;",
            "KONTUR_KEY is not set",
            "secret file person",
        ),
    ]);
    let env = TestEnv::bare();
    let mut command = env.command(&["--output", "json", "setup"]);
    command.env("VOCHI_CRM_CRM", "retailcrm");
    let error = crate::support::Run::of(command).exits(3)["error"].clone();
    for part in ["url, api_key", "VOCHI_CRM_URL, VOCHI_CRM_API_KEY"] {
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains(part), "{part}: {error}");
    }
}

#[test]
fn invalid_instance_id_names_the_key() {
    let kontur = "[profile.crm]\ncrm = \"kontur\"\nworkspace = \"vochi-demo\"\n\
                  api_key = \"invented-key\"\ninstance_id = \"12\"\n";
    assert_errors([(
        kontur.to_owned(),
        "line 5",
        "profile.crm.instance_id: ",
        "integration instance id",
    )]);
}

#[test]
fn many_profiles_are_read_in_linear_time() {
    let env = TestEnv::bare();
    let secret = "api_key = \"invented-key\"";
    let profile = |at: usize| {
        format!(
            "[profile.p{at}]\ncrm = \"retailcrm\"\nurl = \"https://demo.retailcrm.ru\"\n{secret}\n"
        )
    };
    let took = |count: usize| {
        env.configure(&(0..count).map(profile).collect::<String>());
        let began = std::time::Instant::now();
        let error = env.json(&["users"]).exits(3)["error"].clone();
        let message = error["message"].as_str().expect("a message");
        assert!(message.ends_with(&format!(" and {} more", count - 20)), "{error}");
        began.elapsed()
    };
    let few = took(2_000);
    let many = took(20_000);
    assert!(many < few * 30, "2,000 take {few:?}, 20,000 take {many:?}");
}

#[test]
fn byte_order_mark_is_ignored() {
    assert_errors([(
        format!("\u{feff}{}", below("popup = \"loud\"")),
        "line 5",
        "profile.shop.popup",
        "ring",
    )]);
}
