//! The typed client.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use vochi_crm_core::http::auth::Auth;
use vochi_crm_core::http::{
    Dialect, LimitClass, Operation, OperationInfo, Origin, Output, Pipeline, RawRequest, Refusal,
    Response,
};
use vochi_crm_core::{Account, CrmName, Cx, Error, Hub, Result};

use crate::access::{Access, REST};
use crate::config::Config;
use crate::{CRM, error, limits};

/// How long one request may take: a portal answers slowly when it creates a lead.
const ATTEMPT: Duration = Duration::from_secs(20);

/// The typed client of one Bitrix24 portal. Cheap to clone.
///
/// Every operation is a value of [`api`](crate::api) for [`send`](Self::send). Its path is the
/// method's name, as `/crm.contact.list`: the client adds the address and the credentials.
#[derive(Clone, Debug)]
pub struct Client {
    pipeline: Pipeline,
}

impl Client {
    /// Creates a client from configuration. It sends nothing yet.
    ///
    /// # Errors
    /// `config`; the message begins with the invalid key.
    pub fn open(hub: &Hub, account: &Account, config: &Config) -> Result<Self> {
        open(hub, account, config).map_err(|error| error.with_account(CRM, account.name().clone()))
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

    /// The shared resources of the process.
    pub fn hub(&self) -> &Hub {
        self.pipeline.hub()
    }
}

fn open(hub: &Hub, account: &Account, config: &Config) -> Result<Client> {
    let (portal, auth): (Origin, Arc<dyn Auth>) = match config.access()? {
        Access::Webhook(webhook) => {
            let rest = webhook.origin.clone().within([REST]);
            let auth = webhook.auth(&rest).map_err(|error| error.with_key("webhook_url"))?;
            (webhook.origin, Arc::new(auth))
        }
        Access::Application => {
            return Err(Error::config("an application is not supported yet").with_key("client_id"));
        }
    };
    let (bucket, quota) = limits::quota(account, &portal, config.tariff)?;
    let rest = portal.within([REST]);
    let secrets = [config.application_token.clone(), account.config().inbound_secret.clone()];
    let mut pipeline =
        Pipeline::builder(hub, account.name().clone(), rest, Arc::new(Bitrix24), auth)
            .secrets(secrets.into_iter().flatten())
            .retry(account.retry())
            .attempt_timeout(ATTEMPT)
            .operation_limits(bucket.clone())
            .quota(LimitClass::GENERAL, &bucket, quota);
    if let Some(timeout) = account.timeout() {
        pipeline = pipeline.timeout(timeout);
    }
    Ok(Client { pipeline: pipeline.build() })
}

/// Bitrix24's dialect, based on the error table.
#[derive(Debug)]
struct Bitrix24;

impl Dialect for Bitrix24 {
    fn crm(&self) -> CrmName {
        CRM
    }

    fn judge(&self, _: &OperationInfo, response: &Response) -> Result<(), Refusal> {
        error::judge(response)
    }
}
