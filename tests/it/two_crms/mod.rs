//! Recorded calls of a PBX told to two CRMs: what stands there is what happened.

mod desk;
mod judge;
mod recording;
mod words;

use vochi_crm_sandbox::Crm;

use desk::{Desk, memory};
use judge::{Late, Times};
use recording::{Recording, Said};
use words::Stood;

const BOTH: [Crm; 2] = [Crm::Kontur, Crm::RetailCrm];

#[track_caller]
fn assert_true(wrong: &[String]) {
    assert!(wrong.is_empty(), "untrue:\n{}", wrong.join("\n"));
}

fn records(heard: &[Said]) -> Vec<Said> {
    let over = heard.iter().filter(|said| matches!(said, Said::Over(_)));
    over.cloned().collect()
}

/// Tells a recording at a desk where nothing stands yet.
async fn told(desk: &Desk, recording: &Recording, crms: &[Crm], wrong: &mut Vec<String>) {
    desk.sandbox.reset();
    let failed = desk.process(&memory(), crms).tell(&recording.heard).await;
    wrong.extend(failed.iter().map(|failed| format!("{}: {failed}", recording.name)));
}

#[tokio::test(flavor = "multi_thread")]
async fn kontur_holds_every_recording() {
    let mut wrong = Vec::new();
    let desk = Desk::new().await;
    for recording in recording::all() {
        told(&desk, &recording, &[Crm::Kontur], &mut wrong).await;
        wrong.extend(judge::truth(&desk, Crm::Kontur, &recording));
        wrong.extend(judge::refused(&desk, Crm::Kontur, &recording, Late::Never));
        wrong.extend(judge::requests(&desk, &recording, Times::Once));
    }
    assert_true(&wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_crms_hold_every_recording() {
    let mut wrong = Vec::new();
    let desk = Desk::new().await;
    for recording in recording::all() {
        told(&desk, &recording, &BOTH, &mut wrong).await;
        for crm in BOTH {
            wrong.extend(judge::truth(&desk, crm, &recording));
            wrong.extend(judge::refused(&desk, crm, &recording, Late::Never));
        }
        wrong.extend(judge::requests(&desk, &recording, Times::Once));
    }
    assert_true(&wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn unsupported_facts_are_mapped_as_listed() {
    let desk = Desk::new().await;
    let all = recording::all();
    let mut wrong = Vec::new();
    for row in words::TABLE {
        for name in row.recordings {
            let recording = all.iter().find(|one| one.name == *name);
            let recording = recording.unwrap_or_else(|| panic!("no recording {name}"));
            println!("{name}: {}, for {}", row.what, row.why);
            told(&desk, recording, &[Crm::Kontur], &mut wrong).await;
            (row.instead)(&Stood { desk: &desk, recording });
        }
    }
    assert_true(&wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_alone_give_the_same_calls() {
    let mut wrong = Vec::new();
    let desk = Desk::new().await;
    for recording in recording::all() {
        desk.sandbox.reset();
        let process = desk.process(&memory(), &[Crm::Kontur]);
        wrong.extend(process.tell(&records(&recording.heard)).await);
        wrong.extend(judge::truth(&desk, Crm::Kontur, &recording));
        wrong.extend(judge::refused(&desk, Crm::Kontur, &recording, Late::Never));
        assert_eq!(desk.sandbox.kontur().live().len(), 0, "{}", recording.name);
    }
    assert_true(&wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_recording_is_stored_once() {
    let mut wrong = Vec::new();
    let desk = Desk::new().await;
    for recording in recording::all() {
        desk.sandbox.reset();
        let remembered = memory();
        let process = desk.process(&remembered, &[Crm::Kontur]);
        wrong.extend(process.tell(&recording.heard).await);
        let (once, requests) = (desk.calls(Crm::Kontur), desk.sandbox.requests(Crm::Kontur).len());
        let again = desk.process(&remembered, &[Crm::Kontur]);
        wrong.extend(again.tell(&recording.heard).await);
        assert_eq!(
            desk.sandbox.requests(Crm::Kontur).len(),
            requests,
            "{}: whoever remembers sends nothing",
            recording.name
        );
        // Whoever remembers nothing tells the same of the same call.
        let forgetful = desk.process(&memory(), &[Crm::Kontur]);
        // Its live events are refused, as the call is over.
        let _ = forgetful.tell(&recording.heard).await;
        let again = desk.calls(Crm::Kontur);
        if again != once {
            wrong.push(format!("{}: {once:?} became {again:?}", recording.name));
        }
        wrong.extend(judge::truth(&desk, Crm::Kontur, &recording));
        wrong.extend(judge::refused(&desk, Crm::Kontur, &recording, Late::Forgotten));
    }
    assert_true(&wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn restart_in_the_middle_leaves_one_call() {
    let mut wrong = Vec::new();
    let desk = Desk::new().await;
    for (number, recording) in recording::all().into_iter().enumerate() {
        let heard = &recording.heard;
        let cuts = [1, heard.len() / 2, heard.len().saturating_sub(1)];
        for (turn, keeps) in [true, false].into_iter().enumerate() {
            let cut = cuts[(number + turn) % cuts.len()];
            desk.sandbox.reset();
            let remembered = memory();
            let first = desk.process(&remembered, &[Crm::Kontur]);
            wrong.extend(first.tell(&heard[..cut.min(heard.len())]).await);
            let memory = if keeps { remembered } else { memory() };
            let second = desk.process(&memory, &[Crm::Kontur]);
            let failed = second.tell(heard).await;
            let late = if keeps { Late::Never } else { Late::Forgotten };
            if keeps {
                wrong.extend(failed);
            }
            let mut found = judge::truth(&desk, Crm::Kontur, &recording);
            found.extend(judge::refused(&desk, Crm::Kontur, &recording, late));
            if keeps {
                found.extend(judge::requests(&desk, &recording, Times::BeginningTwice));
            }
            wrong.extend(found.iter().map(|one| format!("cut at {cut}, keeps {keeps}: {one}")));
        }
    }
    assert_true(&wrong);
}
