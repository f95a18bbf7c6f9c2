//! Bitrix24's methods as values, for [`Client::send`](crate::Client::send).
//!
//! `new` takes the required fields, setters the others. Every other method is reached with a raw
//! request, alone or in a batch.

mod calls;
mod crm;
mod events;
mod lines;
mod list;
mod response;
mod users;

pub use calls::{
    AttachRecordUrl, AttachTranscription, FinishCall, HideCard, RecordName, RegisterCall,
    RequestUpload, SearchCrmEntities, ShowCard, Side, UploadRecord, Utterance,
};
pub use crm::{
    AddItem, CommunicationType, Duplicates, FindDuplicates, GetItem, ListItems, UpdateItem,
};
pub use events::{
    BindEvent, ClearOfflineEvents, FailOfflineEvents, ListBoundEvents, ListOfflineEvents,
    OfflinePackage, Package, TakeOfflineEvents, UnbindEvent,
};
pub use lines::{AddLine, DeleteLine, ListLines, ListStatistics, UpdateLine};
pub use list::{AddEntity, CrmEntity, GetEntity, ListEntities, Order, Paged, Readable, Writable};
pub use response::{
    Count, Created, Done, Entity, Listed, Many, One, OneItem, OneOrNone, Texts, WasDone,
};
pub use users::{
    CheckMethod, GetAppInfo, GetCurrentUser, GetProfile, ListScopes, ListUsers, NotificationType,
    Notify, SearchUsers, SetInnerPhone,
};
