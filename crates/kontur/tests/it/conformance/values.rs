//! Valid values of operations.

use vochi_crm_core::{LegId, Timestamp};
use vochi_crm_kontur::api::{
    CallFinished, CallRecording, RegisterCall, RegisteredLeg, SendCallEvent, UploadFile,
};
use vochi_crm_kontur::model::{
    CallDirection, CommunicationId, ContactId, ExternalId, FileId, FileName, InstanceId,
    LegEventType, Participant, PhoneText,
};

use super::super::operations::{CONTACT, FILE, INSTANCE, RECORDING};
use super::super::support::{CALL, COMMUNICATION, at};

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

pub(crate) fn returned() -> ExternalId {
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
