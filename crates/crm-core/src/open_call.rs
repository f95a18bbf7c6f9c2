//! One locked call of an account, with its stored state.

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

/// A store that is not open within a shorter time may not be locked.
const SHORTEST: Duration = Duration::from_millis(500);

/// How long to wait for a locked document without a deadline.
const LOCK_TIMEOUT: Duration = Duration::from_secs(30);

/// One locked call: other events of the call wait until this is dropped. Connectors open one for
/// every event and record.
///
/// ```
/// use vochi_crm_core::{AccountName, CallId, Cx, Hub};
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let hub = Hub::new()?;
/// let (account, call) = (AccountName::from("shop"), CallId::new("1757843474.185")?);
/// let mut open = hub.open_call(&Cx::live(), &account, &call).await?;
/// assert_eq!(open.note::<Vec<String>>(), None, "no note is stored yet");
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
        // An unreadable document was written by other software; the call starts with an empty
        // state.
        let state = slot
            .document()
            .and_then(|document| CallState::deserialize(document).ok())
            .unwrap_or_default();
        Self { slot, state }
    }

    /// The state of the call.
    pub fn state(&self) -> &CallState {
        &self.state
    }

    /// The state of the call, for changes.
    pub fn state_mut(&mut self) -> &mut CallState {
        &mut self.state
    }

    /// The connector's last note, in its own form; `None` if it never stored one.
    pub fn note<T: DeserializeOwned>(&self) -> Option<T> {
        self.state.connector_note()
    }

    /// Stores the call with the connector's note.
    ///
    /// # Errors
    /// `config` where the store cannot be written.
    pub async fn save<T: Serialize + ?Sized>(&mut self, note: &T) -> Result<()> {
        self.state.set_connector_note(note)?;
        let document = serde_json::to_value(&self.state).map_err(|error| {
            Error::internal("cannot serialize the state of a call").with_source(error)
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
    /// Locks a call of an account and reads its stored state. Waits for another event of the same
    /// call, until the deadline.
    ///
    /// # Errors
    /// `timeout`, with effect `not_applied`, if the call stays locked too long; `config` if the
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

    /// Locks several calls of an account, each once, in an order that prevents deadlocks.
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

/// Waits for a store until the deadline, or for `LOCK_TIMEOUT` without one.
pub(crate) async fn in_time<T>(
    cx: &Cx,
    opening: impl Future<Output = Result<T, StoreError>> + Send,
) -> Result<T> {
    let began = Instant::now();
    let patience = began + LOCK_TIMEOUT;
    let deadline = cx.deadline().unwrap_or(patience);
    match tokio::time::timeout_at(deadline, opening).await {
        Ok(opened) => Ok(opened?),
        Err(_) if deadline < began + SHORTEST => Err(Error::new(
            ErrorKind::Timeout,
            "deadline exceeded before the call's state was open",
        )
        .with_try_again(TryAgain::Later)
        .with_hint("nothing was sent; allow more time")),
        Err(_) => {
            Err(Error::new(ErrorKind::Timeout, "call is locked: another event uses its state")
                .with_try_again(TryAgain::Later)
                .with_hint(
                    "nothing was sent; allow more time, or end the process that holds the lock",
                ))
        }
    }
}
