//! RetailCRM's operations, each a plain value: `new(required)` and setters, a pure function to the
//! request, a reader of the answer.

mod account;
mod corporate;
mod corporate_parts;
mod customer_changes;
mod customer_notes;
mod customers;
mod file_changes;
mod files;
mod filters;
mod history;
mod integration_modules;
mod key;
mod order_changes;
mod orders;
mod paging;
mod sites;
mod system;
mod tasks;
mod telephony;
mod users;

pub use account::{GetCredentials, GetSettings};
pub use corporate::{CorporateCustomersPage, GetCorporateCustomer, ListCorporateCustomers};
pub use corporate_parts::{
    CompaniesPage, CorporateContactsPage, ListCompanies, ListCorporateContacts,
};
pub use customer_changes::{CreateCustomer, EditCustomer};
pub use customer_notes::{
    CreateCustomerNote, CustomerNotesPage, DeleteCustomerNote, ListCustomerNotes,
};
pub use customers::{CustomersPage, GetCustomer, ListCustomers};
pub use file_changes::{DeleteFile, EditFile, UploadFile};
pub use files::{FilesPage, GetFile, ListFiles};
pub use history::{ListCustomersHistory, ListHistory, ListOrdersHistory};
pub use integration_modules::{EditIntegrationModule, GetIntegrationModule, UpdateModuleScopes};
pub use order_changes::{CreateOrder, EditOrder};
pub use orders::{GetOrder, ListOrders, OrdersPage};
pub use sites::ListSites;
pub use system::{GetApiVersions, GetSystemInfo};
pub use tasks::{CreateTask, EditTask, GetTask, ListTasks, TasksPage};
pub use telephony::{FindManager, MOST_CALLS, SendCallEvent, UploadCalls};
pub use users::{GetUser, ListUserGroups, ListUsers, SetUserStatus, UserGroupsPage, UsersPage};
