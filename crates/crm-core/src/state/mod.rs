//! The call store: the state of live calls, shared between events and processes.
//!
//! A call reaches the library as a series of separate events, often each in its own process. What a
//! later event needs from an earlier one (the CRM's id of the call, who rang, whether the record
//! was sent) is stored as one small JSON document per account and call id.
//!
//! Other documents have their own spaces ([`Space`]): numbers, pending work, tokens.
//!
//! [`CallStore::open`] locks one call and returns its [`CallSlot`]. Until that slot is dropped,
//! other events of the same call wait, in the order of arrival; other calls are not affected.
//!
//! | store | keeps documents | for |
//! | --- | --- | --- |
//! | [`MemoryCallStore`] | in this process | services that live longer than their calls |
//! | [`DirectoryCallStore`] | in files, locked across processes | one process per event, or calls that must survive a restart |
//! | [`ReadOnlyCallStore`] | reads those files, keeps changes in memory | dry runs |
//!
//! Tokens may be kept in a file of their own ([`FileTokenStore`]), or beside the calls of an account
//! ([`TokenSpace`]).
//!
//! ```
//! use serde_json::json;
//! use vochi_crm_core::state::{CallStore, MemoryCallStore};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = MemoryCallStore::new();
//!
//! let mut ringing = store.open("shop", "1700000000.17").await?;
//! assert!(ringing.document().is_none());
//! ringing.save(&json!({ "rang": ["151", "152"] })).await?;
//! drop(ringing); // the next event of this call may go on
//!
//! let hangup = store.open("shop", "1700000000.17").await?;
//! assert_eq!(hangup.document(), Some(&json!({ "rang": ["151", "152"] })));
//! # Ok(())
//! # }
//! ```

pub(crate) mod directory;
mod error;
mod keyed_lock;
mod memory;
mod store;
mod token_space;
mod ttl_map;

pub use self::directory::{DirectoryCallStore, FileTokenStore, ReadOnlyCallStore};
pub use self::error::StoreError;
pub use self::memory::MemoryCallStore;
pub use self::store::{CallSlot, CallStore, KEPT_FOR, Space};
pub use self::token_space::TokenSpace;
