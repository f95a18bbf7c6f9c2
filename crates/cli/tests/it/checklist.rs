//! `examples/checklist.sh`: passes, and fails for a wrong history.

use std::process::Command;

use crate::support::Run;

const PROGRAM: &str = env!("CARGO_BIN_EXE_vochi-crm");

fn checklist(program: &str) -> Run {
    let mut script = Command::new("bash");
    script
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/checklist.sh"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("VOCHI_CRM", program)
        .env("VOCHI_CRM_URL", "https://own-settings.example.test");
    Run::of(script)
}

#[test]
fn checklist_passes() {
    let run = checklist(PROGRAM);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(
        run.stdout,
        "checklist: ok: 37 calls, 1493 s of talk, 4 live events in RetailCRM, 37 calls, 2 live calls in \
         Kontur\n"
    );
}

#[test]
fn missing_call_fails_the_checklist() {
    let home = tempfile::tempdir().expect("a home");
    let wrapper = home.path().join("skips-a-call");
    let script =
        format!("case \"$*\" in *call-log*1757484617.40*) exit 0 ;; esac\nexec {PROGRAM} \"$@\"\n");
    std::fs::write(&wrapper, script).expect("a script");
    let run = checklist(&format!("bash {}", wrapper.display()));
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("retailcrm: call 1757484617.40 is stored 0 times"), "{run}");
    assert!(run.stderr.contains("checklist: FAILED"), "{run}");
}

#[test]
fn wrong_duration_fails_the_checklist() {
    let home = tempfile::tempdir().expect("a home");
    let wrapper = home.path().join("changes-a-duration");
    let script = format!(
        "for word in \"$@\"; do [ \"$word\" = 522 ] && word=521; set -- \"$@\" \"$word\"; shift; \
         done\nexec {PROGRAM} \"$@\"\n"
    );
    std::fs::write(&wrapper, script).expect("a script");
    let run = checklist(&format!("bash {}", wrapper.display()));
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("talk_seconds is 521 instead of 522"), "{run}");
}
