//! Settings: their sources and their precedence.

use serde_json::Value;

use crate::support::{Run, TestEnv};

/// Expects a configuration error and returns it.
#[track_caller]
fn refused(run: &Run) -> Value {
    let value = run.exits(3);
    assert_eq!(value["error"]["kind"], "config", "{run}");
    value["error"].clone()
}

#[test]
fn file_may_hold_profiles_of_every_crm() {
    let env = TestEnv::bare();
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
    env.configure(&format!("{others}{}", env.profile_text("shop")));
    env.json(&["users"]).exits(0);
    let error = refused(&env.json(&["--profile", "portal", "users"]));
    let text = error.to_string();
    assert!(
        text.contains("profile.portal.client_secret: environment variable B24_SECRET"),
        "{text}"
    );
}

#[test]
fn profile_is_flag_else_default_else_only_one() {
    let env = TestEnv::bare();
    let two = format!("{}{}", env.profile_text("one"), env.profile_text("two"));
    let of = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.extend(["call-event", "answered", "--call-id", "1", "--ext", "151"]);
        env.json(&all)
    };
    env.configure(&env.profile_text("one"));
    assert_eq!(of(&[]).exits(0)["profile"], "one");
    env.configure(&two);
    let text = refused(&of(&[])).to_string();
    assert!(text.contains("one, two") && text.contains("--profile"), "{text}");
    env.configure(&format!("default_profile = \"two\"\n{two}"));
    assert_eq!(of(&[]).exits(0)["profile"], "two");
    assert_eq!(of(&["--profile", "one"]).exits(0)["profile"], "one");
    let text = refused(&of(&["--profile", "tow"])).to_string();
    assert!(text.contains("did you mean") && text.contains("two"), "{text}");
}

#[test]
fn file_is_searched_in_order() {
    let env = TestEnv::bare();
    let text = refused(&env.json(&["users"])).to_string();
    assert!(text.contains("vochi-crm.toml") && text.contains(".config/vochi-crm"), "{text}");

    let home = |name: &str| {
        std::fs::create_dir_all(env.path("xdg/vochi-crm")).unwrap();
        env.write("xdg/vochi-crm/config.toml", &env.profile_text(name), 0o600);
    };
    let profile = |prepare: &dyn Fn(&mut std::process::Command)| {
        let mut command = env.command(&[
            "--output",
            "json",
            "call-event",
            "answered",
            "--call-id",
            "1",
            "--ext",
            "151",
        ]);
        command.env("XDG_CONFIG_HOME", env.path("xdg"));
        prepare(&mut command);
        Run::of(command).exits(0)["profile"].clone()
    };
    home("home");
    assert_eq!(profile(&|_| ()), "home");
    env.configure(&env.profile_text("here"));
    assert_eq!(profile(&|_| ()), "here", "the working directory has precedence");
    let named = env.write("named.toml", &env.profile_text("named"), 0o600);
    assert_eq!(
        profile(&|command| {
            command.env("VOCHI_CRM_CONFIG", &named);
        }),
        "named"
    );
    let flag = env.write("flag.toml", &env.profile_text("flag"), 0o600);
    let by_flag = profile(&|command| {
        command.env("VOCHI_CRM_CONFIG", &named).arg("--config").arg(&flag);
    });
    assert_eq!(by_flag, "flag", "flags have precedence");

    let error = refused(&env.json(&["--config", "missing.toml", "users"]));
    assert!(error["message"].as_str().unwrap().contains("missing.toml"), "{error}");
}

#[test]
fn environment_alone_defines_a_profile() {
    let env = TestEnv::bare();
    let mut command = env.command(&[
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
        .env("VOCHI_CRM_URL", env.url())
        .env("VOCHI_CRM_API_KEY", vochi_crm_sandbox::retailcrm::API_KEY)
        .env("VOCHI_CRM_DEFAULT_REGION", "BY")
        .env("VOCHI_CRM_TIMEZONE", "Europe/Minsk")
        .env("VOCHI_CRM_EXTENSIONS", "151=18, 152=16")
        .env("VOCHI_CRM_LINES", "main=+375171234567")
        .env("VOCHI_CRM_TIMEOUT_SECONDS", "5")
        .env("VOCHI_CRM_POPUP_OUT", "false")
        .env("VOCHI_CRM_STATE_DIR", env.path("calls"));
    let value = Run::of(command).exits(0);
    assert_eq!(value["profile"], "default");
    assert_eq!(value["phone"], "+375446370646");
    assert_eq!(value["warnings"], serde_json::json!([]), "extension and line are mapped");
    assert!(env.path("calls/default").is_dir(), "the profile's name is appended");
}

#[test]
fn environment_overrides_the_selected_profile() {
    let env = TestEnv::bare();
    let one = env.profile_text("one").replace("TEST-KEY", "REST-KEY");
    let two = env.profile_text("two");
    env.configure(&format!("{one}\n{two}"));
    let with_key = |arguments: &[&str]| {
        let mut command = env.command(&["--output", "json"]);
        command.env("VOCHI_CRM_API_KEY", vochi_crm_sandbox::retailcrm::API_KEY).args(arguments);
        Run::of(command)
    };
    env.json(&["--profile", "one", "users"]).exits(6);
    with_key(&["--profile", "one", "users"]).exits(0);
    let text = refused(&with_key(&["health", "--all"])).to_string();
    assert!(text.contains("VOCHI_CRM_API_KEY") && text.contains("one, two"), "{text}");
}

#[test]
fn invalid_variable_is_named() {
    let env = TestEnv::new();
    for (name, value) in [
        ("VOCHI_CRM_TIMEOUT_SECONDS", "soon"),
        ("VOCHI_CRM_RETRIES", "many"),
        ("VOCHI_CRM_POPUP", "loud"),
        ("VOCHI_CRM_EXTENSIONS", "151"),
        ("VOCHI_CRM_TIMEZONE", "Minsk"),
        ("VOCHI_CRM_URL", "http://demo.retailcrm.ru"),
        ("VOCHI_CRM_LINES", "main=12"),
        ("VOCHI_CRM_CRM", "retailcmr"),
        ("VOCHI_CRM_DEFAULT_PROFILE", "unknown"),
        ("VOCHI_CRM_PUBLIC_URL", "pbx"),
        ("VOCHI_CRM_PBX_EXTENSIONS", "1[0-9"),
        ("VOCHI_CRM_MISSED_TASK", "perhaps"),
    ] {
        let mut command = env.command(&["--output", "json", "users"]);
        command.env(name, value);
        let error = refused(&Run::of(command));
        assert!(error["message"].as_str().unwrap().contains(name), "{name}: {error}");
    }
    let mut command = env.command(&["--output", "json", "users"]);
    command.env("VOCHI_CRM_EXTENSION", "151=18");
    let run = Run::of(command);
    run.exits(0);
    assert!(run.stderr.contains("did you mean VOCHI_CRM_EXTENSIONS?"), "{run}");
}

#[test]
fn top_level_key_is_the_default_of_profiles() {
    let env = TestEnv::bare();
    let text = env.profile_text("shop").replace("default_region = \"BY\"\n", "");
    let route = ["route", "8044 637-06-46"];
    env.configure(&text);
    env.json(&route).exits(4);
    env.configure(&format!("default_region = \"BY\"\n{text}"));
    env.json(&route).exits(0);
}
