//! Kontur behind the common trait: the only room where both vocabularies meet.

mod binding;
mod changes;
mod facts;
mod feed;
mod files;
mod find;
mod health;
mod history;
mod legs;
mod linked;
mod live;
mod note;
mod recording;
mod responsible;
mod setup;
mod start;
mod talks;
mod verify;
mod words;

use std::fmt;
use std::sync::Arc;

use vochi_crm_core::connector::{Changes, Cursor, Found, SetupPlan, SetupReport};
use vochi_crm_core::inbound::{InboundEvent, InboundReply, InboundRequest};
use vochi_crm_core::{
    Account, AccountName, CallEvent, CallId, CallRecord, Capabilities, Capability, CrmConnector,
    CrmName, Cx, Error, HealthReport, Hub, PhoneNumber, Receipt, Recording, Responsible, Result,
    UserList,
};

use crate::{CRM, Client, Config};
use feed::Feed;

/// One Kontur.CRM workspace behind the common trait. Cheap to clone.
///
/// Kontur sees a call as legs, and everything it is told of a leg is told under one id. Whose client
/// is calling it finds out itself. It has no search by phone and no list of users: both are read
/// from its feed of events, which is kept in memory and read on at every question.
///
/// | option of an event or record | meaning |
/// | --- | --- |
/// | `started_at` | when the call began (RFC 3339), where its end is all that was heard of it |
/// | `recording_leg` | the leg its recording is of; without it the last talk with the client |
///
/// ```
/// use vochi_crm_core::{AccountConfig, Hub};
/// use vochi_crm_kontur::{Config, Connector};
///
/// let common: AccountConfig = serde_json::from_str(
///     r#"{"extensions": {"151": "a1b2c3d4-1111-4a4a-8b8b-000000000101"}}"#,
/// )?;
/// let config: Config = serde_json::from_str(
///     r#"{"workspace": "vochi-demo", "api_key": "invented-key"}"#,
/// )?;
/// let connector = Connector::open(&Hub::new()?, common.account("kontur")?, &config)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Connector {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    account: Account,
    config: Config,
    feed: Feed,
}

impl Connector {
    /// A connector from configuration. Nothing goes out yet.
    ///
    /// # Errors
    /// `config`; the message begins with the key that is wrong.
    pub fn open(hub: &Hub, account: Account, config: &Config) -> Result<Self> {
        let wrong = |error: Error| error.with_account(CRM, account.name().clone());
        config.check(&account).map_err(wrong)?;
        let client = Client::open(hub, &account, config)?;
        words::check_directory(account.directory()).map_err(wrong)?;
        Ok(Self {
            inner: Arc::new(Inner {
                client,
                account,
                config: config.clone(),
                feed: Feed::default(),
            }),
        })
    }

    /// The typed client underneath.
    pub fn client(&self) -> &Client {
        &self.inner.client
    }

    fn hub(&self) -> &Hub {
        self.inner.client.hub()
    }

    fn own(&self) -> &Account {
        &self.inner.account
    }

    /// Fills in who speaks, for errors that arise before a request.
    fn blame(&self, error: Error) -> Error {
        error.with_account(CRM, self.own().name().clone())
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("crm", &CRM)
            .field("account", self.own().name())
            .finish_non_exhaustive()
    }
}

const CAPABILITIES: Capabilities = Capabilities::new(&[
    Capability::Popups,
    Capability::LegEvents,
    Capability::History,
    Capability::RecordingUpload,
    Capability::Find,
    Capability::Responsible,
    Capability::Users,
    Capability::Changes,
    Capability::Setup,
    Capability::ClickToCall,
    Capability::HangupFromCrm,
]);

#[async_trait::async_trait]
impl CrmConnector for Connector {
    fn crm(&self) -> CrmName {
        CRM
    }

    fn account(&self) -> &AccountName {
        self.own().name()
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn health(&self, cx: &Cx) -> Result<HealthReport> {
        Ok(self.check(cx).await)
    }

    async fn handle_event(&self, cx: &Cx, event: &CallEvent) -> Result<Receipt> {
        self.live_event(cx, event).await.map_err(|error| self.blame(error))
    }

    async fn log_calls(&self, cx: &Cx, records: &[CallRecord]) -> Vec<Result<Receipt>> {
        let mut results = Vec::with_capacity(records.len());
        for record in records {
            let result = self.register_record(cx, record).await;
            results.push(result.map_err(|error| self.blame(error)));
        }
        results
    }

    async fn attach_recording(
        &self,
        cx: &Cx,
        call: &CallId,
        recording: &Recording,
    ) -> Result<Receipt> {
        self.attach(cx, call, recording).await.map_err(|error| self.blame(error))
    }

    async fn find(&self, cx: &Cx, phones: &[PhoneNumber]) -> Result<Vec<Found>> {
        self.find_all(cx, phones).await.map_err(|error| self.blame(error))
    }

    async fn responsible(&self, cx: &Cx, phone: &PhoneNumber) -> Result<Option<Responsible>> {
        self.whose(cx, *phone).await.map_err(|error| self.blame(error))
    }

    async fn users(&self, cx: &Cx) -> Result<UserList> {
        self.everybody(cx).await.map_err(|error| self.blame(error))
    }

    async fn changes(&self, cx: &Cx, since: Option<&Cursor>) -> Result<Changes> {
        self.changes_since(cx, since).await.map_err(|error| self.blame(error))
    }

    async fn setup(&self, cx: &Cx, plan: &SetupPlan) -> Result<SetupReport> {
        self.register(cx, plan).await.map_err(|error| self.blame(error))
    }

    fn parse_inbound(&self, request: &InboundRequest) -> (InboundReply, Result<InboundEvent>) {
        crate::inbound::parse(self.own(), &self.inner.config, request)
    }

    async fn verify_inbound(&self, cx: &Cx, event: &InboundEvent) -> Result<()> {
        self.verify(cx, event).await.map_err(|error| self.blame(error))
    }
}
