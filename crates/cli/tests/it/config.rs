//! Settings: where they come from, and what is said of mistakes.

use serde_json::Value;

use crate::support::{Ran, Stage};

/// Runs `users` and expects a configuration error.
#[track_caller]
fn refused(ran: &Ran) -> Value {
    let value = ran.ends(3);
    assert_eq!(value["error"]["kind"], "config", "{ran}");
    value["error"].clone()
}

#[test]
fn profiles_of_every_crm_may_stand_in_one_file() {
    let stage = Stage::bare();
    let others = r#"
public_url = "https://pbx.example.test"
default_profile = "shop"
default_region = "BY"
pbx_timezone = "Europe/Minsk"
pbx_extensions = "^\\d{3}$"

[profile.travel]
crm = "uon"
api_key = { env = "UON_KEY" }
account_id = "12345"
extensions = { "151" = "2" }

[profile.portal]
crm = "bitrix24"
url = "https://portal.bitrix24.by"
client_id = "local.example"
client_secret = { env = "B24_SECRET" }
token_file = "/var/lib/vochi-crm/portal.json"
tariff = "standard"

[profile.kontur]
crm = "kontur"
workspace = "my-workspace"
api_key = { env = "KONTUR_KEY" }
"#;
    stage.configure(&format!("{others}{}", stage.profile_text("shop")));
    stage.json(&["users"]).ends(0);
    let error = refused(&stage.json(&["--profile", "travel", "users"]));
    let told = error.to_string();
    assert!(told.contains("uon") && told.contains("it has: retailcrm"), "{told}");
}

#[test]
fn the_profile_is_the_one_asked_for_else_the_default_else_the_only_one() {
    let stage = Stage::bare();
    let two = format!("{}{}", stage.profile_text("one"), stage.profile_text("two"));
    let of = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.extend(["call-event", "answered", "--call-id", "1", "--ext", "151"]);
        stage.json(&all)
    };
    stage.configure(&stage.profile_text("one"));
    assert_eq!(of(&[]).ends(0)["profile"], "one");
    stage.configure(&two);
    let told = refused(&of(&[])).to_string();
    assert!(told.contains("one, two") && told.contains("--profile"), "{told}");
    stage.configure(&format!("default_profile = \"two\"\n{two}"));
    assert_eq!(of(&[]).ends(0)["profile"], "two");
    assert_eq!(of(&["--profile", "one"]).ends(0)["profile"], "one");
    let told = refused(&of(&["--profile", "tow"])).to_string();
    assert!(told.contains("did you mean") && told.contains("two"), "{told}");
}

#[test]
fn the_file_is_looked_for_in_order() {
    let stage = Stage::bare();
    let told = refused(&stage.json(&["users"])).to_string();
    assert!(told.contains("vochi-crm.toml") && told.contains(".config/vochi-crm"), "{told}");

    let home = |name: &str| {
        std::fs::create_dir_all(stage.path("xdg/vochi-crm")).unwrap();
        stage.write("xdg/vochi-crm/config.toml", &stage.profile_text(name), 0o600);
    };
    let profile = |prepare: &dyn Fn(&mut std::process::Command)| {
        let mut command = stage.command(&[
            "--output",
            "json",
            "call-event",
            "answered",
            "--call-id",
            "1",
            "--ext",
            "151",
        ]);
        command.env("XDG_CONFIG_HOME", stage.path("xdg"));
        prepare(&mut command);
        Ran::of(command).ends(0)["profile"].clone()
    };
    home("home");
    assert_eq!(profile(&|_| ()), "home");
    stage.configure(&stage.profile_text("here"));
    assert_eq!(profile(&|_| ()), "here", "the working directory comes first");
    let named = stage.write("named.toml", &stage.profile_text("named"), 0o600);
    assert_eq!(
        profile(&|command| {
            command.env("VOCHI_CRM_CONFIG", &named);
        }),
        "named"
    );
    let flag = stage.write("flag.toml", &stage.profile_text("flag"), 0o600);
    let by_flag = profile(&|command| {
        command.env("VOCHI_CRM_CONFIG", &named).arg("--config").arg(&flag);
    });
    assert_eq!(by_flag, "flag", "flags win");

    let error = refused(&stage.json(&["--config", "missing.toml", "users"]));
    assert!(error["message"].as_str().unwrap().contains("missing.toml"), "{error}");
}

#[test]
fn the_environment_alone_makes_a_profile() {
    let stage = Stage::bare();
    let mut command = stage.command(&[
        "--output",
        "json",
        "call-event",
        "in",
        "--call-id",
        "1",
        "--phone",
        "8044 637-06-46",
        "--ext",
        "151",
        "--line",
        "main",
    ]);
    command
        .env("VOCHI_CRM_CRM", "retailcrm")
        .env("VOCHI_CRM_URL", stage.url())
        .env("VOCHI_CRM_API_KEY", vochi_crm_sandbox::retailcrm::API_KEY)
        .env("VOCHI_CRM_DEFAULT_REGION", "BY")
        .env("VOCHI_CRM_TIMEZONE", "Europe/Minsk")
        .env("VOCHI_CRM_EXTENSIONS", "151=18, 152=16")
        .env("VOCHI_CRM_LINES", "main=+375171234567")
        .env("VOCHI_CRM_TIMEOUT_SECONDS", "5")
        .env("VOCHI_CRM_POPUP_OUT", "false")
        .env("VOCHI_CRM_STATE_DIR", stage.path("calls"));
    let value = Ran::of(command).ends(0);
    assert_eq!(value["profile"], "default");
    assert_eq!(value["phone"], "+375446370646");
    assert_eq!(value["warnings"], serde_json::json!([]), "extension and line are mapped");
    assert!(stage.path("calls/default").is_dir(), "the profile's name is appended");
}

#[test]
fn the_environment_changes_the_one_profile_in_play() {
    let stage = Stage::bare();
    let one = stage.profile_text("one").replace("TEST-KEY", "REST-KEY");
    let two = stage.profile_text("two");
    stage.configure(&format!("{one}\n{two}"));
    let with_key = |arguments: &[&str]| {
        let mut command = stage.command(&["--output", "json"]);
        command.env("VOCHI_CRM_API_KEY", vochi_crm_sandbox::retailcrm::API_KEY).args(arguments);
        Ran::of(command)
    };
    stage.json(&["--profile", "one", "users"]).ends(6);
    with_key(&["--profile", "one", "users"]).ends(0);
    let told = refused(&with_key(&["health", "--all"])).to_string();
    assert!(told.contains("VOCHI_CRM_API_KEY") && told.contains("one, two"), "{told}");
}

#[test]
fn a_mistake_in_the_environment_names_the_variable() {
    let stage = Stage::new();
    for (name, value) in [
        ("VOCHI_CRM_TIMEOUT_SECONDS", "soon"),
        ("VOCHI_CRM_RETRIES", "many"),
        ("VOCHI_CRM_POPUP", "loud"),
        ("VOCHI_CRM_EXTENSIONS", "151"),
        ("VOCHI_CRM_TIMEZONE", "Minsk"),
        ("VOCHI_CRM_URL", "http://demo.retailcrm.ru"),
        ("VOCHI_CRM_LINES", "main=12"),
        ("VOCHI_CRM_CRM", "retailcmr"),
        ("VOCHI_CRM_DEFAULT_PROFILE", "nobody"),
        ("VOCHI_CRM_PUBLIC_URL", "pbx"),
        ("VOCHI_CRM_PBX_EXTENSIONS", "1[0-9"),
        ("VOCHI_CRM_MISSED_TASK", "perhaps"),
    ] {
        let mut command = stage.command(&["--output", "json", "users"]);
        command.env(name, value);
        let error = refused(&Ran::of(command));
        assert!(error["message"].as_str().unwrap().contains(name), "{name}: {error}");
    }
    let mut command = stage.command(&["--output", "json", "users"]);
    command.env("VOCHI_CRM_EXTENSION", "151=18");
    let ran = Ran::of(command);
    ran.ends(0);
    assert!(ran.stderr.contains("did you mean VOCHI_CRM_EXTENSIONS?"), "{ran}");
}

#[test]
fn what_is_set_for_all_profiles_is_every_profiles_default() {
    let stage = Stage::bare();
    let text = stage.profile_text("shop").replace("default_region = \"BY\"\n", "");
    let route = ["route", "8044 637-06-46"];
    stage.configure(&text);
    stage.json(&route).ends(4);
    stage.configure(&format!("default_region = \"BY\"\n{text}"));
    stage.json(&route).ends(0);
}
