//! A locked call with what is remembered of it.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::{CallEvent, CallId, CallState, CrmCallId, Recorded};
use crate::connector::{Context, Cx, Receipt};
use crate::error::Result;
use crate::open_call::OpenCall;
use crate::warning::WarningKind;

/// What a connector remembers of a call beside the common state. It is stored with the call, so every
/// field may be missing: an older version may have written it.
pub trait CrmState: Clone + Default + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The CRM's id of the call, where it has one.
    fn crm_call_id(&self, call: &CallState) -> Option<CrmCallId> {
        let _ = call;
        None
    }
}

impl CrmState for () {}

/// One call, locked until this is dropped, with the connector's own state of it. Warnings and
/// requests of the call are those of its [`cx`](Self::cx).
pub struct CallSession<S> {
    id: CallId,
    open: OpenCall,
    crm: S,
    cx: Cx,
    was_over: bool,
    unsaved: bool,
}

impl<S: CrmState> CallSession<S> {
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

    /// Takes in an event. What contradicts the state is a warning.
    pub(super) fn apply(&mut self, event: &CallEvent) {
        let warnings = self.open.state_mut().apply(event);
        self.cx.add_warnings(warnings);
        self.unsaved = true;
    }

    /// The call's id in the PBX.
    pub fn id(&self) -> &CallId {
        &self.id
    }

    /// The circumstances of the call: its requests and warnings.
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

    /// The connector's own state of the call, to change it. The call counts as unsaved.
    pub fn crm_mut(&mut self) -> &mut S {
        self.unsaved = true;
        &mut self.crm
    }

    /// The common state beside the connector's own, to change the latter. The call counts as unsaved.
    pub fn parts_mut(&mut self) -> (&CallState, &mut S) {
        self.unsaved = true;
        (self.open.state(), &mut self.crm)
    }

    /// Returns true if the call had ended before the event at hand.
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
    /// `config` where the store cannot be written.
    pub async fn save(&mut self) -> Result<()> {
        self.open.save(&self.crm).await?;
        self.unsaved = false;
        Ok(())
    }

    /// Stores the call between two requests, so that a process that is killed sends nothing twice. A
    /// failure is logged only: the next request matters more.
    pub async fn checkpoint(&mut self) {
        if let Err(lost) = self.save().await {
            tracing::warn!(call = %self.id, %lost, "the state of a call is lost");
        }
    }

    /// Stores a call that the CRM holds. A failure is a warning: it does not undo the record.
    pub async fn save_recorded(&mut self) {
        if let Err(error) = self.save().await {
            self.cx.warn(
                WarningKind::Incomplete,
                format!("the call is recorded, but that cannot be remembered: {}", error.message()),
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
