//! The typed client.

mod batch;
mod envelope;
mod gather;
mod list;
mod usage;

pub(crate) use envelope::Envelope;

pub use batch::{Batch, Chained, ChainedBatch, Holds, Independent, Reference, reference};
pub use gather::Gathering;
pub use list::ListCursor;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use vochi_crm_core::http::auth::{Auth, NoAuth, TokenStore};
use vochi_crm_core::http::{
    LimitClass, Operation, Origin, Output, Pipeline, RawRequest, Relocation,
};
use vochi_crm_core::{Account, Cx, Hub, Id, Result};

use crate::access::{Access, OAuth, Portal, WebhookPortal};
use crate::api::UploadRecord;
use crate::config::Config;
use crate::model::File;
use crate::{CRM, limits};
use usage::Bitrix24;

/// How long one request may take: a portal answers slowly when it creates a lead.
const ATTEMPT: Duration = Duration::from_secs(20);

/// The typed client of one Bitrix24 portal. Cheap to clone.
///
/// Every operation is a value of [`api`](crate::api) for [`send`](Self::send). Its path is the
/// method's name, as `/crm.contact.list`: the client adds the address and the credentials.
#[derive(Clone, Debug)]
pub struct Client {
    pipeline: Pipeline,
    /// Sends batches, which may take longer.
    batches: Pipeline,
    portal: Arc<Portal>,
    oauth: Option<OAuth>,
}

impl Client {
    /// Creates a client from configuration. It sends nothing yet.
    ///
    /// # Errors
    /// `config`; the message begins with the invalid key.
    pub fn open(hub: &Hub, account: &Account, config: &Config) -> Result<Self> {
        Self::open_in(hub, account, config, None)
    }

    /// Creates a client whose application keeps its tokens in the host's own store, instead of a
    /// file or the call store.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with_tokens(
        hub: &Hub,
        account: &Account,
        config: &Config,
        tokens: Arc<dyn TokenStore>,
    ) -> Result<Self> {
        Self::open_in(hub, account, config, Some(tokens))
    }

    fn open_in(
        hub: &Hub,
        account: &Account,
        config: &Config,
        tokens: Option<Arc<dyn TokenStore>>,
    ) -> Result<Self> {
        let opened = open(hub, account, config, tokens);
        opened.map_err(|error| error.with_account(CRM, account.name().clone()))
    }

    /// Sends an operation, by value or by reference.
    ///
    /// # Errors
    /// [`ErrorKind`](vochi_crm_core::ErrorKind) describes the kinds, `docs/errors.md` Bitrix24's own
    /// errors.
    pub async fn send<O: Operation>(
        &self,
        cx: &Cx,
        operation: O,
    ) -> Result<<O::Output as Output>::Value> {
        self.pipeline.send(cx, &operation).await
    }

    /// Sends a raw request, with the account's credentials, limits and retries. The path is the
    /// method's name: `/crm.contact.list`, also as `/rest/crm.contact.list.json`.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn raw(&self, cx: &Cx, request: RawRequest) -> Result<Value> {
        let path = request.path().trim_matches('/');
        let path = path.strip_prefix("rest/").unwrap_or(path);
        let method = path.strip_suffix(".json").unwrap_or(path).to_owned();
        let request = request.with_path(format!("/{method}")).with_name(method);
        self.pipeline.send(cx, &request).await
    }

    /// Uploads a recording to the address that the portal gave for it, which is signed: no other
    /// credentials are added.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn upload(&self, cx: &Cx, upload: UploadRecord) -> Result<Option<Id<File>>> {
        let mut host = upload.url()?;
        host.set_path("");
        host.set_query(None);
        let pipeline = self.pipeline.to_origin(host.as_str().parse()?);
        pipeline.with_auth(Arc::new(NoAuth::default())).send(cx, &upload).await
    }

    /// The authorization of the application; `None` with an incoming webhook.
    pub fn oauth(&self) -> Option<&OAuth> {
        self.oauth.as_ref()
    }

    /// The portal's present address: the new one after a redirect of a renamed portal was followed.
    pub fn portal(&self) -> Origin {
        self.portal.origin()
    }

    /// The shared resources of the process.
    pub fn hub(&self) -> &Hub {
        self.pipeline.hub()
    }
}

fn open(
    hub: &Hub,
    account: &Account,
    config: &Config,
    tokens: Option<Arc<dyn TokenStore>>,
) -> Result<Client> {
    let mut secrets: Vec<_> =
        config.application_token.iter().chain(&account.config().inbound_secret).cloned().collect();
    let mut oauth = None;
    let (portal, relocation, auth): (_, Arc<dyn Relocation>, Arc<dyn Auth>) =
        match config.access()? {
            Access::Webhook(webhook) => {
                let portal = Arc::new(Portal::new(webhook.origin.clone()));
                let auth =
                    webhook.auth(&portal.rest()).map_err(|error| error.with_key("webhook_url"))?;
                (Arc::clone(&portal), Arc::new(WebhookPortal(portal)), Arc::new(auth))
            }
            Access::Application(application) => {
                let opened = application.open(hub, account, tokens)?;
                secrets.push(opened.secret());
                oauth = Some(opened.clone());
                let auth: Arc<dyn Auth> = match hub.plan() {
                    // A dry run shows no token, and must not renew one.
                    Some(_) => Arc::new(NoAuth::default()),
                    None => Arc::new(opened.auth()),
                };
                (Arc::clone(opened.portal()), Arc::new(opened), auth)
            }
        };
    let (bucket, quota) = limits::quota(account, &portal.origin(), config.tariff)?;
    let dialect = Arc::new(Bitrix24::default());
    let mut pipeline = Pipeline::builder(hub, account.name().clone(), portal.rest(), dialect, auth)
        .secrets(secrets)
        .relocation(relocation)
        .retry(account.retry())
        .attempt_timeout(ATTEMPT)
        .operation_limits(bucket.clone())
        .quota(LimitClass::GENERAL, &bucket, quota);
    if let Some(timeout) = account.timeout() {
        pipeline = pipeline.timeout(timeout);
    }
    let pipeline = pipeline.build();
    let timeout = account.timeout().unwrap_or(batch::TIMEOUT);
    let batches = pipeline.with_timeouts(timeout, batch::ATTEMPT);
    Ok(Client { pipeline, batches, portal, oauth })
}
