//! Integration modules in RetailCRM's stand-in.

use serde_json::{Value, json};
use vochi_crm_sandbox::Sandbox;
use vochi_crm_sandbox::retailcrm::User;

use crate::support::{
    MODULE, Wire, control, event, field, module, sandbox, send_event, send_module, state, with,
};

async fn read(sandbox: &Sandbox) -> Value {
    let reply = Wire::get(MODULE).send(sandbox).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["integrationModule"].take()
}

#[tokio::test]
async fn module_is_replaced_as_a_whole() {
    let sandbox = sandbox().await;
    let reply = send_module(&module()).send(&sandbox).await;
    assert_eq!((reply.status, reply.json()), (200, json!({"success": true, "info": []})));
    let read = read(&sandbox).await;
    for (name, value) in module().as_object().into_iter().flatten() {
        assert_eq!(&read[name], value, "{name} comes back as it was written");
    }
    assert_eq!(read.get("accountUrl"), None, "what was not written is gone");
    assert_eq!(
        (&read["actions"], &read["freeze"]),
        (&json!([]), &json!(false)),
        "an empty map is a list"
    );
    assert_eq!(sandbox.retailcrm().module("vochi-telephony"), Some(read));
}

#[tokio::test]
async fn rewriting_a_module_removes_omitted_extensions() {
    let sandbox = sandbox().await;
    send_module(&module()).send(&sandbox).await;
    let ring = |code: &str| send_event(&with(event(), json!({"codes": [code]})));
    let old = ring("102").send(&sandbox).await.json();
    assert_eq!(old["notExistCodes"], json!(["102"]), "extension 102 was not sent again");
    let new = ring("201").send(&sandbox).await.json();
    assert_eq!(new, json!({"success": true}));
    let shown = state(&sandbox).await["modules"].clone();
    assert_eq!(
        shown,
        json!([{
            "code": "vochi-telephony", "name": "Телефония", "active": true,
            "extensions": {"201": "7"},
        }])
    );
}

#[tokio::test]
async fn inactive_module_accepts_no_events() {
    let sandbox = sandbox().await;
    let off = with(module(), json!({"active": false}));
    send_module(&off).send(&sandbox).await;
    let refused = send_event(&event()).send(&sandbox).await.json();
    assert_eq!(refused["errorMsg"], "Telephony not enabled");
    assert_eq!(read(&sandbox).await["active"], false);
    send_module(&module()).send(&sandbox).await;
    let taken = send_event(&event()).send(&sandbox).await.json();
    assert_eq!(taken["success"], true, "it is switched on again: {taken}");
}

#[tokio::test]
async fn module_response_can_be_written_back() {
    let sandbox = sandbox().await;
    let before = read(&sandbox).await;
    let reply = send_module(&before).send(&sandbox).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(read(&sandbox).await, before);
}

#[tokio::test]
async fn changed_extensions_are_in_the_module() {
    let sandbox = sandbox().await;
    let account = sandbox.retailcrm();
    account.put_user(User::new(30, "Алла"), Some("301"));
    account.remove_user(8);
    let codes = read(&sandbox).await["integrations"]["telephony"]["additionalCodes"].take();
    let codes = codes.as_array().cloned().unwrap_or_default();
    assert!(
        codes.contains(&json!({"userId": 30, "code": "301"})),
        "the new one is there: {codes:?}"
    );
    assert!(codes.iter().all(|it| it["userId"] != 8), "the old one is not: {codes:?}");
}

#[tokio::test]
async fn client_id_must_match_the_module() {
    let sandbox = sandbox().await;
    send_module(&module()).send(&sandbox).await;
    let with_id = |id: &Value| {
        let mut wire = send_event(&event());
        wire.body = format!("{}&clientId={}", wire.body, id.as_str().unwrap_or_default());
        wire
    };
    let new = with_id(&module()["clientId"]).send(&sandbox).await;
    assert_eq!(new.status, 200, "{new:?}");
    let old = with_id(&json!(vochi_crm_sandbox::retailcrm::CLIENT_ID)).send(&sandbox).await;
    assert_eq!(old.status, 400, "the old one is not known any more: {old:?}");
}

#[tokio::test]
async fn account_endpoint_writes_and_removes_modules() {
    let sandbox = sandbox().await;
    let asked = json!({"crm": "retailcrm", "modules": {
        "vochi-telephony": null, "other": {"code": "other", "active": true},
    }});
    let (status, answer) = control(&sandbox, "/account", &asked).await;
    assert_eq!(status, 200, "{answer}");
    let gone = Wire::get(MODULE).send(&sandbox).await;
    assert_eq!(gone.status, 404, "{gone:?}");
    let other = Wire::get("/api/v5/integration-modules/other").send(&sandbox).await;
    assert_eq!(other.json()["integrationModule"]["active"], true);
    let refused = send_event(&event()).send(&sandbox).await.json();
    assert_eq!(refused["errorMsg"], "Telephony not enabled", "there is no telephony any more");
    let created = send_module(&module()).send(&sandbox).await;
    assert_eq!(created.status, 201, "a new code is created: {created:?}");
}

#[tokio::test]
async fn text_ids_in_responses_are_refused_in_requests() {
    let sandbox = sandbox().await;
    sandbox.retailcrm().set_ids_as_text(true);
    let json = read(&sandbox).await;
    let first = &json["integrations"]["telephony"]["additionalCodes"][0];
    assert_eq!(first, &json!({"userId": "7", "code": "101"}));
    assert_eq!(
        state(&sandbox).await["modules"][0]["extensions"]["101"],
        "7",
        "ids in the state stay numbers"
    );
    let back = send_module(&json).send(&sandbox).await;
    assert_eq!(back.status, 400, "ids are written as numbers: {back:?}");
}

#[tokio::test]
async fn last_written_module_is_the_telephony() {
    let sandbox = sandbox().await;
    let second = with(module(), json!({"code": "second", "integrationCode": "second"}));
    let wire = Wire::post(
        "/api/v5/integration-modules/second/edit",
        field("integrationModule", &second.to_string()),
    );
    let reply = wire.send(&sandbox).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let codes = read(&sandbox).await["integrations"]["telephony"]["additionalCodes"].take();
    assert_eq!(
        codes[0],
        json!({"userId": 7, "code": "101"}),
        "the first module is still read as it was written"
    );
    let ring = send_event(&with(event(), json!({"codes": ["101"]})));
    let reply = ring.send(&sandbox).await.json();
    assert_eq!(reply["notExistCodes"], json!(["101"]), "extensions are those of the second");
}

#[tokio::test]
async fn module_can_be_one_text() {
    let sandbox = sandbox().await;
    let before = read(&sandbox).await;
    sandbox.retailcrm().set_modules_as_text(true);
    let json = read(&sandbox).await;
    let text = json.as_str().expect("the module is a text now");
    let inside: Value = serde_json::from_str(text).expect("the text is JSON");
    assert_eq!(inside, before);
}

#[tokio::test]
async fn new_scopes_replace_the_key() {
    let sandbox = sandbox().await;
    let account = sandbox.retailcrm();
    account.set_simple_connection("vochi-telephony", true);
    let old = account.key();
    let requires = json!({"scopes": ["integration_read", "telephony_write"]});
    let form = field("requires", &requires.to_string());
    let reply = Wire::post(&format!("{MODULE}/update-scopes"), form).send(&sandbox).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let new = reply.json()["apiKey"].as_str().expect("a key is a text").to_owned();
    assert_ne!(new, old);
    assert_eq!(account.key(), new);
    assert_eq!(sandbox.profiles()["retailcrm"]["api_key"], json!(new));
    let with_key = |key: &str| Wire::get("/api/credentials").header("X-API-KEY", key);
    let refused = with_key(&old).send(&sandbox).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    let json = with_key(&new).send(&sandbox).await.json();
    assert_eq!(json["scopes"], requires["scopes"]);
    sandbox.reset();
    assert_eq!(account.key(), old);
}

#[tokio::test]
async fn unknown_module_actions_are_refused() {
    let sandbox = sandbox().await;
    let actions = |actions: Value| send_module(&with(module(), json!({"actions": actions})));
    let known = json!({"activity": "/retailcrm/activity", "settings": "/retailcrm/settings"});
    let reply = actions(known.clone()).send(&sandbox).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(read(&sandbox).await["actions"], known);
    for wrong in [
        json!({"makeCall": "/retailcrm/make-call"}),
        json!({"activity": "retailcrm/activity"}),
        json!(["activity"]),
    ] {
        let reply = actions(wrong.clone()).send(&sandbox).await;
        assert_eq!(
            reply.json()["errors"]["actions"],
            "The value you selected is not a valid choice.",
            "{wrong}"
        );
    }
}
