//! Timeouts of streamed bodies, on paused time.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::time::Instant;
use vochi_crm_core::http::{Body, Repeat, Response, Source, SourceReader};
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{Cx, Effect, ErrorKind, Result};

use super::support::{Upload, on};

const PIECE: usize = 1024 * 1024;

/// Provides a number of pieces, each after a pause.
struct Slow {
    pieces: u32,
    piece: usize,
    pause: Duration,
}

#[async_trait::async_trait]
impl Source for Slow {
    fn name(&self) -> Cow<'_, str> {
        "slow".into()
    }

    async fn open(&self) -> Result<SourceReader> {
        let (mut giving, taking) = tokio::io::duplex(PIECE);
        let (pieces, pause, piece) = (self.pieces, self.pause, vec![b'x'; self.piece]);
        let length = u64::from(pieces) * piece.len() as u64;
        tokio::spawn(async move {
            for _ in 0..pieces {
                tokio::time::sleep(pause).await;
                if giving.write_all(&piece).await.is_err() {
                    return;
                }
            }
        });
        Ok(SourceReader::new(length, taking))
    }
}

fn megabytes(pieces: u32, pause: Duration) -> Upload {
    let source = Slow { pieces, piece: PIECE, pause };
    Upload::new(Repeat::Unsafe, Body::stream("audio/wav", source))
}

fn success() -> Step {
    Step::json(200, &json!({}))
}

#[tokio::test(start_paused = true)]
async fn moving_body_extends_the_timeout() {
    let script = ScriptedTransport::new([success()]);
    let began = Instant::now();
    let upload = megabytes(10, Duration::from_secs(20));
    on(&script).send(&Cx::history(), &upload).await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 200);
}

#[tokio::test(start_paused = true)]
async fn sending_time_does_not_reduce_the_retry_time() {
    let busy = Step::text(503, "text/html", "").with_header("retry-after", "20");
    let script = ScriptedTransport::new([busy, success()]);
    let upload = megabytes(5, Duration::from_secs(20));
    on(&script).send(&Cx::history(), &upload).await.unwrap();
    let busy = Step::text(503, "text/html", "").with_header("retry-after", "40");
    let script = ScriptedTransport::new([busy, success()]);
    let error = on(&script).send(&Cx::history(), &upload).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1));
}

#[tokio::test(start_paused = true)]
async fn caller_deadline_holds_for_a_moving_body() {
    let script = ScriptedTransport::new([success()]);
    let cx = Cx::history().with_timeout(Duration::from_secs(50));
    let began = Instant::now();
    let upload = megabytes(10, Duration::from_secs(1));
    on(&script).send(&cx, &upload).await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 10);

    let cx = Cx::history().with_timeout(Duration::from_secs(50));
    let began = Instant::now();
    let upload = megabytes(10, Duration::from_secs(20));
    let error = on(&script).send(&cx, &upload).await.unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 50);
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Maybe));
}

#[tokio::test(start_paused = true)]
async fn silent_source_error_names_it() {
    let script = ScriptedTransport::new([success()]);
    let began = Instant::now();
    let upload = megabytes(2, Duration::from_secs(90));
    let error = on(&script).send(&Cx::history(), &upload).await.unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 30);
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Maybe));
    assert!(error.message().contains("slow: no data"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn silent_crm_times_out_after_the_last_byte() {
    let slow = Step::Slow(Duration::from_secs(5 * 60), Response::ok_json(&json!({})));
    let script = ScriptedTransport::new([slow]);
    let began = Instant::now();
    let upload = megabytes(2, Duration::from_secs(20));
    let error = on(&script).send(&Cx::history(), &upload).await.unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 40 + 30);
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Maybe));
    assert!(error.message().contains("no response"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn very_slow_body_times_out() {
    let script = ScriptedTransport::new([success()]);
    let source = Slow { pieces: 10_000, piece: 1, pause: Duration::from_secs(20) };
    let upload = Upload::new(Repeat::Unsafe, Body::stream("audio/wav", source));
    let began = Instant::now();
    let error = on(&script).send(&Cx::history(), &upload).await.unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 30);
    assert_eq!(error.kind(), ErrorKind::Timeout);
}
