//! The typed client.

use std::sync::Arc;

use http::HeaderName;
use serde_json::Value;
use vochi_crm_core::http::auth::HeaderKey;
use vochi_crm_core::http::{Operation, Output, Pipeline, RawRequest};
use vochi_crm_core::{Account, Cx, Error, Hub, Result};

use crate::Config;
use crate::error::Invented;

/// A client of one account.
#[derive(Clone, Debug)]
pub struct Client(Pipeline);

impl Client {
    /// Opens an account. Nothing is sent yet.
    ///
    /// # Errors
    /// `config`, with the key.
    pub fn open(hub: &Hub, account: &Account, config: &Config) -> Result<Self> {
        let key = config.api_key.as_ref();
        let key = key.ok_or_else(|| Error::config("missing").with_key("api_key"))?;
        let auth = HeaderKey::new(HeaderName::from_static("x-key"), key)
            .map_err(|error| error.with_key("api_key"))?;
        let origin = config.url.parse().map_err(|error: Error| error.with_key("url"))?;
        let (name, dialect) = (account.name().clone(), Arc::new(Invented));
        let pipeline = Pipeline::builder(hub, name, origin, dialect, Arc::new(auth));
        Ok(Self(pipeline.retry(account.retry()).build()))
    }

    /// Sends an operation.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send<O: Operation>(
        &self,
        cx: &Cx,
        operation: &O,
    ) -> Result<<O::Output as Output>::Value> {
        self.0.send(cx, operation).await
    }

    /// Sends a request that has no typed operation.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn raw(&self, cx: &Cx, request: RawRequest) -> Result<Value> {
        self.0.send(cx, &request).await
    }
}
