//! Kontur's operations, each a plain value: `new(required)` and setters, a pure function to the
//! request, a reader of the answer.
//!
//! Paths are relative to the workspace (`/api/v1/{workspace}`); [`AuthorizePrivate`] and
//! [`AuthorizePublic`] alone are relative to `/api/v1`.

mod authorization;
mod companies;
mod contact_changes;
mod contacts;
mod done;
mod elements;
mod events;
mod files;
mod given;
mod instance_changes;
mod instances;
mod patch;
mod paths;
mod setup;
mod telephony;
mod ui_settings;
mod upload;

pub use authorization::{AuthorizePrivate, AuthorizePublic};
pub use companies::CreateCompany;
pub use contact_changes::PatchContact;
pub use contacts::{CreateContacts, GetContact, NewContact};
pub use elements::NewElement;
pub use events::ListEvents;
pub use files::{DownloadFile, GetFileMeta};
pub use instance_changes::{Feature, NewWebhook, PatchInstance};
pub use instances::GetInstance;
pub use setup::SetupIntegration;
pub use telephony::{
    CallFailed, CallFinished, CallRecording, CallRedirect, CallStarted, EventLeg, RegisterCall,
    RegisteredLeg, SendCallEvent,
};
pub use ui_settings::GetMainTelephony;
pub use upload::UploadFile;
