//! Multipart forms.

use bytes::Bytes;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use vochi_crm_core::http::{Body, FileSource, Multipart, Part, Repeat, Source as _};
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{Cx, Effect, ErrorKind};

use super::file;
use super::support::{Upload, on};

const WHOLE: &str = "--vochi-boundary-1\r\n\
    Content-Disposition: form-data; name=\"kind\"\r\n\r\n\
    recording\r\n\
    --vochi-boundary-1\r\n\
    Content-Disposition: form-data; name=\"file\"; filename=\"2025-11-20_101.mp3\"\r\n\
    Content-Type: audio/mpeg\r\n\r\n\
    invented bytes\r\n\
    --vochi-boundary-1--\r\n";

fn form(recording: Part) -> Multipart {
    Multipart::new()
        .with_boundary("vochi-boundary-1")
        .part(Part::text("kind", "recording"))
        .part(recording.with_file_name("2025-11-20_101.mp3").with_content_type("audio/mpeg"))
}

#[tokio::test(start_paused = true)]
async fn form_is_sent_byte_for_byte_at_every_attempt() {
    let file = file(b"invented bytes");
    let form = form(Part::new("file", FileSource::new(file.path())));
    let yes = Step::json(200, &json!({}));
    let script = ScriptedTransport::new([Step::text(503, "text/html", ""), yes]);
    let upload = Upload::new(Repeat::Unsafe, form.into());
    on(&script).send(&Cx::history(), &upload).await.unwrap();
    for played in script.played() {
        assert_eq!(played.body, WHOLE);
        let content_type = "multipart/form-data; boundary=vochi-boundary-1".to_owned();
        let header = ("content-type".to_owned(), content_type);
        assert!(played.headers.contains(&header), "{:?}", played.headers);
    }
}

#[tokio::test]
async fn form_length_is_known_in_advance() {
    let form = form(Part::text("file", "invented bytes"));
    let opened = form.open().await.unwrap();
    assert_eq!(opened.length(), WHOLE.len() as u64);
    assert_eq!(form.name(), "kind=9 bytes, file=14 bytes");
}

#[tokio::test]
async fn form_names_are_escaped() {
    let part = Part::text("a\"b", "x").with_file_name("c\"\r\nd.mp3");
    let mut whole = String::new();
    let form = Multipart::new().with_boundary("b").part(part);
    let mut opened = form.open().await.unwrap();
    opened.read_to_string(&mut whole).await.unwrap();
    let head = "form-data; name=\"a%22b\"; filename=\"c%22%0D%0Ad.mp3\"\r\n\r\n";
    assert!(whole.contains(head), "{whole}");
}

#[test]
fn two_forms_have_different_boundaries() {
    let of = |form: Multipart| Body::from(form).content_type().unwrap().to_owned();
    assert_ne!(of(Multipart::new()), of(Multipart::new()));
}

#[tokio::test]
async fn invalid_form_is_not_sent() {
    let part = || Part::new("file", Bytes::from("x"));
    for form in [
        Multipart::new().with_boundary("a b").part(part()),
        Multipart::new().with_boundary("").part(part()),
        Multipart::new().with_boundary("a\r\nb").part(part()),
        Multipart::new().part(part().with_content_type("a\r\nb: c")),
        Multipart::new().part(Part::new("file", FileSource::new("/nowhere/1.mp3"))),
    ] {
        let script = ScriptedTransport::new([]);
        let upload = Upload::new(Repeat::Unsafe, form.into());
        let error = on(&script).send(&Cx::history(), &upload).await.unwrap_err();
        let result = (error.kind(), error.effect(), error.attempts());
        assert_eq!(result, (ErrorKind::Input, Effect::NotApplied, 0), "{error}");
    }
}
