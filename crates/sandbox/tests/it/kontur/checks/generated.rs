//! Requests made from the schemas: each is refused by one rule, or accepted.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use url::form_urlencoded::Serializer;
use vochi_crm_sandbox::{Crm, Sample, Sandbox};

use super::{Says, assert_refusal, snapshot};
use crate::kontur::support::{
    CALL, DIMA, FILE, INSTANCE, MARIA, TELEPHONY, WS, done, event, finished, get, ready, recording,
    registered, send, started, telephony, upload, user, write,
};
use crate::support::{Wire, with};

const LEG: &str = "1763631515.42";

/// An event of two users, so that both ends may have a userId.
fn rings() -> Value {
    let ids = json!({"externalCallItemId": LEG, "realtimeCallItemId": LEG, "from": user(DIMA)});
    with(event("appeared", "09:38:36"), ids)
}

/// The smallest valid object.
fn valid(object: &str) -> Value {
    match object {
        "call-started" => started(),
        "call-event" => rings(),
        "call-finished" => finished(),
        "call-failed" => json!({"communicationId": CALL}),
        "call-recording" => json!({
            "communicationId": CALL,
            "externalId": "Vochi/1763631515.42",
            "externalCallItemId": LEG,
            "recordingFileId": FILE,
        }),
        "register-call" => {
            let changes = json!({"from": user(DIMA), "recordings": [recording()]});
            let leg = with(registered()["items"][0].clone(), changes);
            with(registered(), json!({"items": [leg]}))
        }
        "query.call-redirect" => json!({"phoneNumber": "375291112233"}),
        "query.file" => json!({"download": "true"}),
        "query.events" => json!({"offset": "00000000-0000-0000-0000-000000000000", "limit": "50"}),
        "query.ui-settings" => {
            json!({"key": "@main-telephony-settings=5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001"})
        }
        "contacts" => json!({"items": [{"name": "Нина"}]}),
        "contact" | "company" => json!({"name": "Нина"}),
        "patch" => json!({"operations": [{"op": "remove", "path": "/features/call"}]}),
        other => panic!("no valid {other}"),
    }
}

fn wire(sample: &Sample) -> Wire {
    let object = sample.apply(valid(sample.object));
    let asked = |path: &str| {
        let mut query = Serializer::new(String::new());
        for (name, value) in object.as_object().into_iter().flatten() {
            query.append_pair(name, value.as_str().unwrap_or_default());
        }
        get(&format!("{path}?{}", query.finish()))
    };
    match sample.object {
        "query.call-redirect" => asked(&format!("{TELEPHONY}/call-redirect")),
        "query.file" => asked(&format!("{WS}/files/{FILE}")),
        "query.events" => asked(&format!("{WS}/events")),
        "query.ui-settings" => asked(&format!("{WS}/ui-settings")),
        "contacts" => write("POST", &format!("{WS}/contacts/create"), &object),
        "contact" => write("POST", &format!("{WS}/contacts/create"), &json!({"items": [object]})),
        "company" => write("POST", &format!("{WS}/companies"), &object),
        "patch" => write("PATCH", INSTANCE, &object),
        method => telephony(method, &object),
    }
}

/// A sandbox in which the valid object is accepted.
async fn arrange(object: &str) -> Sandbox {
    let sandbox = ready().await;
    let kontur = sandbox.kontur();
    kontur.next_file_id(FILE);
    if object == "call-failed" {
        kontur.put_click(CALL, json!({"communicationId": CALL, "fromUserId": MARIA}));
    } else {
        kontur.put_communication(CALL, LEG);
    }
    if matches!(object, "call-recording" | "register-call" | "query.file") {
        done(&upload(), &sandbox).await;
    }
    if object == "call-recording" {
        done(&telephony("call-event", &rings()), &sandbox).await;
    }
    sandbox
}

/// The type in the message about a value that does not convert.
fn type_of(sample: &Sample, name: &str) -> String {
    let own = |name: &str| format!("Xcom.Api.Models.Communications.{name}");
    match name {
        "communicationId" | "userId" | "fileId" | "recordingFileId" => "System.Guid".into(),
        "timestamp" | "externalCreatedAt" | "startedAt" | "finishedAt" => {
            "System.DateTimeOffset".into()
        }
        "items" | "recordings" => "System.Collections.Generic.List".into(),
        "from" | "to" => own("CallMember"),
        "direction" => own("CommunicationDirection"),
        "type" if sample.field == "type" => own("CallEventType"),
        "type" => own("CallMemberType"),
        _ => "System.String".into(),
    }
}

/// Beginning of the message.
fn text(sample: &Sample) -> String {
    let name = sample.field.rsplit('.').next().unwrap_or_default();
    let row = sample.row.rsplit('.').next().unwrap_or_default();
    match (sample.rule, name, row) {
        ("known_fields", ..) => return format!("Could not find member '{name}'."),
        ("required", ..) | ("check", "name" | "items" | "operations", _) => {
            return format!("The {name} field is required.");
        }
        ("form", ..) => {
            let value = sample.changes.last().and_then(|it| it.1.clone()).unwrap_or_default();
            let to = type_of(sample, name);
            let path = &sample.field;
            return format!(
                "Error converting value {value} to type '{to}'. Path '{path}', line 1, position "
            );
        }
        ("not_null", ..) => "The value must not be null.",
        ("not_blank", ..) => "The value must not be empty.",
        ("only", "clientPhone", _) => "An internal call has no clientPhone.",
        ("only", "userId", _) => "A client has no userId.",
        ("value", "clientPhone" | "externalVatsPhone", _) | ("check", "phoneNumber", _) => {
            "The phone number is not valid."
        }
        ("value", "externalId", _) => "The id \"",
        ("value", "type", _) => "The value is not supported.",
        ("value", "recordings", _) => "The list is empty.",
        ("value", ..) => "The id has a slash.",
        ("check", _, "pair") => "A leg has two participants.",
        ("check", _, "talk") => "The leg ends before it is answered.",
        ("check", _, "one") => "Give externalId or phoneNumber.",
        _ => "The value is not valid.",
    }
    .to_owned()
}

#[tokio::test]
async fn refused_samples_name_their_row_and_field() {
    for sample in Sandbox::samples(Crm::Kontur).iter().filter(|it| !it.accepted) {
        let sandbox = arrange(sample.object).await;
        let before = snapshot(&sandbox);
        let reply = send(&wire(sample), &sandbox).await;
        let prefix = if sample.object == "contact" { "items[0]." } else { "" };
        let field = format!("{prefix}{}", sample.field);
        let shown = format!("{sample:?}");
        assert_refusal(&shown, &Says::Problem(&field, &text(sample)), &reply);
        let names = reply.json()["errors"].as_object().map(|it| it.keys().cloned().collect());
        let mut expected = BTreeSet::from([field]);
        if (sample.object, sample.rule) == ("call-started", "form") {
            expected.insert("callStartedInfo".into());
        }
        assert_eq!(names, Some(expected), "{shown}");
        let refused = sandbox.refused(Crm::Kontur);
        let refused = refused.last().unwrap_or_else(|| panic!("{shown} is not written down"));
        assert_eq!(refused.checks, [sample.row], "{shown}: {}", refused.why);
        assert_eq!(snapshot(&sandbox), before, "{shown} is carried out");
    }
}

#[tokio::test]
async fn accepted_samples_are_carried_out() {
    for sample in Sandbox::samples(Crm::Kontur).iter().filter(|it| it.accepted) {
        let sandbox = arrange(sample.object).await;
        let reply = send(&wire(sample), &sandbox).await;
        let refused = sandbox.refused(Crm::Kontur);
        assert_eq!((reply.status, refused), (200, vec![]), "{sample:?}: {reply:?}");
    }
}

#[tokio::test]
async fn valid_objects_are_accepted() {
    let objects: BTreeSet<&str> =
        Sandbox::samples(Crm::Kontur).iter().map(|sample| sample.object).collect();
    for object in objects {
        let sandbox = arrange(object).await;
        let sample = Sandbox::samples(Crm::Kontur).into_iter().find(|it| it.object == object);
        let mut sample = sample.expect("an object has samples");
        sample.changes.clear();
        done(&wire(&sample), &sandbox).await;
    }
}
