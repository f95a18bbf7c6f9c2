//! Call stores in files, shared between processes.
//!
//! Every call has a document `<root>/<account>/<call>.json`, and these files beside it:
//!
//! | file | meaning |
//! | --- | --- |
//! | `<call>.lock` | locked while an event of the call is processed; separate, so that replacing the document keeps the lock |
//! | `<call>.tmp` | a document being written |
//! | `<call>.bad` | an unreadable document, kept for diagnosis |
//! | `.queue/<call>@...` | the tickets of processes waiting for the lock, each locked while its process lives |
//! | `.numbers/`, `.pending/`, `.tokens/` | the documents of the other spaces, each with the files above |
//! | `<root>/.swept` | its modification time is the time of the last sweep |

mod document;
pub(crate) mod files;
mod lock;
mod queue;
mod read_only;
mod slot;
mod store;
mod sweep;
mod token_file;
mod work;

pub use self::read_only::ReadOnlyCallStore;
pub use self::store::DirectoryCallStore;
pub use self::token_file::FileTokenStore;
