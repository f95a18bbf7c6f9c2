//! The typed client.

mod form;
mod list;
mod phone_search;

pub use phone_search::UsersByPhone;

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use vochi_crm_core::http::auth::PathKey;
use vochi_crm_core::http::{
    Dialect, Operation, OperationInfo, Origin, Output, Pipeline, RawRequest, Refusal, Response,
};
use vochi_crm_core::{Account, CrmName, Cx, Error, Hub, Result};

use self::form::AsForm;
use crate::config::{BodyEncoding, Config};
use crate::model::OfficeId;
use crate::{CRM, error, limits};

/// The ending of every path: the format of the response.
const JSON_PATH: &str = ".json";

/// The typed client of one U-ON account. Cheap to clone.
///
/// Every operation is a value of [`api`](crate::api) for [`send`](Self::send);
/// [`list`](Self::list) reads all pages of a list, and [`users_by_phone`](Self::users_by_phone)
/// verifies a search by phone. "Nothing found" is an empty list or `None`, never an error.
#[derive(Clone, Debug)]
pub struct Client {
    pipeline: Pipeline,
    encoding: BodyEncoding,
    office: Option<OfficeId>,
    national_spellings: bool,
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
    /// ```no_run
    /// # async fn run(client: vochi_crm_uon::Client) -> Result<(), vochi_crm_core::Error> {
    /// use vochi_crm_core::Cx;
    /// use vochi_crm_uon::api::GetLead;
    /// use vochi_crm_uon::model::LeadId;
    /// let lead = client.send(&Cx::history(), GetLead(LeadId::new(12)?)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind`](vochi_crm_core::ErrorKind) describes the kinds, `docs/errors.md` U-ON's own
    /// errors.
    pub async fn send<O: Operation>(
        &self,
        cx: &Cx,
        operation: O,
    ) -> Result<<O::Output as Output>::Value> {
        match self.encoding {
            BodyEncoding::Json => self.pipeline.send(cx, &operation).await,
            BodyEncoding::Form => self.pipeline.send(cx, &AsForm(&operation)).await,
        }
    }

    /// Sends a raw request, with the account's key, limits and retries. The path begins after the
    /// key, as `/countries.json`; a missing `.json` is added.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn raw(&self, cx: &Cx, request: RawRequest) -> Result<Value> {
        let path = request.path();
        let request = if Path::new(path).extension().is_none() {
            let path = format!("{}{JSON_PATH}", path.trim_end_matches('/'));
            request.with_path(path)
        } else {
            request
        };
        self.pipeline.send(cx, &request).await
    }

    /// The shared resources of the process.
    pub fn hub(&self) -> &Hub {
        self.pipeline.hub()
    }
}

fn open(hub: &Hub, account: &Account, config: &Config) -> Result<Client> {
    let origin: Origin = config.url.parse().map_err(|error: Error| error.with_key("url"))?;
    let key = config.api_key.clone().filter(|key| !key.is_empty()).ok_or_else(|| {
        Error::config("missing")
            .with_hint("create a key in U-ON under Settings, Integration, API; tick GET? and POST?")
            .with_key("api_key")
    })?;
    let auth = PathKey::new(&origin, [], &key).map_err(|error| error.with_key("api_key"))?;
    let (bucket, quota) = limits::quota(account, &key, config.account_number()?)?;
    let account_name = account.name().clone();
    let mut pipeline = Pipeline::builder(hub, account_name, origin, Arc::new(UOn), Arc::new(auth))
        .secrets(account.config().inbound_secret.clone())
        .retry(account.retry())
        .quota(vochi_crm_core::http::LimitClass::GENERAL, &bucket, quota);
    if let Some(timeout) = account.timeout() {
        pipeline = pipeline.timeout(timeout);
    }
    Ok(Client {
        pipeline: pipeline.build(),
        encoding: config.body_encoding,
        office: config.office()?,
        national_spellings: config.national_spellings,
    })
}

/// U-ON's dialect, based on the error table.
#[derive(Debug)]
struct UOn;

impl Dialect for UOn {
    fn crm(&self) -> CrmName {
        CRM
    }

    fn judge(&self, operation: &OperationInfo, response: &Response) -> Result<(), Refusal> {
        error::judge(operation, response)
    }
}
