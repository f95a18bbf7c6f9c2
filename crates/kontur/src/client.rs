//! The typed client.

mod areas;
mod plain;

pub use areas::{Clients, Events, Files, Integration, Telephony};

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use vochi_crm_core::http::auth::{Auth, CachedToken, NoAuth, TokenSecrets};
use vochi_crm_core::http::{
    Dialect, Endpoint, OperationInfo, Origin, Pipeline, RawRequest, Refusal, Response,
};
use vochi_crm_core::{
    Account, AccountConfig, AccountName, CrmName, Cx, Error, Hub, Result, Secret,
};

use crate::api::{AuthorizePrivate, AuthorizePublic};
use crate::auth::{self, AccessKeys, Authorization, Exchange};
use crate::model::{Authorized, InstanceId};
use crate::{CRM, Config, error, limits};

const UNSUPPORTED_MEDIA_TYPE: u16 = 415;

/// The typed client of one Kontur.CRM workspace. Cheap to clone.
///
/// Every operation is a value of [`api`](crate::api) and goes out with [`send`](Self::send); the
/// areas spell them out. Access keys are got for the `ApiKey` when the first request needs one, live
/// in memory for minutes and are renewed once for all who wait.
#[derive(Clone, Debug)]
pub struct Client {
    /// Everything an integration does.
    pipeline: Pipeline,
    /// Events, contacts and companies: as a person, where there is a person's key.
    persons: Pipeline,
    keys: Option<AccessKeys>,
    instance: Option<InstanceId>,
}

/// Puts a [`Client`] together.
///
/// ```
/// use vochi_crm_core::Hub;
/// use vochi_crm_kontur::Client;
/// let client = Client::builder("vochi-demo")
///     .account("crm")
///     .api_key("invented-key")
///     .build(&Hub::new()?)?;
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClientBuilder {
    account: AccountName,
    common: AccountConfig,
    config: Config,
}

impl ClientBuilder {
    /// The account's name in logs and errors; by default the workspace.
    #[must_use]
    pub fn account(mut self, name: impl Into<AccountName>) -> Self {
        self.account = name.into();
        self
    }

    /// Kontur's address, where it is another than [`DEFAULT_URL`](crate::DEFAULT_URL).
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.config.url = url.into();
        self
    }

    /// The integration's `ApiKey`.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.config.api_key = Some(key.into());
        self
    }

    /// The secret of a public integration, as `id=value`.
    #[must_use]
    pub fn integration_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.config.integration_secret = Some(secret.into());
        self
    }

    /// A ready access key, for trials: it lives 20 minutes and nothing renews it.
    #[must_use]
    pub fn access_key(mut self, key: impl Into<Secret>) -> Self {
        self.config.access_key = Some(key.into());
        self
    }

    /// A person's key for events, contacts and companies.
    #[must_use]
    pub fn bearer(mut self, key: impl Into<Secret>) -> Self {
        self.config.bearer = Some(key.into());
        self
    }

    /// How long one operation may take with all its retries.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.common.timeout_seconds = Some(timeout.as_secs_f64());
        self
    }

    /// How many times a request is repeated.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.common.retries = Some(retries);
        self
    }

    /// The client. Nothing goes out yet.
    ///
    /// # Errors
    /// `config` for an address, workspace or key that cannot be used.
    pub fn build(self, hub: &Hub) -> Result<Client> {
        Client::open(hub, &self.common.account(self.account)?, &self.config)
    }
}

impl Client {
    /// A client of a workspace, by its Latin name or its id.
    pub fn builder(workspace: impl Into<String>) -> ClientBuilder {
        let workspace = workspace.into();
        let name = if workspace.trim().is_empty() { CRM.as_str() } else { workspace.trim() };
        ClientBuilder {
            account: AccountName::from(name),
            common: AccountConfig::default(),
            config: Config { workspace, ..Config::default() },
        }
    }

    /// A client from configuration. Nothing goes out yet.
    ///
    /// # Errors
    /// `config`; the message begins with the key that is wrong.
    pub fn open(hub: &Hub, account: &Account, config: &Config) -> Result<Self> {
        open(hub, account, config).map_err(|error| error.with_account(CRM, account.name().clone()))
    }

    /// Sends any operation of the integration's.
    ///
    /// # Errors
    /// The kinds are told in [`ErrorKind`](vochi_crm_core::ErrorKind); what Kontur's own errors mean
    /// stands in `docs/errors.md`.
    pub async fn send<E: Endpoint>(&self, cx: &Cx, operation: &E) -> Result<E::Output> {
        self.pipeline.send(cx, operation).await
    }

    /// Sends any operation as the person whose key is configured, else as the integration.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_as_person<E: Endpoint>(&self, cx: &Cx, operation: &E) -> Result<E::Output> {
        self.persons.send(cx, operation).await
    }

    /// Sends an operation on an entity. Its pages name two content types: should the one of their
    /// samples not be taken, the other is.
    async fn send_entity<E: Endpoint>(
        &self,
        pipeline: &Pipeline,
        cx: &Cx,
        operation: &E,
    ) -> Result<E::Output> {
        match pipeline.send(cx, operation).await {
            Err(error) if error.status() == Some(UNSUPPORTED_MEDIA_TYPE) => {
                pipeline.send(cx, &plain::PlainJson(operation)).await
            }
            other => other,
        }
    }

    /// Sends a request as it is, with the account's key, limits and retries. The path is that of
    /// Kontur's API, as `/api/v1/{workspace}/events`, or the part behind the workspace.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn raw(&self, cx: &Cx, request: RawRequest) -> Result<Value> {
        let base = self.pipeline.origin().base();
        let behind = request
            .path()
            .strip_prefix(base)
            .filter(|rest| rest.starts_with('/'))
            .map(str::to_owned);
        match behind {
            Some(path) => self.send(cx, &request.with_path(path)).await,
            None => self.send(cx, &request).await,
        }
    }

    /// Who the account is for Kontur: its workspace and its integration. A key is got for it where
    /// there is none; with a ready key in its place nothing tells.
    ///
    /// # Errors
    /// As [`send`](Self::send); `unsupported` with a ready access key.
    pub async fn authorized(&self, cx: &Cx) -> Result<Authorized> {
        match &self.keys {
            Some(keys) => keys.token(cx).await,
            None => Err(Error::unsupported("a ready access key does not tell whose it is")
                .with_hint("configure api_key, which does")),
        }
    }

    /// The integration's id: as configured, else as Kontur tells it.
    ///
    /// # Errors
    /// As [`authorized`](Self::authorized); `config` where nothing tells it.
    pub async fn instance_id(&self, cx: &Cx) -> Result<InstanceId> {
        if let Some(instance) = &self.instance {
            return Ok(instance.clone());
        }
        let missing = || {
            Error::config("instance_id: it is not known")
                .with_hint("set it: the integration's page in Kontur shows it")
        };
        match &self.keys {
            Some(keys) => {
                let authorized = keys.token(cx).await?;
                authorized.instance.id.ok_or_else(missing)
            }
            None => Err(missing()),
        }
    }

    /// The same client with a key that came with a request of Kontur's. It is good for what belongs
    /// to that request, and for no more than minutes.
    ///
    /// # Errors
    /// `config`: it is no key.
    pub fn with_key(&self, key: &Secret) -> Result<Self> {
        let pipeline =
            self.pipeline.with_auth(Arc::new(auth::access_key(key, auth::INBOUND_KEY_OVER)?));
        Ok(Self {
            persons: pipeline.clone(),
            pipeline,
            keys: None,
            instance: self.instance.clone(),
        })
    }

    /// Live calls, the call history, who is responsible.
    pub fn telephony(&self) -> Telephony<'_> {
        Telephony::new(self)
    }

    /// Recordings on their way to a call.
    pub fn files(&self) -> Files<'_> {
        Files::new(self)
    }

    /// The integration itself: what is switched on, where Kontur calls us.
    pub fn integration(&self) -> Integration<'_> {
        Integration::new(self)
    }

    /// What changed in the workspace.
    pub fn events(&self) -> Events<'_> {
        Events::new(self)
    }

    /// Contacts and companies.
    pub fn clients(&self) -> Clients<'_> {
        Clients::new(self)
    }

    /// What it shares with the other accounts of the process.
    pub fn hub(&self) -> &Hub {
        self.pipeline.hub()
    }
}

fn open(hub: &Hub, account: &Account, config: &Config) -> Result<Client> {
    let origin: Origin = config.url.parse().map_err(|error: Error| error.with_key("url"))?;
    let workspace = workspace(config)?;
    let api = origin.clone().within(["api", "v1"]);
    let of_workspace = api.clone().within([workspace]);
    // A server may quote the value of the integration's secret without its id.
    let value = config.integration_secret.as_ref().and_then(|secret| {
        let (_, value) = secret.expose().split_once('=')?;
        Some(Secret::new(value))
    });
    let secrets: Vec<Secret> = [
        config.api_key.clone(),
        config.integration_secret.clone(),
        value,
        config.access_key.clone(),
        config.bearer.clone(),
        account.config().inbound_secret.clone(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let pipeline = |origin: Origin, auth: Arc<dyn Auth>| -> Result<Pipeline> {
        let quotas = limits::quotas(account, &origin, workspace)?;
        let mut builder =
            Pipeline::builder(hub, account.name().clone(), origin, Arc::new(Kontur), auth)
                .secrets(secrets.clone())
                .retry(account.retry());
        for (lane, bucket, quota) in quotas {
            builder = builder.lane_quota(limits::GENERAL, lane, &bucket, quota);
        }
        if let Some(timeout) = account.timeout() {
            builder = builder.timeout(timeout);
        }
        Ok(builder.build())
    };
    let mut keys = None;
    let auth: Arc<dyn Auth> = if let Some(key) = given(config.access_key.as_ref()) {
        Arc::new(auth::access_key(key, auth::READY_KEY_OVER)?)
    } else {
        let tokens = TokenSecrets::default();
        let authorization = pipeline(api, Arc::new(NoAuth::masking(&tokens)))?;
        let authorization = Authorization::new(exchange(config)?, authorization);
        let fetched = CachedToken::new(authorization, tokens);
        keys = Some(fetched.clone());
        Arc::new(fetched)
    };
    let integration = pipeline(of_workspace, auth)?;
    let persons = match given(config.bearer.as_ref()) {
        Some(key) => integration.with_auth(Arc::new(auth::bearer(key)?)),
        None => integration.clone(),
    };
    Ok(Client { pipeline: integration, persons, keys, instance: config.instance_id.clone() })
}

/// Judges responses by the one table.
#[derive(Debug)]
struct Kontur;

impl Dialect for Kontur {
    fn crm(&self) -> CrmName {
        CRM
    }

    fn judge(&self, _: &OperationInfo, response: &Response) -> Result<(), Refusal> {
        error::judge(response)
    }
}

/// A secret that is there: a blank one is none.
pub(crate) fn given(secret: Option<&Secret>) -> Option<&Secret> {
    secret.filter(|secret| !secret.expose().trim().is_empty())
}

/// The workspace, which stands in every path.
fn workspace(config: &Config) -> Result<&str> {
    let workspace = config.workspace.trim();
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if workspace.is_empty() {
        return Err(Error::config("missing")
            .with_hint("it is the Latin name in the addresses of Kontur's pages")
            .with_key("workspace"));
    }
    if !workspace.chars().all(good) || workspace.chars().all(|c| c == '.') {
        return Err(Error::config(format!("invalid name of a workspace {workspace:?}"))
            .with_hint(
                "it is the Latin name in the addresses of Kontur's pages, or the workspace's id",
            )
            .with_key("workspace"));
    }
    Ok(workspace)
}

fn exchange(config: &Config) -> Result<Exchange> {
    let Some(key) = given(config.api_key.as_ref()) else {
        return Err(Error::config("missing")
            .with_hint("in Kontur, on the integration's page under Secrets, generate an ApiKey")
            .with_key("api_key"));
    };
    if let Some(secret) = given(config.integration_secret.as_ref()) {
        let request = AuthorizePublic::new(key.clone(), secret.clone());
        request.request()?;
        return Ok(Exchange::Public(request));
    }
    let request = AuthorizePrivate::new(key.clone());
    request.request()?;
    Ok(Exchange::Private(request))
}
