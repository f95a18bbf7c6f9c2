//! `Host` and `Origin` checks of the page's port.

use serde_json::json;
use vochi_crm_sandbox::{Crm, Sandbox};

use crate::support::{Wire, call, sandbox, send_calls};

/// The status of a reset with these headers.
async fn reset(sandbox: &Sandbox, headers: &[(&str, &str)]) -> u16 {
    let wire = Wire::post("/reset", "{}").header("Content-Type", "text/plain");
    let wire = headers.iter().fold(wire, |wire, (name, value)| wire.header(name, value));
    let reply = wire.try_send(sandbox.page_url()).await;
    reply.expect("the page's port answers").status
}

#[tokio::test]
async fn a_foreign_host_is_refused() {
    let sandbox = sandbox().await;
    send_calls(&[call()]).send(&sandbox).await;
    let port = sandbox.page_url().port().expect("the page has a port");
    for host in ["evil.example.test", "127.0.0.1.example.test", "192.0.2.7", "localhost.test"] {
        let host = format!("{host}:{port}");
        assert_eq!(reset(&sandbox, &[("Host", &host)]).await, 403, "{host}");
    }
    assert_eq!(sandbox.retailcrm().calls().len(), 1, "nothing was reset");
    for path in ["/", "/state", "/faults", "/click", "/account"] {
        let wire = Wire::get(path).header("Host", "evil.example.test");
        let reply = wire.try_send(sandbox.page_url()).await.expect("a response");
        assert_eq!(reply.status, 403, "{path}");
        assert_eq!(reply.json()["ok"], false, "{path}");
    }
}

#[tokio::test]
async fn loopback_names_are_allowed() {
    let sandbox = sandbox().await;
    for host in ["localhost:8800", "LOCALHOST", "127.0.0.1:1", "127.8.8.8", "[::1]:8800"] {
        assert_eq!(reset(&sandbox, &[("Host", host)]).await, 200, "{host}");
    }
}

#[tokio::test]
async fn only_the_pages_origin_is_allowed() {
    let sandbox = sandbox().await;
    let page = sandbox.page_url();
    let port = page.port().expect("the page has a port");
    let own = page.origin().ascii_serialization();
    assert_eq!(reset(&sandbox, &[("Origin", &own)]).await, 200, "{own}");
    let alias = format!("localhost:{port}");
    let origin = format!("http://{alias}");
    let headers = [("Host", alias.as_str()), ("Origin", origin.as_str())];
    assert_eq!(reset(&sandbox, &headers).await, 200, "{headers:?}");
    let other_scheme = own.replace("http:", "https:");
    for origin in
        ["https://evil.example.test", "null", "http://127.0.0.1:1", &other_scheme, &origin]
    {
        assert_eq!(reset(&sandbox, &[("Origin", origin)]).await, 403, "{origin}");
    }
}

#[tokio::test]
async fn bound_name_of_the_page_is_allowed() {
    let sandbox = Sandbox::builder().bind("localhost:0").start().await;
    let sandbox = sandbox.expect("localhost resolves");
    assert_eq!(reset(&sandbox, &[]).await, 200);
    let own = sandbox.page_url().origin().ascii_serialization();
    assert_eq!(reset(&sandbox, &[("Origin", &own)]).await, 200, "{own}");
}

#[tokio::test]
async fn too_many_pending_faults_are_refused() {
    let sandbox = sandbox().await;
    let fault = json!({"crm": "retailcrm", "status": 500}).to_string();
    for _ in 0..1_000 {
        let fault = vochi_crm_sandbox::Fault::on(Crm::RetailCrm).status(500).times(1);
        sandbox.fault(fault);
    }
    let wire = Wire::post("/faults", fault).header("Content-Type", "application/json");
    let reply = wire.try_send(sandbox.page_url()).await.expect("a response");
    assert_eq!(reply.status, 400, "{reply:?}");
}
