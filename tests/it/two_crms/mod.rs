//! Recorded calls of a PBX sent to all CRMs: the stored calls are as expected.

mod check;
mod host;
mod mapping;
mod recording;

use vochi_crm_sandbox::Crm;

use check::{LateEvents, Repeated};
use host::{Host, empty_store};
use mapping::Stored;
use recording::{Recording, Update};

const ALL: [Crm; 4] = [Crm::Kontur, Crm::RetailCrm, Crm::Uon, Crm::Bitrix24];

#[track_caller]
fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "differences:\n{}", wrong.join("\n"));
}

fn records(updates: &[Update]) -> Vec<Update> {
    let finished = updates.iter().filter(|update| matches!(update, Update::Finished(_)));
    finished.cloned().collect()
}

/// Sends a recording to empty CRMs.
async fn send(host: &Host, recording: &Recording, crms: &[Crm], wrong: &mut Vec<String>) {
    host.reset();
    let failed = host.process(&empty_store(), crms).send(&recording.updates).await;
    wrong.extend(failed.iter().map(|failed| format!("{}: {failed}", recording.name)));
}

#[tokio::test(flavor = "multi_thread")]
async fn kontur_holds_every_recording() {
    let mut wrong = Vec::new();
    let host = Host::new().await;
    for recording in recording::all() {
        send(&host, &recording, &[Crm::Kontur], &mut wrong).await;
        wrong.extend(check::calls(&host, Crm::Kontur, &recording));
        wrong.extend(check::refusals(&host, Crm::Kontur, &recording, LateEvents::Unexpected));
        wrong.extend(check::requests(&host, &recording, Repeated::Nothing));
    }
    assert_none(&wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_crm_holds_every_recording() {
    let mut wrong = Vec::new();
    let host = Host::new().await;
    for recording in recording::all() {
        send(&host, &recording, &ALL, &mut wrong).await;
        for crm in ALL {
            wrong.extend(check::calls(&host, crm, &recording));
            wrong.extend(check::refusals(&host, crm, &recording, LateEvents::Unexpected));
        }
        wrong.extend(check::open_cards(&host, &recording));
        wrong.extend(check::requests(&host, &recording, Repeated::Nothing));
    }
    assert_none(&wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_crm_holds_the_calls_of_every_report() {
    let mut wrong = Vec::new();
    let host = Host::new().await;
    for recording in recording::reports() {
        send(&host, &recording, &ALL, &mut wrong).await;
        for crm in ALL {
            wrong.extend(check::reported_calls(&host, crm, &recording));
            wrong.extend(check::refusals(&host, crm, &recording, LateEvents::Unexpected));
        }
        wrong.extend(check::open_cards(&host, &recording));
    }
    assert_none(&wrong);
}

/// Sends recordings to a host that loses every second response, and returns the differences. Errors
/// do not count: a popup that may have been shown is not sent again.
async fn lose_responses(recordings: Vec<(Kind, Recording)>) -> Vec<String> {
    let host = Host::losing_responses().await;
    let mut wrong = Vec::new();
    for (kind, recording) in recordings {
        send(&host, &recording, &ALL, &mut Vec::new()).await;
        for crm in ALL {
            wrong.extend(match kind {
                Kind::Recorded => check::calls(&host, crm, &recording),
                Kind::Reported => check::reported_calls(&host, crm, &recording),
            });
        }
        wrong.extend(check::open_cards(&host, &recording));
    }
    wrong
}

/// What is known of a recording's calls.
#[derive(Clone, Copy)]
enum Kind {
    Recorded,
    Reported,
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_responses_leave_one_call_and_no_card() {
    // Hosts of their own wait for their retries at the same time.
    const HOSTS: usize = 24;
    let mut shares: Vec<Vec<(Kind, Recording)>> = (0..HOSTS).map(|_| Vec::new()).collect();
    let recorded = recording::all().into_iter().map(|it| (Kind::Recorded, it));
    let reported = recording::reports().into_iter().map(|it| (Kind::Reported, it));
    for (number, recording) in recorded.chain(reported).enumerate() {
        shares[number % HOSTS].push(recording);
    }
    let mut hosts = tokio::task::JoinSet::new();
    for share in shares {
        hosts.spawn(lose_responses(share));
    }
    let wrong: Vec<String> = hosts.join_all().await.into_iter().flatten().collect();
    assert_none(&wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn unsupported_facts_are_mapped_as_listed() {
    let host = Host::new().await;
    let all = recording::all();
    let mut wrong = Vec::new();
    for exception in mapping::EXCEPTIONS {
        for name in exception.recordings {
            let recording = all.iter().find(|one| one.name == *name);
            let recording = recording.unwrap_or_else(|| panic!("no recording {name}"));
            println!("{name}: {}: {}", exception.what, exception.why);
            send(&host, recording, &[Crm::Kontur], &mut wrong).await;
            (exception.check)(&Stored { host: &host, recording });
        }
    }
    assert_none(&wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_alone_give_the_same_calls() {
    let mut wrong = Vec::new();
    let host = Host::new().await;
    for recording in recording::all() {
        host.sandbox.reset();
        let process = host.process(&empty_store(), &[Crm::Kontur]);
        wrong.extend(process.send(&records(&recording.updates)).await);
        wrong.extend(check::calls(&host, Crm::Kontur, &recording));
        wrong.extend(check::refusals(&host, Crm::Kontur, &recording, LateEvents::Unexpected));
        assert_eq!(host.sandbox.kontur().live().len(), 0, "{}", recording.name);
    }
    assert_none(&wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_recording_is_stored_once() {
    let mut wrong = Vec::new();
    let host = Host::new().await;
    for recording in recording::all() {
        host.sandbox.reset();
        let store = empty_store();
        let process = host.process(&store, &[Crm::Kontur]);
        wrong.extend(process.send(&recording.updates).await);
        let (once, requests) = (host.calls(Crm::Kontur), host.sandbox.requests(Crm::Kontur).len());
        let restarted = host.process(&store, &[Crm::Kontur]);
        wrong.extend(restarted.send(&recording.updates).await);
        assert_eq!(
            host.sandbox.requests(Crm::Kontur).len(),
            requests,
            "{}: a host with its state sends nothing",
            recording.name
        );
        // A host without its state sends the same record. Its live events are refused.
        let stateless = host.process(&empty_store(), &[Crm::Kontur]);
        let _ = stateless.send(&recording.updates).await;
        let repeated = host.calls(Crm::Kontur);
        if repeated != once {
            wrong.push(format!("{}: {once:?} became {repeated:?}", recording.name));
        }
        wrong.extend(check::calls(&host, Crm::Kontur, &recording));
        wrong.extend(check::refusals(&host, Crm::Kontur, &recording, LateEvents::Expected));
    }
    assert_none(&wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn restart_in_the_middle_leaves_one_call() {
    let mut wrong = Vec::new();
    let host = Host::new().await;
    for (number, recording) in recording::all().into_iter().enumerate() {
        let updates = &recording.updates;
        let cuts = [1, updates.len() / 2, updates.len().saturating_sub(1)];
        for (offset, keeps_store) in [true, false].into_iter().enumerate() {
            let cut = cuts[(number + offset) % cuts.len()];
            host.sandbox.reset();
            let store = empty_store();
            let first = host.process(&store, &[Crm::Kontur]);
            wrong.extend(first.send(&updates[..cut.min(updates.len())]).await);
            let store = if keeps_store { store } else { empty_store() };
            let second = host.process(&store, &[Crm::Kontur]);
            let failed = second.send(updates).await;
            let late = if keeps_store { LateEvents::Unexpected } else { LateEvents::Expected };
            if keeps_store {
                wrong.extend(failed);
            }
            let mut found = check::calls(&host, Crm::Kontur, &recording);
            found.extend(check::refusals(&host, Crm::Kontur, &recording, late));
            if keeps_store {
                found.extend(check::requests(&host, &recording, Repeated::Start));
            }
            wrong.extend(
                found.iter().map(|one| format!("cut at {cut}, keeps_store {keeps_store}: {one}")),
            );
        }
    }
    assert_none(&wrong);
}
