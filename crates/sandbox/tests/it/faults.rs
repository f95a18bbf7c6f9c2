//! Injected faults.

use std::io::ErrorKind;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vochi_crm_sandbox::{Crm, Ending, Fate, Fault, Lose, Sandbox};

use crate::support::{
    EVENT, UPLOAD, Wire, call, client, control, event, sandbox, send_calls, send_event,
};

fn fault() -> Fault {
    Fault::on(Crm::RetailCrm)
}

fn calls(sandbox: &Sandbox) -> usize {
    sandbox.retailcrm().calls().len()
}

#[tokio::test]
async fn fault_response_matches_path_and_times() {
    let sandbox = sandbox().await;
    sandbox.fault(fault().path("/api/v5/telephony/").times(2).status(500));
    let statuses = [
        Wire::get("/api/credentials").send(&sandbox).await.status,
        send_calls(&[call()]).send(&sandbox).await.status,
        send_event(&event()).send(&sandbox).await.status,
    ];
    assert_eq!(statuses, [200, 500, 500]);
    assert_eq!(calls(&sandbox), 0, "what the fault answered was not carried out");
    assert_eq!(send_calls(&[call()]).send(&sandbox).await.status, 200, "the fault is used up");
    let refused = sandbox.refused(Crm::RetailCrm);
    assert!(refused.is_empty(), "a fault is no mistake of the client: {refused:?}");
}

#[tokio::test]
async fn faults_are_used_in_order() {
    let sandbox = sandbox().await;
    sandbox.fault(fault().status(503));
    sandbox.fault(fault().status(429));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(Wire::get("/api/credentials").send(&sandbox).await.status);
    }
    assert_eq!(statuses, [503, 429, 200]);
}

#[tokio::test]
async fn content_type_is_detected_unless_given() {
    let sandbox = sandbox().await;
    let rows: [(&str, Option<&str>, &str); 4] = [
        ("<html>maintenance</html>", None, "text/html"),
        ("{\"success\":\"false\"}", None, "application/json"),
        ("later", None, "text/plain"),
        ("{}", Some("text/html"), "text/html"),
    ];
    for (body, given, expected) in rows {
        let mut fault = fault().body(body);
        if let Some(given) = given {
            fault = fault.content_type(given);
        }
        sandbox.fault(fault);
        let reply = Wire::get("/api/credentials").send(&sandbox).await;
        assert_eq!((reply.status, reply.text.as_str()), (200, body));
        assert_eq!(reply.content_type, expected, "{body}");
    }
}

#[tokio::test]
async fn lost_request_is_not_executed() {
    let sandbox = sandbox().await;
    sandbox.fault(fault().path(UPLOAD).lose(Lose::Request));
    let upload = send_calls(&[call()]);
    let lost = upload.try_send(sandbox.url(Crm::RetailCrm)).await;
    assert!(lost.is_err(), "the connection ends without an answer, not with {lost:?}");
    assert_eq!(calls(&sandbox), 0);
    let log = sandbox.requests(Crm::RetailCrm);
    assert_eq!((log[0].status, log[0].fate), (None, Fate::Prevented));
    assert_eq!(upload.send(&sandbox).await.json()["processedCallsCount"], 1);
}

#[tokio::test]
async fn request_executes_despite_a_lost_response() {
    let sandbox = sandbox().await;
    sandbox.fault(fault().path(UPLOAD).lose(Lose::Answer));
    let upload = send_calls(&[call()]);
    let lost = upload.try_send(sandbox.url(Crm::RetailCrm)).await;
    assert!(lost.is_err(), "the connection ends without an answer, not with {lost:?}");
    assert_eq!(calls(&sandbox), 1);
    let log = sandbox.requests(Crm::RetailCrm);
    assert_eq!((log[0].status, log[0].fate), (None, Fate::CarriedOut));
    let again = upload.send(&sandbox).await.json();
    assert_eq!(again["duplicateCalls"], json!(["pbx-1"]), "the repeat finds it there");
}

#[tokio::test]
async fn request_executes_despite_a_client_timeout() {
    let sandbox = sandbox().await;
    sandbox.fault(fault().delay(Duration::from_secs(10 * 60)));
    let wire = send_calls(&[call()]);
    let url = sandbox.url(Crm::RetailCrm).join(UPLOAD).expect("the path is valid");
    let mut request = client().post(url).timeout(Duration::from_millis(200)).body(wire.body);
    for (name, value) in &wire.headers {
        request = request.header(name, value);
    }
    let error = request.send().await.expect_err("the answer does not come in time");
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(calls(&sandbox), 1);
}

/// Raw result of reading the socket after an event was sent.
async fn read_end(sandbox: &Sandbox) -> std::io::Result<usize> {
    let address = sandbox.url(Crm::RetailCrm).socket_addrs(|| None).expect("an address");
    let mut socket = TcpStream::connect(&address[..]).await.expect("the port is open");
    let head = format!("POST {EVENT} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    socket.write_all(head.as_bytes()).await.expect("the request goes out");
    socket.read(&mut [0; 64]).await
}

#[tokio::test]
async fn lost_connection_ends_with_close_or_reset() {
    let sandbox = sandbox().await;
    sandbox.fault(fault().lose(Lose::Request));
    let closed = read_end(&sandbox).await;
    assert!(matches!(closed, Ok(0)), "an orderly end of file, not {closed:?}");

    sandbox.fault(fault().lose(Lose::Answer).ending(Ending::Reset));
    let reset = read_end(&sandbox).await.map_err(|error| error.kind());
    assert_eq!(reset, Err(ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn faults_are_injected_over_http() {
    let sandbox = sandbox().await;
    let fault = json!({
        "crm": "retailcrm",
        "path": "/api/v5/telephony",
        "times": 1,
        "status": 200,
        "body": {"success": "false", "errorMsg": "Telephony not enabled"},
        "content_type": "application/json",
        "delay_ms": 1,
    });
    assert_eq!(control(&sandbox, "/faults", &fault).await, (200, json!({"ok": true})));
    let reply = send_event(&event()).send(&sandbox).await;
    assert_eq!(reply.json(), fault["body"]);

    let lost = json!({"crm": "retailcrm", "lose": "answer"});
    assert_eq!(control(&sandbox, "/faults", &lost).await.0, 200);
    assert!(send_calls(&[call()]).try_send(sandbox.url(Crm::RetailCrm)).await.is_err());
    assert_eq!(calls(&sandbox), 1);
}

#[tokio::test]
async fn invalid_fault_is_refused_with_a_reason() {
    let sandbox = sandbox().await;
    let rows: [(Value, &str); 8] = [
        (json!({"status": 500}), "crm"),
        (json!({"crm": "amocrm", "status": 500}), "amocrm"),
        (json!({"crm": "retailcrm"}), "the fault has no effect"),
        (json!({"crm": "retailcrm", "status": 99}), "200 to 599"),
        (json!({"crm": "retailcrm", "status": 500, "times": 0}), "at least 1"),
        (json!({"crm": "retailcrm", "lose": "everything"}), "everything"),
        (json!({"crm": "retailcrm", "statuz": 500}), "statuz"),
        (json!([1]), "invalid fault"),
    ];
    for (body, reason) in rows {
        let (status, answer) = control(&sandbox, "/faults", &body).await;
        assert_eq!(status, 400, "{body}");
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(message.contains(reason), "{body}: {message:?} does not name {reason:?}");
    }
    let untouched = Wire::get("/api/credentials").send(&sandbox).await;
    assert_eq!(untouched.status, 200, "nothing that was refused is in force");
}
