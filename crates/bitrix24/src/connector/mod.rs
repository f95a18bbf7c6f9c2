//! Bitrix24 as a connector: maps the common model to Bitrix24's terms.

mod calls;
mod cards;
mod changes;
mod crm_state;
mod health;
mod history;
mod live;
mod lookup;
mod mapping;
mod offline;
mod options;
mod recordings;
mod setup;
mod upload;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use vochi_crm_core::cache::{CacheKey, Lifetime};
use vochi_crm_core::connector::{Changes, Context, Cursor, SetupPlan};
use vochi_crm_core::inbound::{Applied, InboundEvent, InboundKind, InboundReply, InboundRequest};
use vochi_crm_core::spi::{self, HistoryJob, LiveJob, LookupJob};
use vochi_crm_core::{
    Account, CallId, Capabilities, Capability, CrmUser, CrmUserId, Cx, Directory, Error, ErrorKind,
    HealthReport, Hub, Receipt, Recording, Result, Seconds, Secret, Text, WarningKind,
};

use self::calls::Calls;
use self::changes::ClientChanges;
use self::health::Health;
use self::history::History;
use self::live::Cards;
use self::lookup::Lookup;
use self::recordings::Recordings;
use self::setup::Setup;
use crate::api::FinishCall;
use crate::model::{PortalCallId, StatusCode, UserId};
use crate::{CRM, Client, Config, InstalledTokens, MemberId, inbound};

/// How long a repeated click counts as the same: a second click on the number of an unfinished call
/// has the same `CALL_ID`.
const CLICKS: Duration = Duration::from_secs(5);

/// How long a click may take to arrive. Later the employee does not wait for the call any more.
const CLICK_LATEST: Duration = Duration::from_secs(120);

/// How long any other repeated event counts as the same.
const EVENTS: Duration = Duration::from_secs(60);

/// One Bitrix24 portal behind [`CrmConnector`](vochi_crm_core::CrmConnector). Cheap to clone.
///
/// A call is registered once, when its first card is shown or when it is recorded; its finish is the
/// record. Bitrix24 does not change a finished call.
///
/// Options of a call in its [`Extra`](vochi_crm_core::Extra): `vote` (1 to 5), `add_to_chat` (true or
/// false), `crm_source` (the source of a new lead), `call_list_id`, `callback` (true: a callback that
/// the client asked for), `crm_entity_type` and `crm_entity_id` (the client's entity, in place of a
/// search).
///
/// ```
/// use vochi_crm_bitrix24::{Config, Connector};
/// use vochi_crm_core::{AccountConfig, Hub};
///
/// let common: AccountConfig = serde_json::from_str(r#"{"extensions": {"151": "17"}}"#)?;
/// let config: Config = serde_json::from_str(
///     r#"{"webhook_url": "https://portal.bitrix24.by/rest/1/invented-secret/"}"#,
/// )?;
/// let connector = Connector::open(&Hub::new()?, common.account("portal")?, &config)?;
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
        let opened = (|| {
            options::check_policies(context.account())?;
            Ok(Inner {
                client: Client::open(hub, context.account(), config)?,
                directory: context.account().directory().typed(user_id)?,
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

    fn account(&self) -> &Account {
        self.inner.context.account()
    }

    fn blamed(&self, error: Error) -> Error {
        self.inner.context.complete(error)
    }
}

/// Converts a user id of the common model.
fn user_id(user: &CrmUserId) -> Result<UserId> {
    let id = UserId::try_from(user);
    id.map_err(|error| error.with_hint("write the number in the address of the user's profile"))
}

impl Inner {
    fn calls(&self) -> Calls<'_> {
        let Self { client, context, directory, .. } = self;
        Calls { client, context, directory }
    }

    fn lookup(&self) -> Lookup<'_> {
        let Self { client, context, directory, .. } = self;
        Lookup { client, context, directory }
    }

    fn recordings(&self) -> Recordings<'_> {
        Recordings { calls: self.calls() }
    }

    fn registration(&self) -> Setup<'_> {
        let Self { client, context, directory, .. } = self;
        Setup { client, context, directory }
    }

    /// Returns whether an event came for the first time within its window.
    async fn first_time(&self, event: &InboundEvent) -> Result<Applied> {
        let window = match event.kind {
            // Their tokens differ, and the last ones count.
            InboundKind::Installed | InboundKind::Uninstalled => return Ok(Applied::New),
            InboundKind::ClickToCall => CLICKS,
            _ => EVENTS,
        };
        // Apart from the account's cached responses.
        let account = format!("{} inbound", self.context.account().name());
        let key = CacheKey::new(account, "bitrix24 inbound", event.id.as_str());
        let mut applied = Applied::Repeat;
        let first = || {
            applied = Applied::New;
            async { Ok::<_, Error>(Some(())) }
        };
        let lifetime = Lifetime::new(window, Duration::ZERO);
        self.context.hub().cache().get_or_load(key, lifetime, first).await?;
        Ok(applied)
    }

    /// Returns true for a click of which the employee does not expect a call any more.
    fn is_outdated(&self, event: &InboundEvent) -> bool {
        let now = self.context.hub().clock().now();
        event.sent_at.is_some_and(|sent_at| now.since(sent_at) > CLICK_LATEST)
    }

    /// Finishes a click that is not dialled: otherwise its card would stay open.
    async fn refuse_click(&self, cx: &Cx, event: &InboundEvent, why: NotDialled) -> Result<()> {
        let (Some(call), Some(user)) = (&event.crm_call_id, &event.user_id) else {
            return Ok(());
        };
        let (call, user) = (PortalCallId::new(call.as_str())?, user_id(user)?);
        let finish = FinishCall::new(call, user, Seconds::ZERO, StatusCode::Unavailable)
            .failed_reason(Text::new(why.reason()).ok());
        self.client.send(cx, finish).await?;
        tracing::warn!(%user, "a click was refused: {}", why.text());
        Ok(())
    }
}

/// Why a click is not dialled.
#[derive(Clone, Copy)]
enum NotDialled {
    NoExtension,
    Outdated,
}

impl NotDialled {
    /// What the portal shows.
    fn reason(self) -> &'static str {
        match self {
            Self::NoExtension => "у сотрудника нет внутреннего номера",
            Self::Outdated => "запрос на звонок пришёл слишком поздно",
        }
    }

    /// What the log says.
    fn text(self) -> &'static str {
        match self {
            Self::NoExtension => "no extension is mapped to the user",
            Self::Outdated => {
                "it came more than two minutes late; if it did not, check this machine's clock"
            }
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
        Capability::LegEvents,
        Capability::History,
        Capability::Reasons,
        Capability::RecordingByUrl,
        Capability::RecordingUpload,
        Capability::Find,
        Capability::Responsible,
        Capability::Users,
        Capability::Changes,
        Capability::Setup,
        Capability::ClickToCall,
    ]);

    const OPTIONS: &'static [&'static str] = options::NAMES;

    fn context(&self) -> &Context {
        &self.inner.context
    }

    fn live(&self) -> impl LiveJob {
        Cards { calls: self.inner.calls(), recordings: self.inner.recordings() }
    }

    fn history(&self) -> impl HistoryJob {
        History { calls: self.inner.calls(), recordings: self.inner.recordings() }
    }

    fn lookup(&self) -> impl LookupJob {
        self.inner.lookup()
    }

    async fn health(&self, cx: &Cx) -> Result<HealthReport> {
        let Inner { client, context, .. } = &*self.inner;
        let (lookup, setup) = (self.inner.lookup(), self.inner.registration());
        Ok(Health { client, context, lookup, setup }.check(cx).await)
    }

    async fn attach_recording(
        &self,
        cx: &Cx,
        call: &CallId,
        recording: &Recording,
    ) -> Result<Receipt> {
        self.inner.recordings().attach(cx, call, recording).await
    }

    /// An employee without an extension whose record has an inner number is a warning that proposes
    /// it.
    async fn users(&self, cx: &Cx) -> Result<Vec<CrmUser>> {
        let users = self.inner.lookup().all_users(cx).await?;
        for user in users.iter().filter(|user| user.active != Some(false)) {
            let unmapped = self.inner.directory.extension_of(&user.id).is_none();
            if let Some(number) = user.inner_phone.as_deref().filter(|_| unmapped) {
                let text = format!(
                    "the portal proposes the extension {number} for user {}; only `extensions` counts",
                    user.id
                );
                cx.warn(WarningKind::UnmappedExtension, text);
            }
        }
        Ok(users.iter().map(mapping::common_user).collect())
    }

    async fn changes(&self, cx: &Cx, since: Option<&Cursor>) -> Result<Changes> {
        ClientChanges { lookup: self.inner.lookup() }.since(cx, since).await
    }

    async fn setup(&self, cx: &Cx, plan: &SetupPlan) -> Result<Vec<String>> {
        self.inner.registration().run(cx, plan).await
    }

    fn parse_inbound(&self, request: &InboundRequest) -> (InboundReply, Result<InboundEvent>) {
        let Inner { context, config, client, .. } = &*self.inner;
        inbound::parse(context.account(), config, client, request)
    }

    /// Compares the request's token and portal with those of the installation, where
    /// `application_token` is not configured. Of the first event after an authorization in a browser
    /// the token is unknown: then the OAuth host confirms the event's other token. An installation is
    /// confirmed when it is applied.
    async fn verify_inbound(&self, cx: &Cx, event: &InboundEvent) -> Result<()> {
        let (Some(oauth), Some(proof)) = (self.client().oauth(), &event.access_key) else {
            return Ok(());
        };
        if event.kind == InboundKind::Installed {
            return Ok(());
        }
        let auth: Value = serde_json::from_str(proof.expose()).unwrap_or_default();
        let token = auth["application_token"].as_str().map(Secret::new);
        let refused = |what: &'static str, hint: &'static str| {
            Err(Error::new(ErrorKind::Auth, what).with_hint(hint))
        };
        let known = oauth.status().await?;
        let member = event.raw.get(inbound::MEMBER).and_then(Value::as_str);
        if let (Some(known), Some(member)) = (&known, member)
            && known.member_id.as_str() != member
        {
            return refused(
                "event refused: it is from another portal",
                "check the address of the handler in the portal",
            );
        }
        match oauth.application_token().await? {
            Some(own) if Some(&own) == token.as_ref() => Ok(()),
            Some(_) => refused(
                "event refused: wrong application_token",
                "install the application again if the portal changed its token",
            ),
            None => match InstalledTokens::read(&auth) {
                Ok(tokens) => oauth.learn_application_token(cx, tokens).await,
                Err(_) => refused(
                    "event refused: the application's token is unknown",
                    "the first click brings it; or set application_token",
                ),
            },
        }
    }

    /// Stores the tokens of an installation, and forgets those of a removed application. A click
    /// that cannot be dialled, or came too late, is finished at once.
    async fn apply_inbound(&self, cx: &Cx, event: &InboundEvent) -> Result<Applied> {
        let applied = self.inner.first_time(event).await?;
        if applied == Applied::Repeat {
            return Ok(applied);
        }
        match (&event.kind, self.client().oauth()) {
            (InboundKind::Installed, Some(oauth)) => {
                let tokens = event.access_key.as_ref().map(Secret::expose);
                let auth = serde_json::from_str(tokens.unwrap_or_default())
                    .map_err(|_| Error::input("the installation has no tokens"))?;
                oauth.install(cx, InstalledTokens::read(&auth)?).await?;
            }
            (InboundKind::Uninstalled, Some(oauth)) => {
                let member = event.raw.get(inbound::MEMBER).and_then(Value::as_str);
                if let Some(member) = member {
                    oauth.forget(&MemberId::new(member)?).await?;
                }
            }
            (InboundKind::ClickToCall, _) if self.inner.is_outdated(event) => {
                self.inner.refuse_click(cx, event, NotDialled::Outdated).await?;
                return Ok(Applied::Expired);
            }
            (InboundKind::ClickToCall, _) if event.extension.is_none() => {
                self.inner.refuse_click(cx, event, NotDialled::NoExtension).await?;
            }
            _ => {}
        }
        Ok(applied)
    }
}
