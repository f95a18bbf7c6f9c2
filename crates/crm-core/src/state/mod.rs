//! The call store: what one process, or one moment, must tell the next about a live call.
//!
//! A call reaches the library as a row of separate events, often each in a process of its own. What
//! a later event needs from an earlier one (the CRM's own id of the call, who rang, whether the
//! record went out) is kept as one small JSON document per account and call id.
//!
//! Other documents lie in spaces of their own ([`Space`]): numbers, pending work, tokens.
//!
//! [`CallStore::open`] locks one call and hands out its [`CallSlot`]. Until that slot is dropped,
//! every other event of the same call waits, in the order of arrival; other calls are not held up.
//!
//! | store | keeps documents | for |
//! | --- | --- | --- |
//! | [`MemoryCallStore`] | in this process | services that live longer than their calls |
//! | [`DirectoryCallStore`] | in files, locked across processes | one process per event, or calls that must survive a restart |
//! | [`ReadOnlyCallStore`] | reads those files, keeps changes in memory | dry runs |
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
mod ttl_map;

pub use self::directory::{DirectoryCallStore, ReadOnlyCallStore};
pub use self::error::StoreError;
pub use self::memory::MemoryCallStore;
pub use self::store::{CallSlot, CallStore, KEPT_FOR, Space};
