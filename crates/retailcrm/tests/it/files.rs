//! Files: bytes, names, attachments.

use bytes::Bytes;
use serde_json::json;
use vochi_crm_core::http::{Operation, Response};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, Effect, ErrorKind, Hub};
use vochi_crm_retailcrm::Client;
use vochi_crm_retailcrm::api::{EditFile, UploadFile};
use vochi_crm_retailcrm::model::{Attachment, CustomerId, EntityRef, FileId, OrderId};
use wiremock::matchers::{body_bytes, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::fixture::{Fixture, assert_same};
use super::support::{Bench, text};

/// Bytes that are neither text nor a form.
const BYTES: [u8; 6] = [0, 0xFF, b'&', b'=', b'\n', 0x80];

fn name_it() -> EditFile {
    EditFile::new(FileId::new(25).unwrap())
        .filename(text("call-20260314-101500.mp3"))
        .attached_to_customer(EntityRef::from(CustomerId::new(60).unwrap()).site(text("shop-one")))
        .attached_to_order(OrderId::new(501).unwrap())
}

#[test]
fn file_is_sent_as_its_bytes() {
    let fixture = Fixture::open("files_upload");
    let wanted = fixture.request(None);
    let request = UploadFile::new(BYTES).request().unwrap();
    assert_eq!(request.method().as_str(), wanted["method"]);
    assert_eq!(request.path(), wanted["path"]);
    assert_eq!(request.query_string(), "");
    assert_eq!(request.body_ref().content_type(), wanted["content_type"].as_str());
    assert_eq!(&request.body_ref().encode()[..], BYTES);
}

#[test]
fn name_and_attachments_match_the_documentation() {
    let request = name_it().request().unwrap();
    let fixture = Fixture::open("files_edit");
    let wanted = fixture.request(None);
    assert_same(&request, wanted);
    let body = request.body_ref().encode();
    assert_eq!(std::str::from_utf8(&body).unwrap(), wanted["wire_body"]);
}

#[tokio::test(start_paused = true)]
async fn file_is_uploaded_and_named() {
    let bench = Bench::new([
        Fixture::open("files_upload").answer("success"),
        Fixture::open("files_edit").answer("success"),
    ]);
    let (client, cx) = (bench.connector.client(), Cx::history());
    let file = client.send(&cx, &UploadFile::new(BYTES)).await.unwrap();
    assert_eq!(file.id, FileId::new(25).unwrap());
    assert_eq!(file.filename, None);
    let content_type = ("content-type".to_owned(), "application/octet-stream".to_owned());
    assert!(bench.played()[0].headers.contains(&content_type));
    let file = client.send(&cx, &name_it()).await.unwrap().unwrap();
    assert_eq!(file.filename.as_deref(), Some("call-20260314-101500.mp3"));
    assert_eq!(file.content_type.as_deref(), Some("audio/mpeg"));
    assert_eq!(file.created_at.unwrap().to_string(), "2026-03-14 10:41:00");
    assert_eq!(file.size, Some(190_000));
    let [Attachment::Customer(customer), Attachment::Order(order)] = file.attachments.as_slice()
    else {
        panic!("{:?}", file.attachments);
    };
    assert_eq!(customer.id, Some(CustomerId::new(60).unwrap()));
    assert_eq!(order.id, Some(OrderId::new(501).unwrap()));
    assert_eq!(order.number.as_deref(), Some("501A"));
}

#[tokio::test]
async fn uploaded_bytes_are_unchanged() {
    let server = MockServer::start().await;
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    Mock::given(method("POST"))
        .and(path("/api/v5/files/upload"))
        .and(header("content-type", "application/octet-stream"))
        .and(header("content-length", "100000"))
        .and(body_bytes(bytes.clone()))
        .respond_with(
            ResponseTemplate::new(200).set_body_json(json!({"success": true, "file": {"id": 25}})),
        )
        .expect(1)
        .mount(&server)
        .await;
    let client =
        Client::builder(server.uri()).api_key("invented-key").build(&Hub::new().unwrap()).unwrap();
    let upload = UploadFile::new(bytes);
    client.send(&Cx::history(), &upload).await.unwrap();
}

#[tokio::test]
async fn file_on_disk_is_sent_and_resent_after_a_rate_limit() {
    let server = MockServer::start().await;
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let directory = tempfile::tempdir().unwrap();
    let offer = directory.path().join("offer.pdf");
    std::fs::write(&offer, &bytes).unwrap();
    let upload_of = |answer: ResponseTemplate| {
        Mock::given(method("POST"))
            .and(path("/api/v5/files/upload"))
            .and(header("content-type", "application/octet-stream"))
            .and(header("content-length", "300000"))
            .and(body_bytes(bytes.clone()))
            .respond_with(answer)
            .up_to_n_times(1)
            .expect(1)
    };
    upload_of(ResponseTemplate::new(503).insert_header("retry-after", "0")).mount(&server).await;
    let taken = json!({"success": true, "file": {"id": 25}});
    upload_of(ResponseTemplate::new(200).set_body_json(taken)).mount(&server).await;
    let client =
        Client::builder(server.uri()).api_key("invented-key").build(&Hub::new().unwrap()).unwrap();
    let upload = UploadFile::file(&offer);
    let cx = Cx::history();
    let file = client.send(&cx, &upload).await.unwrap();
    assert_eq!((file.id, cx.requests()), (FileId::new(25).unwrap(), 2));
}

#[tokio::test(start_paused = true)]
async fn missing_or_empty_file_is_not_sent() {
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("empty.pdf");
    std::fs::write(&empty, b"").unwrap();
    let bench = Bench::new([Fixture::open("files_upload").answer("success")]);
    let client = bench.connector.client();
    for upload in [
        UploadFile::file(directory.path().join("missing.pdf")),
        UploadFile::file(empty),
        UploadFile::from_source(Bytes::new()),
    ] {
        let error = client.send(&Cx::history(), &upload).await.unwrap_err();
        let result = (error.kind(), error.effect());
        assert_eq!(result, (ErrorKind::Input, Effect::NotApplied), "{error}");
    }
    let upload = UploadFile::from_source(Bytes::from_static(b"invented bytes"));
    client.send(&Cx::history(), &upload).await.unwrap();
    assert_eq!(bench.played()[0].body, "invented bytes");
}

#[test]
fn unknown_attachment_is_skipped() {
    let body = json!({"success": true, "file": {"id": "25", "attachment": [
        {"lead": {"id": 1}}, {"order": {"id": 501}}, "odd", {"customer": []},
    ]}});
    let file = name_it().decode(&Response::ok_json(&body)).unwrap().unwrap();
    assert_eq!(file.attachments.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn every_refusal_of_the_fixtures_is_classified() {
    for (name, kind) in [("no_money", ErrorKind::Rejected), ("access_denied", ErrorKind::Auth)] {
        let bench = Bench::new([Fixture::open("files_upload").answer(name)]);
        let client = bench.connector.client();
        let upload = UploadFile::new(BYTES);
        let error = client.send(&Cx::history(), &upload).await.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (kind, Effect::NotApplied));
    }
    let bench = Bench::new([Fixture::open("files_edit").answer("not_found")]);
    let client = bench.connector.client();
    let error = client.send(&Cx::history(), &name_it()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn edit_without_a_file_in_the_response_succeeds() {
    for body in [json!({"success": true}), json!({"success": true, "file": []})] {
        let bench = Bench::new([Step::json(200, &body)]);
        let client = bench.connector.client();
        let edited = client.send(&Cx::history(), &name_it()).await;
        assert_eq!(edited.expect("the edit succeeds"), None, "{body}");
    }
}
