//! The default transport, with real sockets that misbehave.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use vochi_crm_core::http::{HttpRequest, ReqwestTransport, Stage, Transport, TransportError};

/// Serves connections one after another with `serve` and returns the address.
async fn server<F, Fut>(serve: F) -> String
where
    F: Fn(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            serve(stream).await;
        }
    });
    format!("http://{address}/canary-path?key=canary-query")
}

async fn read_request(stream: &mut TcpStream) {
    let mut buffer = [0; 4096];
    let _ = stream.read(&mut buffer).await;
}

fn request(address: &str) -> HttpRequest {
    let mut request = HttpRequest::new(
        http::Method::POST,
        address.parse().unwrap(),
        http::HeaderMap::new(),
        bytes::Bytes::from("a=1"),
    );
    request.longest_answer = 64 * 1024;
    request
}

async fn failure(address: &str) -> TransportError {
    let transport = ReqwestTransport::new("test").unwrap();
    let error = transport.send(request(address)).await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(!text.contains("canary"), "the address leaks: {text}");
    error
}

#[tokio::test]
async fn plain_server_behind_https_has_no_tls() {
    let address = server(|mut stream| async move {
        read_request(&mut stream).await;
        let refusal = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
        let _ = stream.write_all(refusal).await;
    })
    .await;
    let error = failure(&address.replace("http://", "https://")).await;
    assert!(matches!(error, TransportError::NoTls), "{error:?}");
    assert_eq!(error.stage(), Stage::NotSent);
}

#[tokio::test]
async fn error_status_is_a_response() {
    let address = server(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 460 Odd\r\nContent-Length: 2\r\n\r\n{}").await;
    })
    .await;
    let response = ReqwestTransport::new("test").unwrap().send(request(&address)).await.unwrap();
    assert_eq!(response.status.as_u16(), 460);
    assert_eq!(&response.body[..], b"{}");
}

#[tokio::test]
async fn refused_connection_is_not_sent() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = failure(&format!("http://{free}/canary")).await;
    assert!(matches!(error, TransportError::Connect(_)), "{error:?}");
    assert_eq!(error.stage(), Stage::NotSent);
}

#[tokio::test]
async fn unknown_host_is_not_sent() {
    let error = failure("http://crm.invalid/canary").await;
    assert_eq!(error.stage(), Stage::NotSent, "{error:?}");
}

#[tokio::test]
async fn connection_lost_before_the_response_is_unknown() {
    let address = server(|mut stream| async move {
        read_request(&mut stream).await;
        drop(stream);
    })
    .await;
    let error = failure(&address).await;
    assert_eq!(error.stage(), Stage::Unknown, "{error:?}");
}

#[tokio::test]
async fn truncated_body_is_unknown() {
    let address = server(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"a\":").await;
    })
    .await;
    let error = failure(&address).await;
    assert_eq!(error.stage(), Stage::Unknown, "{error:?}");
}

#[tokio::test]
async fn non_http_response_is_unknown() {
    let address = server(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"SSH-2.0-nothing\r\n").await;
    })
    .await;
    assert_eq!(failure(&address).await.stage(), Stage::Unknown);
}

#[tokio::test]
async fn endless_body_is_refused() {
    let address = server(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
        while stream.write_all(&[b'x'; 8192]).await.is_ok() {}
    })
    .await;
    let error = failure(&address).await;
    assert!(matches!(error, TransportError::TooLong(_)), "{error:?}");
}

#[tokio::test]
async fn closed_idle_connection_is_not_reused() {
    let address = server(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
    })
    .await;
    let transport = ReqwestTransport::new("test").unwrap();
    for round in 0..20 {
        let response = transport.send(request(&address)).await;
        assert!(response.is_ok(), "round {round}: {response:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn redirect_is_not_followed() {
    let address = server(|mut stream| async move {
        read_request(&mut stream).await;
        let moved =
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
        let _ = stream.write_all(moved).await;
    })
    .await;
    let response = ReqwestTransport::new("test").unwrap().send(request(&address)).await.unwrap();
    assert_eq!(response.status.as_u16(), 302);
}

#[tokio::test]
async fn caller_can_time_out_a_silent_server() {
    let address = server(|mut stream| async move {
        read_request(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let transport = ReqwestTransport::new("test").unwrap();
    let sent = tokio::time::timeout(Duration::from_millis(200), transport.send(request(&address)));
    assert!(sent.await.is_err());
}

#[test]
fn tls_works_without_system_certificates() {
    // These variables name the locations of the system's certificates.
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["transport::builds_a_transport", "--exact"])
        .env("SSL_CERT_FILE", "/nonexistent/certificates.pem")
        .env("SSL_CERT_DIR", "/nonexistent")
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    // A filter that matches no test succeeds too.
    assert!(output.status.success() && stdout.contains("1 passed"), "{stdout}");
}

#[test]
fn builds_a_transport() {
    ReqwestTransport::new("test").unwrap();
}
