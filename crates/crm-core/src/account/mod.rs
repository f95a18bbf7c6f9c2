//! Accounts: the configuration that is common to all CRMs.

mod builder;
mod check;
mod config;

use std::fmt::Display;
use std::time::Duration;

pub use config::{AccountConfig, LimitScope, Popup, UnknownCaller, UnknownCallers};

use crate::call::{CallId, Line};
use crate::connector::{Cx, SetupPlan};
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::inbound::AllowedNetworks;
use crate::limit::Quota;
use crate::name::AccountName;
use crate::phone::{PhoneNumber, PhoneReader};
use crate::retry::RetryPolicy;
use crate::secret::SecretUrl;
use crate::time::Zone;
use crate::warning::WarningKind;

/// The default text of a task for a missed call, in the employees' language.
const TASK_TEXT: &str = "Перезвонить: пропущенный звонок";

/// An account: its checked configuration, ready for use.
#[derive(Clone, Debug)]
pub struct Account {
    name: AccountName,
    directory: Directory,
    phones: PhoneReader,
    zone: Option<Zone>,
    allowed_networks: AllowedNetworks,
    config: AccountConfig,
}

impl Account {
    /// The name in logs and errors.
    pub fn name(&self) -> &AccountName {
        &self.name
    }

    /// The mapping of extensions and lines.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The parser of the account's phone numbers.
    pub fn phones(&self) -> PhoneReader {
        self.phones
    }

    /// The configured zone of the CRM's local times.
    pub fn zone(&self) -> Option<&Zone> {
        self.zone.as_ref()
    }

    /// The networks the CRM's requests may come from (`allowed_networks`).
    pub fn allowed_networks(&self) -> &AllowedNetworks {
        &self.allowed_networks
    }

    /// The rest of the configuration.
    pub fn config(&self) -> &AccountConfig {
        &self.config
    }

    /// The timeout of one operation, if configured.
    pub fn timeout(&self) -> Option<Duration> {
        self.config.timeout_seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }

    /// The retry policy.
    pub fn retry(&self) -> RetryPolicy {
        let policy = RetryPolicy::default();
        self.config.retries.map_or(policy, |retries| policy.with_retries(retries))
    }

    /// Applies the account's configuration to a quota of the CRM: `requests_per_second` sets the
    /// general one and scales the others, `burst` sets the burst of all.
    ///
    /// # Errors
    /// `config` if the configured values are out of range.
    pub fn quota(&self, quota: Quota, general: Quota) -> Result<Quota> {
        let wrong = |key, error: &dyn Display| Error::config(error.to_string()).with_key(key);
        let mut quota = quota;
        if let Some(asked) = self.config.requests_per_second {
            quota = quota
                .scaled(asked / general.rate())
                .map_err(|error| wrong("requests_per_second", &error))?;
        }
        if let Some(burst) = self.config.burst {
            quota = quota.with_burst(burst).map_err(|error| wrong("burst", &error))?;
        }
        Ok(quota)
    }

    /// The company's number of a line. An unmapped line is left out, with a warning.
    pub fn outside_number(&self, cx: &Cx, line: Option<&Line>) -> Option<PhoneNumber> {
        let line = line?;
        let number = self.directory.number_of(line);
        if number.is_none() {
            cx.warn(
                WarningKind::UnmappedLine,
                format!("line {line} is not in `lines`; the company's number is not sent"),
            );
        }
        number
    }

    /// The address at which the CRM reaches this account, without a trailing slash: the plan's,
    /// else `{public_url}/in/{account}/{inbound_secret}`. It contains the secret.
    pub fn inbound_address(&self, plan: &SetupPlan) -> Option<SecretUrl> {
        if let Some(url) = &plan.inbound_url {
            return Some(SecretUrl::new(url.as_str()));
        }
        let public = self.config.public_url.as_deref().map(str::trim)?;
        let secret = self.config.inbound_secret.as_ref()?;
        (!public.is_empty() && !secret.is_empty()).then(|| {
            let (public, account) = (public.trim_end_matches('/'), self.name.as_str());
            SecretUrl::new(format!("{public}/in/{account}/{}", secret.expose()))
        })
    }

    /// The text of a task for a missed call: `task_text`, by default in Russian.
    pub fn task_text(&self) -> &str {
        let configured = self.config.task_text.as_deref().map(str::trim);
        configured.filter(|text| !text.is_empty()).unwrap_or(TASK_TEXT)
    }

    /// The call id as sent to the CRM.
    pub fn external_id(&self, call: &CallId) -> String {
        format!("{}{call}", self.config.call_id_prefix.as_deref().unwrap_or_default())
    }
}
