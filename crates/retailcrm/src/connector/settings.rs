//! The account's settings in RetailCRM: the time zone and the shop.

use std::time::Duration;

use vochi_crm_core::cache::{CacheKey, Lifetime};
use vochi_crm_core::connector::Context;
use vochi_crm_core::{Cx, Error, ErrorKind, Extra, Result, Text, Zone};

use crate::api::GetSettings;
use crate::{Client, Config};

/// How long the account's zone and its only shop are cached.
const LIFETIME: Lifetime = Lifetime::new(Duration::from_secs(3600), Duration::from_secs(60));

/// The zone if nothing else is known.
const ASSUMED_ZONE: &str = "Europe/Moscow";

/// Reads the account's settings, each once an hour.
#[derive(Clone, Copy)]
pub(super) struct Settings<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) config: &'a Config,
}

/// The source of the account's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ZoneSource {
    Configured,
    Account,
    Assumed,
}

impl Settings<'_> {
    fn key(&self, what: &'static str) -> CacheKey {
        CacheKey::new(self.context.account().name().as_str(), what, "")
    }

    /// The zone of the account's local times: configured, else read from the account, else assumed.
    pub(super) async fn zone(&self, cx: &Cx) -> Result<(Zone, ZoneSource)> {
        if let Some(zone) = self.context.account().zone() {
            return Ok((zone.clone(), ZoneSource::Configured));
        }
        let (cache, key) = (self.context.hub().cache(), self.key("retailcrm zone"));
        let read = cache.get_or_load(key, LIFETIME, || async {
            match self.client.send(cx, GetSettings).await {
                Ok(settings) => Ok(settings.timezone.and_then(|zone| zone.parse::<Zone>().ok())),
                // Without permission to read it the zone stays unknown; but while the CRM is down
                // no wrong time may be written.
                Err(error) if is_final(&error) => Ok(None),
                Err(error) => Err(error),
            }
        });
        match read.await? {
            Some(zone) => Ok((zone, ZoneSource::Account)),
            None => Ok((ASSUMED_ZONE.parse()?, ZoneSource::Assumed)),
        }
    }

    /// The shop of a call: its option `site`, else the configured one.
    pub(super) fn site(&self, extra: &Extra) -> Option<Text> {
        site(self.config, extra)
    }

    /// The shop to write to: the requested one, else the only one the key can access.
    pub(super) async fn shop(&self, cx: &Cx, asked: Option<Text>) -> Result<Text> {
        if let Some(site) = asked {
            return Ok(site);
        }
        let (hub, key) = (self.context.hub(), self.key("retailcrm site"));
        let read = hub.cache().get_or_load(key, LIFETIME, || async {
            let read = self.client.reference().site(cx, None).await;
            match (read, hub.plan()) {
                // A dry run cannot know it.
                (Err(error), Some(plan)) if error.kind() == ErrorKind::Config => {
                    Ok(Some(format!("<SITE from step {}>", plan.requests().len())))
                }
                (read, _) => read.map(Some),
            }
        });
        let site: Option<String> = read.await?;
        match site {
            Some(site) => Text::new(site),
            None => Err(Error::internal("missing shop after reading it")),
        }
    }
}

/// The shop of a call: its option `site`, else the configured one.
pub(super) fn site(config: &Config, extra: &Extra) -> Option<Text> {
    let of_call = extra.get("site").and_then(|site| site.as_str());
    [of_call, config.site.as_deref()]
        .into_iter()
        .flatten()
        .find_map(|site| Text::new(site.trim()).ok())
}

fn is_final(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Auth | ErrorKind::NotFound | ErrorKind::Rejected | ErrorKind::Decode
    )
}
