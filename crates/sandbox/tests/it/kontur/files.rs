//! Files: uploaded, read, bound.

use serde_json::json;
use vochi_crm_sandbox::Crm;

use super::support::{
    FILE, KEY, WS, announced, done, event, get, ready, recording, registered, send, telephony,
    upload, upload_of,
};
use crate::support::{Wire, client, with};

#[tokio::test]
async fn uploaded_file_keeps_name_and_length() {
    let sandbox = ready().await;
    sandbox.kontur().next_file_id(FILE);
    let answer = done(&upload(), &sandbox).await.json();
    assert_eq!(
        answer,
        json!({
            "fileId": FILE, "fileName": "leg.mp3", "contentType": "audio/mpeg",
            "contentLength": 10,
        })
    );
    let file = format!("{WS}/files/{FILE}");
    let meta = done(&get(&format!("{file}/meta")), &sandbox).await.json();
    assert_eq!(meta, recording(), "the length is a text here");

    let reply = done(&get(&file), &sandbox).await;
    assert_eq!((reply.text.as_str(), reply.content_type.as_str()), ("ID3.......", "audio/mpeg"));
    assert!(!reply.headers.contains_key("content-disposition"));
    let reply = done(&get(&format!("{file}?download=true")), &sandbox).await;
    assert_eq!(
        reply.headers.get("content-disposition").and_then(|it| it.to_str().ok()),
        Some("attachment; filename=\"leg.mp3\"")
    );
    let reply = done(&get(&file).verb("HEAD"), &sandbox).await;
    assert_eq!(reply.text, "");
    assert_eq!(
        reply.headers.get("content-length").and_then(|it| it.to_str().ok()),
        Some("10"),
        "HEAD has the length of the omitted body"
    );
}

#[tokio::test]
async fn bound_file_gets_a_new_id() {
    let sandbox = announced().await;
    sandbox.kontur().next_file_id(FILE);
    done(&telephony("call-event", &event("connected", "09:38:44")), &sandbox).await;
    done(&upload(), &sandbox).await;
    let bind = json!({
        "externalId": "Vochi/1763631515.42",
        "externalCallItemId": "1763631515.43",
        "recordingFileId": FILE,
    });
    done(&telephony("call-recording", &bind), &sandbox).await;

    let call = sandbox.kontur().communication("1763631515.42").expect("a known call");
    let kept = call.legs[0].recordings[0].clone();
    assert_eq!((kept.uploaded_id.as_str(), kept.file_name.as_str()), (FILE, "leg.mp3"));
    let first = send(&get(&format!("{WS}/files/{FILE}")), &sandbox).await;
    assert_eq!(first.status, 409, "the temporary id is used up");
    let reply = done(&get(&format!("{WS}/files/{}", kept.file_id)), &sandbox).await;
    assert_eq!(reply.text, "ID3.......");

    let again = send(&telephony("call-recording", &bind), &sandbox).await;
    assert_eq!(again.json()["status"], "notFound", "a file is bound once");
    let call = sandbox.kontur().communication("1763631515.42").expect("a known call");
    assert_eq!(call.legs[0].recordings.len(), 1);
}

#[tokio::test]
async fn omitted_recordings_stay() {
    let sandbox = ready().await;
    sandbox.kontur().next_file_id(FILE);
    done(&upload(), &sandbox).await;
    let leg = with(registered()["items"][0].clone(), json!({"recordings": [recording()]}));
    let with_file = with(registered(), json!({"items": [leg]}));
    done(&telephony("register-call", &with_file), &sandbox).await;
    done(&telephony("register-call", &registered()), &sandbox).await;
    let call = sandbox.kontur().communication("1763631515.42").expect("a known call");
    assert_eq!(call.legs[0].recordings.len(), 1);
    let row = sandbox.kontur().call("1763631515.42").expect("a known call");
    let link = row.recording.expect("there is a recording");
    let target = link.strip_prefix(sandbox.url(Crm::Kontur).as_str().trim_end_matches('/'));
    let reply = done(&get(target.expect("it is here")), &sandbox).await;
    assert_eq!(reply.text, "ID3.......", "/state leads to the recording");
}

#[tokio::test]
async fn file_of_the_largest_size_is_accepted() {
    let sandbox = ready().await;
    sandbox.kontur().set_file_limit(1_000_000);
    let wire = upload_of("long.mp3", &"s".repeat(1_000_000));
    let answer = done(&wire, &sandbox).await.json();
    assert_eq!(answer["contentLength"], 1_000_000);
    let wire = upload_of("longer.mp3", &"s".repeat(1_000_001));
    let reply = send(&wire, &sandbox).await;
    assert_eq!((reply.status, reply.json()["status"].clone()), (409, json!("fileTooLarge")));
}

#[tokio::test]
async fn oversized_file_is_read_to_the_end_and_refused() {
    let sandbox = ready().await;
    let Wire { target, headers, .. } = upload();
    let url = sandbox.url(Crm::Kontur).join(&target).expect("a valid URL");
    let content_type = headers.iter().find(|(name, _)| name == "Content-Type");
    let (_, content_type) = content_type.expect("an upload has one");
    let response = client()
        .post(url)
        .header("X-XCOM-AccessKey", KEY)
        .header("Content-Type", content_type)
        .body(vec![b's'; 102_000_000])
        .send()
        .await
        .expect("a response");
    assert_eq!(response.status(), 409);
    let text = response.text().await.expect("there is a text");
    assert!(text.contains("fileTooLarge"), "{text}");
    assert_eq!(sandbox.kontur().files().len(), 0);
}
