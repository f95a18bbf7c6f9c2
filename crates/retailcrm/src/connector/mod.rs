//! RetailCRM behind the common trait: the only room where both vocabularies meet.

mod changes;
mod find;
mod follow_up;
mod health;
mod history;
mod live;
mod mapping;
mod responsible;
mod setup;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vochi_crm_core::cache::{CacheKey, Lifetime};
use vochi_crm_core::connector::{Changes, Cursor, Found, SetupPlan, SetupReport};
use vochi_crm_core::inbound::{InboundEvent, InboundReply, InboundRequest};
use vochi_crm_core::{
    Account, AccountName, CallEvent, CallId, CallRecord, Capabilities, Capability, CrmConnector,
    CrmName, Cx, Error, ErrorKind, Extension, HealthReport, Hub, PhoneNumber, Receipt, Recording,
    Responsible, Result, UserList, Zone,
};

use crate::api::{GetSettings, UserFilter};
use crate::model::UserId;
use crate::{CRM, Client, Config, inbound};

/// One RetailCRM account behind the common trait. Cheap to clone.
///
/// Options a call may carry in its [`Extra`](vochi_crm_core::Extra): `site` (the shop, of events and
/// records), `web_analytics` (of events: `campaign` with `name` and `code`, `queryString`) and
/// `source` (of records: `source`, `medium`, `campaign`, `keyword`, `content`).
///
/// Once a call is recorded, the account's `unknown_caller` may make a customer of a caller nobody
/// knows (named by the number, with the `externalId` `vochi-` and the digits), and `missed_task` a
/// task for a call nobody took. What of this fails is a warning of the receipt.
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
    account: Account,
    config: Config,
}

/// What this connector remembers of a call beside the common state.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Note {
    /// The extensions that were shown the call: a hangup names exactly them.
    shown: Vec<Extension>,
    /// The same for users without an extension.
    shown_users: Vec<UserId>,
}

/// How long the account's zone and its only shop are taken for granted.
const SETTINGS_LIFETIME: Lifetime = Lifetime::new(Duration::from_hours(1), Duration::from_mins(1));

/// The zone where nothing else is known.
const ASSUMED_ZONE: &str = "Europe/Moscow";

impl Connector {
    /// A connector from configuration. Nothing goes out yet.
    ///
    /// # Errors
    /// `config`; the message begins with the key that is wrong.
    pub fn open(hub: &Hub, account: Account, config: &Config) -> Result<Self> {
        let client = Client::open(hub, &account, config)?;
        let wrong = |error: Error| error.with_account(CRM, account.name().clone());
        Config::check(&account).map_err(wrong)?;
        mapping::check_directory(account.directory()).map_err(wrong)?;
        Ok(Self { inner: Arc::new(Inner { client, account, config: config.clone() }) })
    }

    /// The typed client underneath.
    pub fn client(&self) -> &Client {
        &self.inner.client
    }

    fn hub(&self) -> &Hub {
        self.inner.client.pipeline().hub()
    }

    fn own(&self) -> &Account {
        &self.inner.account
    }

    /// Fills in who speaks, for errors that arise before a request.
    fn blame(&self, error: Error) -> Error {
        error.with_account(CRM, self.own().name().clone())
    }

    /// The zone of the account's local times: configured, else read from the account, else assumed.
    async fn zone(&self, cx: &Cx) -> Result<(Zone, ZoneSource)> {
        if let Some(zone) = self.own().zone() {
            return Ok((zone.clone(), ZoneSource::Configured));
        }
        let key = CacheKey::new(self.own().name().as_str(), "retailcrm zone", "");
        let read = self.hub().cache().get_or_load(key, SETTINGS_LIFETIME, || async {
            match self.client().send(cx, GetSettings).await {
                Ok(settings) => Ok(settings.timezone.and_then(|zone| zone.parse::<Zone>().ok())),
                // Without the right to read it the zone stays unknown; a CRM that is down is no
                // reason to write a wrong time.
                Err(error) if is_final(&error) => Ok(None),
                Err(error) => Err(error),
            }
        });
        match read.await? {
            Some(zone) => Ok((zone, ZoneSource::Account)),
            None => Ok((ASSUMED_ZONE.parse()?, ZoneSource::Assumed)),
        }
    }
}

fn is_final(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Auth | ErrorKind::NotFound | ErrorKind::Rejected | ErrorKind::Decode
    )
}

/// Where the account's zone is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ZoneSource {
    Configured,
    Account,
    Assumed,
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
        let results = self.upload_records(cx, records).await;
        results.into_iter().map(|result| result.map_err(|error| self.blame(error))).collect()
    }

    async fn attach_recording(
        &self,
        _cx: &Cx,
        call: &CallId,
        _recording: &Recording,
    ) -> Result<Receipt> {
        Err(self
            .lacks("a way to change a recorded call")
            .with_hint(format!("upload call {call} when its recording's URL is known")))
    }

    async fn find(&self, cx: &Cx, phones: &[PhoneNumber]) -> Result<Vec<Found>> {
        self.find_all(cx, phones).await.map_err(|error| self.blame(error))
    }

    async fn responsible(&self, cx: &Cx, phone: &PhoneNumber) -> Result<Option<Responsible>> {
        self.whose(cx, *phone)
            .await
            .map(|whose| whose.responsible)
            .map_err(|error| self.blame(error))
    }

    async fn changes(&self, cx: &Cx, since: Option<&Cursor>) -> Result<Changes> {
        self.changes_since(cx, since).await.map_err(|error| self.blame(error))
    }

    async fn setup(&self, cx: &Cx, plan: &SetupPlan) -> Result<SetupReport> {
        self.register(cx, plan).await.map_err(|error| self.blame(error))
    }

    async fn users(&self, cx: &Cx) -> Result<UserList> {
        let users = self.client().list(cx, UserFilter::new()).all().await?;
        Ok(mapping::user_list(self.own().directory(), &users))
    }

    fn parse_inbound(&self, request: &InboundRequest) -> (InboundReply, Result<InboundEvent>) {
        let (reply, event) = inbound::parse(self.own(), &self.inner.config, request);
        (reply, event.map_err(|error| self.blame(error)))
    }
}
