//! A locked call with its stored state.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::{CallEvent, CallId, CallState, CrmCallId, Recorded};
use crate::connector::{Context, Cx, Receipt};
use crate::error::Result;
use crate::open_call::OpenCall;
use crate::warning::WarningKind;

/// The state that a connector stores of a call besides the common one. Every field may be missing:
/// an older version may have written it.
pub trait StoredState:
    Clone + Default + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The CRM's id of the call, where it has one.
    fn crm_call_id(&self, call: &CallState) -> Option<CrmCallId> {
        let _ = call;
        None
    }
}

impl StoredState for () {}

/// One call, locked until this is dropped, with the connector's own state. Warnings and requests of
/// the call are those of its [`cx`](Self::cx).
pub struct CallSession<S> {
    id: CallId,
    open: OpenCall,
    crm: S,
    cx: Cx,
    was_over: bool,
    unsaved: bool,
}

impl<S: StoredState> CallSession<S> {
    /// Locks a call of an account.
    ///
    /// # Errors
    /// As [`Hub::open_call`](crate::Hub::open_call).
    pub async fn open(context: &Context, cx: &Cx, call: &CallId) -> Result<Self> {
        let open = context.hub().open_call(cx, context.account().name(), call).await?;
        Ok(Self::new(open, cx.clone(), call))
    }

    pub(super) fn new(open: OpenCall, cx: Cx, call: &CallId) -> Self {
        let crm = open.note().unwrap_or_default();
        let was_over = open.state().ended_at().is_some();
        Self { id: call.clone(), open, crm, cx, was_over, unsaved: false }
    }

    /// Applies an event. A contradiction with the state is a warning.
    pub(super) fn apply(&mut self, event: &CallEvent) {
        let warnings = self.open.state_mut().apply(event);
        self.cx.add_warnings(warnings);
        self.unsaved = true;
    }

    /// The call's id in the PBX.
    pub fn id(&self) -> &CallId {
        &self.id
    }

    /// The context of the call: its requests and warnings.
    pub fn cx(&self) -> &Cx {
        &self.cx
    }

    /// The common state of the call.
    pub fn state(&self) -> &CallState {
        self.open.state()
    }

    /// The connector's own state of the call.
    pub fn crm(&self) -> &S {
        &self.crm
    }

    /// The connector's own state of the call, for changes. The call counts as unsaved.
    pub fn crm_mut(&mut self) -> &mut S {
        self.unsaved = true;
        &mut self.crm
    }

    /// The common state, and the connector's own for changes. The call counts as unsaved.
    pub fn parts_mut(&mut self) -> (&CallState, &mut S) {
        self.unsaved = true;
        (self.open.state(), &mut self.crm)
    }

    /// Returns true if the call had ended before the current event.
    pub fn was_over(&self) -> bool {
        self.was_over
    }

    /// Sets whether the CRM's history holds the call.
    pub fn set_recorded(&mut self, recorded: Recorded) {
        self.unsaved = true;
        self.open.state_mut().set_recorded(recorded);
    }

    /// Stores the call.
    ///
    /// # Errors
    /// `config` if the store cannot be written.
    pub async fn save(&mut self) -> Result<()> {
        self.open.save(&self.crm).await?;
        self.unsaved = false;
        Ok(())
    }

    /// Stores the call between two requests, so that a killed process sends nothing twice. A
    /// failure is only logged: the next request matters more.
    pub async fn checkpoint(&mut self) {
        if let Err(lost) = self.save().await {
            tracing::warn!(call = %self.id, %lost, "cannot store the state of a call");
        }
    }

    /// Stores a recorded call. A failure is a warning: the record stands.
    pub async fn save_recorded(&mut self) {
        if let Err(error) = self.save().await {
            self.cx.warn(
                WarningKind::Incomplete,
                format!("the call is recorded, but cannot store its state: {}", error.message()),
            );
        }
    }

    pub(super) fn is_unsaved(&self) -> bool {
        self.unsaved
    }

    /// The CRM's id of the call.
    pub fn crm_call_id(&self) -> Option<CrmCallId> {
        self.crm.crm_call_id(self.open.state())
    }

    /// The receipt of the call: id, requests, warnings.
    pub fn receipt(&self) -> Receipt {
        Receipt::new()
            .with_crm_call_id(self.crm_call_id())
            .with_requests(self.cx.requests())
            .with_warnings(self.cx.warnings())
    }
}

impl<S> fmt::Debug for CallSession<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallSession").field("id", &self.id).finish_non_exhaustive()
    }
}
