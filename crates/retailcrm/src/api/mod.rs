//! RetailCRM's operations, each a plain value: `new(required)` and setters, a pure function to the
//! request, a reader of the answer.

mod account;
mod telephony;
mod users;

pub use account::{GetCredentials, GetSettings};
pub use telephony::{FindManager, MOST_CALLS, SendCallEvent, UploadCalls};
pub use users::{ListUsers, UsersPage};
