//! The typed client.

mod plain;

use std::sync::Arc;

use serde_json::Value;
use vochi_crm_core::http::auth::{Auth, CachedToken, NoAuth, TokenSecrets};
use vochi_crm_core::http::{
    Dialect, Operation, OperationInfo, Origin, Output, Pipeline, RawRequest, Refusal, Response,
};
use vochi_crm_core::{Account, CrmName, Cx, Error, Hub, Result, Secret};

use crate::api::{AuthorizePrivate, AuthorizePublic};
use crate::auth::{self, AccessKeys, Authorization, Exchange};
use crate::model::{Authorized, InstanceId};
use crate::{CRM, Config, error, limits};
use plain::PlainJson;

const UNSUPPORTED_MEDIA_TYPE: u16 = 415;

/// Operations whose documented samples use a personal key.
const PERSONAL: [&str; 4] = ["events", "contacts/{id}", "contacts/create", "companies"];

/// The typed client of one Kontur.CRM workspace. Cheap to clone.
///
/// Every operation is a value of [`api`](crate::api) for [`send`](Self::send). The first request
/// obtains an access key with the `ApiKey`; the key is cached in memory for minutes and renewed
/// once for all waiting requests.
#[derive(Clone, Debug)]
pub struct Client {
    /// Sends everything except events, contacts and companies.
    pipeline: Pipeline,
    /// Sends events, contacts and companies, with the personal key if one is configured.
    persons: Pipeline,
    keys: Option<AccessKeys>,
    instance: Option<InstanceId>,
}

impl Client {
    /// Creates a client from configuration. It sends nothing yet.
    ///
    /// # Errors
    /// `config`; the message starts with the invalid key.
    pub fn open(hub: &Hub, account: &Account, config: &Config) -> Result<Self> {
        open(hub, account, config).map_err(|error| error.with_account(CRM, account.name().clone()))
    }

    /// Sends an operation, by value or by reference.
    ///
    /// Events, contacts and companies are sent with the personal key, if one is configured. The
    /// pages of contacts, companies and integrations name two content types: an operation rejected
    /// with HTTP 415 is sent again with the second one.
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_kontur::Client) -> Result<(), vochi_crm_core::Error> {
    /// use vochi_crm_core::Cx;
    /// use vochi_crm_kontur::api::GetFileMeta;
    /// use vochi_crm_kontur::model::FileId;
    /// let id = FileId::new("7c9e6679-7425-40de-944b-e07fc1f90001")?;
    /// let file = client.send(&Cx::history(), GetFileMeta(id)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind`](vochi_crm_core::ErrorKind) describes the kinds, `docs/errors.md` Kontur's own
    /// errors.
    pub async fn send<O: Operation>(
        &self,
        cx: &Cx,
        operation: O,
    ) -> Result<<O::Output as Output>::Value> {
        let personal = PERSONAL.contains(&O::NAME);
        let pipeline = if personal { &self.persons } else { &self.pipeline };
        let sent = pipeline.send(cx, &operation).await;
        if let Err(error) = &sent
            && error.status() == Some(UNSUPPORTED_MEDIA_TYPE)
            && let Some(plain) = PlainJson::of(&operation)
        {
            return pipeline.send(cx, &plain).await;
        }
        sent
    }

    /// Sends a raw request with the account's key, limits and retries.
    ///
    /// The path is that of Kontur's API, as `/api/v1/{workspace}/events`, or the part after the
    /// workspace.
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
            Some(path) => self.send(cx, request.with_path(path)).await,
            None => self.send(cx, request).await,
        }
    }

    /// Returns the workspace and the integration of the account. Obtains an access key if there is
    /// none.
    ///
    /// # Errors
    /// As [`send`](Self::send); `unsupported` with a ready access key.
    pub async fn authorized(&self, cx: &Cx) -> Result<Authorized> {
        match &self.keys {
            Some(keys) => keys.token(cx).await,
            None => Err(Error::unsupported(
                "unknown workspace and integration: a ready access key does not identify them",
            )
            .with_hint("set api_key")),
        }
    }

    /// Returns the integration's id from the configuration, else from the authorization response.
    ///
    /// # Errors
    /// As [`authorized`](Self::authorized); `config` if neither has it.
    pub async fn instance_id(&self, cx: &Cx) -> Result<InstanceId> {
        if let Some(instance) = &self.instance {
            return Ok(instance.clone());
        }
        let missing = || {
            Error::config("missing")
                .with_key("instance_id")
                .with_hint("copy it from the integration's page in Kontur")
        };
        match &self.keys {
            Some(keys) => {
                let authorized = keys.token(cx).await?;
                authorized.instance.id.ok_or_else(missing)
            }
            None => Err(missing()),
        }
    }

    /// Returns the same client with the access key of an inbound request.
    ///
    /// The key is valid for minutes and belongs to that request only.
    ///
    /// # Errors
    pub fn with_key(&self, key: &Secret) -> Result<Self> {
        let pipeline =
            self.pipeline.with_auth(Arc::new(auth::access_key(key, auth::INBOUND_KEY_EXPIRED)?));
        Ok(Self {
            persons: pipeline.clone(),
            pipeline,
            keys: None,
            instance: self.instance.clone(),
        })
    }

    /// Returns the hub shared by the accounts of the process.
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
    let tokens = TokenSecrets::default();
    let auth: Arc<dyn Auth> = if let Some(key) = non_blank(config.access_key.as_ref()) {
        Arc::new(auth::access_key(key, auth::READY_KEY_EXPIRED)?)
    } else {
        let authorization = pipeline(api, Arc::new(NoAuth::masking(&tokens)))?;
        let authorization = Authorization::new(exchange(config)?, authorization);
        let fetched = CachedToken::new(authorization, tokens.clone());
        keys = Some(fetched.clone());
        Arc::new(fetched)
    };
    let integration = pipeline(of_workspace, auth)?;
    let persons = match non_blank(config.bearer.as_ref()) {
        Some(key) => integration.with_auth(Arc::new(auth::bearer(key)?.masking(&tokens))),
        None => integration.clone(),
    };
    Ok(Client { pipeline: integration, persons, keys, instance: config.instance_id.clone() })
}

/// Judges responses with the error table.
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

/// Returns the secret unless it is blank.
pub(crate) fn non_blank(secret: Option<&Secret>) -> Option<&Secret> {
    secret.filter(|secret| !secret.expose().trim().is_empty())
}

/// Returns the workspace, which is part of every path.
fn workspace(config: &Config) -> Result<&str> {
    let workspace = config.workspace.trim();
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if workspace.is_empty() {
        return Err(Error::config("missing")
            .with_hint("use the Latin name from the URLs of Kontur's pages")
            .with_key("workspace"));
    }
    if !workspace.chars().all(good) || workspace.chars().all(|c| c == '.') {
        return Err(Error::config(format!("invalid workspace name {workspace:?}"))
            .with_hint("use the Latin name from the URLs of Kontur's pages, or the workspace's id")
            .with_key("workspace"));
    }
    Ok(workspace)
}

fn exchange(config: &Config) -> Result<Exchange> {
    let Some(key) = non_blank(config.api_key.as_ref()) else {
        return Err(Error::config("missing")
            .with_hint("generate an ApiKey in Kontur, on the integration's page under Secrets")
            .with_key("api_key"));
    };
    if let Some(secret) = non_blank(config.integration_secret.as_ref()) {
        let request = AuthorizePublic::new(key.clone(), secret.clone());
        request.request()?;
        return Ok(Exchange::Public(request));
    }
    let request = AuthorizePrivate::new(key.clone());
    request.request()?;
    Ok(Exchange::Private(request))
}
