//! Streamed bodies, with real sockets.

mod broken;
mod form;
mod reader;
mod support;
mod time;

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use vochi_crm_core::http::{Body, FileSource, Plan, Repeat, Source as _};
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{Cx, Effect, ErrorKind, Hub};

use self::support::{Generated, Upload, head_of, on, over, pattern, serve, server};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
const BUSY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n";

fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

#[tokio::test]
async fn file_arrives_byte_for_byte_with_its_length() {
    let bytes = pattern(300_001);
    let file = file(&bytes);
    let (address, seen) = serve([OK]).await;
    let upload = Upload::new(Repeat::Unsafe, Body::file("audio/mpeg", file.path()));
    over(&address).send(&Cx::history(), &upload).await.unwrap();
    let seen = seen.await.unwrap();
    assert_eq!(seen[0].header("content-length"), Some("300001"));
    assert_eq!(seen[0].header("content-type"), Some("audio/mpeg"));
    assert_eq!(seen[0].header("transfer-encoding"), None);
    assert!(seen[0].body == bytes, "the bytes differ");
}

#[tokio::test]
async fn rate_limited_body_is_reopened_and_sent_completely() {
    let source = Generated::new(200_000);
    let opened = source.opened();
    let (address, seen) = serve([BUSY, OK]).await;
    let upload = Upload::new(Repeat::Unsafe, Body::stream("audio/wav", source));
    over(&address).send(&Cx::history(), &upload).await.unwrap();
    let seen = seen.await.unwrap();
    assert_eq!(opened.load(Ordering::SeqCst), 2);
    assert_eq!(seen.len(), 2);
    assert!(seen[0].body == pattern(200_000) && seen[1].body == seen[0].body);
}

/// Counts the bytes that the source has provided and the server has not read: the upper bound of
/// memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_body_is_streamed() {
    const WHOLE: u64 = 64 * 1024 * 1024;
    // A generous bound of what the system and hyper buffer for a connection.
    const WINDOW: u64 = 16 * 1024 * 1024;
    let taken = Arc::new(AtomicU64::new(0));
    let source = Generated::new(WHOLE).against(taken.clone());
    let widest = source.widest();
    let counted = taken.clone();
    let address = server(move |mut stream| {
        let counted = counted.clone();
        async move {
            head_of(&mut stream).await;
            let mut buffer = vec![0; 64 * 1024];
            while counted.load(Ordering::SeqCst) < WHOLE {
                let read = stream.read(&mut buffer).await.unwrap();
                assert!(read > 0, "the body is cut off");
                counted.fetch_add(read as u64, Ordering::SeqCst);
            }
            stream.write_all(OK).await.unwrap();
        }
    })
    .await;
    let upload = Upload::new(Repeat::Unsafe, Body::stream("audio/wav", source));
    over(&address).send(&Cx::history(), &upload).await.unwrap();
    assert_eq!(taken.load(Ordering::SeqCst), WHOLE);
    let widest = widest.load(Ordering::SeqCst);
    assert!(widest < WINDOW, "{widest} bytes were in flight");
}

#[tokio::test]
async fn early_refusal_is_returned() {
    let connections = Arc::new(AtomicU64::new(0));
    let address = server(move |mut stream| {
        let first = connections.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            head_of(&mut stream).await;
            if first {
                stream.write_all(BUSY).await.unwrap();
                // Left open and unread: the client has to see the response while it still writes.
                tokio::spawn(async move {
                    std::future::pending::<()>().await;
                    drop(stream);
                });
            } else {
                let mut body = vec![0; 32 * 1024 * 1024];
                stream.read_exact(&mut body).await.unwrap();
                stream.write_all(OK).await.unwrap();
            }
        }
    })
    .await;
    let source = Generated::new(32 * 1024 * 1024);
    let upload = Upload::new(Repeat::Unsafe, Body::stream("audio/wav", source));
    let cx = Cx::history();
    over(&address).send(&cx, &upload).await.unwrap();
    assert_eq!(cx.requests(), 2);
}

#[tokio::test]
async fn unopenable_source_error_names_it_and_sends_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let empty = file(b"");
    for (path, why) in [
        (directory.path().join("missing.mp3"), "No such file"),
        (directory.path().to_owned(), "not a regular file"),
        (empty.path().to_owned(), "is empty"),
    ] {
        let script = ScriptedTransport::new([Step::json(200, &json!({}))]);
        let upload = Upload::new(Repeat::Keyed, Body::file("audio/mpeg", &path));
        let cx = Cx::history();
        let error = on(&script).send(&cx, &upload).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{error}");
        assert_eq!(error.effect(), Effect::NotApplied);
        assert_eq!((error.attempts(), cx.requests()), (0, 0));
        assert!(error.message().contains(path.to_str().unwrap()), "{error}");
        assert!(error.message().contains(why), "{error}");
        assert_eq!(script.left(), 1, "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn missing_file_at_the_retry_keeps_effect_maybe() {
    let file = file(b"invented bytes");
    let script =
        ScriptedTransport::new([Step::text(500, "text/html", ""), Step::json(200, &json!({}))]);
    let upload = Upload::new(
        Repeat::Keyed,
        Body::stream("audio/mpeg", support::Vanishing(FileSource::new(file.path()))),
    );
    let error = on(&script).send(&Cx::history(), &upload).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    assert_eq!((error.effect(), error.attempts()), (Effect::Maybe, 1));
    assert_eq!(script.played()[0].body, "invented bytes");
}

#[tokio::test]
async fn dry_run_names_the_file_without_opening_it() {
    let plan = Plan::new();
    let hub = Hub::builder().plan(plan.clone()).build().unwrap();
    let upload = Upload::new(Repeat::Unsafe, Body::file("audio/mpeg", "/nowhere/1710.mp3"));
    support::pipeline(&hub, "https://crm.example.test")
        .send(&Cx::history(), &upload)
        .await
        .unwrap();
    let planned = &plan.requests()[0];
    assert_eq!(planned.body_source.as_deref(), Some("/nowhere/1710.mp3"));
    assert_eq!(planned.body, None);
    let content_type = ("content-type".to_owned(), "audio/mpeg".to_owned());
    assert!(planned.headers.contains(&content_type));
}

#[tokio::test]
async fn debug_prints_sizes_only() {
    let bytes = bytes::Bytes::from("canary-contents");
    let mut shown = String::new();
    for body in [
        Body::Json(bytes.clone()),
        Body::Form(vec![("a".into(), "canary".to_owned())]),
        Body::Bytes { content_type: "audio/mpeg", bytes: bytes.clone() },
        Body::stream("audio/mpeg", bytes.clone()),
    ] {
        write!(shown, "{body:?} ").unwrap();
    }
    write!(shown, "{:?}", bytes.open().await.unwrap()).unwrap();
    assert!(!shown.contains("canary"), "{shown}");
    assert!(shown.contains("15 bytes"), "{shown}");
}
