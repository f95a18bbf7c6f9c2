//! Checks of referenced objects: instance, contact, call, leg, file.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Case, Says, case};
use crate::kontur::support::{
    CALL, CONTACT, DIMA, FILE, WS, event, finished, get, multipart, post, recording, registered,
    started, telephony, upload, upload_of, user, write,
};
use crate::support::with;

const OTHER: &str = "5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0009";

fn register(changes: Value) -> Value {
    with(registered(), changes)
}

/// register-call with this recording.
fn with_file(file: &Value) -> Value {
    let leg = with(registered()["items"][0].clone(), json!({"recordings": [file]}));
    register(json!({"items": [leg]}))
}

fn record(file: &str, leg: &str) -> Value {
    json!({
        "communicationId": CALL,
        "externalId": "Vochi/1763631515.42",
        "externalCallItemId": leg,
        "recordingFileId": file,
    })
}

/// Runs after call-started and further requests with the known ids.
fn after(
    row: &'static str,
    before: &[(&str, Value)],
    name: &str,
    body: &Value,
    says: Says<'static>,
) -> Case {
    let mut earlier = vec![telephony("call-started", &started())];
    earlier.extend(before.iter().map(|(name, body)| telephony(name, body)));
    Case {
        arrange: |sandbox| {
            sandbox.kontur().next_communication_id(CALL);
            sandbox.kontur().next_file_id(FILE);
        },
        before: earlier,
        ..case(row, telephony(name, body), says)
    }
}

/// The same, after an upload too.
fn uploaded(mut case: Case) -> Case {
    case.before.insert(0, upload());
    case
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn cases() -> Vec<Case> {
    let events = [("call-event", event("appeared", "09:38:36"))];
    let ended = [("call-finished", finished())];
    let not_found = |message| Says::Status("notFound", message);
    let own = "1763631515.43";
    let second = json!({"externalId": "1763631999.1", "communicationId": null});
    vec![
        case(
            "instance.known",
            get(&format!("{WS}/integrations/instances/{OTHER}")),
            not_found("IntegrationInstance 5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0009 not found"),
        ),
        case(
            "integration.known",
            post(&format!("{WS}/integrations/{OTHER}/setup"), &json!({"autoRedirect": false})),
            Says::Status("IntegrationNotFound", "Integration not found"),
        ),
        case(
            "ui_settings.known",
            get(&format!("{WS}/ui-settings?key=@main-telephony-settings={OTHER}")),
            not_found("Telephony 5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0009 not found"),
        ),
        case(
            "contact.known",
            get(&format!("{WS}/contacts/{OTHER}")),
            not_found("Contact 5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0009 not found"),
        ),
        Case {
            arrange: |sandbox| {
                sandbox.kontur().remove_contact("98c0a1d2-3333-4c4c-9d9d-000000000301");
            },
            ..case(
                "contact.known",
                write(
                    "PATCH",
                    CONTACT,
                    &json!({"operations": [{"op": "remove", "path": "/position"}]}),
                ),
                not_found("Contact "),
            )
        },
        case(
            "company.known",
            write(
                "POST",
                &format!("{WS}/contacts/create"),
                &json!({"items": [{"name": "Нина", "links": {"companyIds": [OTHER]}}]}),
            ),
            not_found("Company "),
        ),
        case("file.known", get(&format!("{WS}/files/{FILE}")), not_found("File ")),
        case("file.known", get(&format!("{WS}/files/{FILE}/meta")), not_found("File ")),
        Case {
            arrange: |sandbox| sandbox.kontur().next_file_id(FILE),
            before: vec![upload()],
            pass: Duration::from_secs(24 * 3600),
            ..case("file.known", get(&format!("{WS}/files/{FILE}")), not_found("File "))
        },
        after(
            "communication.same",
            &[],
            "call-event",
            &with(event("appeared", "09:38:36"), json!({"externalId": "Vochi/1763631999.1"})),
            Says::Status("communicationNotFound", ""),
        ),
        after(
            "communication.same",
            &[],
            "register-call",
            &register(json!({"externalId": "1763631999.1", "communicationId": CALL})),
            Says::Text(409, "Error"),
        ),
        after(
            "member.user_known",
            &[],
            "call-event",
            &with(event("appeared", "09:38:36"), json!({"to": user(OTHER)})),
            not_found("User "),
        ),
        after(
            "leg.of_this_call",
            &[events[0].clone(), ("call-started", with(started(), second.clone()))],
            "call-event",
            &with(event("appeared", "09:38:36"), second.clone()),
            Says::Status("invalidArgs", "CallItem 1763631515.43 belongs to another call"),
        ),
        after(
            "leg.of_this_call",
            &events,
            "register-call",
            &register(second),
            Says::Text(409, "Error"),
        ),
        after(
            "event.before_the_end",
            &ended,
            "call-event",
            &event("disconnected", "09:42:10"),
            Says::Status("invalidArgs", "Communication is finished"),
        ),
        after(
            "event.before_the_end",
            &[("register-call", registered())],
            "call-event",
            &event("disconnected", "09:42:10"),
            Says::Status("invalidArgs", "Communication is finished"),
        ),
        after(
            "call_failed.of_a_click",
            &[],
            "call-failed",
            &json!({"communicationId": CALL}),
            Says::Status("invalidArgs", "Communication was not requested"),
        ),
        uploaded(after(
            "recording.leg_known",
            &events,
            "call-recording",
            &record(FILE, "1763631515.99"),
            not_found("CallItem "),
        )),
        after(
            "recording.uploaded",
            &events,
            "call-recording",
            &record(FILE, own),
            not_found("File "),
        ),
        case(
            "recording.uploaded",
            telephony("register-call", &with_file(&recording())),
            Says::Text(409, "Error"),
        ),
        uploaded(after(
            "recording.once",
            &[events[0].clone(), ("call-recording", record(FILE, own))],
            "call-recording",
            &record(FILE, own),
            not_found("File "),
        )),
        uploaded(after(
            "recording.once",
            &[("register-call", with_file(&recording()))],
            "register-call",
            &with_file(&recording()),
            Says::Text(409, "Error"),
        )),
        Case {
            pass: Duration::from_secs(24 * 3600),
            ..uploaded(after(
                "recording.in_time",
                &events,
                "call-recording",
                &record(FILE, own),
                not_found("File "),
            ))
        },
        uploaded(after(
            "recording.as_uploaded",
            &[],
            "register-call",
            &with_file(&with(recording(), json!({"contentLength": "11"}))),
            Says::Text(409, "Error"),
        )),
        Case {
            arrange: |sandbox| sandbox.kontur().set_file_limit(9),
            ..case("file.size", upload(), Says::Status("fileTooLarge", "File Too Large. Id: "))
        },
        case("file.part", multipart(&[]), Says::Problem("file", "")),
        case(
            "file.part",
            multipart(&[(
                "Content-Disposition: form-data; name=\"record\"; filename=\"a.mp3\"\r\n\
                 Content-Type: audio/mpeg",
                "ID3",
            )]),
            Says::Problem("file", ""),
        ),
        case(
            "file.part",
            multipart(&[("Content-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"", "")]),
            Says::Problem("file", ""),
        ),
        case("file.ascii_name", upload_of("запись.mp3", "ID3"), Says::Problem("file", "")),
        after(
            "member.user_known",
            &[],
            "register-call",
            &{
                let leg = registered()["items"][0].clone();
                let leg = with(leg, json!({"from": user(OTHER), "to": user(DIMA)}));
                register(json!({"items": [leg]}))
            },
            Says::Text(409, "Error"),
        ),
    ]
}
