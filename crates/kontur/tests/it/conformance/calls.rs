//! Telephony, the feed of events, and files.

use std::borrow::Cow;

use vochi_crm_core::Result;
use vochi_crm_core::http::Repeat::{Keyed, Safe, Unsafe};
use vochi_crm_core::http::{Source, SourceReader};
use vochi_crm_core::testing::conformance::Needs::{Field, Nothing, Object, Success};
use vochi_crm_core::testing::conformance::{self, SPECIAL_TEXT};
use vochi_crm_kontur::LostEvents;
use vochi_crm_kontur::api::{
    CallFailed, CallRedirect, CallStarted, DownloadFile, GetFileMeta, ListEvents, RegisterCall,
    RegisteredLeg, SendCallEvent, UploadFile,
};
use vochi_crm_kontur::model::{
    CallDirection, FileId, FileName, LARGEST_FILE, LegEventType, Participant, StoredFile,
};

use super::super::support::at;
use super::Kontur;
use super::values::{
    call, communication, event, file, finished, leg, leg_43, number, recording_to_leg, register,
    upload,
};

pub(super) type Operation = conformance::Operation<Kontur>;

pub(super) const BY_TYPE: &str = "the types guarantee valid ids and numbers";

pub(super) fn all() -> Vec<Operation> {
    let mut all = live();
    all.extend(registered());
    all.extend(files());
    all
}

fn sideways(word: &str) -> CallDirection {
    CallDirection::Other(word.to_owned())
}

fn robot() -> Participant {
    Participant::Other("robot".to_owned())
}

fn live() -> Vec<Operation> {
    let start = |direction| CallStarted::new(at(0), call(), direction);
    let between = |from, to| {
        let kind = LegEventType::Connected;
        SendCallEvent::new(communication(), call(), leg_43(), at(1), kind, from, to)
    };
    let other = |word: &str| event(LegEventType::Other(word.to_owned()));
    let connected = || event(LegEventType::Connected);
    let (client, user) = (|| Participant::Client, Participant::unknown_user);
    let unknown = "unsupported call direction \"sideways\"";
    let no_direction = "unsupported call direction \"\"";
    let robots = "unsupported participant type \"robot\"";
    vec![
        Operation::new(Safe, Object, CallRedirect::Phone(number()))
            .variant("by phone")
            .samples(&["call-redirect-by-phone"])
            .recovers(&["notFound"])
            .always_valid(BY_TYPE),
        Operation::new(Safe, Object, CallRedirect::ExternalId(call()))
            .variant("of a call")
            .samples(&["call-redirect-by-external-id"])
            .recovers(&["notFound"]),
        // Kontur identifies a call by its id.
        Operation::new(Keyed, Field, start(CallDirection::Inbound))
            .samples(&["call-started", "call-started-click-to-call"])
            .required(&["id"])
            .refuses("an unknown direction", unknown, start(sideways("sideways")))
            .refuses("no direction", no_direction, start(sideways(""))),
        // A repeat may show a second entry.
        Operation::new(Unsafe, Success, connected())
            .samples(&[
                "call-event-appeared",
                "call-event-connected",
                "call-event-disconnected",
                "call-event-outbound",
                "call-event-paused",
            ])
            .refuses(
                "the undocumented value",
                "unsupported leg event \"finished\"",
                event(LegEventType::Finished),
            )
            .refuses("an unknown value", "unsupported leg event \"resumed\"", other("resumed"))
            .refuses("an empty value", "unsupported leg event \"\"", other(""))
            .refuses(
                "the client at both ends",
                "the client is at both ends",
                between(client(), client()),
            )
            .refuses("an unknown caller", robots, between(robot(), user()))
            .refuses("an unknown party called", robots, between(user(), robot())),
        Operation::new(Keyed, Success, connected().when_lost(LostEvents::Repeat))
            .variant("trusted"),
        Operation::new(Keyed, Success, finished(CallDirection::Inbound, at(9)))
            .samples(&["call-finished"])
            .refuses("an unknown direction", unknown, finished(sideways("sideways"), at(9)))
            .refuses("no direction", no_direction, finished(sideways(""), at(9))),
        Operation::new(Keyed, Success, CallFailed::new(communication()))
            .samples(&["call-failed"])
            .always_valid(BY_TYPE),
        // A file can be attached once.
        Operation::new(Unsafe, Success, recording_to_leg())
            .samples(&["call-recording"])
            .always_valid(BY_TYPE),
    ]
}

fn registered() -> Vec<Operation> {
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
        Operation::new(Keyed, Success, register(leg()))
            .variant("without a file")
            .samples(&[
                "register-call-answered",
                "register-call-history-import",
                "register-call-missed",
                "register-call-outbound",
            ])
            .refuses(
                "an unknown direction",
                "unsupported call direction \"sideways\"",
                bare(sideways("sideways")).legs([leg()]),
            )
            .refuses("no legs", "has no legs", bare(CallDirection::Inbound))
            .refuses(
                "one leg twice",
                "duplicate leg id 1763631515.43",
                register(leg()).legs([leg()]),
            )
            .refuses(
                "the client at both ends",
                "the client is at both ends",
                between(Participant::Client, Participant::Client),
            )
            .refuses(
                "an unknown party",
                "unsupported participant type \"robot\"",
                between(user(), robot()),
            )
            .refuses(
                "an end before the answer",
                "answered at 2025-11-20T09:38:44Z, but ended at 2025-11-20T09:38:43Z",
                talk(9, 8),
            )
            .refuses("an end with the answer", "answered at", talk(9, 9)),
        Operation::new(Unsafe, Success, recorded(|_| ()))
            .variant("with a file")
            .refuses(
                "a file without a name",
                "name of a recording must not be empty",
                recorded(|file| file.file_name = Some(" ".to_owned())),
            )
            .refuses(
                "a file without a content type",
                "content type of a recording must not be empty",
                recorded(|file| file.content_type = Some(String::new())),
            )
            .refuses(
                "a negative length",
                "must not be negative",
                recorded(|file| file.content_length = Some(-1)),
            )
            .special(recorded(|file| {
                file.file_name = Some(SPECIAL_TEXT.to_owned());
                file.content_type = Some(SPECIAL_TEXT.to_owned());
            })),
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

fn files() -> Vec<Operation> {
    let name = || FileName::new("1.mp3").unwrap();
    let of_length = |length| UploadFile::from_source(OfLength(length), name(), "audio/mpeg");
    let at_path = |path| UploadFile::file(path, name(), "audio/mpeg");
    let up = |path: &str| FileId::new(path).unwrap();
    let no_type = "invalid content type";
    let parent = "invalid id \"..\": cannot be part of a path";
    vec![
        Operation::list("items", ListEvents::from_start(), |page| page.events)
            .samples(&["events-feed"])
            .raw(&["items.*.changeData.new", "items.*.changeData.old"])
            .required(&["items"])
            .refuses(
                "a page limit of zero",
                "invalid page limit 0",
                ListEvents::from_start().limit(0u32),
            ),
        Operation::new(Safe, Field, GetFileMeta(file()))
            .samples(&["files-meta"])
            .required(&["fileId"])
            .refuses("a parent folder in the path", parent, GetFileMeta(up(".."))),
        Operation::new(Safe, Nothing, DownloadFile::new(file()))
            .samples(&["files-download"])
            .refuses("a parent folder in the path", parent, DownloadFile::new(up("..")))
            .refuses(
                "the current folder in the path",
                "invalid id \".\": cannot be part of a path",
                DownloadFile::new(up(".")),
            ),
        // An unattached file expires.
        Operation::new(Keyed, Field, upload("audio/mpeg"))
            .samples(&["files-upload"])
            .required(&["fileId"])
            .refuses("no bytes", "the file is empty", UploadFile::bytes([], name(), "audio/mpeg"))
            .refuses(
                "an empty source",
                "cannot upload the recording: the file is empty",
                of_length(0),
            )
            .refuses(
                "a byte too many",
                "the recording: 100000001 bytes exceed the limit of 100000000",
                of_length(LARGEST_FILE + 1),
            )
            .refuses("the largest length", "exceed the limit of 100000000", of_length(u64::MAX))
            .refuses("a missing file", "cannot send", at_path("/nowhere/1.mp3"))
            .refuses("a folder", "not a regular file", at_path(env!("CARGO_MANIFEST_DIR")))
            .refuses("no type", no_type, upload(""))
            .refuses("a type without a subtype", no_type, upload("audio/"))
            .refuses("a header injection in the type", no_type, upload("audio/mpeg\r\nX-Evil: 1"))
            .refuses("a non-ASCII type", no_type, upload("звук/mp3")),
    ]
}
