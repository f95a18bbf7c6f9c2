//! The page: its content, and the PBX behind its buttons. `tests/browser` uses it in a browser.

use serde_json::{Value, json};
use vochi_crm_sandbox::{Crm, Fault, Sandbox};

use crate::support::{Wire, call, control, event, field, sandbox, send_calls, send_event, with};

async fn page(sandbox: &Sandbox) -> String {
    let reply = Wire::get("/").try_send(sandbox.page_url()).await.expect("the page answers");
    assert_eq!((reply.status, reply.content_type.as_str()), (200, "text/html; charset=utf-8"));
    reply.text
}

/// The changing part of a CRM's tab.
async fn content(sandbox: &Sandbox, crm: &str) -> String {
    let reply = Wire::get("/content").try_send(sandbox.page_url()).await;
    let content = reply.expect("the page answers").json();
    content[crm].as_str().expect("each CRM has content").to_owned()
}

/// Takes a step of the page's PBX.
async fn step(sandbox: &Sandbox, crm: &str, step: &str, more: Value) -> Value {
    let body = with(json!({"crm": crm, "step": step}), more);
    let (status, answer) = control(sandbox, "/call", &body).await;
    assert_eq!(status, 200, "{body}: {answer}");
    answer
}

fn ringing() -> Value {
    json!({"phone": "+375291112233", "extension": "101", "call_id": "pbx-5"})
}

#[tokio::test]
async fn content_has_all_sections() {
    let sandbox = sandbox().await;
    send_calls(&[call()]).send(&sandbox).await;
    send_event(&with(event(), json!({"callExternalId": "pbx-77"}))).send(&sandbox).await;
    Wire::get("/api/v5/credentials").send(&sandbox).await;
    let content = content(&sandbox, "retailcrm").await;
    for shown in [
        "pbx-1<",
        "pbx-77<",
        "Иван Иванов",
        "vochi-telephony",
        "101 → 7",
        "GET /api/v5/credentials",
        "404",
        "§1.1",
        "3 requests, 1 of them refused",
    ] {
        assert!(content.contains(shown), "{shown:?} is not shown:\n{content}");
    }
    assert!(page(&sandbox).await.contains(&content), "the page begins with the same content");
}

#[tokio::test]
async fn page_escapes_client_data() {
    let sandbox = sandbox().await;
    let nasty = "<script>alert('&\"')</script>";
    let call = with(call(), json!({"externalId": nasty, "code": nasty}));
    assert_eq!(send_calls(&[call]).send(&sandbox).await.status, 200);
    let event = with(event(), json!({"codes": [nasty], "callExternalId": format!("{nasty}2")}));
    assert_eq!(send_event(&event).send(&sandbox).await.status, 200);
    Wire::get("/api/%3Cscript%3E/<script>").send(&sandbox).await;
    Wire::post("/api/v5/telephony/call/event", field(nasty, "1")).send(&sandbox).await;
    let content = content(&sandbox, "retailcrm").await;
    assert!(!content.contains("<script"), "unescaped markup in the page:\n{content}");
    assert!(content.contains("&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;"));
    assert!(content.contains("data-call=\"&lt;script"), "the card of a live call too:\n{content}");
}

#[tokio::test]
async fn content_lists_newest_first() {
    let sandbox = sandbox().await;
    for id in ["older", "newer"] {
        send_calls(&[with(call(), json!({"externalId": id}))]).send(&sandbox).await;
    }
    let content = content(&sandbox, "retailcrm").await;
    let place = |id: &str| content.find(&format!("<td>{id}</td>")).expect("the call is shown");
    assert!(place("newer") < place("older"));
}

#[tokio::test]
async fn call_of_a_client_has_a_card_without_buttons() {
    let sandbox = sandbox().await;
    send_event(&event()).send(&sandbox).await;
    let shown = content(&sandbox, "retailcrm").await;
    assert!(shown.contains("<h3>Иван Иванов</h3>"), "the client's name:\n{shown}");
    assert!(shown.contains("Пётр Петров · 101"), "the employee and the extension:\n{shown}");
    assert!(!shown.contains("<button"), "its PBX ends it:\n{shown}");
    let hangup = json!({"type": "hangup", "hangupStatus": "answered"});
    send_event(&with(event(), hangup)).send(&sandbox).await;
    assert!(content(&sandbox, "retailcrm").await.contains("no live call"));
}

#[tokio::test]
async fn page_rings_answers_and_records_in_each_crm() {
    for (crm, name, requests) in [
        (Crm::RetailCrm, "retailcrm", 3),
        (Crm::Kontur, "kontur", 6),
        (Crm::Uon, "uon", 2),
        (Crm::Bitrix24, "bitrix24", 2),
    ] {
        let sandbox = sandbox().await;
        let rung = step(&sandbox, name, "ring", ringing()).await;
        assert_eq!((&rung["ok"], &rung["call_id"]), (&json!(true), &json!("pbx-5")), "{name}");
        let shown = content(&sandbox, name).await;
        assert!(shown.contains("data-call=\"pbx-5\"") && shown.contains(">Answer<"), "{shown}");

        step(&sandbox, name, "answer", json!({"call_id": "pbx-5"})).await;
        let shown = content(&sandbox, name).await;
        assert!(shown.contains("class=\"talking\"") && !shown.contains(">Answer<"), "{shown}");

        step(&sandbox, name, "hangup", json!({"call_id": "pbx-5"})).await;
        assert!(content(&sandbox, name).await.contains("no live call"), "{name}");
        let recorded = &sandbox.state()[name]["calls"][0];
        // U-ON stores no id of the PBX.
        let call_id = if crm == Crm::Uon { Value::Null } else { json!("pbx-5") };
        assert_eq!(recorded["call_id"], call_id, "{name}");
        assert_eq!(
            (&recorded["outcome"], &recorded["extension"]),
            (&json!("answered"), &json!("101"))
        );
        assert_eq!(sandbox.refused(crm), [], "{name}: the page sends what the reference allows");
        assert_eq!(sandbox.requests(crm).len(), requests, "{name}");
    }
}

#[tokio::test]
async fn unanswered_call_is_recorded_as_missed() {
    for name in ["retailcrm", "kontur", "uon", "bitrix24"] {
        let sandbox = sandbox().await;
        let rung = step(&sandbox, name, "ring", ringing()).await;
        step(&sandbox, name, "hangup", json!({"call_id": rung["call_id"]})).await;
        let recorded = &sandbox.state()[name]["calls"][0];
        assert_eq!(
            (&recorded["outcome"], &recorded["talk_seconds"]),
            (&json!("missed"), &json!(0))
        );
    }
}

#[tokio::test]
async fn fault_breaks_a_step_of_the_page() {
    let sandbox = sandbox().await;
    for (crm, name) in
        [(Crm::RetailCrm, "retailcrm"), (Crm::Uon, "uon"), (Crm::Bitrix24, "bitrix24")]
    {
        sandbox.fault(Fault::on(crm).status(503));
        let rung = step(&sandbox, name, "ring", ringing()).await;
        assert_eq!((&rung["ok"], &rung["requests"][0]["status"]), (&json!(false), &json!(503)));
        assert!(content(&sandbox, name).await.contains("no live call"), "{name}");
    }
}

#[tokio::test]
async fn impossible_step_is_an_error() {
    let sandbox = sandbox().await;
    step(&sandbox, "retailcrm", "ring", ringing()).await;
    step(&sandbox, "retailcrm", "answer", json!({"call_id": "pbx-5"})).await;
    for (body, reason) in [
        (json!({"crm": "retailcrm", "step": "ring", "extension": "101"}), "missing \"phone\""),
        (json!({"crm": "retailcrm", "step": "ring", "phone": "1"}), "missing \"extension\""),
        (with(json!({"crm": "retailcrm", "step": "ring"}), ringing()), "live already"),
        (json!({"crm": "retailcrm", "step": "answer", "call_id": "pbx-5"}), "answered already"),
        (json!({"crm": "kontur", "step": "answer", "call_id": "pbx-5"}), "no live call pbx-5"),
        (json!({"crm": "retailcrm", "step": "hangup"}), "missing \"call_id\""),
        (json!({"crm": "retailcrm", "step": "park"}), "park"),
        (
            json!({"crm": "kontur", "step": "ring", "phone": "+375291112233", "extension": "999"}),
            "unknown extension 999",
        ),
    ] {
        let (status, answer) = control(&sandbox, "/call", &body).await;
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(status == 400 && message.contains(reason), "{body}: {status} {message}");
    }
}

#[tokio::test]
async fn impossible_step_leaves_the_calls_as_they_were() {
    let sandbox = sandbox().await;
    let unknown = with(ringing(), json!({"crm": "kontur", "step": "ring", "extension": "999"}));
    assert_eq!(control(&sandbox, "/call", &unknown).await.0, 400);
    let rung = step(&sandbox, "kontur", "ring", ringing()).await;
    assert_eq!(rung["ok"], true, "the refused call does not take the id: {rung}");
    step(&sandbox, "kontur", "answer", json!({"call_id": "pbx-5"})).await;
    let shown = content(&sandbox, "kontur").await;
    let answer = json!({"crm": "kontur", "step": "answer", "call_id": "pbx-5"});
    assert_eq!(control(&sandbox, "/call", &answer).await.0, 400);
    assert_eq!(content(&sandbox, "kontur").await, shown, "the talk began with the first answer");
}

#[tokio::test]
async fn reset_ends_calls_of_the_page() {
    let sandbox = sandbox().await;
    step(&sandbox, "kontur", "ring", ringing()).await;
    assert_eq!(control(&sandbox, "/reset", &json!({})).await.0, 200);
    assert!(content(&sandbox, "kontur").await.contains("no live call"));
    let body = json!({"crm": "kontur", "step": "hangup", "call_id": "pbx-5"});
    assert_eq!(control(&sandbox, "/call", &body).await.0, 400);
}
