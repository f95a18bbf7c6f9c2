//! From configuration to a usable account.

use super::{Account, AccountConfig};
use crate::call::{CrmUserId, Extension, Line};
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::inbound::AllowedNetworks;
use crate::name::AccountName;
use crate::phone::{PhoneNumber, PhoneReader, Region};
use crate::time::Zone;

impl AccountConfig {
    /// Checks the configuration and names the account.
    ///
    /// # Errors
    /// `config`, with the key.
    pub fn account(&self, name: impl Into<AccountName>) -> Result<Account> {
        let mut phones = PhoneReader::new().with_bare_digits(self.bare_digits);
        if let Some(region) = &self.default_region {
            let region = region
                .parse::<Region>()
                .map_err(|error| Error::config(error.to_string()).with_key("default_region"))?;
            phones = phones.with_region(region);
        }
        let wrong = |key, why: &'static str| Error::config(why).with_key(key);
        let zone = self
            .timezone
            .as_deref()
            .map(|zone| zone.parse::<Zone>().map_err(|error| error.in_config("timezone")))
            .transpose()?;
        if self.timeout_seconds.is_some_and(|seconds| !(seconds > 0.0 && seconds <= 86_400.0)) {
            return Err(wrong("timeout_seconds", "must be above 0 and at most 86400"));
        }
        if self.requests_per_second.is_some_and(|rate| !(rate > 0.0 && rate.is_finite())) {
            return Err(wrong("requests_per_second", "must be above 0"));
        }
        if self.burst == Some(0) {
            return Err(wrong("burst", "must be 1 or more"));
        }
        let allowed_networks = AllowedNetworks::new(&self.allowed_networks)
            .map_err(|error| error.in_config("allowed_networks"))?;
        Ok(Account {
            name: name.into(),
            allowed_networks,
            directory: self.directory(phones)?,
            phones,
            zone,
            config: self.clone(),
        })
    }

    fn directory(&self, phones: PhoneReader) -> Result<Directory> {
        let mut directory = Directory::new();
        for (extension, user) in &self.extensions {
            let wrong = |error: Error| error.in_config(format!("extensions.{extension}"));
            let user = CrmUserId::new(user).map_err(wrong)?;
            directory = directory.with_extension(Extension::new(extension).map_err(wrong)?, user);
        }
        for (line, number) in &self.lines {
            let key = format!("lines.{line}");
            let line = Line::new(line).map_err(|error| error.in_config(key.clone()))?;
            directory = directory.with_line(line, outside(key, number, phones)?);
        }
        if let Some(user) = &self.default_user {
            let user = CrmUserId::new(user).map_err(|error| error.in_config("default_user"))?;
            directory = directory.with_default_user(user);
        }
        if let Some(user) = &self.missed_user {
            let user = CrmUserId::new(user).map_err(|error| error.in_config("missed_user"))?;
            directory = directory.with_missed_user(user);
        }
        Ok(directory)
    }
}

fn outside(key: String, number: &str, phones: PhoneReader) -> Result<PhoneNumber> {
    phones.read(number).map(|reading| reading.number()).map_err(|error| {
        // The error's own text shows a part of the value, which no redactor recognises as a
        // secret.
        let reason = error.reason().as_str().replace('_', " ");
        Error::config(format!("invalid phone number {number:?}: {reason}"))
            .with_key(key)
            .with_hint("write the line's outside number with +, as +375171234567")
    })
}
