//! Connections to this machine: proxies of the environment, certificates.

use std::fs;
use std::net::TcpListener;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use crate::support::{Ran, Stage};

#[test]
fn loopback_requests_go_past_the_proxy() {
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a port");
    proxy.set_nonblocking(true).expect("a socket");
    let address = format!("http://{}", proxy.local_addr().expect("an address"));
    let stage = Stage::new();
    for variable in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        let mut command = stage.command(&["--output", "json", "users"]);
        command.env(variable, &address);
        Ran::of(command).ends(0);
        let called = proxy.accept();
        assert!(called.is_err(), "{variable}: the proxy was called: {called:?}");
    }
}

/// A sandbox behind TLS, and how `users` ends with it where the certificate is trusted.
fn behind_tls(host: &str, change: impl FnOnce(&mut CertificateParams)) -> (Stage, Ran) {
    let stage = Stage::of(|builder, home| {
        let key = KeyPair::generate().expect("a key");
        let mut certificate = CertificateParams::new([host.to_owned()]).expect("a host");
        change(&mut certificate);
        let certificate = certificate.self_signed(&key).expect("a certificate");
        let path = |name: &str| home.join(name);
        fs::write(path("certificate.pem"), certificate.pem()).expect("a file");
        fs::write(path("key.pem"), key.serialize_pem()).expect("a file");
        builder.tls(path("certificate.pem"), path("key.pem"))
    });
    let again = stage.profile_text("shop").replace("retries = 0", "retries = 3");
    stage.configure(&again);
    let mut command = stage.command(&["--output", "json", "users"]);
    command.env("SSL_CERT_FILE", stage.path("certificate.pem"));
    let ran = Ran::of(command);
    (stage, ran)
}

#[test]
fn unknown_authority_is_named_with_what_to_do() {
    let (stage, trusted) = behind_tls("127.0.0.1", |_| {});
    trusted.ends(0);
    let error = stage.json(&["users"]).ends(7)["error"].clone();
    let text = error.to_string();
    assert!(text.contains("certificate refused: unknown issuer"), "{text}");
    assert!(text.contains("SSL_CERT_FILE"), "{text}");
}

#[test]
fn certificate_of_another_host_or_time_is_named() {
    let (_, other) = behind_tls("other.example.test", |_| {});
    let text = other.ends(7)["error"].to_string();
    assert!(text.contains("not valid for this host"), "{text}");
    assert!(text.contains("check url"), "{text}");
    let (_, expired) = behind_tls("127.0.0.1", |certificate| {
        certificate.not_before = date_time_ymd(2020, 1, 1);
        certificate.not_after = date_time_ymd(2021, 1, 1);
    });
    let text = expired.ends(7)["error"].to_string();
    assert!(text.contains("expired"), "{text}");
    assert!(text.contains("clock"), "{text}");
}

#[test]
fn https_to_a_plain_port_is_named() {
    let stage = Stage::bare();
    let https = stage.url().replace("http://", "https://");
    let http = stage.url();
    let text = stage.profile_text("shop");
    let (http, https) = (http.trim_end_matches('/'), https.trim_end_matches('/'));
    assert!(text.contains(http), "{text}");
    stage.configure(&text.replace(http, https));
    let text = stage.json(&["users"]).ends(7)["error"].to_string();
    assert!(text.contains("does not speak TLS"), "{text}");
}
