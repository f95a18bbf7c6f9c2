//! RetailCRM's own words: ids, vocabularies, answers.

mod account;
mod ids;
mod page;
mod telephony;
mod user;
mod words;

pub use account::{Credentials, Settings, SiteAccess};
pub use ids::{PhoneText, UserId};
pub use page::{PageSize, Pagination};
pub use telephony::{
    CallEventAnswer, CallSource, CallUpload, CallsUploadAnswer, Campaign, Manager, ManagerAnswer,
    ManagerCustomer, ManagerLinks, WebAnalytics,
};
pub use user::{User, UserGroupRef, UserStatus};
pub use words::{CallDirection, CallResult, HangupStatus};
