//! The operations, spelt out.

use vochi_crm_core::wire::Items;
use vochi_crm_core::{Cx, Result};

use super::Client;
use crate::api::{
    CallFailed, CallFinished, CallRecording, CallRedirect, CallStarted, CreateCompany,
    CreateContacts, DownloadFile, GetContact, GetFileMeta, GetInstance, GetMainTelephony,
    ListEvents, PatchContact, PatchInstance, RegisterCall, SendCallEvent, SetupIntegration,
    UploadFile,
};
use crate::model::{
    Communication, Company, Contact, ContactId, EventsPage, FileContent, FileId, Instance,
    InstanceId, ResponsibleUsers, StoredFile, UiSetting,
};

/// Operations under `communications/callbacks/telephony/`.
#[derive(Clone, Copy, Debug)]
pub struct Telephony<'a>(&'a Client);

impl<'a> Telephony<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// A call began (`call-started`). Repeated, it answers the same call.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn started(self, cx: &Cx, call: &CallStarted) -> Result<Communication> {
        self.0.send(cx, call).await
    }

    /// Something happened to a leg (`call-event`).
    ///
    /// # Errors
    /// As [`Client::send`]; a lost answer ends with effect `maybe`.
    pub async fn event(self, cx: &Cx, event: &SendCallEvent) -> Result<()> {
        self.0.send(cx, event).await
    }

    /// A call ended (`call-finished`).
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn finished(self, cx: &Cx, call: &CallFinished) -> Result<()> {
        self.0.send(cx, call).await
    }

    /// A call somebody clicked could not be placed (`call-failed`).
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn failed(self, cx: &Cx, call: &CallFailed) -> Result<()> {
        self.0.send(cx, call).await
    }

    /// Attaches a recording that came late (`call-recording`).
    ///
    /// # Errors
    /// As [`Client::send`]; a lost answer ends with effect `maybe`.
    pub async fn recording(self, cx: &Cx, recording: &CallRecording) -> Result<()> {
        self.0.send(cx, recording).await
    }

    /// Puts a finished call into the history (`register-call`).
    ///
    /// # Errors
    /// As [`Client::send`]; with recordings a lost answer ends with effect `maybe`.
    pub async fn register(self, cx: &Cx, call: &RegisterCall) -> Result<()> {
        self.0.send(cx, call).await
    }

    /// Who is to talk to a client (`call-redirect`); nobody is an empty list.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn redirect(self, cx: &Cx, request: &CallRedirect) -> Result<ResponsibleUsers> {
        CallRedirect::or_nobody(self.0.send(cx, request).await)
    }
}

/// Operations under `files`.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a>(&'a Client);

impl<'a> Files<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// Uploads a recording, to be attached within a day (`files`).
    ///
    /// # Errors
    /// As [`Client::send`]; `input` for a file that is missing, empty or too large.
    pub async fn upload(self, cx: &Cx, file: &UploadFile) -> Result<StoredFile> {
        self.0.send(cx, file).await
    }

    /// What is known of a file (`files/{id}/meta`).
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn meta(self, cx: &Cx, file: FileId) -> Result<StoredFile> {
        self.0.send(cx, &GetFileMeta::new(file)).await
    }

    /// The file itself (`files/{id}`).
    ///
    /// # Errors
    /// As [`Client::send`]; one larger than the transport takes is `decode`.
    pub async fn download(self, cx: &Cx, request: &DownloadFile) -> Result<FileContent> {
        self.0.send(cx, request).await
    }
}

/// The integration in its workspace.
#[derive(Clone, Copy, Debug)]
pub struct Integration<'a>(&'a Client);

impl<'a> Integration<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// How it stands (`integrations/instances/{id}`).
    ///
    /// # Errors
    /// As [`Client::send`]; `not_found` where there is no such integration.
    pub async fn get(self, cx: &Cx, instance: InstanceId) -> Result<Instance> {
        self.0.send(cx, &GetInstance::new(instance)).await
    }

    /// Changes it (`PATCH integrations/instances/{id}`). The answer is not to be trusted: read it
    /// again.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn patch(self, cx: &Cx, change: &PatchInstance) -> Result<Instance> {
        self.0.send_entity(&self.0.pipeline, cx, change).await
    }

    /// Sets a public integration up (`integrations/{id}/setup`).
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn setup(self, cx: &Cx, request: &SetupIntegration) -> Result<()> {
        self.0.send(cx, request).await
    }

    /// Which of several telephonies is the main one (`ui-settings`). The vendor's page prints the
    /// request wrongly: nothing should depend on it.
    ///
    /// # Errors
    /// As [`Client::send`]; `not_found` where nothing is set.
    pub async fn main_telephony(self, cx: &Cx, request: &GetMainTelephony) -> Result<UiSetting> {
        self.0.send(cx, request).await
    }
}

/// The feed of events.
#[derive(Clone, Copy, Debug)]
pub struct Events<'a>(&'a Client);

impl<'a> Events<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// One page of what changed (`events`). Go on from its `next` while it says there is
    /// more; keep that offset once the page is dealt with.
    ///
    /// # Errors
    /// As [`Client::send_as_person`].
    pub async fn page(self, cx: &Cx, request: &ListEvents) -> Result<EventsPage> {
        self.0.send_as_person(cx, request).await
    }
}

/// Contacts and companies.
#[derive(Clone, Copy, Debug)]
pub struct Clients<'a>(&'a Client);

impl<'a> Clients<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self(client)
    }

    /// A contact (`contacts/{id}`).
    ///
    /// # Errors
    /// As [`Client::send_as_person`]; `not_found` where there is none.
    pub async fn contact(self, cx: &Cx, contact: ContactId) -> Result<Contact> {
        self.0.send_as_person(cx, &GetContact::new(contact)).await
    }

    /// Changes a contact (`PATCH contacts/{id}`).
    ///
    /// # Errors
    /// As [`Client::send_as_person`].
    pub async fn patch_contact(self, cx: &Cx, change: &PatchContact) -> Result<Contact> {
        self.0.send_entity(&self.0.persons, cx, change).await
    }

    /// Makes contacts (`contacts/create`).
    ///
    /// # Errors
    /// As [`Client::send_as_person`]; a lost answer ends with effect `maybe`.
    pub async fn create_contacts(
        self,
        cx: &Cx,
        request: &CreateContacts,
    ) -> Result<Items<Contact>> {
        self.0.send_entity(&self.0.persons, cx, request).await
    }

    /// Makes a company (`companies`).
    ///
    /// # Errors
    /// As [`Client::send_as_person`]; a lost answer ends with effect `maybe`.
    pub async fn create_company(self, cx: &Cx, request: &CreateCompany) -> Result<Company> {
        self.0.send_entity(&self.0.persons, cx, request).await
    }
}
