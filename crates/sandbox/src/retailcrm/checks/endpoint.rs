//! Operations of the account: scopes, parameters, bodies.

use super::super::journal::Subject;

/// An operation of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::retailcrm) enum Endpoint {
    CallEvent,
    CallsUpload,
    Manager,
    Credentials,
    ApiVersions,
    SystemInfo,
    Settings,
    Sites,
    Users,
    User(u64),
    UserStatus(u64),
    UserGroups,
    Module,
    ModuleEdit,
    Customers,
    Customer,
    CustomerCreate,
    CustomerEdit,
    Corporates,
    Corporate,
    CorporateContacts,
    CorporateCompanies,
    History(Subject),
    RequestLog(Subject),
    NoteCreate(Subject),
    NoteDelete(Subject),
    CorporateCreate,
    CorporateEdit,
    ContactCreate,
    ContactEdit,
    CompanyCreate,
    CompanyEdit,
    CustomersUpload,
    ModuleScopes,
    Orders,
    Order,
    OrderCreate,
    OrderEdit,
    Tasks,
    Task,
    TaskCreate,
    TaskEdit,
    Files,
    File,
    FileDownload,
    FileUpload,
    FileEdit,
    FileDelete,
}

impl Endpoint {
    /// The required scope; which method needs which is assumed from their names (§1.2).
    pub(super) fn scope(self) -> Option<&'static str> {
        match self {
            Self::CallEvent | Self::CallsUpload => Some("telephony_write"),
            Self::Manager => Some("telephony_read"),
            Self::Users | Self::User(_) | Self::UserGroups => Some("user_read"),
            Self::UserStatus(_) => Some("user_write"),
            Self::Sites | Self::Settings => Some("reference_read"),
            Self::Module => Some("integration_read"),
            Self::ModuleEdit | Self::ModuleScopes => Some("integration_write"),
            Self::Customers
            | Self::Customer
            | Self::Corporates
            | Self::Corporate
            | Self::CorporateContacts
            | Self::CorporateCompanies
            | Self::History(Subject::Customer | Subject::Corporate) => Some("customer_read"),
            Self::History(Subject::Order) => Some("order_read"),
            Self::RequestLog(_) => Some("customer_read"),
            Self::CustomerCreate
            | Self::CustomerEdit
            | Self::CustomersUpload
            | Self::CorporateCreate
            | Self::CorporateEdit
            | Self::ContactCreate
            | Self::ContactEdit
            | Self::CompanyCreate
            | Self::CompanyEdit
            | Self::NoteCreate(_)
            | Self::NoteDelete(_) => Some("customer_write"),
            Self::Orders | Self::Order => Some("order_read"),
            Self::OrderCreate | Self::OrderEdit => Some("order_write"),
            Self::Tasks | Self::Task => Some("task_read"),
            Self::TaskCreate | Self::TaskEdit => Some("task_write"),
            Self::Files | Self::File | Self::FileDownload => Some("file_read"),
            Self::FileUpload | Self::FileEdit | Self::FileDelete => Some("file_write"),
            Self::Credentials | Self::ApiVersions | Self::SystemInfo => None,
        }
    }

    /// The required parameter.
    pub(super) fn needs(self) -> Option<&'static str> {
        match self {
            Self::CallEvent => Some("event"),
            Self::CallsUpload => Some("calls"),
            Self::Manager => Some("phone"),
            Self::UserStatus(_) => Some("status"),
            Self::ModuleEdit => Some("integrationModule"),
            Self::CustomerCreate | Self::CustomerEdit => Some("customer"),
            Self::CustomersUpload => Some("customers"),
            Self::CorporateCreate | Self::CorporateEdit => Some("customerCorporate"),
            Self::ContactCreate | Self::ContactEdit => Some("contact"),
            Self::CompanyCreate | Self::CompanyEdit => Some("company"),
            Self::NoteCreate(_) => Some("note"),
            Self::ModuleScopes => Some("requires"),
            Self::OrderCreate | Self::OrderEdit => Some("order"),
            Self::TaskCreate | Self::TaskEdit => Some("task"),
            Self::FileEdit => Some("file"),
            _ => None,
        }
    }

    /// The parameters of the operation, except `apiKey`.
    pub(super) fn reads(self) -> &'static [&'static str] {
        match self {
            Self::CallEvent => &["event", "clientId"],
            Self::CallsUpload => &["calls", "clientId"],
            Self::Manager => &["phone", "details", "ignoreStatus", "clientId"],
            Self::UserStatus(_) => &["status"],
            Self::Users
            | Self::Customers
            | Self::Corporates
            | Self::History(_)
            | Self::RequestLog(_)
            | Self::Orders
            | Self::Tasks
            | Self::Files => &["filter", "limit", "page"],
            Self::ModuleEdit => &["integrationModule"],
            Self::Customer | Self::Corporate | Self::Order => &["by", "site"],
            Self::CustomerCreate => &["site", "customer"],
            Self::CustomerEdit => &["by", "site", "customer"],
            Self::OrderCreate => &["site", "order"],
            Self::OrderEdit => &["by", "site", "order"],
            Self::TaskCreate | Self::TaskEdit => &["site", "task"],
            Self::FileEdit => &["file"],
            Self::CorporateContacts | Self::CorporateCompanies => {
                &["by", "site", "filter", "limit", "page"]
            }
            Self::UserGroups => &["limit", "page"],
            Self::CustomersUpload => &["site", "customers"],
            Self::CorporateCreate => &["site", "customerCorporate"],
            Self::CorporateEdit => &["by", "site", "customerCorporate"],
            Self::ContactCreate => &["by", "site", "contact"],
            Self::ContactEdit => &["by", "entityBy", "site", "contact"],
            Self::CompanyCreate => &["by", "site", "company"],
            Self::CompanyEdit => &["by", "entityBy", "site", "company"],
            Self::NoteCreate(_) => &["site", "note"],
            Self::ModuleScopes => &["requires"],
            _ => &[],
        }
    }

    pub(super) fn is_post(self) -> bool {
        matches!(
            self,
            Self::CallEvent
                | Self::CallsUpload
                | Self::UserStatus(_)
                | Self::ModuleEdit
                | Self::CustomerCreate
                | Self::CustomerEdit
                | Self::CustomersUpload
                | Self::NoteDelete(_)
                | Self::FileUpload
                | Self::FileDelete
        ) || self.writes()
    }

    /// Whether its required parameter is an object to write.
    pub(super) fn writes(self) -> bool {
        matches!(
            self,
            Self::ModuleEdit
                | Self::ModuleScopes
                | Self::CustomerCreate
                | Self::CustomerEdit
                | Self::CorporateCreate
                | Self::CorporateEdit
                | Self::ContactCreate
                | Self::ContactEdit
                | Self::CompanyCreate
                | Self::CompanyEdit
                | Self::NoteCreate(_)
                | Self::OrderCreate
                | Self::OrderEdit
                | Self::TaskCreate
                | Self::TaskEdit
                | Self::FileEdit
        )
    }

    /// Whether its path has a corporate customer.
    pub(super) fn of_corporate(self) -> bool {
        matches!(
            self,
            Self::Corporate
                | Self::CorporateContacts
                | Self::CorporateCompanies
                | Self::CorporateEdit
                | Self::ContactCreate
                | Self::ContactEdit
                | Self::CompanyCreate
                | Self::CompanyEdit
        )
    }

    /// Whether its body is a form; an uploaded file is raw bytes.
    pub(super) fn takes_form(self) -> bool {
        self.is_post() && self != Self::FileUpload
    }
}
