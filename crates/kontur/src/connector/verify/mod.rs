//! Checks with Kontur that an inbound request is genuine.
//!
//! Kontur signs nothing. The proof of a genuine request is the access key it brings: it opens our own
//! integration in the workspace, and no other sender has one.

use std::time::Duration;

use vochi_crm_core::cache::{CacheKey, Lifetime};
use vochi_crm_core::connector::Context;
use vochi_crm_core::inbound::repeat_id;
use vochi_crm_core::{Cx, Error, ErrorKind, Result, Secret};

use crate::Client;
use crate::api::GetInstance;
use crate::model::InstanceId;

/// How long a verdict holds. A key lives for minutes, and the same one comes with many requests.
const VERDICT: Lifetime = Lifetime::new(Duration::from_mins(5), Duration::from_mins(1));

/// Checks the access keys of inbound requests.
pub(super) struct KeyCheck<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
}

impl KeyCheck<'_> {
    /// Checks that a key that came with a request opens our integration. Without one there is nothing
    /// to check: of webhooks and schedules only the echo is documented.
    pub(super) async fn check(&self, cx: &Cx, key: Option<&Secret>) -> Result<()> {
        let Some(key) = key else {
            return Ok(());
        };
        // The key is not the cache's to know: it prints.
        let hash = repeat_id("key", [key.expose()]);
        let place =
            CacheKey::new(self.context.account().name().as_str(), "kontur inbound key", hash);
        let ours = self.client.instance_id(cx).await?;
        let verdict =
            self.context.hub().cache().get_or_load(place, VERDICT, || self.opens(cx, key, &ours));
        match verdict.await? {
            Some(()) => Ok(()),
            None => Err(Error::new(
                ErrorKind::Auth,
                "the request brought an access key that does not open our integration",
            )
            .with_hint(
                "if requests of Kontur's own are refused so, check workspace and instance_id",
            )),
        }
    }

    async fn opens(&self, cx: &Cx, key: &Secret, ours: &InstanceId) -> Result<Option<()>> {
        // What is no header cannot have come in one.
        let Ok(client) = self.client.with_key(key) else {
            return Ok(None);
        };
        match client.send(cx, GetInstance(ours.clone())).await {
            Ok(instance) => Ok((instance.id.as_ref() == Some(ours)).then_some(())),
            Err(error) if is_refusal(&error) => Ok(None),
            // Kontur is down or cannot be read: that says nothing about the key.
            Err(error) => Err(error),
        }
    }
}

fn is_refusal(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Auth | ErrorKind::NotFound | ErrorKind::Rejected)
}

#[cfg(test)]
mod tests;
