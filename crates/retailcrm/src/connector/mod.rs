//! RetailCRM behind the common trait: the only room where both vocabularies meet.

mod health;
mod history;
mod live;
mod words;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vochi_crm_core::account::UnknownCaller;
use vochi_crm_core::cache::{CacheKey, Lifetime};
use vochi_crm_core::{
    Account, AccountName, CallEvent, CallId, CallRecord, Capabilities, Capability, CrmConnector,
    CrmName, Cx, Error, ErrorKind, Extension, HealthReport, Hub, Line, PhoneNumber, Receipt,
    Recording, Responsible, Result, UserList, Warning, WarningKind, Zone,
};

use crate::api::{FindManager, ListUsers};
use crate::model::UserId;
use crate::{CRM, Client, Config};

/// One RetailCRM account behind the common trait. Cheap to clone.
///
/// Options a call may carry in its [`Extra`](vochi_crm_core::Extra): `site` (the shop, of events and
/// records), `web_analytics` (of events: `campaign` with `name` and `code`, `queryString`) and
/// `source` (of records: `source`, `medium`, `campaign`, `keyword`, `content`).
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

/// How long the account's zone is taken for granted.
const ZONE_LIFETIME: Lifetime = Lifetime::new(Duration::from_hours(1), Duration::from_mins(1));

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
        words::check_directory(account.directory()).map_err(wrong)?;
        let common = account.config();
        let unknown = [
            common.unknown_caller.inbound,
            common.unknown_caller.outbound,
        ];
        if unknown.iter().any(|policy| *policy != UnknownCaller::None) {
            return Err(wrong(
                Error::config("unknown_caller: this version makes no customers in RetailCRM")
                    .with_hint("write none, or leave it out"),
            ));
        }
        if common.missed_task {
            return Err(wrong(
                Error::config("missed_task: this version makes no tasks in RetailCRM")
                    .with_hint("write false, or leave it out"),
            ));
        }
        Ok(Self {
            inner: Arc::new(Inner {
                client,
                account,
                config: config.clone(),
            }),
        })
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

    /// Our outside number behind a line; unmapped lines are left out with a warning.
    fn outside(&self, line: Option<&Line>, warnings: &mut Vec<Warning>) -> Option<PhoneNumber> {
        let line = line?;
        let number = self.own().directory().number_of(line);
        if number.is_none() {
            warnings.push(Warning::new(
                WarningKind::UnmappedLine,
                format!("line {line} is not in `lines`; the CRM is not told our number"),
            ));
        }
        number
    }

    /// The zone of the account's local times: configured, else read from the account, else assumed.
    async fn zone(&self, cx: &Cx) -> Result<(Zone, ZoneSource)> {
        if let Some(zone) = self.own().zone() {
            return Ok((zone.clone(), ZoneSource::Configured));
        }
        let key = CacheKey::new(self.own().name().as_str(), "retailcrm zone", "");
        let read = self
            .hub()
            .cache()
            .get_or_load(key, ZONE_LIFETIME, || async {
                match self.client().reference().settings(cx).await {
                    Ok(settings) => {
                        Ok(settings.timezone.and_then(|zone| zone.parse::<Zone>().ok()))
                    }
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
    Capability::RecordingByUrl,
    Capability::Responsible,
    Capability::Users,
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
        self.live_event(cx, event)
            .await
            .map_err(|error| self.blame(error))
    }

    async fn log_calls(&self, cx: &Cx, records: &[CallRecord]) -> Vec<Result<Receipt>> {
        let results = self.upload_records(cx, records).await;
        results
            .into_iter()
            .map(|result| result.map_err(|error| self.blame(error)))
            .collect()
    }

    async fn attach_recording(
        &self,
        _cx: &Cx,
        call: &CallId,
        _recording: &Recording,
    ) -> Result<Receipt> {
        Err(self
            .lacks("a way to change a recorded call")
            .with_hint(format!(
                "upload call {call} when its recording's URL is known"
            )))
    }

    async fn responsible(&self, cx: &Cx, phone: &PhoneNumber) -> Result<Option<Responsible>> {
        let request = FindManager::new(phone).whatever_the_status();
        let answer = self.client().telephony().manager(cx, &request).await?;
        let Some(manager) = answer.manager else {
            return Ok(None);
        };
        let user = manager.id.to_common()?;
        let extension = match self.own().directory().extension_of(&user) {
            Some(extension) => Some(extension.clone()),
            None => manager
                .code
                .as_deref()
                .and_then(|code| Extension::new(code).ok()),
        };
        Ok(Some(Responsible::new(user, manager.full_name(), extension)))
    }

    async fn users(&self, cx: &Cx) -> Result<UserList> {
        let users = self
            .client()
            .users()
            .list(cx, ListUsers::new())
            .all()
            .await?;
        words::user_list(self.own().directory(), &users)
    }
}
