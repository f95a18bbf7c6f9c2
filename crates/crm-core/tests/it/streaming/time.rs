//! How long a streamed body may take, on paused time.

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

/// Gives as many pieces as it is told to, one after each pause.
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

fn yes() -> Step {
    Step::json(200, &json!({}))
}

#[tokio::test(start_paused = true)]
async fn a_body_that_moves_may_take_longer_than_a_small_request() {
    let script = ScriptedTransport::new([yes()]);
    let began = Instant::now();
    let upload = megabytes(10, Duration::from_secs(20));
    on(&script).send(&Cx::history(), &upload).await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 200);
}

#[tokio::test(start_paused = true)]
async fn the_time_it_goes_out_in_leaves_the_time_for_retries_as_it_was() {
    let busy = Step::text(503, "text/html", "").with_header("retry-after", "20");
    let script = ScriptedTransport::new([busy, yes()]);
    let upload = megabytes(5, Duration::from_secs(20));
    on(&script).send(&Cx::history(), &upload).await.unwrap();
    let busy = Step::text(503, "text/html", "").with_header("retry-after", "40");
    let script = ScriptedTransport::new([busy, yes()]);
    let error = on(&script).send(&Cx::history(), &upload).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1));
}

#[tokio::test(start_paused = true)]
async fn the_callers_deadline_holds_while_it_moves() {
    let script = ScriptedTransport::new([yes()]);
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
async fn a_source_that_gives_nothing_is_named() {
    let script = ScriptedTransport::new([yes()]);
    let began = Instant::now();
    let upload = megabytes(2, Duration::from_secs(90));
    let error = on(&script).send(&Cx::history(), &upload).await.unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 30);
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Maybe));
    assert!(error.message().contains("slow: nothing came"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_crm_that_does_not_answer_is_given_up_after_the_last_byte() {
    let slow = Step::Slow(Duration::from_mins(5), Response::ok_json(&json!({})));
    let script = ScriptedTransport::new([slow]);
    let began = Instant::now();
    let upload = megabytes(2, Duration::from_secs(20));
    let error = on(&script).send(&Cx::history(), &upload).await.unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 40 + 30);
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Maybe));
    assert!(error.message().contains("no answer"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_hardly_moves_does_not_go_on_for_ever() {
    let script = ScriptedTransport::new([yes()]);
    let source = Slow { pieces: 10_000, piece: 1, pause: Duration::from_secs(20) };
    let upload = Upload::new(Repeat::Unsafe, Body::stream("audio/wav", source));
    let began = Instant::now();
    let error = on(&script).send(&Cx::history(), &upload).await.unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 30);
    assert_eq!(error.kind(), ErrorKind::Timeout);
}
