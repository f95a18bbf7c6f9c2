//! Calls kept in files, for processes that come and go.
//!
//! Every call has a document `<root>/<account>/<call>.json`, and beside it
//!
//! | file | meaning |
//! | --- | --- |
//! | `<call>.lock` | locked while an event of the call is worked on; apart, so that replacing the document does not touch it |
//! | `<call>.tmp` | a document being written |
//! | `<call>.bad` | a document that could not be read, kept for whoever wants to know why |
//! | `.queue/<call>@...` | the tickets of processes waiting for the lock, locked by them as long as they live |
//! | `.numbers/`, `.pending/`, `.tokens/` | the documents of the other spaces, each with the files above |
//! | `<root>/.swept` | its time of modification is the last sweep |

mod document;
pub(crate) mod files;
mod lock;
mod queue;
mod read_only;
mod slot;
mod store;
mod sweep;
mod work;

pub use self::read_only::ReadOnlyCallStore;
pub use self::store::DirectoryCallStore;
