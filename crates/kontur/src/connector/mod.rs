//! The connector: maps the common model to Kontur's operations.

mod attachments;
mod call_start;
mod caller_links;
mod changes;
mod crm_state;
mod feed;
mod files;
mod health;
mod history;
mod legs;
mod live;
mod lookup;
mod mapping;
mod names;
mod record_legs;
mod recordings;
mod setup;
mod verify;

use std::fmt;
use std::sync::Arc;

use vochi_crm_core::connector::{Changes, Context, Cursor, SetupPlan};
use vochi_crm_core::inbound::{InboundEvent, InboundReply, InboundRequest};
use vochi_crm_core::spi::{self, HistoryJob, LiveJob, LookupJob};
use vochi_crm_core::{
    Account, CallId, Capabilities, Capability, CrmUser, Cx, Directory, Error, HealthReport, Hub,
    Receipt, Recording, Result,
};

use self::call_start::Calls;
use self::caller_links::CallerLinks;
use self::changes::CustomerChanges;
use self::feed::{Feed, FeedReader};
use self::health::Health;
use self::history::History;
use self::live::LiveEvents;
use self::lookup::Lookup;
use self::names::Names;
use self::recordings::Recordings;
use self::setup::Setup;
use self::verify::KeyCheck;
use crate::model::UserId;
use crate::{CRM, Client, Config};

/// One Kontur.CRM workspace behind [`CrmConnector`](vochi_crm_core::CrmConnector). Cheap to clone.
///
/// Kontur models a call as legs, and every request about a leg carries the same leg id. It
/// identifies the calling client itself. It has no search by phone and no list of users: both are
/// read from its feed of events, which is kept in memory and updated for every query.
///
/// | option of an event or record | meaning |
/// | --- | --- |
/// | `started_at` | start time of the call (RFC 3339), if only its end is known |
/// | `recording_leg` | the leg of the recording; by default the last answered leg with the client |
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
    context: Context,
    directory: Directory<UserId>,
    config: Config,
    feed: Feed,
}

impl Connector {
    /// Creates a connector from configuration. It sends nothing yet.
    ///
    /// # Errors
    /// `config`; the message starts with the invalid key.
    pub fn open(hub: &Hub, account: Account, config: &Config) -> Result<Self> {
        let context = Context::new(CRM, hub, account);
        let parts = (|| {
            config.check(context.account())?;
            let client = Client::open(hub, context.account(), config)?;
            Ok((client, context.account().directory().typed(UserId::of)?))
        })();
        let (client, directory) = parts.map_err(|error: Error| context.complete(error))?;
        let (config, feed) = (config.clone(), Feed::default());
        Ok(Self { inner: Arc::new(Inner { client, context, directory, config, feed }) })
    }

    /// Returns the underlying typed client.
    pub fn client(&self) -> &Client {
        &self.inner.client
    }
}

impl Inner {
    fn names(&self) -> Names<'_> {
        let account = self.context.account();
        Names { account, directory: &self.directory, config: &self.config }
    }

    fn feed(&self) -> FeedReader<'_> {
        let (client, account) = (&self.client, self.context.account());
        FeedReader { client, account, config: &self.config, feed: &self.feed }
    }

    fn links(&self) -> CallerLinks<'_> {
        CallerLinks { client: &self.client, context: &self.context, feed: self.feed() }
    }

    fn calls(&self) -> Calls<'_> {
        Calls { client: &self.client, names: self.names(), links: self.links() }
    }

    fn recordings(&self) -> Recordings<'_> {
        Recordings { client: &self.client, context: &self.context, calls: self.calls() }
    }

    fn registration(&self) -> Setup<'_> {
        Setup { client: &self.client, context: &self.context, config: &self.config }
    }

    fn key_check(&self) -> KeyCheck<'_> {
        KeyCheck { client: &self.client, context: &self.context }
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("crm", &CRM)
            .field("account", self.inner.context.account().name())
            .finish_non_exhaustive()
    }
}

impl spi::Connector for Connector {
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
    const OPTIONS: &'static [&'static str] = &[call_start::STARTED_AT, recordings::LEG];

    fn context(&self) -> &Context {
        &self.inner.context
    }

    fn live(&self) -> impl LiveJob {
        let inner = &*self.inner;
        let account = inner.context.account();
        LiveEvents { calls: inner.calls(), recordings: inner.recordings(), account }
    }

    fn history(&self) -> impl HistoryJob {
        History { calls: self.inner.calls(), recordings: self.inner.recordings() }
    }

    fn lookup(&self) -> impl LookupJob {
        Lookup { names: self.inner.names(), links: self.inner.links() }
    }

    async fn health(&self, cx: &Cx) -> Result<HealthReport> {
        let inner = &*self.inner;
        Ok(Health { setup: inner.registration(), feed: inner.feed() }.check(cx).await)
    }

    async fn attach_recording(
        &self,
        cx: &Cx,
        call: &CallId,
        recording: &Recording,
    ) -> Result<Receipt> {
        self.inner.recordings().attach(cx, call, recording).await
    }

    async fn users(&self, cx: &Cx) -> Result<Vec<CrmUser>> {
        Lookup { names: self.inner.names(), links: self.inner.links() }.users(cx).await
    }

    async fn changes(&self, cx: &Cx, since: Option<&Cursor>) -> Result<Changes> {
        CustomerChanges { feed: self.inner.feed() }.since(cx, since).await
    }

    async fn setup(&self, cx: &Cx, plan: &SetupPlan) -> Result<Vec<String>> {
        self.inner.registration().run(cx, plan).await
    }

    fn parse_inbound(&self, request: &InboundRequest) -> (InboundReply, Result<InboundEvent>) {
        crate::inbound::parse(self.inner.context.account(), &self.inner.config, request)
    }

    async fn verify_inbound(&self, cx: &Cx, event: &InboundEvent) -> Result<()> {
        self.inner.key_check().check(cx, event.access_key.as_ref()).await
    }
}
