//! RetailCRM's own words: ids, vocabularies, answers.

mod account;
mod corporate;
mod custom_fields;
mod customer;
mod customer_data;
mod customer_note;
mod file;
pub(crate) mod given;
mod history;
mod ids;
mod module;
mod module_changes;
mod module_check;
mod module_plan;
mod module_wire;
mod number_id;
mod order;
mod order_data;
mod page;
mod site;
mod system;
mod target;
mod task;
mod telephony;
mod user;
mod words;

pub use account::{Credentials, Settings, SiteAccess};
pub use corporate::{
    Company, CompanyId, CompanyLink, ContactCompany, ContactId, CorporateContact,
    CorporateCustomer, CorporateCustomerId,
};
pub use customer::{
    Address, Contragent, ContragentType, Customer, CustomerId, CustomerKind, CustomerLink,
    EditedCustomer, Segment, Sex, Tag,
};
pub use customer_data::CustomerData;
pub use customer_note::{CustomerNote, CustomerNoteId};
pub use file::{Attachment, FileId, StoredFile};
pub use history::{
    ChangeSource, Historic, HistoryCursor, HistoryEntity, HistoryEvent, HistoryPage, HistoryRecord,
};
pub use ids::{PhoneText, UserId};
pub use module::{AdditionalCode, ExternalPhone, IntegrationModule, ModuleCode, TelephonyModule};
pub use module_check::ModuleEdited;
pub use module_plan::{Editing, ModuleAction, ModuleChange, ModulePlan};
pub(crate) use module_wire::Written as WrittenModule;
pub use order::{Order, OrderId, OrderLink, WrittenOrder};
pub use order_data::OrderData;
pub use page::{PageSize, Pagination};
pub use site::{Site, Sites, site_for};
pub use system::{ApiVersions, SystemInfo};
pub use target::Target;
pub use task::{PerformerType, Task, TaskData, TaskId, TaskStatus};
pub use telephony::{
    CallEventResponse, CallSource, CallUpload, CallsUploadResponse, Campaign, Manager,
    ManagerCustomer, ManagerLinks, ManagerResponse, WebAnalytics,
};
pub use user::{User, UserGroup, UserGroupRef, UserStatus};
pub use words::{CallDirection, CallResult, HangupStatus};
