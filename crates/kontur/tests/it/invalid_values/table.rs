//! Every operation with every value it rejects.

use std::borrow::Cow;

use vochi_crm_core::Result;
use vochi_crm_core::http::{Source, SourceReader};
use vochi_crm_kontur::api::{
    CallStarted, DownloadFile, GetFileMeta, ListEvents, RegisterCall, RegisteredLeg, SendCallEvent,
    UploadFile,
};
use vochi_crm_kontur::model::{
    CallDirection, FileId, FileName, LARGEST_FILE, LegEventType, Participant, StoredFile,
};

use super::super::operations::table::{
    Operation, call, communication, event, file, finished, leg, leg_43, register, upload,
};
use super::super::support::at;
use super::{clients, integration};

/// An operation with an invalid value.
pub(super) struct Row {
    pub(super) type_name: &'static str,
    pub(super) what: &'static str,
    pub(super) operation: Box<dyn Operation>,
    /// A part of the error message.
    pub(super) message: &'static str,
}

/// Operations without a row, with the reason.
pub(super) const ALWAYS_VALID: [(&str, &str); 8] = [
    ("AuthorizePrivate", "invalid keys are configuration errors of the client"),
    ("AuthorizePublic", "like AuthorizePrivate"),
    ("CallFailed", "the type guarantees a valid id"),
    ("CallRecording", "the types guarantee valid ids"),
    ("CallRedirect", "the types guarantee a valid number and id"),
    ("GetContact", "the type guarantees a valid id"),
    ("GetInstance", "the type guarantees a valid id"),
    ("GetMainTelephony", "the type guarantees a valid id"),
];

pub(super) fn row(
    type_name: &'static str,
    what: &'static str,
    message: &'static str,
    operation: impl Operation + 'static,
) -> Row {
    Row { type_name, what, operation: Box::new(operation), message }
}

pub(super) fn rows() -> Vec<Row> {
    let mut all = live();
    all.extend(finished_calls());
    all.extend(files());
    all.extend(integration::rows());
    all.extend(clients::rows());
    all
}

fn sideways() -> CallDirection {
    CallDirection::Other("sideways".to_owned())
}

fn robot() -> Participant {
    Participant::Other("robot".to_owned())
}

fn live() -> Vec<Row> {
    let start = |direction| CallStarted::new(at(0), call(), direction);
    let nothing = || CallDirection::Other(String::new());
    let between = |from, to| {
        let kind = LegEventType::Connected;
        SendCallEvent::new(communication(), call(), leg_43(), at(1), kind, from, to)
    };
    let other = |word: &str| event(LegEventType::Other(word.to_owned()));
    let user = Participant::unknown_user;
    vec![
        row(
            "CallStarted",
            "an unknown direction",
            "unsupported call direction \"sideways\"",
            start(sideways()),
        ),
        row("CallStarted", "no direction", "unsupported call direction \"\"", start(nothing())),
        row(
            "CallFinished",
            "an unknown direction",
            "unsupported call direction \"sideways\"",
            finished(sideways(), at(9)),
        ),
        row(
            "CallFinished",
            "no direction",
            "unsupported call direction \"\"",
            finished(nothing(), at(9)),
        ),
        row(
            "SendCallEvent",
            "the undocumented value",
            "unsupported leg event \"finished\"",
            event(LegEventType::Finished),
        ),
        row(
            "SendCallEvent",
            "an unknown value",
            "unsupported leg event \"resumed\"",
            other("resumed"),
        ),
        row("SendCallEvent", "an empty value", "unsupported leg event \"\"", other("")),
        row(
            "SendCallEvent",
            "the client at both ends",
            "the client is at both ends",
            between(Participant::Client, Participant::Client),
        ),
        row(
            "SendCallEvent",
            "an unknown caller",
            "unsupported participant type \"robot\"",
            between(robot(), user()),
        ),
        row(
            "SendCallEvent",
            "an unknown party called",
            "unsupported participant type \"robot\"",
            between(user(), robot()),
        ),
    ]
}

fn finished_calls() -> Vec<Row> {
    let bare = |direction| RegisterCall::new(at(0), call(), direction);
    let between = |from, to| register(RegisteredLeg::new(leg_43(), from, to));
    let user = Participant::unknown_user;
    let talk = |answered, ended| register(leg().answered_at(at(answered)).ended_at(at(ended)));
    let recorded = |change: fn(&mut StoredFile)| {
        let mut file = StoredFile::new(file());
        change(&mut file);
        register(leg().recordings([file]))
    };
    vec![
        row(
            "RegisterCall",
            "an unknown direction",
            "unsupported call direction \"sideways\"",
            bare(sideways()).legs([leg()]),
        ),
        row("RegisterCall", "no legs", "has no legs", bare(CallDirection::Inbound)),
        row(
            "RegisterCall",
            "one leg twice",
            "duplicate leg id 1763631515.43",
            register(leg()).legs([leg()]),
        ),
        row(
            "RegisterCall",
            "the client at both ends",
            "the client is at both ends",
            between(Participant::Client, Participant::Client),
        ),
        row(
            "RegisterCall",
            "an unknown party",
            "unsupported participant type \"robot\"",
            between(user(), robot()),
        ),
        row(
            "RegisterCall",
            "an end before the answer",
            "answered at 2025-11-20T09:38:44Z, but ended at 2025-11-20T09:38:43Z",
            talk(9, 8),
        ),
        row("RegisterCall", "an end with the answer", "answered at", talk(9, 9)),
        row(
            "RegisterCall",
            "a file without a name",
            "name of a recording must not be empty",
            recorded(|file| file.file_name = Some(" ".to_owned())),
        ),
        row(
            "RegisterCall",
            "a file without a content type",
            "content type of a recording must not be empty",
            recorded(|file| file.content_type = Some(String::new())),
        ),
        row(
            "RegisterCall",
            "a negative length",
            "must not be negative",
            recorded(|file| file.content_length = Some(-1)),
        ),
    ]
}

/// A source of any length whose bytes are never read.
struct OfLength(u64);

#[async_trait::async_trait]
impl Source for OfLength {
    fn name(&self) -> Cow<'_, str> {
        "the recording".into()
    }

    async fn open(&self) -> Result<SourceReader> {
        Ok(SourceReader::new(self.0, tokio::io::empty()))
    }
}

fn files() -> Vec<Row> {
    let name = || FileName::new("1.mp3").unwrap();
    let of_length = |length| UploadFile::from_source(OfLength(length), name(), "audio/mpeg");
    let up = || FileId::new("..").unwrap();
    vec![
        row(
            "UploadFile",
            "no bytes",
            "the file is empty",
            UploadFile::bytes([], name(), "audio/mpeg"),
        ),
        row(
            "UploadFile",
            "an empty source",
            "cannot upload the recording: the file is empty",
            of_length(0),
        ),
        row(
            "UploadFile",
            "a byte too many",
            "the recording: 100000001 bytes exceed the limit of 100000000",
            of_length(LARGEST_FILE + 1),
        ),
        row(
            "UploadFile",
            "the largest length",
            "exceed the limit of 100000000",
            of_length(u64::MAX),
        ),
        row(
            "UploadFile",
            "a missing file",
            "cannot send",
            UploadFile::file("/nowhere/1.mp3", name(), "audio/mpeg"),
        ),
        row(
            "UploadFile",
            "a folder",
            "not a regular file",
            UploadFile::file(env!("CARGO_MANIFEST_DIR"), name(), "audio/mpeg"),
        ),
        row("UploadFile", "no type", "invalid content type", upload("")),
        row("UploadFile", "a type without a subtype", "invalid content type", upload("audio/")),
        row(
            "UploadFile",
            "a header injection in the type",
            "invalid content type",
            upload("audio/mpeg\r\nX-Evil: 1"),
        ),
        row("UploadFile", "a non-ASCII type", "invalid content type", upload("звук/mp3")),
        row(
            "GetFileMeta",
            "a parent folder in the path",
            "invalid id \"..\": cannot be part of a path",
            GetFileMeta(up()),
        ),
        row(
            "DownloadFile",
            "a parent folder in the path",
            "invalid id \"..\": cannot be part of a path",
            DownloadFile::new(up()),
        ),
        row(
            "DownloadFile",
            "the current folder in the path",
            "invalid id \".\": cannot be part of a path",
            DownloadFile::new(FileId::new(".").unwrap()),
        ),
        row(
            "ListEvents",
            "a page limit of zero",
            "invalid page limit 0",
            ListEvents::from_start().limit(0u32),
        ),
    ]
}
