//! The traits that a connector implements.
//!
//! A connector is a [`Connector`]. The core builds a [`CrmConnector`] from it: it opens the scope
//! of requests and warnings, runs the flow that all CRMs share, and adds CRM and account to errors.
//! The connector provides the differing parts as jobs:
//!
//! - [`LiveJob`]: which requests follow from an event of a live call;
//! - [`HistoryJob`]: the data of a record, and how it is sent;
//! - [`LookupJob`]: the customers and the responsible employee of a number;
//! - [`FollowUpJob`]: the customer and the task after a call.
//!
//! A job is a small value that borrows what it needs, created for one operation.

mod health;
mod history;
mod live;
mod lookup;
mod recording;
mod session;

use std::fmt;

pub use crate::follow_up::{FollowUpCall, FollowUpJob, follow_up};
pub use crate::retry::RecordRepeat;
pub use health::extensions_check;
pub use history::{DueRecord, HistoryJob};
pub use live::LiveJob;
pub use lookup::{LookupJob, NoLookup};
pub use recording::recording_link;
pub use session::{CallSession, StoredState};

use crate::call::{CallEvent, CallId, CallRecord, Recording};
use crate::connector::{
    Capabilities, Changes, Context, CrmConnector, CrmUser, Cursor, Cx, Found, HealthReport,
    Receipt, Responsible, SetupPlan, SetupReport, UserList,
};
use crate::error::{Error, Result};
use crate::inbound::{Applied, InboundEvent, InboundReply, InboundRequest};
use crate::phone::PhoneNumber;

/// One account of one CRM, as implemented by a connector crate. Every method gets its own scope:
/// warnings go to [`Cx::warn`], and the core adds them to the result.
pub trait Connector: Send + Sync + fmt::Debug {
    /// The features the CRM supports.
    const CAPABILITIES: Capabilities;

    /// The names in [`Extra`](crate::Extra) that the connector supports, for events and records.
    /// Other names are left out with a warning.
    const OPTIONS: &'static [&'static str] = &[];

    /// The account and the hub.
    fn context(&self) -> &Context;

    /// Live calls.
    fn live(&self) -> impl LiveJob;

    /// Finished calls.
    fn history(&self) -> impl HistoryJob;

    /// Customers by phone number.
    fn lookup(&self) -> impl LookupJob {
        NoLookup(self.context())
    }

    /// See [`CrmConnector::health`].
    fn health(&self, cx: &Cx) -> impl Future<Output = Result<HealthReport>> + Send {
        let _ = cx;
        async { Err(self.context().unsupported("a health check")) }
    }

    /// See [`CrmConnector::attach_recording`].
    fn attach_recording(
        &self,
        cx: &Cx,
        call: &CallId,
        recording: &Recording,
    ) -> impl Future<Output = Result<Receipt>> + Send {
        let _ = (cx, call, recording);
        async { Err(self.context().unsupported("attaching a recording to a recorded call")) }
    }

    /// Lists the CRM's users. The core adds their extensions and compares them with the directory.
    fn users(&self, cx: &Cx) -> impl Future<Output = Result<Vec<CrmUser>>> + Send {
        let _ = cx;
        async { Err(self.context().unsupported("a list of users")) }
    }

    /// See [`CrmConnector::changes`].
    fn changes(
        &self,
        cx: &Cx,
        since: Option<&Cursor>,
    ) -> impl Future<Output = Result<Changes>> + Send {
        let _ = (cx, since);
        async { Err(self.context().unsupported("a list of changes")) }
    }

    /// Registers or removes the telephony. Returns a description of each change. See
    /// [`CrmConnector::setup`].
    fn setup(&self, cx: &Cx, plan: &SetupPlan) -> impl Future<Output = Result<Vec<String>>> + Send {
        let _ = (cx, plan);
        async { Err(self.context().unsupported("registering the telephony")) }
    }

    /// See [`CrmConnector::parse_inbound`].
    fn parse_inbound(&self, request: &InboundRequest) -> (InboundReply, Result<InboundEvent>) {
        let _ = request;
        (InboundReply::not_found(), Err(self.context().unsupported("requests of its own")))
    }

    /// See [`CrmConnector::verify_inbound`].
    fn verify_inbound(
        &self,
        cx: &Cx,
        event: &InboundEvent,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (cx, event);
        async { Ok(()) }
    }

    /// See [`CrmConnector::apply_inbound`].
    fn apply_inbound(
        &self,
        cx: &Cx,
        event: &InboundEvent,
    ) -> impl Future<Output = Result<Applied>> + Send {
        let _ = (cx, event);
        async { Ok(Applied::New) }
    }
}

#[async_trait::async_trait]
impl<C: Connector> CrmConnector for C {
    fn context(&self) -> &Context {
        Connector::context(self)
    }

    fn capabilities(&self) -> Capabilities {
        C::CAPABILITIES
    }

    async fn health(&self, cx: &Cx) -> Result<HealthReport> {
        Connector::health(self, &cx.scope()).await.map_err(|error| with_context(self, error))
    }

    async fn handle_event(&self, cx: &Cx, event: &CallEvent) -> Result<Receipt> {
        let cx = cx.scope();
        live::handle_event(&self.live(), Connector::context(self), C::OPTIONS, &cx, event)
            .await
            .map_err(|error| with_context(self, error))
    }

    async fn log_calls(&self, cx: &Cx, records: &[CallRecord]) -> Vec<Result<Receipt>> {
        let context = Connector::context(self);
        let results = history::log_calls(&self.history(), context, C::OPTIONS, cx, records).await;
        results
            .into_iter()
            .map(|result| result.map_err(|error| with_context(self, error)))
            .collect()
    }

    async fn attach_recording(
        &self,
        cx: &Cx,
        call: &CallId,
        recording: &Recording,
    ) -> Result<Receipt> {
        Connector::attach_recording(self, &cx.scope(), call, recording)
            .await
            .map_err(|error| with_context(self, error))
    }

    async fn find(&self, cx: &Cx, phones: &[PhoneNumber]) -> Result<Vec<Found>> {
        lookup::find(&self.lookup(), cx, phones).await.map_err(|error| with_context(self, error))
    }

    async fn responsible(&self, cx: &Cx, phone: &PhoneNumber) -> Result<Option<Responsible>> {
        let cx = cx.scope();
        self.lookup().responsible(&cx, *phone).await.map_err(|error| with_context(self, error))
    }

    async fn users(&self, cx: &Cx) -> Result<UserList> {
        let cx = cx.scope();
        let users = Connector::users(self, &cx).await.map_err(|error| with_context(self, error))?;
        Ok(lookup::user_list(Connector::context(self), &cx, users))
    }

    async fn changes(&self, cx: &Cx, since: Option<&Cursor>) -> Result<Changes> {
        Connector::changes(self, &cx.scope(), since)
            .await
            .map_err(|error| with_context(self, error))
    }

    async fn setup(&self, cx: &Cx, plan: &SetupPlan) -> Result<SetupReport> {
        let cx = cx.scope();
        let changes = Connector::setup(self, &cx, plan).await;
        let changes = changes.map_err(|error| with_context(self, error))?;
        Ok(SetupReport::new(changes).with_warnings(cx.warnings()))
    }

    fn parse_inbound(&self, request: &InboundRequest) -> (InboundReply, Result<InboundEvent>) {
        let (reply, event) = Connector::parse_inbound(self, request);
        (reply, event.map_err(|error| with_context(self, error)))
    }

    async fn verify_inbound(&self, cx: &Cx, event: &InboundEvent) -> Result<()> {
        Connector::verify_inbound(self, &cx.scope(), event)
            .await
            .map_err(|error| with_context(self, error))
    }

    async fn apply_inbound(&self, cx: &Cx, event: &InboundEvent) -> Result<Applied> {
        Connector::apply_inbound(self, &cx.scope(), event)
            .await
            .map_err(|error| with_context(self, error))
    }
}

fn with_context(connector: &impl Connector, error: Error) -> Error {
    connector.context().complete(error)
}
