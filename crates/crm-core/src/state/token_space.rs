//! Tokens beside the calls of an account.

use std::sync::Arc;

use async_trait::async_trait;

use super::error::StoreError;
use super::store::{CallSlot, CallStore, Space};
use crate::http::auth::TokenStore;
use crate::name::AccountName;

/// Keeps the tokens of one account in a call store, in [`Space::Tokens`]: in memory, in files, or
/// where the host's own store keeps documents.
#[derive(Clone, Debug)]
pub struct TokenSpace {
    store: Arc<dyn CallStore>,
    account: AccountName,
    name: &'static str,
}

impl TokenSpace {
    /// Creates the store of an account's tokens under a name.
    pub fn new(store: Arc<dyn CallStore>, account: AccountName, name: &'static str) -> Self {
        Self { store, account, name }
    }
}

#[async_trait]
impl TokenStore for TokenSpace {
    async fn lock(&self) -> Result<Box<dyn CallSlot>, StoreError> {
        self.store.open_in(Space::Tokens, self.account.as_str(), self.name).await
    }
}
