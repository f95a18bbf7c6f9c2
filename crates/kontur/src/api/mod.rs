//! Kontur's operations as plain values for [`Client::send`](crate::Client::send).
//!
//! `new` takes the required fields, setters take the optional ones. Paths are relative to the
//! workspace (`/api/v1/{workspace}`); those of [`AuthorizePrivate`] and [`AuthorizePublic`] are
//! relative to `/api/v1`.

mod authorization;
mod companies;
mod contacts;
mod elements;
mod events;
mod files;
mod integrations;
mod patch;
mod register_call;
mod response;
mod telephony;
mod upload;
mod validation;
mod webhooks;

pub use authorization::{AccessKey, AuthorizePrivate, AuthorizePublic};
pub use companies::CreateCompany;
pub use contacts::{CreateContacts, CreatedContacts, GetContact, NewContact, PatchContact};
pub use elements::NewElement;
pub use events::ListEvents;
pub use files::{DownloadFile, GetFileMeta};
pub use integrations::{Feature, GetInstance, GetMainTelephony, PatchInstance, SetupIntegration};
pub(crate) use patch::CONTENT_TYPE as PATCH;
pub use register_call::{RegisterCall, RegisteredLeg};
pub use response::{Content, Done, Object, Wrapped};
pub use telephony::{
    CallFailed, CallFinished, CallRecording, CallRedirect, CallStarted, SendCallEvent,
};
pub use upload::UploadFile;
pub use webhooks::{ChangeFilter, NewWebhook};
