//! One CRM behind a common face.
//!
//! A host that serves many CRMs holds `Arc<dyn CrmConnector>` and speaks of events and records; a
//! host that wants everything of one CRM uses that CRM's typed client instead.

mod capability;
mod context;
mod cx;
mod health;
mod live_call;
mod lookup;
mod receipt;
mod setup;

use std::fmt;

pub use capability::{Capabilities, Capability};
pub use context::Context;
pub use cx::Cx;
pub use health::{Check, HealthReport};
pub use live_call::{CallStep, LiveCall, LiveCalls};
pub use lookup::{Changes, CrmUser, Cursor, Customer, CustomerKind, Found, Responsible, UserList};
pub use receipt::Receipt;
pub use setup::{SetupAction, SetupMode, SetupPlan, SetupReport};

use crate::call::{CallEvent, CallId, CallRecord, Recording};
use crate::error::Result;
use crate::inbound::{InboundEvent, InboundReply, InboundRequest};
use crate::name::{AccountName, CrmName};
use crate::phone::PhoneNumber;

/// One account of one CRM, in the common terms.
///
/// Differences between CRMs are honest: [`capabilities`](Self::capabilities) says what a CRM has, an
/// event it has nothing for is a success with no request, and an operation it lacks is an error of
/// kind `unsupported`. Every method has a default that says so, so that a new one breaks nobody.
#[async_trait::async_trait]
pub trait CrmConnector: Send + Sync + fmt::Debug {
    /// The account and the hub the connector works with.
    fn context(&self) -> &Context;

    /// Which CRM.
    fn crm(&self) -> CrmName {
        self.context().crm()
    }

    /// Which account.
    fn account(&self) -> &AccountName {
        self.context().account().name()
    }

    /// What this CRM has.
    fn capabilities(&self) -> Capabilities;

    /// Checks the account end to end and says what to mend.
    ///
    /// # Errors
    /// Only where nothing could be checked at all; a check that fails is part of the report.
    async fn health(&self, cx: &Cx) -> Result<HealthReport> {
        let _ = cx;
        Err(self.context().unsupported("a health check"))
    }

    /// Tells the CRM about a live call. It never writes the CRM's history, save where the CRM's end
    /// of a live call is its record.
    ///
    /// # Errors
    /// See [`Error::effect`]: with `maybe` the CRM may have shown it.
    async fn handle_event(&self, cx: &Cx, event: &CallEvent) -> Result<Receipt> {
        let _ = (cx, event);
        Err(self.context().unsupported("live calls"))
    }

    /// Settles finished calls: the CRM's history holds each once, whatever happened before. The
    /// results stand in the order of the records; a bad record does not keep the others out. A
    /// receipt carries the [warnings](CallRecord::warnings) of its record. An answered record of
    /// unknown talk time is recorded with the warning
    /// [`TalkUnknown`](crate::WarningKind::TalkUnknown).
    async fn log_calls(&self, cx: &Cx, records: &[CallRecord]) -> Vec<Result<Receipt>> {
        let _ = cx;
        records.iter().map(|_| Err(self.context().unsupported("a call history"))).collect()
    }

    /// Attaches a recording to a call that stands in the CRM's history.
    ///
    /// # Errors
    /// `unsupported` where the CRM cannot change a recorded call.
    async fn attach_recording(
        &self,
        cx: &Cx,
        call: &CallId,
        recording: &Recording,
    ) -> Result<Receipt> {
        let _ = (cx, call, recording);
        Err(self.context().unsupported("attaching a recording to a recorded call"))
    }

    /// Finds who has these numbers. The results stand in the order of the numbers.
    ///
    /// # Errors
    /// Where the CRM could not be asked; an unknown number is no error.
    async fn find(&self, cx: &Cx, phones: &[PhoneNumber]) -> Result<Vec<Found>> {
        let _ = (cx, phones);
        Err(self.context().unsupported("finding a customer by phone"))
    }

    /// Names the employee responsible for a number; `None` where nobody is.
    ///
    /// # Errors
    /// Where the CRM could not be asked.
    async fn responsible(&self, cx: &Cx, phone: &PhoneNumber) -> Result<Option<Responsible>> {
        let _ = (cx, phone);
        Err(self.context().unsupported("naming the responsible employee"))
    }

    /// Lists the CRM's users beside the account's directory.
    ///
    /// # Errors
    /// Where the CRM could not be asked.
    async fn users(&self, cx: &Cx) -> Result<UserList> {
        let _ = cx;
        Err(self.context().unsupported("a list of users"))
    }

    /// Customers created or changed since a cursor; without one, since the CRM's beginning.
    ///
    /// # Errors
    /// Where the CRM could not be asked; the cursor given stays good.
    async fn changes(&self, cx: &Cx, since: Option<&Cursor>) -> Result<Changes> {
        let _ = (cx, since);
        Err(self.context().unsupported("a list of changes"))
    }

    /// Registers the telephony, or undoes that, as [`SetupPlan::action`] says. Twice is the same as
    /// once.
    ///
    /// # Errors
    /// Where the CRM refuses.
    async fn setup(&self, cx: &Cx, plan: &SetupPlan) -> Result<SetupReport> {
        let _ = (cx, plan);
        Err(self.context().unsupported("registering the telephony"))
    }

    /// Reads what the CRM sent us, and the answer it expects. Pure: no network, no waiting.
    fn parse_inbound(&self, request: &InboundRequest) -> (InboundReply, Result<InboundEvent>) {
        let _ = request;
        (InboundReply::not_found(), Err(self.context().unsupported("requests of its own")))
    }

    /// Makes sure an inbound event is genuine where that takes the network.
    ///
    /// # Errors
    /// `auth` where it is not.
    async fn verify_inbound(&self, cx: &Cx, event: &InboundEvent) -> Result<()> {
        let _ = (cx, event);
        Ok(())
    }
}
