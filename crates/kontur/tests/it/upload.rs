//! Upload bodies and rejected files.

use std::borrow::Cow;

use tokio::io::AsyncReadExt as _;
use vochi_crm_core::http::{Operation, Source, SourceReader};
use vochi_crm_core::{ErrorKind, Result};
use vochi_crm_kontur::api::UploadFile;
use vochi_crm_kontur::model::{FileName, LARGEST_FILE};

use super::fixture::Fixture;
use super::operations::{RECORDING, upload};

fn name() -> FileName {
    FileName::new("recording.mp3").unwrap()
}

/// A source of zeros.
struct Zeros(u64);

#[async_trait::async_trait]
impl Source for Zeros {
    fn name(&self) -> Cow<'_, str> {
        "silence".into()
    }

    async fn open(&self) -> Result<SourceReader> {
        Ok(SourceReader::new(self.0, tokio::io::repeat(0).take(self.0)))
    }
}

async fn open(upload: &UploadFile) -> Result<SourceReader> {
    let request = upload.request()?;
    request.body_ref().source().unwrap().open().await
}

#[tokio::test]
async fn upload_body_is_as_documented_on_every_attempt() {
    let fixture = Fixture::open("files-upload");
    let body = &fixture.request()["body"];
    let upload = upload(&body["multipart"][0]);
    let raw = body["raw"].as_str().unwrap();
    let (head, tail) = raw.split_once("<bytes>").unwrap();
    let wanted = [head.as_bytes(), RECORDING, tail.as_bytes()].concat();
    for _ in 0..2 {
        let mut sent = Vec::new();
        let mut opened = open(&upload).await.unwrap();
        assert_eq!(opened.length(), wanted.len() as u64);
        opened.read_to_end(&mut sent).await.unwrap();
        assert_eq!(sent, wanted);
    }
}

#[tokio::test]
async fn empty_or_too_large_file_is_rejected() {
    for (length, good) in [(0, false), (1, true), (LARGEST_FILE, true), (LARGEST_FILE + 1, false)] {
        let upload = UploadFile::from_source(Zeros(length), name(), "audio/mpeg");
        match open(&upload).await {
            Ok(_) => assert!(good, "{length}"),
            Err(error) => {
                assert!(!good, "{length}: {error}");
                assert_eq!(error.kind(), ErrorKind::Input, "{length}");
            }
        }
    }
    let missing = UploadFile::file("/no/such/recording.mp3", name(), "audio/mpeg");
    assert!(open(&missing).await.is_err());
}

#[test]
fn content_type_is_validated() {
    for (content_type, good) in [
        ("audio/mpeg", true),
        ("audio/ogg; codecs=opus", true),
        ("mp3", false),
        ("", false),
        ("audio/", false),
        ("audio/mpeg\r\nX-XCOM-AccessKey: a", false),
        ("audio/mp eg", false),
    ] {
        let upload = UploadFile::bytes(RECORDING, name(), content_type);
        assert_eq!(upload.request().is_ok(), good, "{content_type:?}");
    }
}
