//! U-ON as a connector: maps the common model to U-ON's terms.

mod changes;
mod crm_state;
mod follow_up;
mod health;
mod history;
mod live;
mod lookup;
mod mapping;
mod popup_text;
mod setup;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use vochi_crm_core::cache::{CacheKey, Lifetime};
use vochi_crm_core::connector::{Changes, Context, Cursor, SetupPlan};
use vochi_crm_core::inbound::{Applied, InboundEvent, InboundKind, InboundReply, InboundRequest};
use vochi_crm_core::spi::{self, HistoryJob, LiveJob, LookupJob};
use vochi_crm_core::{
    Account, CallId, Capabilities, Capability, CrmUser, Cx, Directory, Error, HealthReport, Hub,
    Receipt, Recording, Result, WarningKind, Zone,
};

use self::changes::ClientChanges;
use self::follow_up::{FollowUps, MOST_REQUESTS};
use self::health::Health;
use self::history::History;
use self::live::Popups;
use self::lookup::{Budget, Lookup};
use self::setup::Setup;
use crate::api::ListManagers;
use crate::config::user_id;
use crate::inbound::{CLIENT, CLIENT_PHONES, read_phone};
use crate::model::{HookType, UserId};
use crate::{CRM, Client, Config, inbound};

/// The zone of an account, if it is not configured.
const DEFAULT_ZONE: &str = "+03:00";

/// How long a repeated click counts as the same.
const CLICKS: Duration = Duration::from_secs(5);

/// How long any other repeated request counts as the same.
const HOOKS: Duration = Duration::from_secs(24 * 3600);

/// One U-ON account behind [`CrmConnector`](vochi_crm_core::CrmConnector). Cheap to clone.
///
/// A finished call is logged first. What follows it sends five requests at the most: the account's
/// `unknown_caller` may create a client or a lead, and `missed_task` a reminder for a missed call.
/// Their failures are warnings of the receipt. U-ON has no key for a call: after a lost response the
/// history is read, and the call is not sent again.
///
/// ```
/// use vochi_crm_core::{AccountConfig, Hub};
/// use vochi_crm_uon::{Config, Connector};
///
/// let common: AccountConfig = serde_json::from_str(r#"{"extensions": {"151": "2"}}"#)?;
/// let config: Config =
///     serde_json::from_str(r#"{"api_key": "invented-key", "account_id": "12345"}"#)?;
/// let connector = Connector::open(&Hub::new()?, common.account("agency")?, &config)?;
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
    /// The number of the account.
    number: Option<u64>,
    zone: Zone,
}

impl Connector {
    /// Creates a connector from configuration. It sends nothing yet.
    ///
    /// # Errors
    /// `config`; the message begins with the invalid key.
    pub fn open(hub: &Hub, account: Account, config: &Config) -> Result<Self> {
        let context = Context::new(CRM, hub, account);
        let opened = (|| {
            let account = context.account();
            Config::lead_status(account)?;
            let zone = account.zone().cloned();
            Ok(Inner {
                client: Client::open(hub, account, config)?,
                directory: account.directory().typed(user_id)?,
                number: config.account_number()?,
                zone: zone.map_or_else(|| DEFAULT_ZONE.parse(), Ok)?,
                config: config.clone(),
                context: context.clone(),
            })
        })();
        let inner = opened.map_err(|error: Error| context.complete(error))?;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The typed client.
    pub fn client(&self) -> &Client {
        &self.inner.client
    }
}

impl Inner {
    fn lookup(&self, requests: u32) -> Lookup<'_> {
        let Self { client, context, directory, config, number, .. } = self;
        let budget = Budget::new(requests);
        Lookup { client, context, directory, config, number: *number, budget }
    }

    fn follow_ups(&self) -> FollowUps<'_> {
        let lookup = self.lookup(MOST_REQUESTS);
        FollowUps { lookup, zone: &self.zone, created: OnceLock::new() }
    }

    fn registration(&self) -> Setup<'_> {
        Setup { client: &self.client, context: &self.context }
    }

    /// Drops what a created or changed client makes outdated: its numbers as far as they are known,
    /// else everything of the account.
    async fn forget_client(&self, event: &InboundEvent) {
        let lookup = self.lookup(0);
        let client = event.entity.as_ref().filter(|entity| entity.kind == CLIENT);
        if let Some(client) = client {
            lookup.forget_client(&client.id).await;
        }
        let account = self.context.account();
        let mut numbers = 0_usize;
        for (name, value) in &event.raw {
            let is_phone = CLIENT_PHONES.iter().any(|field| name.ends_with(&format!("[{field}]")));
            let phone = value.as_str().filter(|_| is_phone);
            if let Some(number) = phone.and_then(|phone| read_phone(account, phone).number()) {
                lookup.forget_number(number).await;
                numbers += 1;
            }
        }
        if numbers == 0 {
            self.context.hub().cache().invalidate_account(account.name().as_str()).await;
        }
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
        Capability::RecordingByUrl,
        Capability::Find,
        Capability::Responsible,
        Capability::Users,
        Capability::Changes,
        Capability::Setup,
        Capability::ClickToCall,
    ]);

    fn context(&self) -> &Context {
        &self.inner.context
    }

    fn live(&self) -> impl LiveJob {
        let Inner { client, context, directory, config, .. } = &*self.inner;
        Popups { client, context, directory, config, lookup: self.inner.lookup(u32::MAX) }
    }

    fn history(&self) -> impl HistoryJob {
        let Inner { client, context, directory, zone, .. } = &*self.inner;
        let (lookup, follow_ups) = (self.inner.lookup(u32::MAX), || self.inner.follow_ups());
        History { client, context, directory, zone, lookup, follow_ups }
    }

    fn lookup(&self) -> impl LookupJob {
        self.inner.lookup(u32::MAX)
    }

    async fn health(&self, cx: &Cx) -> Result<HealthReport> {
        let Inner { client, context, directory, number, zone, .. } = &*self.inner;
        let setup = self.inner.registration();
        Ok(Health { client, context, directory, number: *number, zone, setup }.check(cx).await)
    }

    async fn attach_recording(&self, _: &Cx, call: &CallId, _: &Recording) -> Result<Receipt> {
        let error = self.inner.context.unsupported("a way to change a recorded call");
        Err(error.with_hint(format!("log call {call} once its recording's URL is known")))
    }

    /// A manager without an extension whose record has an inner number is a warning that proposes
    /// it.
    async fn users(&self, cx: &Cx) -> Result<Vec<CrmUser>> {
        let managers = self.client().all(cx, ListManagers).await?;
        for manager in managers.iter().filter(|manager| manager.is_at_work()) {
            let unmapped = self.inner.directory.extension_of(&manager.id).is_none();
            if let Some(number) = manager.inner_number.as_deref().filter(|_| unmapped) {
                let text = format!(
                    "U-ON's record of user {} proposes the extension {number}; only `extensions` counts",
                    manager.id
                );
                cx.warn(WarningKind::UnmappedExtension, text);
            }
        }
        Ok(managers.iter().map(mapping::common_user).collect())
    }

    async fn changes(&self, cx: &Cx, since: Option<&Cursor>) -> Result<Changes> {
        let lookup = self.inner.lookup(u32::MAX);
        ClientChanges { lookup, zone: &self.inner.zone }.since(cx, since).await
    }

    async fn setup(&self, cx: &Cx, plan: &SetupPlan) -> Result<Vec<String>> {
        self.inner.registration().run(cx, plan).await
    }

    fn parse_inbound(&self, request: &InboundRequest) -> (InboundReply, Result<InboundEvent>) {
        let Inner { context, config, number, .. } = &*self.inner;
        inbound::parse(context.account(), config, *number, request)
    }

    /// U-ON repeats a request it got no success for: a click is the same for five seconds, any other
    /// event for a day.
    async fn apply_inbound(&self, _: &Cx, event: &InboundEvent) -> Result<Applied> {
        let inner = &*self.inner;
        let for_how_long = match event.kind {
            InboundKind::ClickToCall => CLICKS,
            _ => HOOKS,
        };
        // Apart from the account's cached responses, which a changed client may drop.
        let account = format!("{} inbound", inner.context.account().name());
        let key = CacheKey::new(account, "uon inbound", event.id.as_str());
        let mut applied = Applied::Repeat;
        let first = || {
            applied = Applied::New;
            async { Ok::<_, Error>(Some(())) }
        };
        let lifetime = Lifetime::new(for_how_long, Duration::ZERO);
        inner.context.hub().cache().get_or_load(key, lifetime, first).await?;
        // Also for a repeat: a second change may look the same.
        match &event.kind {
            InboundKind::CustomerChanged => inner.forget_client(event).await,
            InboundKind::Other(name) if is_about_managers(name) => {
                inner.lookup(0).forget_managers().await;
            }
            _ => {}
        }
        Ok(applied)
    }
}

fn is_about_managers(name: &str) -> bool {
    [HookType::ManagerCreated, HookType::ManagerChanged].iter().any(|kind| kind.name() == name)
}
