//! Undocumented behaviour, in every variant.

use serde_json::{Value, json};
use vochi_crm_sandbox::kontur::{TextForm, Unauthorized};

use super::fixtures::text;
use super::support::{
    CALL, INSTANCE, TELEPHONY, announced, done, event, finished, get, patch, ready, registered,
    send, set_dialect, started, telephony,
};
use crate::support::with;

#[tokio::test]
async fn ok_and_error_have_three_forms() {
    for (saying, ok, error, content_type) in [
        (TextForm::Quoted, "\"OK\"", "\"Error\"", "application/json; charset=utf-8"),
        (TextForm::Bare, "OK", "Error", "text/plain; charset=utf-8"),
        (TextForm::Empty, "", "", ""),
    ] {
        let sandbox = announced().await;
        set_dialect(&sandbox, |it| it.saying = saying);
        for wire in [
            telephony("call-event", &event("appeared", "09:38:36")),
            telephony("call-finished", &finished()),
            telephony("register-call", &registered()),
        ] {
            let reply = done(&wire, &sandbox).await;
            assert_eq!((reply.text.as_str(), reply.content_type.as_str()), (ok, content_type));
        }
        let unknown =
            with(registered(), json!({"communicationId": "5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0009"}));
        let reply = send(&telephony("register-call", &unknown), &sandbox).await;
        assert_eq!((reply.status, reply.text.as_str()), (409, error), "{saying:?}");
    }
}

#[tokio::test]
async fn expired_key_has_three_response_forms() {
    for (unauthorized, status, text) in [
        (Unauthorized::Quoted, 401, "\"Unauthorized\""),
        (Unauthorized::Bare, 401, "Unauthorized"),
        (Unauthorized::Forbidden, 403, ""),
    ] {
        let sandbox = ready().await;
        set_dialect(&sandbox, |it| it.unauthorized = unauthorized);
        sandbox.kontur().expire_access_keys();
        let reply = send(&get(INSTANCE), &sandbox).await;
        assert_eq!((reply.status, reply.text.as_str()), (status, text));
    }
}

#[tokio::test]
async fn problem_details_have_status_400_or_409() {
    let sandbox = ready().await;
    let wrong = telephony("call-started", &with(started(), json!({"direction": "in2bound"})));
    let under_400 = send(&wrong, &sandbox).await;
    set_dialect(&sandbox, |it| it.problems_under_409 = true);
    let under_409 = send(&wrong, &sandbox).await;
    assert_eq!((under_400.status, under_409.status), (400, 409));
    assert_eq!(under_400.json(), under_409.json());
    assert_eq!(under_409.json()["status"], 400, "the body keeps saying 400");
}

#[tokio::test]
async fn no_responsible_user_is_a_conflict_or_an_empty_list() {
    let sandbox = ready().await;
    let wire = get(&format!("{TELEPHONY}/call-redirect?phoneNumber=375441655346"));
    let reply = send(&wire, &sandbox).await;
    assert_eq!((reply.status, reply.json()["status"].clone()), (409, json!("notFound")));
    assert!(sandbox.refused(vochi_crm_sandbox::Crm::Kontur).is_empty(), "it is a normal result");
    set_dialect(&sandbox, |it| it.empty_list_without_responsible = true);
    assert_eq!(done(&wire, &sandbox).await.json(), json!({"userIds": []}));
}

#[tokio::test]
async fn instance_patch_response_is_wrapped_or_bare() {
    let sandbox = ready().await;
    let off = |call: bool| {
        let value = json!({"call": call, "hangup": true});
        patch(INSTANCE, &json!([{"op": "replace", "path": "/features", "value": value}]))
    };
    let wrapped = done(&off(false), &sandbox).await.json();
    assert_eq!(wrapped["isSuccessful"], true);
    assert_eq!(wrapped["result"]["features"]["call"], false);
    set_dialect(&sandbox, |it| it.bare_patch = true);
    let bare = done(&off(true), &sandbox).await.json();
    assert_eq!(bare.get("isSuccessful"), None);
    let features = json!({"call": true, "hangup": true, "sendSms": false});
    assert_eq!(bare["features"], features);
    assert_eq!(done(&get(INSTANCE), &sandbox).await.json()["features"], features);
}

#[tokio::test]
async fn webhook_keeps_its_id_or_gets_one() {
    let sandbox = ready().await;
    let hook = |id: &str| {
        json!([{"op": "add", "path": "/webHooks", "value": {
            "id": id,
            "relativeUrl": "communications/sync",
            "triggerType": "schedule",
            "filter": {"items": []},
            "schedule": {"period": "00:05:00"},
            "disabled": false,
        }}])
    };
    let (own, zero) =
        ("25d0c0de-5555-4e4e-aeae-000000000509", "00000000-0000-0000-0000-000000000000");
    done(&patch(INSTANCE, &hook(own)), &sandbox).await;
    let answer = done(&patch(INSTANCE, &hook(zero)), &sandbox).await.json();
    let hooks = answer["result"]["webHooks"].clone();
    assert_eq!(hooks[2]["id"], own);
    assert_ne!(hooks[3]["id"], zero);

    let off = json!([
        {"op": "Replace", "path": format!("/webHooks/{own}/disabled"), "value": true},
        {"op": "Remove", "path": format!("/webHooks/{}", text(&hooks[3]["id"]))},
    ]);
    done(&patch(INSTANCE, &off), &sandbox).await;
    let hooks = sandbox.kontur().instance()["webHooks"].clone();
    assert_eq!(hooks.as_array().map(Vec::len), Some(3));
    assert_eq!(hooks[2]["disabled"], true);
}

#[tokio::test]
async fn both_forms_of_an_external_id_name_one_call() {
    let sandbox = announced().await;
    for id in ["Vochi/1763631515.42", "1763631515.42"] {
        let again = with(started(), json!({"externalId": id}));
        let answer = done(&telephony("call-started", &again), &sandbox).await.json();
        assert_eq!(
            (&answer["id"], &answer["externalId"]),
            (&json!(CALL), &json!("Vochi/1763631515.42"))
        );
        let redirect = format!("{TELEPHONY}/call-redirect?externalId={id}");
        done(&get(&redirect), &sandbox).await;
        let only = json!({"communicationId": Value::Null, "externalId": id});
        let rings = with(event("appeared", "09:38:36"), only);
        done(&telephony("call-event", &rings), &sandbox).await;
        let register = with(registered(), json!({"externalId": id}));
        if id.starts_with("Vochi/") {
            continue;
        }
        done(&telephony("register-call", &register), &sandbox).await;
    }
    assert_eq!(sandbox.kontur().communications().len(), 1);
}
