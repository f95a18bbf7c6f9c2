//! The check of the shop of calls and customers.

use vochi_crm_core::account::UnknownCaller;
use vochi_crm_core::connector::Check;
use vochi_crm_core::{Cx, ErrorKind};

use super::Health;
use crate::model::{Credentials, Site, site_for};

impl Health<'_> {
    pub(super) async fn site_check(&self, cx: &Cx, key: &Credentials) -> Check {
        let sites = match self.client.reference().sites(cx).await {
            Ok(sites) => sites,
            // The key itself may name its shops.
            Err(error) if error.kind() == ErrorKind::Auth => Vec::new(),
            Err(error) => return Check::broken("site", &error),
        };
        let configured = self.config.site.as_deref().map(str::trim);
        match configured.filter(|site| !site.is_empty()) {
            Some(site) => configured_site(site, key, &sites),
            None => self.chosen_site(key, &sites),
        }
    }

    fn chosen_site(&self, key: &Credentials, sites: &[Site]) -> Check {
        match site_for(None, key, sites) {
            Ok(site) => Check::passed("site", format!("{site}, the only one the key can access")),
            Err(error) if self.names_a_site() => Check::broken("site", &error),
            // Events and records do not need a shop.
            Err(error) => Check::passed("site", error.message().to_owned())
                .with_hint("the configuration does not need one; set `site` to choose one"),
        }
    }

    /// Returns true if the configuration leads to requests that have to name the shop.
    fn names_a_site(&self) -> bool {
        let config = self.context.account().config();
        let policies = config.unknown_caller;
        config.missed_task
            || !config.lines.is_empty()
            || [policies.inbound, policies.outbound].contains(&UnknownCaller::Client)
    }
}

fn configured_site(site: &str, key: &Credentials, sites: &[Site]) -> Check {
    let reached: Vec<&str> = if key.sites_available.is_empty() {
        sites.iter().map(|site| site.code.as_str()).collect()
    } else {
        key.sites_available.iter().map(String::as_str).collect()
    };
    if reached.is_empty() {
        return Check::passed("site", format!("{site}, as configured"))
            .with_hint("it cannot be verified: the key does not have the scope reference_read");
    }
    if reached.contains(&site) {
        return Check::passed("site", format!("{site}, as configured"));
    }
    Check::failed(
        "site",
        ErrorKind::Config,
        format!("the key cannot access shop {site}, only {}", reached.join(", ")),
        "set `site` to one of them, or give the key access to the shop",
    )
}
