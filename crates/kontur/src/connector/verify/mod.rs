//! Verifies inbound requests with Kontur.
//!
//! Kontur signs nothing. The proof of a genuine request is its access key, which opens our
//! integration in the workspace; no other sender has one.

use std::time::Duration;

use vochi_crm_core::cache::{CacheKey, Lifetime};
use vochi_crm_core::connector::Context;
use vochi_crm_core::inbound::repeat_id;
use vochi_crm_core::{Cx, Error, ErrorKind, Result, Secret};

use crate::Client;
use crate::api::GetInstance;
use crate::model::InstanceId;

/// How long a result is cached. A key is valid for minutes, and many requests carry the same one.
const RESULT_LIFETIME: Lifetime =
    Lifetime::new(Duration::from_secs(5 * 60), Duration::from_secs(60));

/// Checks the access keys of inbound requests.
pub(super) struct KeyCheck<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
}

impl KeyCheck<'_> {
    /// Checks that the access key of a request opens our integration.
    ///
    /// Requests without a key pass: for webhooks and schedules only the echo is documented.
    pub(super) async fn check(&self, cx: &Cx, key: Option<&Secret>) -> Result<()> {
        let Some(key) = key else {
            return Ok(());
        };
        // Use a hash: cache keys appear in logs.
        let hash = repeat_id("key", [key.expose()]);
        let cache_key =
            CacheKey::new(self.context.account().name().as_str(), "kontur inbound key", hash);
        let ours = self.client.instance_id(cx).await?;
        let result = self
            .context
            .hub()
            .cache()
            .get_or_load(cache_key, RESULT_LIFETIME, || self.opens(cx, key, &ours));
        match result.await? {
            Some(()) => Ok(()),
            None => Err(Error::new(
                ErrorKind::Auth,
                "cannot verify the request: its access key does not open our integration",
            )
            .with_hint("check workspace and instance_id if Kontur sent the request")),
        }
    }

    async fn opens(&self, cx: &Cx, key: &Secret, ours: &InstanceId) -> Result<Option<()>> {
        // An invalid header value cannot have arrived in a header.
        let Ok(client) = self.client.with_key(key) else {
            return Ok(None);
        };
        match client.send(cx, GetInstance(ours.clone())).await {
            Ok(instance) => Ok((instance.id.as_ref() == Some(ours)).then_some(())),
            Err(error) if is_refusal(&error) => Ok(None),
            // An unavailable server does not prove the key invalid.
            Err(error) => Err(error),
        }
    }
}

fn is_refusal(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Auth | ErrorKind::NotFound | ErrorKind::Rejected)
}

#[cfg(test)]
mod tests;
