//! Ports, TLS, starting and stopping.

use rcgen::generate_simple_self_signed;
use tokio::net::TcpListener;
use vochi_crm_sandbox::{Crm, Sandbox, StartError};

use crate::support::{Wire, sandbox};

/// A sandbox on a fixed port, with the next port taken. Another test may take a free port first, so
/// this retries.
async fn on_a_given_port() -> (u16, TcpListener, Sandbox) {
    for _ in 0..20 {
        let looked = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = looked.local_addr().expect("a bound listener").port();
        drop(looked);
        let Ok(taken) = TcpListener::bind(("127.0.0.1", port.saturating_add(1))).await else {
            continue;
        };
        let started = Sandbox::builder().bind(format!("127.0.0.1:{port}")).start().await;
        if let Ok(sandbox) = started {
            return (port, taken, sandbox);
        }
    }
    panic!("no two neighbouring ports are free");
}

#[tokio::test]
async fn page_uses_the_port_and_crms_the_next_free_ones() {
    let (port, _taken, sandbox) = on_a_given_port().await;
    assert_eq!(sandbox.page_url().port(), Some(port));
    let crm = sandbox.url(Crm::RetailCrm).port().expect("the address names its port");
    assert!(crm > port + 1, "{crm} follows {port}, and {} was taken", port + 1);
    assert!(crm <= port + 100, "{crm} is near {port}");
}

#[tokio::test]
async fn invalid_address_is_named() {
    for address in ["127.0.0.1", ":8800", "127.0.0.1:port"] {
        let error = Sandbox::builder().bind(address).start().await.expect_err("no address");
        assert!(matches!(error, StartError::Address { .. }), "{error:?}");
        assert!(error.to_string().contains(address), "{error}");
    }
    let running = sandbox().await;
    let taken = format!("127.0.0.1:{}", running.page_url().port().expect("a port"));
    let error = Sandbox::builder().bind(&taken).start().await.expect_err("the port is taken");
    assert!(matches!(error, StartError::Listen { .. }), "{error:?}");
    assert!(error.to_string().contains(&taken), "{error}");
}

#[tokio::test]
async fn shutdown_frees_the_ports() {
    let sandbox = sandbox().await;
    // Leaves an idle connection, which must not block the port.
    Wire::get("/api/credentials").send(&sandbox).await;
    let ports = [sandbox.page_url().port(), sandbox.url(Crm::RetailCrm).port()];
    sandbox.shutdown().await;
    for port in ports.into_iter().flatten() {
        let listener = TcpListener::bind(("127.0.0.1", port)).await;
        assert!(listener.is_ok(), "port {port} is still taken: {listener:?}");
    }
}

#[tokio::test]
async fn dropped_sandbox_stops_responding() {
    let sandbox = sandbox().await;
    let url = sandbox.url(Crm::RetailCrm).clone();
    drop(sandbox);
    // The tasks end when they run next, while these connections are made.
    let wire = Wire::get("/api/credentials");
    let mut answers = 0;
    while wire.try_send(&url).await.is_ok() {
        answers += 1;
        assert!(answers < 1000, "it goes on answering");
    }
}

#[tokio::test]
async fn certificate_enables_https() {
    let folder = tempfile::tempdir().expect("a folder");
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let made = generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    std::fs::write(&cert, made.cert.pem()).expect("it is written");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("it is written");

    let sandbox = Sandbox::builder().bind("localhost:0").tls(&cert, &key).start().await;
    let sandbox = sandbox.expect("the certificate is good");
    let trusted = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).expect("it is PEM");
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([trusted])
        .build()
        .expect("a client that trusts it");
    let crm = sandbox.profiles()["retailcrm"]["url"].as_str().expect("an address").to_owned();
    assert!(crm.starts_with("https://localhost:"), "{crm}");
    for url in [format!("{crm}/api/api-versions"), sandbox.page_url().to_string()] {
        let request = client.get(&url).header("X-API-KEY", "TEST-KEY-0000000000000000000000");
        let answer = request.send().await.unwrap_or_else(|error| panic!("{url}: {error:?}"));
        assert_eq!(answer.status(), 200, "{url}");
    }
}

#[tokio::test]
async fn invalid_certificate_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let nothing = folder.path().join("nothing.pem");
    std::fs::write(&nothing, "no certificate\n").expect("it is written");
    for file in [&nothing, &folder.path().join("absent.pem")] {
        let error = Sandbox::builder().tls(file, file).start().await.expect_err("no certificate");
        assert!(matches!(error, StartError::Tls(_)), "{error:?}");
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        assert!(error.to_string().contains(name), "{error}");
    }
}
