//! Bitrix24's ids, enums, payloads and responses.
//!
//! Fields of responses that have no type here are left out; a raw request shows them.

mod call;
mod crm;
mod crm_data;
mod event;
mod ids;
mod item;
mod macros;
mod user;

pub(crate) use macros::{entity, open_number};

pub use call::{
    AssignedUser, CallType, CreatedEntity, CrmLink, EntityId, FinishErrors, FinishedCall,
    FoundEntity, Line, Registration, Statistic, StatusCode, UploadTarget, Vote, WorkStatus,
};
pub use crm::{
    Activity, ActivityDirection, ActivityType, Company, Contact, CrmStatus, Deal, EntityType,
    EntityTypeId, Lead, MultiField,
};
pub use crm_data::{
    ActivityData, Communication, CompanyData, ContactData, DealData, LeadData, NewMultiField,
};
pub use event::{BoundEvent, Delivery, EventName, OfflineEvent};
pub use ids::{
    ActivityId, CallList, CallListId, CompanyId, ContactId, CrmStatusId, DealId, DialString,
    Employee, File, FileId, Flag, ItemId, LeadId, LineNumber, Moment, MultiFieldId, Notification,
    NotificationId, OfflineEventId, PortalCallId, StatisticId, Transcription, TranscriptionId,
    UserId, YesNo,
};
pub use item::{
    Item, ItemChange, ItemData, ItemMultiField, MultiFieldChange, MultiFieldType, NewItemMultiField,
};
pub use user::{AppInfo, MethodState, Profile, User};
