//! Files in RetailCRM's stand-in.

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use vochi_crm_sandbox::retailcrm::{API_KEY, StoredFile};
use vochi_crm_sandbox::{Crm, Sandbox};

use crate::support::{FILES, Wire, client, edit_file, sandbox, upload};

async fn get(sandbox: &Sandbox, target: &str) -> Value {
    Wire::get(target).send(sandbox).await.json()
}

async fn found(sandbox: &Sandbox, query: &str) -> Vec<u64> {
    let reply = get(sandbox, &format!("{FILES}?{query}")).await;
    assert_eq!(reply["success"], true, "{query}: {reply}");
    let files = reply["files"].as_array().into_iter().flatten();
    files.filter_map(|it| it["id"].as_u64()).collect()
}

/// Uploads binary content.
async fn upload_bytes(sandbox: &Sandbox, bytes: Vec<u8>) -> (u16, Value) {
    let url = sandbox.url(Crm::RetailCrm).join("/api/v5/files/upload").expect("the path is valid");
    let request = client()
        .post(url)
        .header("X-API-KEY", API_KEY)
        .header("Content-Type", "application/octet-stream")
        .body(bytes);
    let answer = request.send().await.expect("a response");
    let status = answer.status().as_u16();
    let body = answer.bytes().await.expect("the answer is whole");
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

#[tokio::test]
async fn file_lifecycle_from_upload_to_deletion() {
    let sandbox = sandbox().await;
    let reply = upload("Запись разговора").send(&sandbox).await.json();
    assert_eq!(reply, json!({"success": true, "file": {"id": 26}}));
    let json = get(&sandbox, &format!("{FILES}/26")).await["file"].take();
    let name = json["filename"].as_str().unwrap_or_default().to_owned();
    assert!(
        name.starts_with("API upload ") && name.len() == "API upload 14-03-2026 10:41:00".len(),
        "the default name: {name}"
    );
    assert_eq!(json["type"], "text/plain");
    assert_eq!(json["size"], "Запись разговора".len());
    assert_eq!(json["attachment"], json!([]));

    let file = json!({
        "filename": "call.txt",
        "attachment": [{"customer": {"id": 205}}, {"order": {"externalId": "site-1499"}}],
    });
    let edited = edit_file(26, &file).send(&sandbox).await.json();
    assert_eq!(edited["file"]["filename"], "call.txt");
    assert_eq!(
        edited["file"]["attachment"],
        json!([
            {"customer": {"id": 205, "site": "shop-one"}},
            {"order": {"id": 499, "number": "499A"}},
        ])
    );
    let kept = sandbox.retailcrm().files();
    let kept = kept.last().expect("a stored file");
    let attached = json!([{"customer": {"id": 205}}, {"order": {"id": 499}}]);
    assert_eq!(kept.fields["attachment"], attached);

    let whole = Wire::get(&format!("{FILES}/26/download")).send(&sandbox).await;
    assert_eq!((whole.status, whole.text.as_str()), (200, "Запись разговора"));
    assert_eq!(whole.content_type, "text/plain");

    let delete = Wire::post(&format!("{FILES}/26/delete"), "");
    let gone = delete.header("Content-Type", "").send(&sandbox).await;
    assert_eq!((gone.status, gone.json()), (200, json!({"success": true})));
    let read = Wire::get(&format!("{FILES}/26")).send(&sandbox).await;
    assert_eq!(read.status, 404, "{read:?}");
    let next = upload("еще").send(&sandbox).await.json();
    assert_eq!(next["file"]["id"], 27, "an id is not given twice");
}

#[tokio::test]
async fn download_has_the_file_name() {
    let sandbox = sandbox().await;
    for (id, name, expected) in [
        (30, "call 1.mp3", "attachment; filename=\"call 1.mp3\""),
        (
            31,
            "звонок \"1\".mp3",
            "attachment; filename=\"______ _1_.mp3\"; \
             filename*=UTF-8''%D0%B7%D0%B2%D0%BE%D0%BD%D0%BE%D0%BA%20%221%22.mp3",
        ),
    ] {
        let account = sandbox.retailcrm();
        account.put_file(StoredFile::new(id, name, &b"ID3"[..]));
        let target = format!("/api/v5/files/{id}/download");
        let url = sandbox.url(Crm::RetailCrm).join(&target);
        let request = client().get(url.expect("the path is valid"));
        let answer = request.header("X-API-KEY", API_KEY).send().await;
        let answer = answer.expect("a response");
        let said = &answer.headers()["content-disposition"];
        assert_eq!(said.to_str().ok(), Some(expected), "{name}");
        assert_eq!(answer.headers()["content-type"], "audio/mpeg");
    }
}

#[tokio::test]
async fn filters_of_files_filter() {
    let sandbox = sandbox().await;
    let contract = StoredFile::new(26, "договор.txt", "текст");
    sandbox.retailcrm().put_file(contract);
    let links = json!({"attachment": [{"customer": {"id": 60}}, {"order": {"id": 500}}]});
    edit_file(26, &links).send(&sandbox).await;
    for (query, expected) in [
        ("", vec![25, 26]),
        ("filter[ids][]=25", vec![25]),
        ("filter[customerIds][]=60", vec![26]),
        ("filter[customerExternalIds][]=ext-60", vec![26]),
        ("filter[orderIds][]=501", vec![]),
        ("filter[sites][]=shop-two", vec![26]),
        ("filter[type][]=audio/mpeg", vec![25]),
        ("filter[sizeTo]=1000", vec![26]),
    ] {
        assert_eq!(found(&sandbox, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn last_attachment_list_wins() {
    let sandbox = sandbox().await;
    for id in [60, 61] {
        let links = json!({"attachment": [{"customer": {"id": id}}]});
        edit_file(25, &links).send(&sandbox).await;
    }
    edit_file(25, &json!({"filename": "1.mp3"})).send(&sandbox).await;
    let file = sandbox.retailcrm().files().remove(0);
    assert_eq!(file.fields["attachment"], json!([{"customer": {"id": 61}}]));
    assert_eq!(file.fields["filename"], "1.mp3", "a name alone detaches nothing");
    assert_eq!(found(&sandbox, "filter[isAttached]=0").await, Vec::<u64>::new());
}

#[tokio::test]
async fn file_of_twenty_megabytes_is_accepted() {
    let sandbox = sandbox().await;
    let bytes: Vec<u8> = (0..20 * 1024 * 1024_u32).map(|n| n.to_le_bytes()[1]).collect();
    let (status, reply) = upload_bytes(&sandbox, bytes.clone()).await;
    assert_eq!((status, &reply["file"]["id"]), (200, &json!(26)), "{reply}");
    let kept = sandbox.retailcrm().files();
    let kept = kept.last().expect("a stored file");
    assert!(kept.content == bytes, "{} bytes are kept", kept.content.len());
    assert_eq!(kept.fields["type"], "application/octet-stream");
}

#[tokio::test]
async fn truncated_upload_stores_nothing() {
    let sandbox = sandbox().await;
    let before = sandbox.retailcrm().files();
    let url = sandbox.url(Crm::RetailCrm);
    let address = (url.host_str().expect("it has a host"), url.port().expect("it has a port"));
    for half in ["RIFF", ""] {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        let head = format!(
            "POST /api/v5/files/upload HTTP/1.1\r\nHost: crm\r\nX-API-KEY: {API_KEY}\r\n\
             Content-Type: application/octet-stream\r\nContent-Length: 190000\r\n\r\n{half}"
        );
        stream.write_all(head.as_bytes()).await.expect("it is sent");
        stream.shutdown().await.expect("it ends");
        // The server has dropped it when the connection ends on its side too.
        let mut rest = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await;
        let said = String::from_utf8_lossy(&rest);
        assert!(!said.contains("\"success\":true"), "{said}");
    }
    assert_eq!(sandbox.retailcrm().files(), before);
    assert!(sandbox.requests(Crm::RetailCrm).is_empty(), "half a request is none");
    assert_eq!(upload("RIFF").send(&sandbox).await.status, 200, "it goes on");
}
