//! From configuration to a usable account.

use super::{Account, AccountConfig};
use crate::call::{CrmUserId, Extension, Line};
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::inbound::AllowedNetworks;
use crate::name::AccountName;
use crate::phone::{BareDigits, PhoneNumber, PhoneReader, Region};
use crate::time::Zone;

fn about(key: &str, error: &Error) -> Error {
    let wrong = Error::config(format!("{key}: {}", error.message()));
    match error.hint() {
        Some(hint) => wrong.with_hint(hint.to_owned()),
        None => wrong,
    }
}

impl AccountConfig {
    /// Checks the configuration and names the account.
    ///
    /// # Errors
    /// `config`; the message begins with the key that is wrong.
    pub fn account(&self, name: impl Into<AccountName>) -> Result<Account> {
        let mut phones = PhoneReader::new();
        if let Some(region) = &self.default_region {
            let region: Region = region
                .parse()
                .map_err(|error| Error::config(format!("default_region: {error}")))?;
            phones = phones.with_region(region);
        }
        phones = match self.bare_digits.as_deref() {
            None | Some("auto") => phones,
            Some("international") => phones.with_bare_digits(BareDigits::International),
            Some(_) => return Err(Error::config("bare_digits: write auto or international")),
        };
        let zone = self
            .timezone
            .as_deref()
            .map(|zone| zone.parse::<Zone>().map_err(|error| about("timezone", &error)))
            .transpose()?;
        if self.timeout_seconds.is_some_and(|seconds| !(seconds > 0.0 && seconds <= 86_400.0)) {
            return Err(Error::config("timeout_seconds: write a number from 0.1 to 86400"));
        }
        if self.requests_per_second.is_some_and(|rate| !(rate > 0.0 && rate.is_finite())) {
            return Err(Error::config("requests_per_second: write a number above 0"));
        }
        if self.burst == Some(0) {
            return Err(Error::config("burst: write 1 or more"));
        }
        let allowed_networks = AllowedNetworks::new(&self.allowed_networks)
            .map_err(|error| about("allowed_networks", &error))?;
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
            let wrong = |error| about(&format!("extensions.{extension}"), &error);
            let user = CrmUserId::new(user).map_err(wrong)?;
            directory = directory.with_extension(Extension::new(extension).map_err(wrong)?, user);
        }
        for (line, number) in &self.lines {
            let key = format!("lines.{line}");
            let line = Line::new(line).map_err(|error| about(&key, &error))?;
            directory = directory.with_line(line, outside(&key, number, phones)?);
        }
        if let Some(user) = &self.default_user {
            let user = CrmUserId::new(user).map_err(|error| about("default_user", &error))?;
            directory = directory.with_default_user(user);
        }
        if let Some(user) = &self.missed_user {
            let user = CrmUserId::new(user).map_err(|error| about("missed_user", &error))?;
            directory = directory.with_missed_user(user);
        }
        Ok(directory)
    }
}

fn outside(key: &str, number: &str, phones: PhoneReader) -> Result<PhoneNumber> {
    phones.read(number).map(|reading| reading.number()).map_err(|error| {
        // The error's own text shows a part of the value, which no redactor recognises as a
        // secret.
        let reason = error.reason().as_str().replace('_', " ");
        Error::config(format!("{key}: invalid phone number {number:?}: {reason}"))
            .with_hint("write the line's outside number with +, as +375171234567")
    })
}
