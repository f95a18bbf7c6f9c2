//! RetailCRM's ids, enums, payloads and responses.

mod account;
mod corporate;
mod custom_fields;
mod customer;
mod customer_data;
mod customer_note;
mod entity_ref;
mod enums;
mod file;
mod history;
mod ids;
mod module;
mod module_changes;
mod module_check;
mod module_plan;
mod module_wire;
mod order;
mod order_data;
mod page;
mod site;
mod system;
mod task;
mod telephony;
mod user;

pub use account::{Credentials, Settings, SiteAccess};
pub use corporate::{Company, CompanyLink, ContactCompany, CorporateContact, CorporateCustomer};
pub use customer::{
    Address, Contragent, ContragentType, Customer, CustomerKind, CustomerLink, EditedCustomer,
    Segment, Sex, Tag,
};
pub use customer_data::{AddressData, ContragentData, CustomerData, CustomerPhone};
pub use customer_note::CustomerNote;
pub use entity_ref::EntityRef;
pub use enums::{CallDirection, CallEventType, CallResult, HangupStatus};
pub use file::{Attachment, StoredFile};
pub use history::{
    ChangeSource, Historic, HistoryCursor, HistoryEntity, HistoryEvent, HistoryPage, HistoryRecord,
};
pub use ids::{
    CompanyId, ContactId, CorporateCustomerId, CustomerId, CustomerNoteId, FileId, OrderId,
    PhoneText, TaskId, UserId, user_id,
};
pub use module::{AdditionalCode, ExternalPhone, IntegrationModule, ModuleCode, TelephonyModule};
pub use module_check::ModuleEdited;
pub use module_plan::{Editing, ModuleAction, ModuleChange, ModulePlan};
pub(crate) use module_wire::Written as WrittenModule;
pub use order::{Order, OrderLink, WrittenOrder};
pub use order_data::OrderData;
pub use page::{PageSize, Pagination};
pub use site::{Site, Sites, site_for};
pub use system::{ApiVersions, SystemInfo};
pub use task::{PerformerType, Task, TaskData, TaskStatus};
pub use telephony::{
    CallEventResponse, CallSource, CallUpload, CallsUploadResponse, Campaign, Manager,
    ManagerCustomer, ManagerLinks, ManagerResponse, WebAnalytics,
};
pub use user::{User, UserGroup, UserGroupRef, UserStatus};
