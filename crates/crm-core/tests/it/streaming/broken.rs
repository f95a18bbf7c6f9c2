//! Sources that fail while they are sent.

use std::io;
use std::sync::atomic::Ordering;

use vochi_crm_core::http::{Body, FileSource, Repeat};
use vochi_crm_core::{Cx, Effect, Error, ErrorKind, TryAgain};

use super::support::{Odd, Resized, Upload, over, pattern, serve};
use super::{OK, file};

fn assert_lost_midway(error: &Error, why: &str) {
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    assert_eq!(error.effect(), Effect::Maybe, "{error}");
    assert_eq!(error.try_again(), TryAgain::Never, "{error}");
    assert_eq!(error.attempts(), 1, "{error}");
    assert!(error.message().contains(why), "{error}");
    assert!(error.hint().unwrap().contains("look in the CRM"), "{error}");
}

#[tokio::test]
async fn shrinking_file_fails_without_retry() {
    let file = file(&pattern(300_000));
    let (address, seen) = serve([OK]).await;
    let source = Resized(FileSource::new(file.path()), 100_000);
    let upload = Upload::new(Repeat::Unsafe, Body::stream("audio/mpeg", source));
    let error = over(&address).send(&Cx::history(), &upload).await.unwrap_err();
    assert_lost_midway(&error, "ended after 100000 of 300000 bytes");
    assert!(error.message().contains(file.path().to_str().unwrap()));
    assert!(seen.await.unwrap()[0].body.len() < 300_000);
}

#[tokio::test]
async fn growing_file_is_never_sent_completely() {
    for repeat in [Repeat::Unsafe, Repeat::Keyed] {
        let file = file(&pattern(300_000));
        let (address, seen) = serve([OK]).await;
        let source = Resized(FileSource::new(file.path()), 300_001);
        let upload = Upload::new(repeat, Body::stream("audio/mpeg", source));
        let error = over(&address).send(&Cx::history(), &upload).await.unwrap_err();
        assert_eq!(error.effect(), Effect::Maybe);
        assert_eq!((error.attempts(), error.try_again()), (1, TryAgain::Never));
        let why = "is longer than the announced 300000 bytes";
        assert!(error.message().contains(why), "{error}");
        assert!(seen.await.unwrap()[0].body.len() < 300_000);
    }
}

#[tokio::test]
async fn failing_source_is_reported_and_not_retried_if_unsafe() {
    let source = Odd::new(6, vec![vec![Ok(b"abc"), Err(io::ErrorKind::BrokenPipe.into())]]);
    let opened = source.opened();
    let (address, seen) = serve([OK]).await;
    let upload = Upload::new(Repeat::Unsafe, Body::stream("audio/mpeg", source));
    let error = over(&address).send(&Cx::history(), &upload).await.unwrap_err();
    assert_lost_midway(&error, "odd: cannot be read: broken pipe");
    assert_eq!(opened.load(Ordering::SeqCst), 1);
    assert!(seen.await.unwrap()[0].body.len() <= 3);
}

#[tokio::test]
async fn idempotent_operation_reopens_a_failed_source() {
    let failing = vec![Ok(&b"abc"[..]), Err(io::ErrorKind::BrokenPipe.into())];
    let source = Odd::new(6, vec![failing, vec![Ok(b"abcdef")]]);
    // The first connection ends with its request.
    let (address, seen) = serve([OK, OK]).await;
    let upload = Upload::new(Repeat::Keyed, Body::stream("audio/mpeg", source));
    over(&address).send(&Cx::history(), &upload).await.unwrap();
    assert_eq!(seen.await.unwrap()[1].body, b"abcdef");
}

#[tokio::test]
async fn failed_source_of_a_read_is_not_applied() {
    let source = Odd::new(6, vec![vec![Ok(b"abc")]]);
    let (address, _) = serve([OK]).await;
    let upload = Upload::new(Repeat::Safe, Body::stream("audio/mpeg", source));
    let error = over(&address).send(&Cx::history(), &upload).await.unwrap_err();
    assert_eq!(error.effect(), Effect::NotApplied);
    assert!(error.hint().unwrap().contains("no longer written"), "{error}");
}
