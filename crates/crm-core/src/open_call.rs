//! One call of an account, locked, with what is remembered of it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Serialize};
use tokio::time::Instant;

use crate::call::{CallId, CallState};
use crate::connector::Cx;
use crate::error::{Error, ErrorKind, Result, TryAgain};
use crate::hub::Hub;
use crate::name::AccountName;
use crate::state::{CallSlot, StoreError};

/// How long a locked document is waited for without a deadline.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);

/// One call, locked: other events of it wait until this is dropped. Connectors open one for every
/// event and record.
///
/// ```
/// use vochi_crm_core::{AccountName, CallId, Cx, Hub};
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let hub = Hub::new()?;
/// let (account, call) = (AccountName::from("shop"), CallId::new("1757843474.185")?);
/// let mut open = hub.open_call(&Cx::live(), &account, &call).await?;
/// assert_eq!(open.note::<Vec<String>>(), None, "nothing is known of it yet");
/// open.save(&["151"]).await?;
/// drop(open);
/// let open = hub.open_call(&Cx::live(), &account, &call).await?;
/// assert_eq!(open.note::<Vec<String>>(), Some(vec!["151".to_owned()]));
/// # Ok::<(), vochi_crm_core::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct OpenCall {
    slot: Box<dyn CallSlot>,
    state: CallState,
}

impl OpenCall {
    fn new(slot: Box<dyn CallSlot>) -> Self {
        // What cannot be read was written by something else; the call is begun anew.
        let state = slot
            .document()
            .and_then(|document| CallState::deserialize(document).ok())
            .unwrap_or_default();
        Self { slot, state }
    }

    /// What is known of the call.
    pub fn state(&self) -> &CallState {
        &self.state
    }

    /// What is known of the call, to add to it.
    pub fn state_mut(&mut self) -> &mut CallState {
        &mut self.state
    }

    /// What the connector noted last, in its own form; `None` before it noted anything.
    pub fn note<T: DeserializeOwned>(&self) -> Option<T> {
        self.state.connector_note()
    }

    /// Remembers the call as it is now, with the connector's note.
    ///
    /// # Errors
    /// `config` where the store cannot be written.
    pub async fn save<T: Serialize + ?Sized>(&mut self, note: &T) -> Result<()> {
        self.state.set_connector_note(note)?;
        let document = serde_json::to_value(&self.state).map_err(|error| {
            Error::internal("the state of a call cannot be written").with_source(error)
        })?;
        Ok(self.slot.save(&document).await?)
    }
}

impl fmt::Debug for OpenCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenCall").field("slot", &self.slot).finish_non_exhaustive()
    }
}

impl Hub {
    /// Locks a call of an account and reads what is remembered of it. Waits for another event of
    /// the same call, until the deadline.
    ///
    /// # Errors
    /// `timeout`, surely without effect, where the call stays locked too long; `config` where the
    /// store cannot be used.
    pub async fn open_call(
        &self,
        cx: &Cx,
        account: &AccountName,
        call: &CallId,
    ) -> Result<OpenCall> {
        let opening = self.store().open(account.as_str(), call.as_str());
        in_time(cx, opening).await.map(OpenCall::new)
    }

    /// Locks several calls of an account, each once, in an order that cannot deadlock.
    ///
    /// # Errors
    /// As [`open_call`](Self::open_call); then none is locked.
    pub async fn open_calls(
        &self,
        cx: &Cx,
        account: &AccountName,
        calls: &[&CallId],
    ) -> Result<BTreeMap<String, OpenCall>> {
        let ids: Vec<&str> = calls.iter().map(|call| call.as_str()).collect();
        let slots = in_time(cx, self.store().open_many(account.as_str(), &ids)).await?;
        Ok(slots.into_iter().map(|(id, slot)| (id, OpenCall::new(slot))).collect())
    }
}

/// Waits for a store until the deadline; without one, as long as a lock is worth waiting for.
pub(crate) async fn in_time<T>(
    cx: &Cx,
    opening: impl Future<Output = Result<T, StoreError>> + Send,
) -> Result<T> {
    let patience = Instant::now() + LOCK_PATIENCE;
    let deadline = cx.deadline().unwrap_or(patience);
    match tokio::time::timeout_at(deadline, opening).await {
        Ok(opened) => Ok(opened?),
        Err(_) => {
            Err(Error::new(ErrorKind::Timeout, "the state of this call is in use by another event")
                .with_try_again(TryAgain::Later)
                .with_hint("nothing was sent; allow more time, or end the process that holds it"))
        }
    }
}
