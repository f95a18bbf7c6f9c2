//! The common interface of all CRMs.
//!
//! A host that serves several CRMs uses `Arc<dyn CrmConnector>` with events and records. A host
//! that needs all operations of one CRM uses that CRM's typed client.

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
pub use live_call::{CallStep, End, LiveCall, LiveCalls};
pub use lookup::{Changes, CrmUser, Cursor, Customer, CustomerKind, Found, Responsible, UserList};
pub use receipt::Receipt;
pub use setup::{SetupAction, SetupMode, SetupPlan, SetupReport};

use crate::call::{CallEvent, CallId, CallRecord, Recording};
use crate::error::Result;
use crate::inbound::{Applied, InboundEvent, InboundReply, InboundRequest};
use crate::name::{AccountName, CrmName};
use crate::phone::PhoneNumber;

/// One account of one CRM, behind the common interface.
///
/// [`capabilities`](Self::capabilities) lists what a CRM supports. An event that a CRM has no
/// request for is a success without requests; an unsupported operation is an error of kind
/// `unsupported`, which is also the default of every method.
#[async_trait::async_trait]
pub trait CrmConnector: Send + Sync + fmt::Debug {
    /// The account and the hub the connector works with.
    fn context(&self) -> &Context;

    /// The name of the CRM.
    fn crm(&self) -> CrmName {
        self.context().crm()
    }

    /// The name of the account.
    fn account(&self) -> &AccountName {
        self.context().account().name()
    }

    /// The features the CRM supports.
    fn capabilities(&self) -> Capabilities;

    /// Checks the account end to end.
    ///
    /// # Errors
    /// If no check could run; a failed check is part of the report.
    async fn health(&self, cx: &Cx) -> Result<HealthReport> {
        let _ = cx;
        Err(self.context().unsupported("a health check"))
    }

    /// Sends an event of a live call. It does not write the CRM's history, unless the CRM creates
    /// its record from the end event.
    ///
    /// # Errors
    /// With effect `maybe` ([`Error::effect`](crate::Error::effect)) the CRM may have processed the event.
    async fn handle_event(&self, cx: &Cx, event: &CallEvent) -> Result<Receipt> {
        let _ = (cx, event);
        Err(self.context().unsupported("live calls"))
    }

    /// Logs finished calls so that the CRM's history holds each of them once. The results are in
    /// the order of the records; an invalid record does not affect the others. A receipt includes
    /// the [warnings](CallRecord::warnings) of its record. An answered record of unknown talk time
    /// is logged with the warning [`TalkUnknown`](crate::WarningKind::TalkUnknown).
    async fn log_calls(&self, cx: &Cx, records: &[CallRecord]) -> Vec<Result<Receipt>> {
        let _ = cx;
        records.iter().map(|_| Err(self.context().unsupported("a call history"))).collect()
    }

    /// Attaches a recording to a call in the CRM's history.
    ///
    /// # Errors
    /// `unsupported` if the CRM cannot change a recorded call.
    async fn attach_recording(
        &self,
        cx: &Cx,
        call: &CallId,
        recording: &Recording,
    ) -> Result<Receipt> {
        let _ = (cx, call, recording);
        Err(self.context().unsupported("attaching a recording to a recorded call"))
    }

    /// Finds the customers of these numbers. The results are in the order of the numbers.
    ///
    /// # Errors
    /// If the CRM could not be queried; an unknown number is not an error.
    async fn find(&self, cx: &Cx, phones: &[PhoneNumber]) -> Result<Vec<Found>> {
        let _ = (cx, phones);
        Err(self.context().unsupported("finding a customer by phone"))
    }

    /// Returns the employee responsible for a number, or `None`.
    ///
    /// # Errors
    /// If the CRM could not be queried.
    async fn responsible(&self, cx: &Cx, phone: &PhoneNumber) -> Result<Option<Responsible>> {
        let _ = (cx, phone);
        Err(self.context().unsupported("naming the responsible employee"))
    }

    /// Lists the CRM's users and compares them with the account's directory.
    ///
    /// # Errors
    /// If the CRM could not be queried.
    async fn users(&self, cx: &Cx) -> Result<UserList> {
        let _ = cx;
        Err(self.context().unsupported("a list of users"))
    }

    /// Lists customers created or changed since a cursor; without one, all of them.
    ///
    /// # Errors
    /// If the CRM could not be queried; the given cursor stays valid.
    async fn changes(&self, cx: &Cx, since: Option<&Cursor>) -> Result<Changes> {
        let _ = (cx, since);
        Err(self.context().unsupported("a list of changes"))
    }

    /// Registers the telephony, or removes it ([`SetupPlan::action`]). Idempotent.
    ///
    /// # Errors
    /// If the CRM refuses.
    async fn setup(&self, cx: &Cx, plan: &SetupPlan) -> Result<SetupReport> {
        let _ = (cx, plan);
        Err(self.context().unsupported("registering the telephony"))
    }

    /// Parses a request of the CRM and returns the expected reply. It performs no I/O.
    fn parse_inbound(&self, request: &InboundRequest) -> (InboundReply, Result<InboundEvent>) {
        let _ = request;
        (InboundReply::not_found(), Err(self.context().unsupported("requests of its own")))
    }

    /// Verifies an inbound event where that needs a request to the CRM.
    ///
    /// # Errors
    /// `auth` if the event is not genuine.
    async fn verify_inbound(&self, cx: &Cx, event: &InboundEvent) -> Result<()> {
        let _ = (cx, event);
        Ok(())
    }

    /// Applies a verified event to what the connector remembers: drops cached responses it makes
    /// outdated, and recognizes a repeated or an outdated request. A connector without such memory
    /// returns [`Applied::New`]; the host then compares the [ids](InboundEvent::id) itself.
    ///
    /// # Errors
    /// If the connector's memory cannot be read.
    async fn apply_inbound(&self, cx: &Cx, event: &InboundEvent) -> Result<Applied> {
        let _ = (cx, event);
        Ok(Applied::New)
    }
}
