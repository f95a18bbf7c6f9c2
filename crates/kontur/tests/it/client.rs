//! The typed client against the sandbox: every area and raw requests.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_core::http::{ApiRequest, RawRequest, Repeat};
use vochi_crm_core::testing::{Played, ScriptedTransport, Step};
use vochi_crm_core::{Cx, Effect, ErrorKind, Hub};
use vochi_crm_kontur::Client;
use vochi_crm_kontur::api::{
    CallFailed, CallFinished, CallRecording, CallRedirect, CallStarted, CreateCompany,
    CreateContacts, DownloadFile, Feature, GetContact, GetFileMeta, GetInstance, GetMainTelephony,
    ListEvents, NewContact, NewWebhook, PatchContact, PatchInstance, RegisterCall, RegisteredLeg,
    SendCallEvent, SetupIntegration, UploadFile,
};
use vochi_crm_kontur::model::{
    CallDirection, CommunicationId, ContactId, ExternalId, FileName, InstanceId, LegEventType,
    Participant, PhoneText, UserId,
};
use vochi_crm_sandbox::kontur::{API_KEY, BEARER, INSTANCE_ID, WORKSPACE};
use vochi_crm_sandbox::{Crm, Fault, Lose, Sandbox};

use super::operations::CONTACT;
use super::sandbox_calls::sandbox_account;
use super::support::{CALL, CLICK, at, leg_id, text, user};

fn external() -> ExternalId {
    ExternalId::new(CALL).unwrap()
}

fn number() -> PhoneText {
    PhoneText::digits_of("375291112233").unwrap()
}

fn masha() -> Participant {
    Participant::user(UserId::new(user("101")).unwrap())
}

#[tokio::test]
async fn call_uses_all_telephony_and_file_operations() {
    let (sandbox, connector) = sandbox_account().await;
    let (client, cx) = (connector.client(), Cx::live());
    let started =
        CallStarted::new(at(0), external(), CallDirection::Inbound).client_phone(number());
    let call = client.send(&cx, &started).await.unwrap();
    assert!(!call.links.is_empty());
    let again = client.send(&cx, &started).await.unwrap();
    assert_eq!(again.id, call.id, "a repeat is the same call");
    let returned = call.external_id.clone().unwrap();
    let event = SendCallEvent::new(
        call.id.clone(),
        returned.clone(),
        leg_id(43),
        at(5),
        LegEventType::Connected,
        Participant::Client,
        masha(),
    );
    client.send(&cx, &event).await.unwrap();
    let inbound = CallDirection::Inbound;
    let end = CallFinished::new(at(60), call.id.clone(), returned.clone(), inbound);
    client.send(&cx, &end).await.unwrap();
    let leg = RegisteredLeg::new(leg_id(43), Participant::Client, masha())
        .answered_at(at(5))
        .ended_at(at(60));
    let record = RegisterCall::new(at(0), external(), CallDirection::Inbound).legs([leg]);
    client.send(&cx, &record).await.unwrap();

    let name = FileName::new("1.mp3").unwrap();
    let upload = UploadFile::bytes(b"ID3".to_vec(), name, "audio/mpeg");
    let file = client.send(&cx, upload).await.unwrap();
    let meta = client.send(&cx, GetFileMeta(file.file_id.clone())).await.unwrap();
    assert_eq!(meta, file);
    let get = DownloadFile::new(file.file_id.clone());
    let content = client.send(&cx, get).await.unwrap();
    assert_eq!(&content.bytes[..], b"ID3");
    let attach = CallRecording::new(call.id, returned, leg_id(43), file.file_id.clone());
    client.send(&cx, &attach).await.unwrap();
    let spent = client.send(&cx, GetFileMeta(file.file_id)).await.unwrap_err();
    assert_eq!(spent.kind(), ErrorKind::NotFound);

    let asked = CallRedirect::Phone(number());
    let found = client.send(&cx, &asked).await.unwrap();
    assert!(!found.user_ids.is_empty());
    let unknown = CallRedirect::Phone(PhoneText::digits_of("375330000001").unwrap());
    let found = client.send(&cx, &unknown).await.unwrap();
    assert!(found.user_ids.is_empty());

    sandbox.kontur().put_click(CLICK, json!({"fromUserId": user("101")}));
    let failed = CallFailed::new(CommunicationId::new(CLICK).unwrap());
    client.send(&cx, &failed).await.unwrap();
}

#[tokio::test]
async fn integration_is_read_and_changed() {
    let (sandbox, connector) = sandbox_account().await;
    let (client, cx) = (connector.client(), Cx::history());
    let instance = client.instance_id(&cx).await.unwrap();
    assert_eq!(instance.as_str(), INSTANCE_ID);
    let authorized = client.authorized(&cx).await.unwrap();
    assert_eq!(authorized.workspace.name.as_deref(), Some(WORKSPACE));
    let patch = PatchInstance::new(instance.clone())
        .features([Feature::Call, Feature::Hangup])
        .add_webhook(&NewWebhook::every(Duration::from_secs(5 * 60), "communications/sync"));
    client.send(&cx, patch).await.unwrap();
    let read = client.send(&cx, GetInstance(instance.clone())).await.unwrap();
    assert!(read.features.call && read.features.hangup);
    let setup = SetupIntegration::new(instance.clone()).setting("autoAnswer", false);
    client.send(&cx, setup).await.unwrap();
    let main = GetMainTelephony(instance);
    let main = client.send(&cx, main).await.unwrap();
    assert_eq!(main.value.as_deref(), Some(INSTANCE_ID));
    let elsewhere = InstanceId::new("5b7c1d20-0c3e-4a57-9d11-2f6f7a9cffff").unwrap();
    let error = client.send(&cx, GetInstance(elsewhere)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let paths = sandbox.requests(Crm::Kontur).into_iter().map(|it| it.path);
    assert!(paths.into_iter().any(|path| path.ends_with("/ui-settings")));
}

#[tokio::test]
async fn clients_and_feed_use_bearer_if_configured() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let url = sandbox.url(Crm::Kontur).as_str().to_owned();
    for bearer in [true, false] {
        let mut builder = Client::builder(WORKSPACE).url(&url).api_key(API_KEY);
        if bearer {
            builder = builder.bearer(BEARER);
        }
        let client = builder.build(&Hub::new().unwrap()).unwrap();
        let cx = Cx::history();
        let contact = ContactId::new(CONTACT).unwrap();
        client.send(&cx, GetContact(contact.clone())).await.unwrap();
        let patch = PatchContact::new(contact).position(text("директор"));
        client.send(&cx, patch).await.unwrap();
        let new = CreateContacts::new().items([NewContact::new(text("Новый клиент"))]);
        assert_eq!(client.send(&cx, new).await.unwrap().good.len(), 1);
        let company = CreateCompany::new(text("Новая компания"))
            .inn(text("6663003127"))
            .kpp(text("667101001"))
            .region_code(text("66"));
        client.send(&cx, company).await.unwrap();
        let page = client.send(&cx, ListEvents::from_start()).await;
        assert!(!page.unwrap().events.good.is_empty());
        let requests = sandbox.requests(Crm::Kontur);
        let last = requests.last().unwrap();
        assert_eq!(last.header("authorization").is_some(), bearer);
        assert_eq!(last.header("x-xcom-accesskey").is_some(), !bearer);
    }
    assert_eq!(sandbox.refused(Crm::Kontur), []);
}

#[tokio::test(start_paused = true)]
async fn http_415_repeats_entity_as_plain_json() {
    let not_taken = || Step::text(415, "text/plain", "Unsupported Media Type");
    let made = || Step::json(200, &json!({"id": CONTACT, "name": "Клиент"}));
    let patch = PatchContact::new(ContactId::new(CONTACT).unwrap()).position(text("директор"));

    let (client, script) = scripted([not_taken(), made()]);
    let cx = Cx::history();
    client.send(&cx, &patch).await.unwrap();
    let [first, second] = script.played().try_into().unwrap();
    let content_type = |request: &Played| {
        let mut headers = request.headers.iter();
        let header = headers.find(|(name, _)| name == "content-type");
        header.map(|(_, value)| value.clone())
    };
    assert_eq!(content_type(&first).as_deref(), Some("application/json-patch+json"));
    assert_eq!(content_type(&second).as_deref(), Some("application/json"));
    assert_eq!((&first.line, &first.body), (&second.line, &second.body));

    let (client, script) = scripted([not_taken(), not_taken(), made()]);
    let refused = client.send(&cx, &patch).await;
    assert_eq!(refused.unwrap_err().status(), Some(415));
    assert_eq!(script.left(), 1, "a third content type is not tried");
}

fn scripted(steps: impl IntoIterator<Item = Step>) -> (Client, ScriptedTransport) {
    let script = ScriptedTransport::new(steps);
    let hub = Hub::builder().transport(Arc::new(script.clone())).build();
    let client = Client::builder(WORKSPACE).bearer(BEARER).api_key(API_KEY);
    (client.build(&hub.unwrap()).unwrap(), script)
}

#[tokio::test]
async fn raw_request_accepts_full_or_relative_path() {
    let (sandbox, connector) = sandbox_account().await;
    for path in ["/api/v1/vochi-demo/events", "/events"] {
        let request = ApiRequest::get(path).query("offset", "00000000-0000-0000-0000-000000000000");
        let request = RawRequest::new(request.query("limit", "5"));
        let response = connector.client().raw(&Cx::history(), request).await;
        assert_eq!(response.unwrap()["count"], 5, "{path}");
    }
    let requests = sandbox.requests(Crm::Kontur);
    let events = requests.iter().filter(|it| it.path.ends_with("/events"));
    for request in events {
        assert_eq!(request.path, "/api/v1/vochi-demo/events");
    }
}

#[tokio::test]
async fn raw_write_is_retried_only_on_request() {
    let path = "/communications/callbacks/telephony/call-started";
    let body = json!({
        "timestamp": "2025-11-20T09:38:35.0000000+00:00", "externalId": CALL,
        "clientPhone": "375291112233", "direction": "inbound",
    });
    let raw = |body: &Value| RawRequest::new(ApiRequest::post(path).json(body).unwrap());
    for (request, sent) in [(raw(&body), 1), (raw(&body).with_repeat(Repeat::Keyed), 2)] {
        let sandbox = Sandbox::builder().start().await.unwrap();
        let client = Client::builder(WORKSPACE)
            .url(sandbox.url(Crm::Kontur).as_str())
            .api_key(API_KEY)
            .retries(1)
            .build(&Hub::new().unwrap())
            .unwrap();
        let fault = Fault::on(Crm::Kontur).path("/api/v1/vochi-demo/");
        sandbox.fault(fault.lose(Lose::Answer));
        match client.raw(&Cx::history(), request).await {
            Ok(response) => assert_eq!((&response["type"], sent), (&json!("call"), 2)),
            Err(error) => assert_eq!((error.effect(), sent), (Effect::Maybe, 1)),
        }
        let requests = sandbox.requests(Crm::Kontur);
        let calls = requests.iter().filter(|it| it.path.ends_with("call-started"));
        assert_eq!(calls.count(), sent);
        assert_eq!(sandbox.kontur().communications().len(), 1);
    }
}
