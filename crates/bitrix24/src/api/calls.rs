//! `telephony.externalCall.*`: calls, their cards and their recordings.

use std::borrow::Cow;
use std::path::PathBuf;

use serde::{Serialize, Serializer};
use url::Url;
use vochi_crm_core::http::{ApiRequest, FileSource, Multipart, Operation, Part, Repeat, Source};
use vochi_crm_core::{Error, Result, Seconds, Text, setters};

use super::response::{Created, Many, One, WasDone, call, post};
use crate::model::{
    CallListId, CallType, CrmLink, DialString, Employee, File, FinishedCall, Flag, FoundEntity,
    LineNumber, Moment, PortalCallId, Registration, StatusCode, Transcription, UploadTarget,
    UserId, Vote,
};

setters! {
    /// Registers a call (`telephony.externalCall.register`): searches the client, and shows the card
    /// to the employee.
    ///
    /// Bitrix24 returns the same `CALL_ID` for a repeat with the same employee, number, type, line
    /// and `EXTERNAL_CALL_ID` within 30 minutes, as long as the call is not finished.
    pub payload("SCREAMING_SNAKE_CASE") RegisterCall {
        #[serde(flatten)]
        employee: Employee,
        phone_number: DialString,
        #[serde(rename = "TYPE")]
        call_type: CallType,
        external_call_id: Text,
        /// When the call started; by default, now.
        call_start_date: Option<Moment>,
        /// The line. A line that the portal does not know is created.
        line_number: Option<LineNumber>,
        /// Whether a lead is created for an unknown client.
        crm_create: Flag = Flag::Off,
        /// The source of the lead, by the portal's code.
        crm_source: Option<Text>,
        /// The client's entity, in place of a search by number.
        #[serde(flatten)]
        client: Option<CrmLink>,
        /// Whether the card is shown to the employee, and to no one else.
        show: Flag = Flag::On,
        /// The list of numbers that the call is made for.
        call_list_id: Option<CallListId>,
        /// Marks a call of the past: Bitrix24 measures the 30 minutes from its start, so that a repeat
        /// may be another call. It is not sent again after a lost response.
        #[serde(skip)]
        past: bool,
    }
}

impl Operation for RegisterCall {
    call!(One<Registration>, "telephony.externalCall.register", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        if let CallType::Other(number) = self.call_type {
            return Err(Error::input(format!("invalid call type {number}: must be from 1 to 5")));
        }
        post(Self::NAME, self)
    }

    fn repeat(&self) -> Repeat {
        if self.past { Repeat::Unsafe } else { Repeat::Keyed }
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.external_call_id.as_str().into())
    }
}

setters! {
    /// Finishes a call (`telephony.externalCall.finish`): records it, closes the card of the employee
    /// and creates the activity. Cards of others are [hidden](HideCard) by the caller.
    ///
    /// A second attempt is refused with "Call is not found" and has no effect.
    pub payload("SCREAMING_SNAKE_CASE") FinishCall {
        call_id: PortalCallId,
        #[serde(flatten)]
        employee: Employee,
        #[serde(serialize_with = "seconds")]
        duration: Seconds,
        status_code: StatusCode,
        /// Why it was not answered.
        failed_reason: Option<Text>,
        /// The assessment.
        vote: Option<Vote>,
        /// Whether a message about the call goes to the employee's chat.
        add_to_chat: Flag = Flag::Off,
        /// The cost of the call.
        cost: Option<f64>,
        /// The currency of the cost.
        cost_currency: Option<Text>,
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the field by reference")]
fn seconds<S: Serializer>(seconds: &Seconds, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u32(seconds.get())
}

impl Operation for FinishCall {
    call!(One<FinishedCall>, "telephony.externalCall.finish", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        if let Some(cost) = self.cost.filter(|cost| !cost.is_finite() || *cost < 0.0) {
            return Err(Error::input(format!("invalid cost {cost}: must be 0 or more")));
        }
        post(Self::NAME, self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.call_id.as_str().into())
    }
}

setters! {
    /// Shows the card of a call to users (`telephony.externalCall.show`). Returns false for an unknown
    /// or finished call.
    pub payload("SCREAMING_SNAKE_CASE") ShowCard {
        call_id: PortalCallId,
        /// The users; by default, the one of the registration.
        #[serde(rename = "USER_ID")]
        users: Vec<UserId>,
    }
}

setters! {
    /// Closes the card of a call for users (`telephony.externalCall.hide`). Returns false for an
    /// unknown or finished call.
    pub payload("SCREAMING_SNAKE_CASE") HideCard {
        call_id: PortalCallId,
        /// The users; by default, the one of the registration.
        #[serde(rename = "USER_ID")]
        users: Vec<UserId>,
    }
}

impl Operation for ShowCard {
    call!(WasDone, "telephony.externalCall.show", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.call_id.as_str().into())
    }
}

impl Operation for HideCard {
    call!(WasDone, "telephony.externalCall.hide", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.call_id.as_str().into())
    }
}

/// Finds the entities with a number (`telephony.externalCall.searchCrmEntities`), with their
/// responsible employees: contacts, then leads, then companies. The rights of the client's user limit
/// the result.
#[derive(Clone, Debug)]
pub struct SearchCrmEntities(pub DialString);

impl Operation for SearchCrmEntities {
    call!(Many<FoundEntity>, "telephony.externalCall.searchCrmEntities", Safe);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, &serde_json::json!({"PHONE_NUMBER": self.0}))
    }
}

/// The name of a recording, which ends in `.wav` or `.mp3`: Bitrix24 takes no other format.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct RecordName(String);

impl RecordName {
    /// Checks a name. Its ending becomes lower case: Bitrix24 compares it as it is.
    ///
    /// # Errors
    /// `input` for another format, or a name without a stem.
    pub fn new(name: &str) -> Result<Self> {
        let wrong = |why: &str| {
            Error::input(format!("invalid recording {name:?}: {why}"))
                .with_hint("convert the recording to wav or mp3, for example mono mp3 of 64 kbit/s")
        };
        let (stem, ending) =
            name.rsplit_once('.').ok_or_else(|| wrong("its name has no ending"))?;
        let ending = ending.to_ascii_lowercase();
        if !["wav", "mp3"].contains(&&*ending) {
            return Err(wrong("Bitrix24 takes wav and mp3 only"));
        }
        if stem.trim().is_empty() || name.contains(|c: char| c.is_control() || c == '/') {
            return Err(wrong("it is no name of a file"));
        }
        Ok(Self(format!("{stem}.{ending}")))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn content_type(&self) -> &'static str {
        match self.0.rsplit_once('.') {
            Some((_, "mp3")) => "audio/mpeg",
            _ => "audio/wav",
        }
    }
}

setters! {
    /// Attaches a recording by its address (`telephony.externalCall.attachRecord`). The portal
    /// downloads it at once, one time. The last recording of a call replaces the others.
    pub payload("SCREAMING_SNAKE_CASE") AttachRecordUrl {
        call_id: PortalCallId,
        record_url: Url,
        /// The name of the file.
        filename: Option<RecordName>,
    }
}

impl Operation for AttachRecordUrl {
    call!(Created<File>, "telephony.externalCall.attachRecord", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        if !matches!(self.record_url.scheme(), "http" | "https") {
            return Err(Error::input("invalid address of a recording: must be http or https"));
        }
        post(Self::NAME, self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.call_id.as_str().into())
    }
}

setters! {
    /// Asks for the address to upload a recording to (`telephony.externalCall.attachRecord` without
    /// content). [`Client::upload_record`](crate::Client::upload_record) does this and the upload.
    pub payload("SCREAMING_SNAKE_CASE") RequestUpload {
        call_id: PortalCallId,
        filename: RecordName,
    }
}

impl Operation for RequestUpload {
    call!(One<UploadTarget>, "telephony.externalCall.attachRecord", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.call_id.as_str().into())
    }
}

/// Uploads a recording to the address of [`RequestUpload`]. The file is streamed, anew for every
/// attempt.
#[derive(Clone, Debug)]
pub struct UploadRecord {
    target: UploadTarget,
    part: Part,
}

impl UploadRecord {
    /// Uploads the file at a path.
    pub fn file(target: UploadTarget, name: &RecordName, path: impl Into<PathBuf>) -> Self {
        Self::from_source(target, name, FileSource::new(path))
    }

    /// Uploads the bytes of any other source.
    pub fn from_source(
        target: UploadTarget,
        name: &RecordName,
        source: impl Source + 'static,
    ) -> Self {
        let part = Part::new(target.field.clone(), source)
            .with_file_name(name.as_str())
            .with_content_type(name.content_type());
        Self { target, part }
    }

    /// The address, whose query is signed.
    pub(crate) fn url(&self) -> Result<Url> {
        Url::parse(self.target.url.expose())
            .map_err(|_| Error::internal("invalid upload address: cannot be parsed"))
    }
}

impl Operation for UploadRecord {
    call!(Created<File>, "upload", Keyed);

    /// The request goes to the path of the address, with its query in the same order.
    fn request(&self) -> Result<ApiRequest> {
        let url = self.url()?;
        let mut request = ApiRequest::post(url.path().to_owned());
        for (name, value) in url.query_pairs() {
            request = request.query(name.into_owned(), value);
        }
        Ok(request.body(Multipart::new().part(self.part.clone()).into()))
    }
}

/// The side that speaks (`SIDE`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Side {
    /// The employee.
    User,
    /// The client.
    Client,
}

/// One utterance of a transcription, with its seconds from the start of the recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Utterance {
    /// Who speaks.
    pub side: Side,
    /// The beginning.
    pub start_time: u32,
    /// The end, at least 1.
    pub stop_time: u32,
    /// The text.
    pub message: Text,
}

setters! {
    /// Attaches the transcription of a finished call (`telephony.call.attachTranscription`). A repeat
    /// is a second transcription.
    pub payload("SCREAMING_SNAKE_CASE") AttachTranscription {
        call_id: PortalCallId,
        /// What was said.
        messages: Vec<Utterance>,
    }
}

impl Operation for AttachTranscription {
    call!(Created<Transcription>, "telephony.call.attachTranscription", Unsafe);

    fn request(&self) -> Result<ApiRequest> {
        if self.messages.is_empty() {
            return Err(Error::input("cannot attach the transcription: no message is given"));
        }
        let wrong = |message: &&Utterance| message.stop_time < message.start_time.max(1);
        if let Some(message) = self.messages.iter().find(wrong) {
            return Err(Error::input(format!(
                "invalid end {} of a message: must be 1 or more, and not before its beginning {}",
                message.stop_time, message.start_time
            )));
        }
        post(Self::NAME, self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.call_id.as_str().into())
    }
}
