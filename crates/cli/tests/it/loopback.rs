//! Connections to loopback addresses: proxies, certificates.

use std::fs;
use std::net::TcpListener;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use crate::support::{Run, TestEnv};

#[test]
fn loopback_requests_bypass_the_proxy() {
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a port");
    proxy.set_nonblocking(true).expect("a socket");
    let address = format!("http://{}", proxy.local_addr().expect("an address"));
    let env = TestEnv::new();
    for variable in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        let mut command = env.command(&["--output", "json", "users"]);
        command.env(variable, &address);
        Run::of(command).exits(0);
        let called = proxy.accept();
        assert!(called.is_err(), "{variable}: the proxy was called: {called:?}");
    }
}

/// Runs `users` against a sandbox with TLS, with its certificate trusted.
fn behind_tls(host: &str, change: impl FnOnce(&mut CertificateParams)) -> (TestEnv, Run) {
    let env = TestEnv::of(|builder, home| {
        let key = KeyPair::generate().expect("a key");
        let mut certificate = CertificateParams::new([host.to_owned()]).expect("a host");
        change(&mut certificate);
        let certificate = certificate.self_signed(&key).expect("a certificate");
        let path = |name: &str| home.join(name);
        fs::write(path("certificate.pem"), certificate.pem()).expect("a file");
        fs::write(path("key.pem"), key.serialize_pem()).expect("a file");
        builder.tls(path("certificate.pem"), path("key.pem"))
    });
    let profile = env.profile_text("shop").replace("retries = 0", "retries = 3");
    env.configure(&profile);
    let mut command = env.command(&["--output", "json", "users"]);
    command.env("SSL_CERT_FILE", env.path("certificate.pem"));
    let run = Run::of(command);
    (env, run)
}

#[test]
fn unknown_authority_has_a_hint() {
    let (env, trusted) = behind_tls("127.0.0.1", |_| {});
    trusted.exits(0);
    let error = env.json(&["users"]).exits(7)["error"].clone();
    let text = error.to_string();
    assert!(text.contains("certificate refused: unknown issuer"), "{text}");
    assert!(text.contains("SSL_CERT_FILE"), "{text}");
}

#[test]
fn wrong_host_or_time_of_certificate_is_named() {
    let (_, other) = behind_tls("other.example.test", |_| {});
    let text = other.exits(7)["error"].to_string();
    assert!(text.contains("not valid for this host"), "{text}");
    assert!(text.contains("check url"), "{text}");
    let (_, expired) = behind_tls("127.0.0.1", |certificate| {
        certificate.not_before = date_time_ymd(2020, 1, 1);
        certificate.not_after = date_time_ymd(2021, 1, 1);
    });
    let text = expired.exits(7)["error"].to_string();
    assert!(text.contains("expired"), "{text}");
    assert!(text.contains("clock"), "{text}");
}

#[test]
fn https_to_plain_port_is_named() {
    let env = TestEnv::bare();
    let https = env.url().replace("http://", "https://");
    let http = env.url();
    let text = env.profile_text("shop");
    let (http, https) = (http.trim_end_matches('/'), https.trim_end_matches('/'));
    assert!(text.contains(http), "{text}");
    env.configure(&text.replace(http, https));
    let text = env.json(&["users"]).exits(7)["error"].to_string();
    assert!(text.contains("does not speak TLS"), "{text}");
}
