//! Requests to the integration, and its invalid responses.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vochi_crm_sandbox::kontur::Stage;
use vochi_crm_sandbox::{Click, ClickError, ClickPath, Crm, Sandbox};

use super::support::{
    Asked, CALL, CLICKED, CONTACT, DIMA, Echoes, INSTANCE, Integration, MARIA, announced, done,
    event, get, patch, ready, started, telephony,
};
use crate::support::{control, with};

fn back(_: usize) -> Echoes {
    Echoes::Back
}

fn click(to: &Integration) -> Click {
    Click::new(Crm::Kontur, MARIA, "+375291112233", to.url.clone())
}

#[tokio::test]
async fn click_sends_key_and_echo_at_every_path_form() {
    let sandbox = ready().await;
    let integration = Integration::start(200, "\"OK\"", back).await;
    for (path, expected) in [
        (ClickPath::Long, "/kontur/k7/api/v1/vochi-demo/communications/call"),
        (ClickPath::Short, "/kontur/k7/communications/call"),
    ] {
        let answer = sandbox.click(click(&integration).path(path)).await;
        let answer = answer.expect("the integration answers");
        assert!(answer.ok, "{answer:?}");
        let asked = integration.asked().pop().expect("a request");
        assert_eq!(asked.path, expected);
        assert_eq!(
            asked.json(),
            json!({
                "communicationId": answer.crm_call_id,
                "fromUserId": MARIA,
                "clientPhone": "375291112233",
            })
        );
    }
    let asked = integration.asked();
    for header in ["x-xcom-accesskey", "x-xcom-integration-echo"] {
        let values: BTreeSet<&str> = asked.iter().map(|it| it.header(header)).collect();
        assert_eq!(values.len(), asked.len(), "{header} is different each time: {values:?}");
        assert!(!values.contains(""), "{header} is there");
    }
    // The key allows reading the own instance, to identify the caller.
    let wire = get(INSTANCE).header("X-XCOM-AccessKey", asked[0].header("x-xcom-accesskey"));
    done(&wire, &sandbox).await;
}

#[tokio::test]
async fn missing_or_wrong_echo_is_a_failure() {
    for (echoes, reason) in [
        ((|_| Echoes::Not) as fn(usize) -> Echoes, "has no header"),
        (|_| Echoes::Another, "is another, not echo-"),
    ] {
        let sandbox = ready().await;
        let integration = Integration::start(200, "\"OK\"", echoes).await;
        let answer = sandbox.click(click(&integration)).await.expect("a response");
        assert_eq!((answer.ok, answer.status), (false, 200));
        let problem = answer.problem.unwrap_or_default();
        assert!(problem.contains(reason), "{problem}");
        let refused = sandbox.refused(Crm::Kontur);
        assert_eq!(refused[0].checks, ["echo.back"], "it is written down: {refused:?}");
        assert_eq!(refused[0].path, "/kontur/k7/api/v1/vochi-demo/communications/call");
        let call = sandbox.kontur().communications().remove(0);
        assert_eq!(call.stage, Stage::Failed);
    }
}

#[tokio::test]
async fn refused_click_is_a_failed_call() {
    let sandbox = ready().await;
    let body = "{\"status\":\"notFound\",\"message\":\"No extension for user\"}";
    let integration = Integration::start(409, body, back).await;
    let answer = sandbox.click(click(&integration)).await.expect("a response");
    assert_eq!((answer.ok, answer.status, answer.problem), (false, 409, None));
    assert_eq!(sandbox.state()["kontur"]["calls"][0]["outcome"], "failed");
}

#[tokio::test]
async fn clicked_call_keeps_its_id() {
    let sandbox = ready().await;
    sandbox.kontur().next_communication_id(CLICKED);
    let integration = Integration::start(200, "\"OK\"", back).await;
    sandbox.click(click(&integration)).await.expect("a response");
    let call = with(started(), json!({"communicationId": CLICKED, "direction": "outbound"}));
    let answer = done(&telephony("call-started", &call), &sandbox).await.json();
    assert_eq!(answer["id"], CLICKED);
    assert_eq!(sandbox.kontur().communications().len(), 1);
    let known = sandbox.kontur().communication(CLICKED).expect("a known call");
    assert_eq!(known.stage, Stage::Live);

    done(&telephony("call-failed", &json!({"communicationId": CLICKED})), &sandbox).await;
    let live = sandbox.kontur().live();
    assert_eq!((live[0].r#type.as_str(), live[0].codes.clone()), ("failed", vec!["101".into()]));
}

#[tokio::test]
async fn click_on_a_colleague_can_be_repeated() {
    let sandbox = ready().await;
    let integration = Integration::start(200, "\"OK\"", back).await;
    let click = Click::new(Crm::Kontur, MARIA, "", integration.url.clone()).to_user(DIMA);
    let answer = sandbox.click(click).await.expect("a response");
    let id = answer.crm_call_id.unwrap_or_default();
    let kontur = sandbox.kontur();
    let again = kontur.resend_call(&id, &integration.url, ClickPath::Short).await;
    assert!(again.is_ok_and(|it| it.ok));
    let asked: Vec<Value> = integration.asked().iter().map(Asked::json).collect();
    assert_eq!(asked[0], json!({"communicationId": id, "fromUserId": MARIA, "toUserId": DIMA}));
    assert_eq!(asked[0], asked[1], "the same call, asked for twice");
}

#[tokio::test]
async fn hangup_names_the_leg_at_every_path_form() {
    let sandbox = announced().await;
    done(&telephony("call-event", &event("connected", "09:38:44")), &sandbox).await;
    let integration = Integration::start(200, "", back).await;
    for (path, expected) in [
        (ClickPath::Long, "api/v1/vochi-demo/communications/hangup".to_owned()),
        (ClickPath::Short, "communications/hangup".to_owned()),
        (ClickPath::LongWithId, format!("api/v1/vochi-demo/communications/{CALL}/hangup")),
        (ClickPath::ShortWithId, format!("communications/{CALL}/hangup")),
    ] {
        let press = click(&integration).hang_up("1763631515.43").path(path);
        let answer = sandbox.click(press).await.expect("a response");
        assert!(answer.ok, "{answer:?}");
        let asked = integration.asked().pop().expect("a request");
        assert_eq!(asked.path, format!("/kontur/k7/{expected}"));
        assert_eq!(asked.json(), json!({"realtimeCallItemId": "1763631515.43", "userId": MARIA}));
    }
}

#[tokio::test]
async fn invalid_click_has_a_reason() {
    let sandbox = ready().await;
    let integration = Integration::start(200, "", back).await;
    let unknown = Click::new(Crm::Kontur, "7", "+375291112233", integration.url.clone());
    let off = json!([{"op": "replace", "path": "/features/call", "value": false}]);
    done(&patch(INSTANCE, &off), &sandbox).await;
    for (press, reason) in [
        (unknown, "unknown user 7"),
        (click(&integration), "Feature Call is not supported"),
        (click(&integration).hang_up("9.9"), "no call has the leg 9.9"),
    ] {
        let error = sandbox.click(press).await.expect_err("an invalid click");
        assert!(matches!(&error, ClickError::Bad(text) if text.contains(reason)), "{error}");
    }
    assert!(integration.asked().is_empty());
}

#[tokio::test]
async fn click_works_over_http() {
    let sandbox = ready().await;
    let integration = Integration::start(200, "OK", back).await;
    let press = json!({
        "crm": "kontur", "user_id": MARIA, "phone": "+375291112233", "to": integration.url,
        "path": "short",
    });
    let (status, answer) = control(&sandbox, "/click", &press).await;
    assert_eq!((status, &answer["ok"]), (200, &json!(true)), "{answer}");
    assert!(answer["crm_call_id"].is_string(), "{answer}");
    assert_eq!(integration.asked()[0].path, "/kontur/k7/communications/call");
    let hangup = json!({
        "crm": "kontur", "user_id": MARIA, "to": integration.url, "kind": "hangup",
    });
    let elsewhere = json!({
        "crm": "retailcrm", "user_id": "7", "phone": "+375291112233", "to": integration.url,
    });
    for (wrong, reason) in [
        (hangup, "\"leg\""),
        (with(elsewhere.clone(), json!({"path": "short"})), "kontur only"),
        (with(elsewhere, json!({"kind": "hangup", "leg": "1"})), "kontur only"),
    ] {
        let (status, answer) = control(&sandbox, "/click", &wrong).await;
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(status == 400 && message.contains(reason), "{status} {message}");
    }
}

#[tokio::test]
async fn schedules_are_called_with_an_echo_only() {
    let sandbox = ready().await;
    let integration = Integration::start(200, "OK", back).await;
    for url in ["communications/sync", "setup/upgrade"] {
        let answer = sandbox.kontur().run_schedule(url, &integration.url).await;
        assert!(answer.is_ok_and(|it| it.ok), "{url}");
        let asked = integration.asked().pop().expect("a request");
        assert_eq!(asked.path, format!("/kontur/k7/{url}"));
        assert_eq!(asked.header("x-xcom-accesskey"), "");
    }
    let answer = sandbox.kontur().run_schedule("another", &integration.url).await;
    assert!(matches!(answer, Err(ClickError::Bad(_))), "{answer:?}");
}

/// Subscribes to changes of contacts, and makes two.
async fn two_changes(sandbox: &Sandbox) {
    let hook = json!([{"op": "add", "path": "/webHooks", "value": {
        "relativeUrl": "crm-callbacks",
        "triggerType": "entityEvent",
        "filter": {"items": [{"eventType": "change", "entityType": "contact", "changeType": "patch"}]},
        "disabled": false,
    }}]);
    done(&patch(INSTANCE, &hook), sandbox).await;
    for position in ["Директор", "Бухгалтер"] {
        let change = json!([{"op": "replace", "path": "/position", "value": position}]);
        done(&patch(CONTACT, &change), sandbox).await;
    }
}

fn positions(integration: &Integration) -> Vec<Value> {
    let asked = integration.asked();
    let asked = asked.iter().filter(|it| it.path == "/kontur/k7/crm-callbacks");
    asked.map(|it| it.json()["changeData"]["new"]["position"].clone()).collect()
}

#[tokio::test]
async fn changes_are_sent_to_subscribed_webhooks() {
    let sandbox = ready().await;
    let integration = Integration::start(200, "OK", back).await;
    two_changes(&sandbox).await;
    let answers = sandbox.kontur().send_events(&integration.url, false).await;
    assert_eq!(answers.len(), 2);
    assert_eq!(positions(&integration), ["Директор", "Бухгалтер"]);
    assert_eq!(sandbox.kontur().waiting_events(), 0);
    let feed = sandbox.kontur().events();
    assert_eq!(integration.asked()[1].json(), *feed.last().expect("there are events"));
}

#[tokio::test]
async fn event_without_echo_is_retried_after_later_ones() {
    let sandbox = ready().await;
    let first_fails = |number| {
        if number == 1 { Echoes::Not } else { Echoes::Back }
    };
    let integration = Integration::start(200, "OK", first_fails).await;
    two_changes(&sandbox).await;
    sandbox.kontur().send_events(&integration.url, false).await;
    assert_eq!(sandbox.kontur().waiting_events(), 1);
    let change = json!([{"op": "replace", "path": "/position", "value": "Сторож"}]);
    done(&patch(CONTACT, &change), &sandbox).await;
    sandbox.kontur().send_events(&integration.url, false).await;
    assert_eq!(positions(&integration), ["Директор", "Бухгалтер", "Сторож", "Директор"]);
}

#[tokio::test]
async fn events_can_be_reordered_and_expire() {
    let sandbox = ready().await;
    let integration = Integration::start(500, "", back).await;
    two_changes(&sandbox).await;
    sandbox.kontur().send_events(&integration.url, true).await;
    assert_eq!(positions(&integration), ["Бухгалтер", "Директор"]);
    for _ in 0..7 {
        assert_eq!(sandbox.kontur().waiting_events(), 2);
        sandbox.kontur().send_events(&integration.url, false).await;
    }
    assert_eq!(sandbox.kontur().waiting_events(), 0, "eight tries are enough");
}
