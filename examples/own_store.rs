//! A host's own call store: here a table in memory, in a host a database.
//!
//! `cargo run --example own_store`

#![allow(clippy::print_stdout, reason = "an example shows what happens")]

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use vochi_crm::Hub;
use vochi_crm::state::{CallSlot, CallStore, Space, StoreError};
use vochi_crm_core::testing::check_call_store;

type Key = (Space, String, String);
type Row = Arc<AsyncMutex<Option<Value>>>;

/// The table. A row is locked while its slot exists.
#[derive(Debug, Default)]
struct TableStore {
    rows: Mutex<BTreeMap<Key, Row>>,
}

impl TableStore {
    fn rows<T>(&self, read: impl FnOnce(&mut BTreeMap<Key, Row>) -> T) -> Result<T, StoreError> {
        // The host's own errors become errors of the store.
        let mut rows = self.rows.lock().map_err(|_| StoreError::other("the table is lost"))?;
        Ok(read(&mut rows))
    }
}

#[async_trait]
impl CallStore for TableStore {
    async fn open_in(
        &self,
        space: Space,
        account: &str,
        id: &str,
    ) -> Result<Box<dyn CallSlot>, StoreError> {
        let key = (space, account.to_owned(), id.to_owned());
        let row = self.rows(|rows| Arc::clone(rows.entry(key).or_default()))?;
        Ok(Box::new(LockedRow(row.lock_owned().await)))
    }

    async fn list(&self, space: Space, account: &str) -> Result<Vec<String>, StoreError> {
        let rows = self.rows(|rows| rows.clone())?;
        let mut ids = Vec::new();
        for ((of_space, of_account, id), row) in rows {
            if of_space == space && of_account == account && row.lock().await.is_some() {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    /// A database would delete rows older than [`Space::kept_for`] here.
    async fn sweep(&self) -> Result<usize, StoreError> {
        Ok(0)
    }
}

#[derive(Debug)]
struct LockedRow(OwnedMutexGuard<Option<Value>>);

#[async_trait]
impl CallSlot for LockedRow {
    fn document(&self) -> Option<&Value> {
        self.0.as_ref()
    }

    async fn save(&mut self, document: &Value) -> Result<(), StoreError> {
        *self.0 = Some(document.clone());
        Ok(())
    }

    async fn remove(&mut self) -> Result<(), StoreError> {
        *self.0 = None;
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    check_call_store(&TableStore::default()).await?;
    let hub = Hub::builder().store(Arc::new(TableStore::default())).build()?;
    println!("the store passes all checks; {hub:?} uses it");
    Ok(())
}
