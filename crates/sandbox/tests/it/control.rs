//! The page's port: reset, clicks, the account.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;
use vochi_crm_sandbox::retailcrm::{Telephony, User};
use vochi_crm_sandbox::{Click, ClickError, ClickVerb, Crm, Fault};

use crate::retailcrm::fixtures::fixture;
use crate::support::{call, control, event, sandbox, send_calls, send_event, with};

#[tokio::test]
async fn reset_restores_the_seed_state() {
    let sandbox = sandbox().await;
    let first = sandbox.state();
    let account = sandbox.retailcrm();
    send_calls(&[call()]).send(&sandbox).await;
    send_event(&with(event(), json!({"type": "ring"}))).send(&sandbox).await;
    account.switch_telephony(Telephony::Off);
    account.put_user(User::new(99, "Новый"), Some("199"));
    account.remove_user(7);
    sandbox.fault(Fault::on(Crm::RetailCrm).times(9).status(500));
    assert_ne!(sandbox.state(), first);

    assert_eq!(control(&sandbox, "/reset", &json!({})).await, (200, json!({"ok": true})));
    assert_eq!(sandbox.state(), first);
    let reply = send_event(&event()).send(&sandbox).await;
    assert_eq!(reply.json(), json!({"success": true}), "no fault, and telephony is on again");
}

#[tokio::test]
async fn account_is_changed_over_http() {
    let sandbox = sandbox().await;
    let off = json!({"crm": "retailcrm", "telephony": false});
    assert_eq!(control(&sandbox, "/account", &off).await.0, 200);
    let reply = send_event(&event()).send(&sandbox).await;
    assert_eq!(reply.json()["errorMsg"], "Telephony not enabled");
    let scopes = json!({"crm": "retailcrm", "telephony": true, "scopes": ["telephony_read"]});
    assert_eq!(control(&sandbox, "/account", &scopes).await.0, 200);
    assert_eq!(send_event(&event()).send(&sandbox).await.status, 403);

    for (body, reason) in [
        (json!({"telephony": false}), "crm"),
        (json!({"crm": "retailcrm"}), "no settings given"),
        (json!({"crm": "retailcrm", "telephony": "off"}), "true or false"),
        (json!({"crm": "retailcrm", "colour": 1}), "colour"),
        (json!(7), "invalid JSON object"),
    ] {
        let (status, answer) = control(&sandbox, "/account", &body).await;
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(status == 400 && message.contains(reason), "{body}: {status} {message}");
    }
}

#[tokio::test]
async fn unknown_path_or_method_lists_the_known_ones() {
    let sandbox = sandbox().await;
    let (status, answer) = control(&sandbox, "/fault", &json!({})).await;
    assert_eq!(status, 404);
    let message = answer["error"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("POST /faults"), "{message}");
    let (status, _) = control(&sandbox, "/state", &json!({})).await;
    assert_eq!(status, 405);
}

/// Responds to one request with this status and text, and returns the request.
async fn listener(status: u16, text: &'static str) -> (Url, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let at = listener.local_addr().expect("a bound listener");
    let task = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("an incoming connection");
        let mut asked = Vec::new();
        let mut chunk = [0; 4096];
        loop {
            let read = socket.read(&mut chunk).await.expect("the request arrives");
            asked.extend_from_slice(&chunk[..read]);
            let text = String::from_utf8_lossy(&asked);
            let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
                let length = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    let named = name.eq_ignore_ascii_case("content-length");
                    named.then(|| value.trim().parse::<usize>().ok())?
                });
                body.len() >= length.unwrap_or(0)
            });
            if whole || read == 0 {
                break;
            }
        }
        let answer = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{text}",
            text.len()
        );
        socket.write_all(answer.as_bytes()).await.expect("the answer goes out");
        String::from_utf8(asked).expect("requests are UTF-8")
    });
    let url = Url::parse(&format!("http://{at}/in/shop/word/make-call")).expect("a valid URL");
    (url, task)
}

fn pairs(encoded: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(encoded.as_bytes()).into_owned().collect()
}

fn fixture_pairs() -> BTreeMap<String, String> {
    let fixture = fixture("inbound_make_call");
    let query = fixture["request"]["query"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    query.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

#[tokio::test]
async fn click_sends_the_crms_request_and_returns_the_response() {
    let sandbox = sandbox().await;
    let fixture = fixture("inbound_make_call");
    for answer in fixture["responses"].as_array().into_iter().flatten() {
        let status = answer["status"].as_u64().and_then(|it| u16::try_from(it).ok()).unwrap_or(0);
        let (to, asked) = listener(status, "that is how it went").await;
        let click = json!({
            "crm": "retailcrm", "user_id": "7", "phone": "+375291112233", "to": to.as_str(),
        });
        let (code, relayed) = control(&sandbox, "/click", &click).await;
        assert_eq!(code, 200);
        assert_eq!(relayed["status"], answer["status"]);
        assert_eq!(relayed["ok"], status == 200);
        assert_eq!(relayed["body"], "that is how it went");

        let asked = asked.await.expect("the listener is done");
        let target = asked.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or_default();
        assert!(asked.starts_with("GET "), "{asked}");
        assert_eq!(path, "/in/shop/word/make-call");
        assert_eq!(pairs(query), fixture_pairs());
    }
}

#[tokio::test]
async fn click_keeps_the_query_and_can_use_post() {
    let sandbox = sandbox().await;
    let (mut to, asked) = listener(200, "OK").await;
    to.set_query(Some("secret=word"));
    let click = Click::new(Crm::RetailCrm, "22", "375291112233", to);
    sandbox.click(click).await.expect("the address answers");
    let asked = asked.await.expect("the listener is done");
    let target = asked.split(' ').nth(1).unwrap_or_default();
    let sent = pairs(target.split_once('?').unwrap_or_default().1);
    assert_eq!(sent.get("secret").map(String::as_str), Some("word"));
    assert_eq!(sent.get("userId").map(String::as_str), Some("22"));
    assert_eq!(sent.get("code"), None, "user 22 has no extension");

    let (to, asked) = listener(200, "OK").await;
    let click = Click::new(Crm::RetailCrm, "7", "+375291112233", to).verb(ClickVerb::Post);
    let answer = sandbox.click(click).await.expect("the address answers");
    assert_eq!(answer.method, "POST");
    let asked = asked.await.expect("the listener is done");
    let (head, body) = asked.split_once("\r\n\r\n").unwrap_or_default();
    assert!(head.contains("application/x-www-form-urlencoded"), "{head}");
    assert_eq!(pairs(body), fixture_pairs());
}

#[tokio::test]
async fn invalid_click_has_a_reason() {
    let sandbox = sandbox().await;
    let good = json!({
        "crm": "retailcrm", "user_id": "7", "phone": "+375291112233", "to": "http://127.0.0.1:9/",
    });
    for (changes, status, reason) in [
        (json!({"user_id": "4711"}), 400, "unknown user 4711"),
        (json!({"user_id": [7]}), 400, "user_id"),
        (json!({"to": "pbx"}), 400, "\"to\""),
        (json!({"to": "ftp://pbx.example.test/"}), 400, "http"),
        (json!({"phone": " "}), 400, "phone"),
        (json!({"phone": null}), 400, "phone"),
        (json!({"crm": "amocrm"}), 400, "amocrm"),
    ] {
        let (code, answer) = control(&sandbox, "/click", &with(good.clone(), changes)).await;
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(code == status && message.contains(reason), "{code} {message}, not {reason}");
    }
    // A port that was free a moment ago, without a listener.
    let free = TcpListener::bind("127.0.0.1:0").await.and_then(|it| it.local_addr());
    let to = Url::parse(&format!("http://{}/?secret=word", free.expect("a free port")));
    let click = Click::new(Crm::RetailCrm, "7", "+375291112233", to.expect("a valid URL"));
    let error = sandbox.click(click).await.expect_err("no listener");
    assert!(matches!(error, ClickError::NoAnswer { .. }), "{error:?}");
    assert!(!error.to_string().contains("word"), "the query is not in the error: {error}");
}
