//! Every operation, each with a value that can be sent and the way it is sent.

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

/// An operation whose answer is told as text, so that one table holds all of them.
#[async_trait::async_trait]
pub(crate) trait Operation: Send + Sync {
    fn name(&self) -> &'static str;
    fn repeat(&self) -> Repeat;
    fn access(&self) -> Access;
    fn request(&self) -> Result<ApiRequest>;
    fn planned(&self) -> Response;
    fn decode(&self, answer: &Response) -> Result<String>;
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

    fn decode(&self, answer: &Response) -> Result<String> {
        http::Operation::decode(self, answer).map(|output| format!("{output:?}"))
    }

    async fn send(&self, client: &Client, cx: &Cx) -> Result<String> {
        let output = client.send(cx, self).await?;
        Ok(format!("{output:?}"))
    }
}

/// Who an operation is sent as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The integration, with its access key.
    Integration,
    /// A person, where there is a person's key.
    Person,
    /// Nobody yet: it is sent to get an access key, and brings its own credentials.
    Private,
    /// The same for a public integration.
    Public,
}

/// What an answer has to hold to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nothing: it is a file.
    Nothing,
    /// A yes in any form.
    Yes,
    /// An object, whatever is in it.
    Object,
    /// An object with something certain in it: an id, a key.
    Something,
}

/// One row of the table.
pub(crate) struct Row {
    /// The type in `src/api`, and what is special about this value of it.
    pub(crate) name: &'static str,
    pub(crate) operation: Box<dyn Operation>,
    /// Whether it may be repeated in doubt.
    pub(crate) repeats: Repeat,
    pub(crate) needs: Needs,
    pub(crate) sender: Sender,
}

impl Row {
    /// A row of `Type` or `Type, what is special`.
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

    /// Whether it is what gets an access key.
    pub(crate) fn authorizes(&self) -> bool {
        matches!(self.sender, Sender::Private | Sender::Public)
    }

    /// Sends it on the way the client sends it.
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

/// Every operation. What is not in here is missed by `every_operation_is_in_the_table`.
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
        // Kontur knows a call by our id.
        Row::new("CallStarted", Keyed, Something, start),
        // It may show a second line.
        Row::new("SendCallEvent", Unsafe, Yes, connected()),
        Row::new("SendCallEvent, trusted", Keyed, Yes, connected().when_lost(LostEvents::Repeat)),
        Row::new("CallFinished", Keyed, Yes, finished(CallDirection::Inbound, at(9))),
        Row::new("CallFailed", Keyed, Yes, CallFailed::new(communication())),
        // A file may be attached once.
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
        // What is attached to nothing expires.
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

/// The types that are operations, as the sources name them.
fn named_in_the_sources(folder: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names.extend(named_in_the_sources(path.to_str().unwrap()));
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
    assert_eq!(named, named_in_the_sources(&folder));
}

#[test]
fn every_operation_says_truly_whether_it_may_be_repeated() {
    for row in all() {
        let (name, operation) = (row.name, &row.operation);
        assert_eq!(operation.repeat(), row.repeats, "{name}");
        let reads = operation.access() == Access::Read;
        assert_eq!(reads, row.repeats == Repeat::Safe, "{name}");
        // To get a key is a POST and changes nothing.
        let request = operation.request().unwrap();
        let gets = request.method() == "GET" || row.authorizes();
        assert_eq!(gets, reads, "{name}");
    }
}

#[test]
fn every_operation_can_read_what_a_dry_run_pretends() {
    for row in all() {
        let read = row.operation.decode(&row.operation.planned());
        assert!(read.is_ok(), "{}: {read:?}", row.name);
    }
}
