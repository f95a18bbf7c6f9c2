//! `examples/checklist.sh`: it passes, and it notices what is missing.

use std::process::Command;

use crate::support::Ran;

const PROGRAM: &str = env!("CARGO_BIN_EXE_vochi-crm");

fn checklist(program: &str) -> Ran {
    let mut script = Command::new("bash");
    script
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/checklist.sh"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("VOCHI_CRM", program)
        .env("VOCHI_CRM_URL", "https://of-whoever-runs-this.example.test");
    Ran::of(script)
}

#[test]
fn the_checklist_passes() {
    let ran = checklist(PROGRAM);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(
        ran.stdout,
        "checklist: ok: 37 calls, 1493 s of talk, 4 live events in RetailCRM, 37 calls, 2 live calls in \
         Kontur\n"
    );
}

#[test]
fn the_checklist_notices_a_call_that_is_missing() {
    let home = tempfile::tempdir().expect("a home");
    let forgetful = home.path().join("forgetful");
    let script =
        format!("case \"$*\" in *call-log*1757484617.40*) exit 0 ;; esac\nexec {PROGRAM} \"$@\"\n");
    std::fs::write(&forgetful, script).expect("a script");
    let ran = checklist(&format!("bash {}", forgetful.display()));
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stderr.contains("retailcrm: call 1757484617.40 stands there 0 times"), "{ran}");
    assert!(ran.stderr.contains("checklist: FAILED"), "{ran}");
}

#[test]
fn the_checklist_notices_a_wrong_duration() {
    let home = tempfile::tempdir().expect("a home");
    let hasty = home.path().join("hasty");
    let script = format!(
        "for word in \"$@\"; do [ \"$word\" = 522 ] && word=521; set -- \"$@\" \"$word\"; shift; \
         done\nexec {PROGRAM} \"$@\"\n"
    );
    std::fs::write(&hasty, script).expect("a script");
    let ran = checklist(&format!("bash {}", hasty.display()));
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stderr.contains("talk_seconds is 521 instead of 522"), "{ran}");
}
