//! What an operator reads: whole outputs, for both CRMs. `INSTA_UPDATE=always cargo test -p vochi-crm-cli
//! snapshots` rewrites the files in `snapshots/`; read the difference before committing it.

use insta::assert_snapshot;

use crate::support::TestEnv;

/// An environment with profiles of both CRMs.
fn env() -> TestEnv {
    let env = TestEnv::bare();
    env.configure(&format!("{}\n{}", env.profile_text("shop"), env.kontur_text("works")));
    env
}

/// The command with its output and exit code.
fn shown(env: &TestEnv, arguments: &[&str]) -> String {
    let run = env.run(arguments);
    let code = run.code.map_or_else(|| "none".to_owned(), |code| code.to_string());
    format!("$ vochi-crm {}\n{}{}exit {code}\n", arguments.join(" "), run.stdout, run.stderr)
}

/// Takes snapshots of commands, without ports, times and the home directory.
macro_rules! snapshots {
    ($($name:ident: $env:expr, $arguments:expr;)*) => {$(
        #[test]
        fn $name() {
            let env = $env;
            let home = env.path("").to_string_lossy().into_owned();
            let shown = shown(&env, &$arguments).replace(home.trim_end_matches('/'), "HOME");
            let mut settings = insta::Settings::clone_current();
            settings.add_filter(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT");
            settings.add_filter(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", "TIME");
            settings.add_filter(r"\d+ ms", "N ms");
            settings.set_prepend_module_to_snapshot(false);
            settings.bind(|| assert_snapshot!(stringify!($name), shown));
        }
    )*};
}

snapshots! {
    help_lists_the_commands: TestEnv::bare(), ["--help"];
    health_of_retailcrm: env(), ["--profile", "shop", "health"];
    health_of_kontur: env(), ["--profile", "works", "health"];
    users_of_retailcrm: env(), ["--profile", "shop", "users"];
    users_of_kontur: env(), ["--profile", "works", "users"];
    client_is_found: env(), ["--profile", "shop", "lookup", "+375291112233"];
    unknown_client_is_not_found: env(), ["--profile", "shop", "lookup", "+375299999999"];
    responsible_manager: env(), ["--profile", "shop", "route", "+375291112233"];
    setup_shows_its_changes: env(), ["--profile", "shop", "setup", "--dry-run"];
    phone_in_all_forms: TestEnv::bare(), ["phone", "--region", "BY", "8 (029) 111-22-33"];
    phone_with_a_reason: TestEnv::bare(), ["phone", "--region", "BY", "12345"];
    missing_profile: env(), ["users"];
    unknown_option_has_a_suggestion: env(), ["call-log", "--call-ids", "1"];
    popup_in_a_dry_run: env(), [
        "--profile", "shop", "--dry-run", "call-event", "in", "--call-id", "1757843474.185",
        "--phone", "80291112233", "--ext", "101", "--at", "2026-03-02T08:00:00Z",
    ];
    finished_call: env(), [
        "--profile", "works", "call-log", "--call-id", "1757843474.185", "--phone", "80291112233",
        "--direction", "in", "--started-at", "2026-03-02T08:00:00Z", "--outcome", "answered",
        "--ext", "151", "--talk-seconds", "64", "--wait-seconds", "6",
    ];
    nothing_to_settle: env(), ["settle"];
}
