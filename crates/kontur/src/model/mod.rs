//! Kontur's data model: ids, enumerations, responses.

mod client;
mod communication;
mod enums;
mod event;
mod file;
mod ids;
mod instance;
mod participant;
mod phone;
mod time;
mod ui_setting;
mod update;
mod user;
mod workspace;

pub use client::{Company, Contact, Element};
pub use communication::{
    CallData, CallItem, CallItemEvent, Communication, CommunicationData, Links, ResponsibleUsers,
};
pub use enums::{
    CallDirection, ChangeType, ElementType, ErrorStatus, FeedEventType, InstanceStatus,
    LegEventType, WebhookTrigger,
};
pub use event::{ChangeData, CreateInfo, EntityIds, EventsPage, FeedEvent};
pub use file::{FileContent, FileName, LARGEST_FILE, StoredFile};
pub(crate) use ids::ZERO_GUID;
pub use ids::{
    CommunicationId, CompanyId, ContactId, DealId, ElementId, EventId, EventOffset, ExternalId,
    FileId, InstanceId, UserId, WebhookId,
};
pub use instance::{
    Features, Instance, InstanceSecret, InstanceSetting, Webhook, WebhookFilter, WebhookFilters,
    WebhookSchedule,
};
pub use participant::Participant;
pub use phone::{PhoneForm, PhoneText};
pub(crate) use time::{write_time, write_time_opt};
pub use ui_setting::UiSetting;
pub use update::UpdateInfo;
pub use user::User;
pub use workspace::{Authorized, Workspace};
