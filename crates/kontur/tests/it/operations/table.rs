//! Every operation with a valid value and its sender.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::time::Duration;

use vochi_crm_core::http::{self, Access, ApiRequest, Output, Repeat, Response};
use vochi_crm_core::{Cx, LegId, Result, Timestamp};
use vochi_crm_kontur::api::{
    AuthorizePrivate, AuthorizePublic, CallFailed, CallFinished, CallRecording, CallRedirect,
    CallStarted, CreateCompany, CreateContacts, DownloadFile, Feature, GetContact, GetFileMeta,
    GetInstance, GetMainTelephony, ListEvents, NewContact, NewElement, NewWebhook, PatchContact,
    PatchInstance, RegisterCall, RegisteredLeg, SendCallEvent, SetupIntegration, UploadFile,
};
use vochi_crm_kontur::model::{
    CallDirection, CommunicationId, ContactId, ElementId, ExternalId, FileId, FileName, InstanceId,
    LegEventType, Participant, PhoneText, StoredFile,
};
use vochi_crm_kontur::{Client, LostEvents};

use super::super::support::{CALL, COMMUNICATION, at, text};
use super::{CONTACT, FILE, INSTANCE, RECORDING};

/// An operation whose result is text, so that one table can hold all of them.
#[async_trait::async_trait]
pub(crate) trait Operation: Send + Sync {
    fn name(&self) -> &'static str;
    fn repeat(&self) -> Repeat;
    fn access(&self) -> Access;
    fn request(&self) -> Result<ApiRequest>;
    fn planned(&self) -> Response;
    fn decode(&self, response: &Response) -> Result<String>;
    async fn send(&self, client: &Client, cx: &Cx) -> Result<String>;
}

#[async_trait::async_trait]
impl<O: http::Operation> Operation for O
where
    <O::Output as Output>::Value: Debug,
{
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn repeat(&self) -> Repeat {
        http::Operation::repeat(self)
    }

    fn access(&self) -> Access {
        http::Operation::access(self)
    }

    fn request(&self) -> Result<ApiRequest> {
        http::Operation::request(self)
    }

    fn planned(&self) -> Response {
        http::Operation::planned(self)
    }

    fn decode(&self, response: &Response) -> Result<String> {
        http::Operation::decode(self, response).map(|output| format!("{output:?}"))
    }

    async fn send(&self, client: &Client, cx: &Cx) -> Result<String> {
        let output = client.send(cx, self).await?;
        Ok(format!("{output:?}"))
    }
}

/// The sender of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The integration, with its access key.
    Integration,
    /// A person, with a personal key if configured.
    Person,
    /// No key: the operation obtains an access key with its own credentials.
    Private,
    /// The same for a public integration.
    Public,
}

/// The content a response needs to be readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nothing: a file.
    Nothing,
    /// A success in any form.
    Yes,
    /// Any object.
    Object,
    /// An object with a required field, such as an id or a key.
    Something,
}

/// A row of the table.
pub(crate) struct Row {
    /// The type in `src/api`, and the variant of its value.
    pub(crate) name: &'static str,
    pub(crate) operation: Box<dyn Operation>,
    /// The idempotency of the operation.
    pub(crate) repeats: Repeat,
    pub(crate) needs: Needs,
    pub(crate) sender: Sender,
}

impl Row {
    /// Creates a row named `Type` or `Type, variant`.
    fn new(
        name: &'static str,
        repeats: Repeat,
        needs: Needs,
        operation: impl Operation + 'static,
    ) -> Self {
        Self { name, operation: Box::new(operation), repeats, needs, sender: Sender::Integration }
    }

    fn sent_as(mut self, sender: Sender) -> Self {
        self.sender = sender;
        self
    }

    pub(crate) fn type_name(&self) -> &'static str {
        self.name.split(',').next().unwrap_or_default()
    }

    /// Returns true for operations that obtain an access key.
    pub(crate) fn authorizes(&self) -> bool {
        matches!(self.sender, Sender::Private | Sender::Public)
    }

    /// Sends the operation as the client does.
    pub(crate) async fn send(&self, client: &Client, cx: &Cx) -> Result<String> {
        match self.sender {
            Sender::Integration | Sender::Person => self.operation.send(client, cx).await,
            Sender::Private | Sender::Public => {
                let output = client.authorized(cx).await?;
                Ok(format!("{output:?}"))
            }
        }
    }
}

/// Returns every operation; `every_operation_is_in_the_table` finds missing ones.
pub(crate) fn all() -> Vec<Row> {
    let mut rows = reads();
    rows.extend(calls());
    rows.extend(other_writes());
    rows
}

pub(crate) fn instance() -> InstanceId {
    InstanceId::new(INSTANCE).unwrap()
}

pub(crate) fn contact() -> ContactId {
    ContactId::new(CONTACT).unwrap()
}

pub(crate) fn file() -> FileId {
    FileId::new(FILE).unwrap()
}

pub(crate) fn communication() -> CommunicationId {
    CommunicationId::new(COMMUNICATION).unwrap()
}

pub(crate) fn call() -> ExternalId {
    ExternalId::new(CALL).unwrap()
}

fn returned() -> ExternalId {
    ExternalId::returned(format!("Vochi/{CALL}")).unwrap()
}

pub(crate) fn number() -> PhoneText {
    PhoneText::digits_of("375291112233").unwrap()
}

pub(crate) fn leg_43() -> LegId {
    LegId::new("1763631515.43").unwrap()
}

pub(crate) fn event(kind: LegEventType) -> SendCallEvent {
    let (client, user) = (Participant::Client, Participant::unknown_user());
    SendCallEvent::new(communication(), returned(), leg_43(), at(1), kind, client, user)
}

pub(crate) fn register(leg: RegisteredLeg) -> RegisterCall {
    RegisterCall::new(at(0), call(), CallDirection::Inbound).client_phone(number()).legs([leg])
}

pub(crate) fn leg() -> RegisteredLeg {
    RegisteredLeg::new(leg_43(), Participant::Client, Participant::unknown_user()).ended_at(at(9))
}

pub(crate) fn finished(direction: CallDirection, time: Timestamp) -> CallFinished {
    CallFinished::new(time, communication(), returned(), direction)
}

pub(crate) fn recording_to_leg() -> CallRecording {
    CallRecording::new(communication(), returned(), leg_43(), file())
}

pub(crate) fn upload(content_type: &'static str) -> UploadFile {
    UploadFile::bytes(RECORDING, FileName::new("1.mp3").unwrap(), content_type)
}

fn reads() -> Vec<Row> {
    use Needs::{Nothing, Object, Something};
    use Repeat::Safe;
    vec![
        Row::new("AuthorizePrivate", Safe, Something, AuthorizePrivate::new("invented-key"))
            .sent_as(Sender::Private),
        Row::new(
            "AuthorizePublic",
            Safe,
            Something,
            AuthorizePublic::new("invented-key", "secretKey=invented"),
        )
        .sent_as(Sender::Public),
        Row::new("CallRedirect, by phone", Safe, Object, CallRedirect::Phone(number())),
        Row::new("CallRedirect, of a call", Safe, Object, CallRedirect::ExternalId(call())),
        Row::new("GetContact", Safe, Something, GetContact(contact())).sent_as(Sender::Person),
        Row::new("ListEvents", Safe, Object, ListEvents::from_start()).sent_as(Sender::Person),
        Row::new("GetFileMeta", Safe, Something, GetFileMeta(file())),
        Row::new("DownloadFile", Safe, Nothing, DownloadFile::new(file())),
        Row::new("GetInstance", Safe, Object, GetInstance(instance())),
        Row::new("GetMainTelephony", Safe, Object, GetMainTelephony(instance())),
    ]
}

fn calls() -> Vec<Row> {
    use Needs::{Something, Yes};
    use Repeat::{Keyed, Unsafe};
    let start = CallStarted::new(at(0), call(), CallDirection::Inbound);
    let recorded = leg().recordings([StoredFile::new(file())]);
    let connected = || event(LegEventType::Connected);
    vec![
        // Kontur identifies a call by its id.
        Row::new("CallStarted", Keyed, Something, start),
        // A repeat may show a second entry.
        Row::new("SendCallEvent", Unsafe, Yes, connected()),
        Row::new("SendCallEvent, trusted", Keyed, Yes, connected().when_lost(LostEvents::Repeat)),
        Row::new("CallFinished", Keyed, Yes, finished(CallDirection::Inbound, at(9))),
        Row::new("CallFailed", Keyed, Yes, CallFailed::new(communication())),
        // A file can be attached once.
        Row::new("CallRecording", Unsafe, Yes, recording_to_leg()),
        Row::new("RegisterCall, without a file", Keyed, Yes, register(leg())),
        Row::new("RegisterCall, with a file", Unsafe, Yes, register(recorded)),
    ]
}

fn other_writes() -> Vec<Row> {
    use Needs::{Object, Something, Yes};
    use Repeat::{Keyed, Unsafe};
    let patch_instance = || PatchInstance::new(instance());
    let patch_contact = || PatchContact::new(contact());
    let sync = NewWebhook::every(Duration::from_mins(5), "communications/sync");
    let new = NewContact::new(text("Иван Иванов")).phones([NewElement::phone(number())]);
    let phone = ElementId::new("0efd0000-7777-4a4a-8b8b-000000000701").unwrap();
    vec![
        // An unattached file expires.
        Row::new("UploadFile", Keyed, Something, upload("audio/mpeg")),
        Row::new(
            "PatchInstance, replacing",
            Keyed,
            Object,
            patch_instance().features([Feature::Call, Feature::Hangup]),
        ),
        Row::new("PatchInstance, adding", Unsafe, Object, patch_instance().add_webhook(&sync)),
        Row::new(
            "SetupIntegration",
            Keyed,
            Yes,
            SetupIntegration::new(instance()).setting("autoAnswer", false),
        ),
        Row::new(
            "PatchContact, replacing",
            Keyed,
            Something,
            patch_contact().position(text("директор")),
        )
        .sent_as(Sender::Person),
        Row::new("PatchContact, removing", Unsafe, Something, patch_contact().remove_phone(&phone))
            .sent_as(Sender::Person),
        Row::new("CreateContacts", Unsafe, Something, CreateContacts::new().items([new]))
            .sent_as(Sender::Person),
        Row::new("CreateCompany", Unsafe, Something, CreateCompany::new(text("Новая компания")))
            .sent_as(Sender::Person),
    ]
}

/// Returns the operation types in the sources.
fn types_in_sources(folder: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names.extend(types_in_sources(path.to_str().unwrap()));
            continue;
        }
        let source = std::fs::read_to_string(path).unwrap();
        for line in source.lines().filter(|line| line.starts_with("impl")) {
            if let Some((_, name)) = line.split_once(" Operation for ") {
                let mut words = name.split(|c: char| !c.is_alphanumeric());
                names.extend(words.next().map(str::to_owned));
            }
        }
    }
    names
}

#[test]
fn every_operation_is_in_the_table() {
    let rows = all();
    let named: BTreeSet<String> = rows.iter().map(|row| row.type_name().to_owned()).collect();
    let folder = format!("{}/src/api", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(named, types_in_sources(&folder));
}

#[test]
fn every_operation_declares_its_idempotency() {
    for row in all() {
        let (name, operation) = (row.name, &row.operation);
        assert_eq!(operation.repeat(), row.repeats, "{name}");
        let reads = operation.access() == Access::Read;
        assert_eq!(reads, row.repeats == Repeat::Safe, "{name}");
        // Obtaining a key is a POST without side effects.
        let request = operation.request().unwrap();
        let gets = request.method() == "GET" || row.authorizes();
        assert_eq!(gets, reads, "{name}");
    }
}

#[test]
fn planned_response_is_decoded() {
    for row in all() {
        let read = row.operation.decode(&row.operation.planned());
        assert!(read.is_ok(), "{}: {read:?}", row.name);
    }
}
