//! RetailCRM as a connector: maps the common model to RetailCRM's terms.

mod changes;
mod crm_state;
mod follow_up;
mod health;
mod history;
mod live;
mod lookup;
mod mapping;
mod settings;
mod setup;

use std::fmt;
use std::sync::Arc;

use vochi_crm_core::connector::{Changes, Context, Cursor, SetupPlan};
use vochi_crm_core::inbound::{InboundEvent, InboundReply, InboundRequest};
use vochi_crm_core::spi::{self, HistoryJob, LiveJob, LookupJob};
use vochi_crm_core::{
    Account, CallId, Capabilities, Capability, CrmUser, Cx, Directory, Error, HealthReport, Hub,
    Receipt, Recording, Result,
};

use self::changes::CustomerChanges;
use self::follow_up::FollowUps;
use self::health::Health;
use self::history::History;
use self::live::Popups;
use self::lookup::Lookup;
use self::settings::Settings;
use self::setup::Setup;
use crate::api::UserFilter;
use crate::model::{UserId, user_id};
use crate::{CRM, Client, Config, inbound};

/// One RetailCRM account behind [`CrmConnector`](vochi_crm_core::CrmConnector). Cheap to clone.
///
/// Options of a call in its [`Extra`](vochi_crm_core::Extra): `site` (the shop, of events and
/// records), `web_analytics` (of events: `campaign` with `name` and `code`, `queryString`) and
/// `source` (of records: `source`, `medium`, `campaign`, `keyword`, `content`).
///
/// Once a call is recorded, the account's `unknown_caller` may create a customer for an unknown
/// number (named by the number, with the `externalId` `vochi-` and the digits), and `missed_task` a
/// task for a missed call. Their failures are warnings of the receipt.
///
/// ```
/// use vochi_crm_core::{AccountConfig, Hub};
/// use vochi_crm_retailcrm::{Config, Connector};
///
/// let common: AccountConfig = serde_json::from_str(r#"{"extensions": {"151": "18"}}"#)?;
/// let config: Config = serde_json::from_str(
///     r#"{"url": "https://demo.retailcrm.ru", "api_key": "invented-key"}"#,
/// )?;
/// let connector = Connector::open(&Hub::new()?, common.account("shop")?, &config)?;
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
}

impl Connector {
    /// Creates a connector from configuration. It sends nothing yet.
    ///
    /// # Errors
    /// `config`; the message begins with the invalid key.
    pub fn open(hub: &Hub, account: Account, config: &Config) -> Result<Self> {
        let context = Context::new(CRM, hub, account);
        let parts = (|| {
            Config::check(context.account())?;
            let client = Client::open(hub, context.account(), config)?;
            Ok((client, context.account().directory().typed(user_id)?))
        })();
        let (client, directory) = parts.map_err(|error: Error| context.complete(error))?;
        let config = config.clone();
        Ok(Self { inner: Arc::new(Inner { client, context, directory, config }) })
    }

    /// The typed client.
    pub fn client(&self) -> &Client {
        &self.inner.client
    }

    fn settings(&self) -> Settings<'_> {
        let Inner { client, context, config, .. } = &*self.inner;
        Settings { client, context, config }
    }

    fn customers(&self) -> Lookup<'_> {
        let Inner { client, context, directory, config } = &*self.inner;
        Lookup::new(client, context.account(), directory, config)
    }

    fn follow_ups(&self) -> FollowUps<'_> {
        FollowUps { lookup: self.customers(), settings: self.settings() }
    }

    fn registration(&self) -> Setup<'_> {
        let Inner { context, directory, .. } = &*self.inner;
        Setup { account: context.account(), directory, settings: self.settings() }
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
        Capability::History,
        Capability::Reasons,
        Capability::RecordingByUrl,
        Capability::Find,
        Capability::Responsible,
        Capability::Users,
        Capability::Changes,
        Capability::Setup,
        Capability::ClickToCall,
    ]);
    const OPTIONS: &'static [&'static str] = &["site", "web_analytics", "source"];

    fn context(&self) -> &Context {
        &self.inner.context
    }

    fn live(&self) -> impl LiveJob {
        let Inner { client, context, directory, config } = &*self.inner;
        Popups { client, account: context.account(), directory, config }
    }

    fn history(&self) -> impl HistoryJob {
        let Inner { client, context, directory, config } = &*self.inner;
        let (settings, follow_ups) = (self.settings(), self.follow_ups());
        History { client, context, directory, config, settings, follow_ups }
    }

    fn lookup(&self) -> impl LookupJob {
        self.customers()
    }

    async fn health(&self, cx: &Cx) -> Result<HealthReport> {
        let Inner { client, context, config, .. } = &*self.inner;
        let setup = self.registration();
        Ok(Health { client, context, config, setup }.check(cx).await)
    }

    async fn attach_recording(&self, _: &Cx, call: &CallId, _: &Recording) -> Result<Receipt> {
        let error = self.inner.context.unsupported("a way to change a recorded call");
        Err(error.with_hint(format!("log call {call} once its recording's URL is known")))
    }

    async fn users(&self, cx: &Cx) -> Result<Vec<CrmUser>> {
        let users = self.client().list(cx, UserFilter::new()).all().await?;
        Ok(users.iter().map(mapping::common_user).collect())
    }

    async fn changes(&self, cx: &Cx, since: Option<&Cursor>) -> Result<Changes> {
        CustomerChanges { client: self.client(), lookup: self.customers() }.since(cx, since).await
    }

    async fn setup(&self, cx: &Cx, plan: &SetupPlan) -> Result<Vec<String>> {
        self.registration().run(cx, plan).await
    }

    fn parse_inbound(&self, request: &InboundRequest) -> (InboundReply, Result<InboundEvent>) {
        inbound::parse(self.inner.context.account(), &self.inner.config, request)
    }
}
