//! Each operation with each value it does not take.

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

/// An operation with a value that cannot be sent.
pub(super) struct Row {
    pub(super) type_name: &'static str,
    pub(super) what: &'static str,
    pub(super) operation: Box<dyn Operation>,
    /// What the message says.
    pub(super) says: &'static str,
}

/// Operations without a row, and why.
pub(super) const TAKES_NOTHING_BAD: [(&str, &str); 8] = [
    (
        "AuthorizePrivate",
        "a key that is none is a matter of configuration, told when the client is built",
    ),
    ("AuthorizePublic", "the same"),
    ("CallFailed", "its id is one by its type"),
    ("CallRecording", "its ids are some by their types"),
    ("CallRedirect", "a number and an id are such by their types"),
    ("GetContact", "its id is one by its type"),
    ("GetInstance", "its id is one by its type"),
    ("GetMainTelephony", "its id is one by its type"),
];

pub(super) fn row(
    type_name: &'static str,
    what: &'static str,
    says: &'static str,
    operation: impl Operation + 'static,
) -> Row {
    Row { type_name, what, operation: Box::new(operation), says }
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
            "no call direction \"sideways\"",
            start(sideways()),
        ),
        row("CallStarted", "no direction", "no call direction \"\"", start(nothing())),
        row(
            "CallFinished",
            "an unknown direction",
            "no call direction \"sideways\"",
            finished(sideways(), at(9)),
        ),
        row("CallFinished", "no direction", "no call direction \"\"", finished(nothing(), at(9))),
        row(
            "SendCallEvent",
            "the word without a meaning",
            "no leg is ever sent as finished",
            event(LegEventType::Finished),
        ),
        row("SendCallEvent", "an unknown word", "no leg event \"resumed\"", other("resumed")),
        row("SendCallEvent", "no word", "no leg event \"\"", other("")),
        row(
            "SendCallEvent",
            "the client at both ends",
            "the client at both ends",
            between(Participant::Client, Participant::Client),
        ),
        row(
            "SendCallEvent",
            "an unknown caller",
            "no participant \"robot\"",
            between(robot(), user()),
        ),
        row(
            "SendCallEvent",
            "an unknown party called",
            "no participant \"robot\"",
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
            "no call direction \"sideways\"",
            bare(sideways()).legs([leg()]),
        ),
        row("RegisterCall", "no legs", "has no legs", bare(CallDirection::Inbound)),
        row(
            "RegisterCall",
            "one leg twice",
            "two legs have the id 1763631515.43",
            register(leg()).legs([leg()]),
        ),
        row(
            "RegisterCall",
            "the client at both ends",
            "the client at both ends",
            between(Participant::Client, Participant::Client),
        ),
        row(
            "RegisterCall",
            "an unknown party",
            "no participant \"robot\"",
            between(user(), robot()),
        ),
        row(
            "RegisterCall",
            "an end before the answer",
            "was answered at 2025-11-20T09:38:44Z and ended at 2025-11-20T09:38:43Z",
            talk(9, 8),
        ),
        row("RegisterCall", "an end with the answer", "was answered at", talk(9, 9)),
        row(
            "RegisterCall",
            "a file without a name",
            "the name of a recording is empty",
            recorded(|file| file.file_name = Some(" ".to_owned())),
        ),
        row(
            "RegisterCall",
            "a file without a type",
            "the type of a recording is empty",
            recorded(|file| file.content_type = Some(String::new())),
        ),
        row(
            "RegisterCall",
            "a file of less than nothing",
            "shorter than nothing",
            recorded(|file| file.content_length = Some(-1)),
        ),
    ]
}

/// A file of any length, not a byte of which is ever read.
struct OfLength(u64);

#[async_trait::async_trait]
impl Source for OfLength {
    fn name(&self) -> Cow<'_, str> {
        "the tape".into()
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
        row("UploadFile", "no bytes", "is empty", UploadFile::bytes([], name(), "audio/mpeg")),
        row("UploadFile", "an empty tape", "the tape is empty", of_length(0)),
        row(
            "UploadFile",
            "a byte too many",
            "the tape has 100000001 bytes, and Kontur takes 100000000",
            of_length(LARGEST_FILE + 1),
        ),
        row(
            "UploadFile",
            "a file beyond all measure",
            "and Kontur takes 100000000",
            of_length(u64::MAX),
        ),
        row(
            "UploadFile",
            "a file that is not there",
            "cannot send",
            UploadFile::file("/nowhere/1.mp3", name(), "audio/mpeg"),
        ),
        row(
            "UploadFile",
            "a folder",
            "not a regular file",
            UploadFile::file(env!("CARGO_MANIFEST_DIR"), name(), "audio/mpeg"),
        ),
        row("UploadFile", "no type", "no content type", upload("")),
        row("UploadFile", "half a type", "no content type", upload("audio/")),
        row(
            "UploadFile",
            "a further header in the type",
            "no content type",
            upload("audio/mpeg\r\nX-Evil: 1"),
        ),
        row("UploadFile", "a type in other letters", "no content type", upload("звук/mp3")),
        row(
            "GetFileMeta",
            "a way through the path",
            "invalid id \"..\": cannot be part of a path",
            GetFileMeta(up()),
        ),
        row(
            "DownloadFile",
            "a way through the path",
            "invalid id \"..\": cannot be part of a path",
            DownloadFile::new(up()),
        ),
        row(
            "DownloadFile",
            "the same place in the path",
            "invalid id \".\": cannot be part of a path",
            DownloadFile::new(FileId::new(".").unwrap()),
        ),
        row(
            "ListEvents",
            "a page of nothing",
            "has at least one",
            ListEvents::from_start().limit(0u32),
        ),
    ]
}
