//! Sources with the announced length, and others.

use tokio::io::AsyncReadExt as _;
use vochi_crm_core::http::{Payload, SourceReader};

/// The output of a reader that announces `length` and has `has` bytes, read `step` bytes at a time.
async fn read(length: u64, has: usize, step: usize) -> (Vec<u8>, Result<(), String>) {
    let bytes: &'static [u8] = &b"abcdefgh"[..has];
    let mut reader = SourceReader::new(length, bytes);
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
async fn source_of_the_announced_length_is_read_unchanged() {
    for length in 0..8 {
        for step in 1..10 {
            let (all, outcome) = read(length as u64, length, step).await;
            assert_eq!((&all[..], outcome), (&b"abcdefgh"[..length], Ok(())));
        }
    }
}

#[tokio::test]
async fn source_of_another_length_fails_before_its_last_byte() {
    for (length, has) in (0..8).flat_map(|length| (0..8).map(move |has| (length, has))) {
        if length == has {
            continue;
        }
        for step in 1..10 {
            let (all, outcome) = read(length as u64, has, step).await;
            let why = outcome.unwrap_err();
            let wanted = if has < length {
                format!("ended after {has} of {length} bytes")
            } else {
                format!("is longer than the announced {length} bytes")
            };
            assert_eq!(why, wanted);
            assert!(length == 0 || all.len() < length, "{length} {has}: {all:?}");
        }
    }
}

#[tokio::test]
async fn payload_can_be_read_into_memory() {
    let payload = Payload::from(SourceReader::new(3, &b"abc"[..]));
    assert_eq!(payload.length(), 3);
    assert_eq!(format!("{payload:?}"), "Stream(3 bytes)");
    assert_eq!(&payload.read().await.unwrap()[..], b"abc");
    let short = Payload::from(SourceReader::new(4, &b"abc"[..]));
    assert!(short.read().await.is_err());
}
