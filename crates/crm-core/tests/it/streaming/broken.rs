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
async fn a_file_that_shrinks_leaves_a_broken_request_that_is_not_repeated() {
    let file = file(&pattern(300_000));
    let (address, seen) = serve([OK]).await;
    let source = Resized(FileSource::new(file.path()), 100_000);
    let upload = Upload::new(Repeat::Unsafe, Body::stream("audio/mpeg", source));
    let error = over(&address).send(&Cx::history(), &upload).await.unwrap_err();
    assert_lost_midway(&error, "it ended after 100000 of 300000 bytes");
    assert!(error.message().contains(file.path().to_str().unwrap()));
    assert!(seen.await.unwrap()[0].body.len() < 300_000);
}

#[tokio::test]
async fn a_file_that_is_still_being_written_never_arrives_as_a_whole() {
    for repeat in [Repeat::Unsafe, Repeat::Keyed] {
        let file = file(&pattern(300_000));
        let (address, seen) = serve([OK]).await;
        let source = Resized(FileSource::new(file.path()), 300_001);
        let upload = Upload::new(repeat, Body::stream("audio/mpeg", source));
        let error = over(&address).send(&Cx::history(), &upload).await.unwrap_err();
        assert_eq!(error.effect(), Effect::Maybe);
        assert_eq!((error.attempts(), error.try_again()), (1, TryAgain::Never));
        let why = "it has more than the 300000 bytes it said";
        assert!(error.message().contains(why), "{error}");
        assert!(seen.await.unwrap()[0].body.len() < 300_000);
    }
}

#[tokio::test]
async fn a_source_that_fails_midway_is_told_as_such_and_an_unsafe_operation_not_repeated() {
    let source = Odd::new(6, vec![vec![Ok(b"abc"), Err(io::ErrorKind::BrokenPipe.into())]]);
    let opened = source.opened();
    let (address, seen) = serve([OK]).await;
    let upload = Upload::new(Repeat::Unsafe, Body::stream("audio/mpeg", source));
    let error = over(&address).send(&Cx::history(), &upload).await.unwrap_err();
    assert_lost_midway(&error, "odd: it cannot be read: broken pipe");
    assert_eq!(opened.load(Ordering::SeqCst), 1);
    assert!(seen.await.unwrap()[0].body.len() <= 3);
}

#[tokio::test]
async fn an_operation_that_may_be_repeated_opens_a_failed_source_again() {
    let failing = vec![Ok(&b"abc"[..]), Err(io::ErrorKind::BrokenPipe.into())];
    let source = Odd::new(6, vec![failing, vec![Ok(b"abcdef")]]);
    // The first connection ends with its request.
    let (address, seen) = serve([OK, OK]).await;
    let upload = Upload::new(Repeat::Keyed, Body::stream("audio/mpeg", source));
    over(&address).send(&Cx::history(), &upload).await.unwrap();
    assert_eq!(seen.await.unwrap()[1].body, b"abcdef");
}

#[tokio::test]
async fn an_operation_that_reads_has_no_effect_even_so() {
    let source = Odd::new(6, vec![vec![Ok(b"abc")]]);
    let (address, _) = serve([OK]).await;
    let upload = Upload::new(Repeat::Safe, Body::stream("audio/mpeg", source));
    let error = over(&address).send(&Cx::history(), &upload).await.unwrap_err();
    assert_eq!(error.effect(), Effect::NotApplied);
    assert!(error.hint().unwrap().contains("nobody writes"), "{error}");
}
