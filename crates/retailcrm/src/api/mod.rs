//! RetailCRM's operations, as values for [`Client::send`](crate::Client::send).
//!
//! Lists are [`List`] with a filter. `new` takes the required fields, setters the others.

mod corporate;
mod customer_notes;
mod customers;
mod files;
mod history;
mod integration_modules;
mod list;
mod orders;
mod reference;
mod response;
mod tasks;
mod telephony;
mod users;

pub use corporate::{CompanyFilter, ContactFilter, CorporateCustomerFilter, GetCorporateCustomer};
pub use customer_notes::{CreateCustomerNote, CustomerNoteFilter, DeleteCustomerNote};
pub use customers::{CreateCustomer, CustomerFilter, EditCustomer, GetCustomer};
pub use files::{AttachedTo, DeleteFile, EditFile, EditedFile, FileFilter, GetFile, UploadFile};
pub use history::{ListCustomersHistory, ListHistory, ListOrdersHistory};
pub use integration_modules::{
    EditIntegrationModule, GetIntegrationModule, ModuleKey, UpdateModuleScopes,
};
pub use list::{Filter, List, PageNumber};
pub use orders::{CreateOrder, EditOrder, GetOrder, OrderFilter};
pub use reference::{GetApiVersions, GetCredentials, GetSettings, GetSystemInfo, ListSites};
pub use response::{Body, Created, Done, Entity, Field, Page};
pub use tasks::{CreateTask, EditTask, GetTask, TaskFilter};
pub use telephony::{FindManager, MOST_CALLS, SendCallEvent, UploadCalls};
pub use users::{GetUser, SetUserStatus, UserFilter, UserGroupFilter};
