//! A source is kept to its word.

use tokio::io::AsyncReadExt as _;
use vochi_crm_core::http::{Payload, SourceReader};

/// What comes out of a reader that says `told` and has `has`, asked for `step` bytes at a time.
async fn read(told: u64, has: usize, step: usize) -> (Vec<u8>, Result<(), String>) {
    let bytes: &'static [u8] = &b"abcdefgh"[..has];
    let mut reader = SourceReader::new(told, bytes);
    let mut all = Vec::new();
    loop {
        let mut buffer = vec![0; step];
        match reader.read(&mut buffer).await {
            Ok(0) => return (all, Ok(())),
            Ok(read) => all.extend_from_slice(&buffer[..read]),
            Err(error) => return (all, Err(error.to_string())),
        }
    }
}

#[tokio::test]
async fn what_is_as_long_as_it_says_comes_out_as_it_is() {
    for length in 0..8 {
        for step in 1..10 {
            let (all, outcome) = read(length as u64, length, step).await;
            assert_eq!((&all[..], outcome), (&b"abcdefgh"[..length], Ok(())));
        }
    }
}

#[tokio::test]
async fn what_is_not_as_long_as_it_says_fails_before_its_last_byte() {
    for (told, has) in (0..8).flat_map(|told| (0..8).map(move |has| (told, has))) {
        if told == has {
            continue;
        }
        for step in 1..10 {
            let (all, outcome) = read(told as u64, has, step).await;
            let why = outcome.unwrap_err();
            let wanted = if has < told {
                format!("it ended after {has} of {told} bytes")
            } else {
                format!("it has more than the {told} bytes it said")
            };
            assert_eq!(why, wanted);
            assert!(told == 0 || all.len() < told, "{told} {has}: {all:?}");
        }
    }
}

#[tokio::test]
async fn a_payload_can_be_read_whole_by_transports_that_cannot_stream() {
    let payload = Payload::from(SourceReader::new(3, &b"abc"[..]));
    assert_eq!(payload.length(), 3);
    assert_eq!(format!("{payload:?}"), "Stream(3 bytes)");
    assert_eq!(&payload.read().await.unwrap()[..], b"abc");
    let short = Payload::from(SourceReader::new(4, &b"abc"[..]));
    assert!(short.read().await.is_err());
}
