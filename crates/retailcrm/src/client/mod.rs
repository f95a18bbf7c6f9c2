//! The typed client.

mod corporate;
mod customers;
mod history;
mod list;
mod modules;
mod phone_search;
mod reference;

pub use corporate::CorporateCustomers;
pub use customers::Customers;
pub use history::{History, HistoryPager};
pub use modules::IntegrationModules;
pub use phone_search::CustomersByPhone;
pub use reference::Reference;

use std::sync::Arc;

use http::HeaderName;
use serde_json::Value;
use vochi_crm_core::http::auth::HeaderKey;
use vochi_crm_core::http::{
    Dialect, Operation, OperationInfo, Origin, Output, Pipeline, RawRequest, Refusal, Response,
};
use vochi_crm_core::{Account, CrmName, Cx, Error, Hub, PhoneReader, Result};

use crate::config::Config;
use crate::{CRM, error, limits};

/// The typed client of one RetailCRM account. Cheap to clone.
///
/// Every operation is a value of [`api`](crate::api) for [`send`](Self::send);
/// [`list`](Self::list) reads all pages of a list. The areas ([`customers`](Self::customers),
/// [`integration_modules`](Self::integration_modules) and others) combine operations.
#[derive(Clone, Debug)]
pub struct Client {
    pipeline: Pipeline,
    /// The parser of the account's phone numbers.
    phones: PhoneReader,
    /// The configured shop.
    site: Option<Arc<str>>,
}

impl Client {
    /// Creates a client from configuration. It sends nothing yet.
    ///
    /// # Errors
    /// `config`; the message begins with the invalid key.
    pub fn open(hub: &Hub, account: &Account, config: &Config) -> Result<Self> {
        let wrong = |error: Error| error.with_account(CRM, account.name().clone());
        let origin: Origin =
            config.url.parse().map_err(|error: Error| wrong(error.with_key("url")))?;
        let key = config.api_key.clone().filter(|key| !key.is_empty()).ok_or_else(|| {
            wrong(
                Error::config("missing")
                    .with_hint(
                        "create a key in RetailCRM under Settings, Integration, API access keys",
                    )
                    .with_key("api_key"),
            )
        })?;
        // Sent as a header, not as a parameter, since URLs end up in logs.
        let auth = HeaderKey::new(HeaderName::from_static("x-api-key"), &key)
            .map_err(|error| wrong(error.with_key("api_key")))?;
        let secrets = [config.client_id.clone(), account.config().inbound_secret.clone()];
        let mut pipeline = Pipeline::builder(
            hub,
            account.name().clone(),
            origin.clone(),
            Arc::new(RetailCrm),
            Arc::new(auth),
        )
        .secrets(secrets.into_iter().flatten())
        .retry(account.retry());
        if let Some(timeout) = account.timeout() {
            pipeline = pipeline.timeout(timeout);
        }
        for (class, bucket, quota) in limits::quotas(account, &origin).map_err(wrong)? {
            pipeline = pipeline.quota(class, &bucket, quota);
        }
        Ok(Self {
            pipeline: pipeline.build(),
            phones: account.phones(),
            site: config.site.as_deref().map(Arc::from),
        })
    }

    /// Sends an operation, by value or by reference.
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_retailcrm::Client) -> Result<(), vochi_crm_core::Error> {
    /// use vochi_crm_core::Cx;
    /// use vochi_crm_retailcrm::api::GetTask;
    /// use vochi_crm_retailcrm::model::TaskId;
    /// let task = client.send(&Cx::history(), GetTask(TaskId::new(434)?)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind`](vochi_crm_core::ErrorKind) describes the kinds, `docs/errors.md` RetailCRM's
    /// own errors.
    pub async fn send<O: Operation>(
        &self,
        cx: &Cx,
        operation: O,
    ) -> Result<<O::Output as Output>::Value> {
        self.pipeline.send(cx, &operation).await
    }

    /// Sends a raw request, with the account's key, limits and retries.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn raw(&self, cx: &Cx, request: RawRequest) -> Result<Value> {
        let class = limits::class_of(request.path());
        self.send(cx, request.with_limit_class(class)).await
    }

    /// The shared resources of the process.
    pub fn hub(&self) -> &Hub {
        self.pipeline.hub()
    }
}

/// RetailCRM's dialect, based on the error table.
#[derive(Debug)]
struct RetailCrm;

impl Dialect for RetailCrm {
    fn crm(&self) -> CrmName {
        CRM
    }

    fn judge(&self, _: &OperationInfo, response: &Response) -> Result<(), Refusal> {
        error::judge(response)
    }
}
