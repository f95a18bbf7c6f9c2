//! The operation of every fixture, built with the public API from the fixture's values.

use std::fmt::Debug;
use std::time::Duration;

use serde_json::Value;
use vochi_crm_core::LegId;
use vochi_crm_core::http::{self, Output};
use vochi_crm_core::testing::conformance::{self, Needs};
use vochi_crm_kontur::api::{
    AuthorizePrivate, AuthorizePublic, CallFailed, CallFinished, CallRecording, CallRedirect,
    CallStarted, ChangeFilter, CreateCompany, CreateContacts, DownloadFile, Feature, GetContact,
    GetFileMeta, GetInstance, GetMainTelephony, ListEvents, NewContact, NewElement, NewWebhook,
    PatchContact, PatchInstance, RegisterCall, RegisteredLeg, SendCallEvent, SetupIntegration,
    UploadFile,
};
use vochi_crm_kontur::model::{
    CallDirection, ChangeType, CommunicationId, CompanyId, ContactId, ElementId, ExternalId,
    FeedEventType, FileId, FileName, InstanceId, LegEventType, Participant, PhoneText, StoredFile,
    UserId, WebhookId,
};

use super::conformance::Kontur;
use super::fixture::Fixture;
use super::support::text;

pub(crate) const INSTANCE: &str = "5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001";
pub(crate) const CONTACT: &str = "98c0a1d2-3333-4c4c-9d9d-000000000301";
pub(crate) const FILE: &str = "7c9e6679-7425-40de-944b-e07fc1f90001";

/// The bytes of the fixtures' recording, `SUQzBAAAAAAAAA==`.
pub(crate) const RECORDING: &[u8] = b"ID3\x04\0\0\0\0\0\0";

type Operation = conformance::Operation<Kontur>;

/// An operation of a fixture, with its own repeat class; needs are in the table of all operations.
fn of(operation: impl http::Operation<Output: Output<Value: Debug>> + 'static) -> Operation {
    Operation::new(operation.repeat(), Needs::Nothing, operation)
}

/// Fixtures without an operation: the list of users is not documented.
pub(crate) const WITHOUT_OPERATION: [&str; 2] = ["errors-catalogue", "users-list-unverified"];

/// Returns the operation of a fixture.
pub(crate) fn operation_of(name: &str) -> Operation {
    let instance = || InstanceId::new(INSTANCE).unwrap();
    let contact = || ContactId::new(CONTACT).unwrap();
    let company = || CompanyId::new("98c0a1d2-2222-4c4c-9d9d-000000000201").unwrap();
    let number = || PhoneText::digits_of("375291112233").unwrap();
    match name {
        "authorize-private-integration" => of(AuthorizePrivate::new("test-api-key-0001")),
        "authorize-integration" => {
            of(AuthorizePublic::new("test-api-key-0001", "secretKey=test-secret-0001"))
        }
        "companies-create" => {
            let id = ElementId::new("3fa80000-7777-4562-b3fc-000000000702").unwrap();
            let company = CreateCompany::new(text("Новая компания"))
                .inn(text("6663003127"))
                .kpp(text("667101001"))
                .region_code(text("66"))
                .description(text("Создано при звонке"))
                .phones([NewElement::phone(number()).id(id)]);
            of(company)
        }
        "contacts-create-batch" => {
            let contact = NewContact::new(text("Иван Иванов"))
                .position(text("Главный бухгалтер"))
                .companies([company()])
                .region_code(text("66"))
                .phones([NewElement::phone(number())]);
            of(CreateContacts::new().items([contact]))
        }
        "contacts-get" => of(GetContact(contact())),
        "contacts-patch" => {
            let phone = ElementId::new("0efd0000-7777-4a4a-8b8b-000000000701").unwrap();
            let patch = PatchContact::new(contact())
                .position(text("Менеджер по продажам"))
                .remove_phone(&phone)
                .add_email(&NewElement::email("ivan@example.org"));
            of(patch)
        }
        "events-feed" => of(ListEvents::from_start().limit(50u32)),
        "files-download" => {
            let file = FileId::new(FILE).unwrap();
            of(DownloadFile::new(file).as_attachment())
        }
        "files-meta" => of(GetFileMeta(FileId::new(FILE).unwrap())),
        "instances-get" => of(GetInstance(instance())),
        "instances-patch-add-schedule" => {
            let sync = NewWebhook::every(Duration::from_secs(5 * 60), "communications/sync");
            of(PatchInstance::new(instance()).add_webhook(&sync))
        }
        "instances-patch-add-webhook" => {
            let id = WebhookId::new("25d0c0de-5555-4e4e-aeae-000000000503").unwrap();
            let webhook = NewWebhook::on_changes("crm-callbacks").id(id).filters([
                ChangeFilter::new(text("contact"))
                    .event_type(FeedEventType::Change)
                    .change_type(ChangeType::Patch),
                ChangeFilter::new(text("company")),
            ]);
            of(PatchInstance::new(instance()).add_webhook(&webhook))
        }
        "instances-patch-features" => {
            let features = [Feature::Call, Feature::Hangup];
            of(PatchInstance::new(instance()).features(features))
        }
        "integrations-setup" => {
            let setup = SetupIntegration::new(instance())
                .setting("SecretKey", Value::Null)
                .setting("autoRedirect", false)
                .setting("autoAnswer", false);
            of(setup)
        }
        "ui-settings-main-telephony" => of(GetMainTelephony(instance())),
        _ => by_path(name, Fixture::open(name).request()),
    }
}

/// Builds the upload of a part with the fixture's bytes.
pub(crate) fn upload(part: &Value) -> UploadFile {
    let part = Body(part);
    let name = FileName::new(part.text("filename")).unwrap();
    let content_type = part.text("content_type").to_owned();
    UploadFile::bytes(RECORDING, name, content_type).boundary("vochi-boundary-1")
}

/// Returns the operation of a telephony or file request.
pub(crate) fn by_path(name: &str, request: &Value) -> Operation {
    let path = request["path"].as_str().unwrap();
    let body = Body(&request["body"]);
    match path.rsplit('/').next().unwrap() {
        "call-started" => {
            let mut start = CallStarted::new(body.time("timestamp"), body.ours(), body.direction());
            if let Some(number) = body.phone("clientPhone") {
                start = start.client_phone(number);
            }
            if let Some(number) = body.phone("externalVatsPhone") {
                start = start.external_vats_phone(number);
            }
            if body.has("communicationId") {
                start = start.communication_id(body.communication());
            }
            of(start)
        }
        "call-event" => {
            let event = SendCallEvent::new(
                body.communication(),
                body.returned(),
                body.leg("externalCallItemId"),
                body.time("timestamp"),
                LegEventType::of(body.text("type")),
                body.end("from"),
                body.end("to"),
            )
            .realtime_call_item_id(body.leg("realtimeCallItemId"));
            of(event)
        }
        "call-finished" => {
            let end = CallFinished::new(
                body.time("timestamp"),
                body.communication(),
                body.returned(),
                body.direction(),
            )
            .client_phone(body.phone("clientPhone").unwrap())
            .external_vats_phone(body.phone("externalVatsPhone").unwrap());
            of(end)
        }
        "call-failed" => of(CallFailed::new(body.communication())),
        "call-recording" => {
            let attach = CallRecording::new(
                body.communication(),
                body.returned(),
                body.leg("externalCallItemId"),
                FileId::new(body.text("recordingFileId")).unwrap(),
            );
            of(attach)
        }
        "register-call" => {
            let mut register =
                RegisterCall::new(body.time("externalCreatedAt"), body.ours(), body.direction())
                    .client_phone(body.phone("clientPhone").unwrap())
                    .external_vats_phone(body.phone("externalVatsPhone").unwrap());
            if body.has("communicationId") {
                register = register.communication_id(body.communication());
            }
            for item in body.0["items"].as_array().unwrap() {
                register = register.legs([leg(Body(item))]);
            }
            of(register)
        }
        "call-redirect" => {
            let query = Body(&request["query"]);
            let redirect = match query.phone("phoneNumber") {
                Some(number) => CallRedirect::Phone(number),
                None => CallRedirect::ExternalId(query.ours()),
            };
            of(redirect)
        }
        "files" => of(upload(&body.0["multipart"][0])),
        other => panic!("{name}: no operation {other}"),
    }
}

fn leg(item: Body<'_>) -> RegisteredLeg {
    let mut leg = RegisteredLeg::new(item.leg("id"), item.end("from"), item.end("to"));
    if item.has("startedAt") {
        leg = leg.answered_at(item.time("startedAt"));
    }
    if item.has("finishedAt") {
        leg = leg.ended_at(item.time("finishedAt"));
    }
    for recording in item.0["recordings"].as_array().into_iter().flatten() {
        let recording = Body(recording);
        let mut file = StoredFile::new(FileId::new(recording.text("fileId")).unwrap());
        file.file_name = Some(recording.text("fileName").to_owned());
        file.content_type = Some(recording.text("contentType").to_owned());
        file.content_length = Some(recording.text("contentLength").parse().unwrap());
        leg = leg.recordings([file]);
    }
    leg
}

/// A fixture body with typed accessors.
#[derive(Clone, Copy)]
struct Body<'a>(&'a Value);

impl<'a> Body<'a> {
    fn has(self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    fn text(self, name: &str) -> &'a str {
        self.0[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.0))
    }

    fn ours(self) -> ExternalId {
        ExternalId::new(self.text("externalId")).unwrap()
    }

    fn returned(self) -> ExternalId {
        ExternalId::returned(self.text("externalId")).unwrap()
    }

    fn communication(self) -> CommunicationId {
        CommunicationId::new(self.text("communicationId")).unwrap()
    }

    fn direction(self) -> CallDirection {
        CallDirection::of(self.text("direction"))
    }

    fn time(self, name: &str) -> vochi_crm_core::Timestamp {
        self.text(name).parse().unwrap()
    }

    fn leg(self, name: &str) -> LegId {
        LegId::new(self.text(name)).unwrap()
    }

    fn phone(self, name: &str) -> Option<PhoneText> {
        PhoneText::digits_of(self.0.get(name)?.as_str()?)
    }

    fn end(self, name: &str) -> Participant {
        let end = Body(&self.0[name]);
        match end.text("type") {
            "client" => Participant::Client,
            _ if end.has("userId") => Participant::user(UserId::new(end.text("userId")).unwrap()),
            _ => Participant::unknown_user(),
        }
    }
}
