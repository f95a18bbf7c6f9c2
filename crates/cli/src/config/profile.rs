//! Builds a profile from its settings: checks them and resolves secrets.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use vochi_crm::config::{CRM_KEY, Kind, missing};
use vochi_crm::http::Origin;
use vochi_crm::{Account, Crm, CrmConnector, Error, ErrorKind, Hub, Result, Secret};

use super::check;
use super::env::Environment;
use super::keys;
use super::location::{Location, Locations};
use super::masking::Sensitive;
use super::secret;
use super::secret_file::SecretFile;
use super::tree::{Entry, Table};

/// The key of an incoming webhook's address.
const WEBHOOK_URL: &str = "webhook_url";

/// A profile with checked settings.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) crm: &'static Crm,
    pub(crate) account: Account,
    /// The settings as the library reads them, secrets included.
    pub(crate) settings: vochi_crm::Profile,
    /// Every secret of the profile, to be masked in output.
    pub(crate) secrets: Vec<Secret>,
    /// The secrets that `setup` generated.
    pub(crate) secret_files: Vec<SecretFile>,
    locations: Locations,
    sensitive: Sensitive,
}

/// The inputs of a profile.
pub(super) struct Parts<'a> {
    pub(super) name: &'a str,
    /// The location of the profile, if a file holds it.
    pub(super) location: Option<&'a Location>,
    pub(super) table: Table,
    /// The settings outside profiles; some are defaults of profiles.
    pub(super) top: &'a Table,
    pub(super) environment: &'a Environment,
    /// The base of relative paths.
    pub(super) base_dir: &'a Path,
    /// True if other users can read the configuration file.
    pub(super) exposed: bool,
}

impl Parts<'_> {
    pub(super) fn build(mut self) -> Result<Profile> {
        let path = format!("{}.{}", keys::PROFILE_TABLE, self.name);
        check::profile(&path, &self.table)?;
        let mut locations = Locations::of(&format!("{path}."), &self.table);
        self.inherit(&mut locations);
        let Some(crm) = self.table.text(CRM_KEY.name) else {
            return Err(self.missing(&path, &[CRM_KEY.name]));
        };
        let crm = Crm::find(crm).and_then(|crm| crm.check_connector().map(|()| crm));
        let crm = crm.map_err(|error| locations.locate(error))?;
        let keys = crm.keys();
        let mut sensitive = Sensitive::default();
        sensitive.add(self.top, keys::TOP, self.environment);
        sensitive.add(&self.table, &keys, self.environment);
        sensitive.add_words([self.name]);
        let missing = missing(&keys, |key| self.table.get(key).is_some());
        let mut problems = Vec::new();
        if !missing.is_empty() {
            problems.push(self.missing(&path, &missing));
        }
        let mut settings = vochi_crm::Profile::default();
        for (name, entry) in self.table.in_order() {
            let value = if keys::find(&keys, name).is_some_and(|key| key.kind == Kind::Secret) {
                match self.secret(name, entry) {
                    Ok(found) => {
                        let value = Value::from(found.expose());
                        if name == WEBHOOK_URL {
                            sensitive.add_webhook(&found);
                        }
                        sensitive.add_secret(found);
                        value
                    }
                    Err(problem) => {
                        problems.push(sensitive.mask(locations.locate(problem)));
                        continue;
                    }
                }
            } else {
                entry.node.json()
            };
            settings = settings.set(name, value);
        }
        if let Some(error) = join_errors(problems) {
            return Err(error);
        }
        let account = settings.account(self.name);
        let account = account.map_err(|error| sensitive.mask(locations.locate(error)))?;
        Ok(Profile {
            name: self.name.to_owned(),
            crm,
            account,
            settings,
            secrets: sensitive.everywhere(),
            secret_files: Vec::new(),
            locations,
            sensitive,
        })
    }

    /// Adds the defaults set outside profiles.
    fn inherit(&mut self, locations: &mut Locations) {
        for key in ["default_region", "public_url"] {
            if let Some(entry) = self.top.get(key)
                && self.table.get(key).is_none()
            {
                locations.add("", key.to_owned(), entry);
                self.table.0.insert(key.to_owned(), entry.clone());
            }
        }
    }

    fn missing(&self, path: &str, keys: &[&str]) -> Error {
        let variable = |key: &&str| format!("VOCHI_CRM_{}", key.to_uppercase());
        let variables: Vec<String> = keys.iter().map(variable).collect();
        let variables = variables.join(", ");
        match self.location {
            Some(location) => {
                let keys: Vec<String> = keys.iter().map(|key| format!("{path}.{key}")).collect();
                Error::config(format!("{location}: missing {}", keys.join(", ")))
                    .with_hint(format!("add the missing keys below [{path}], or set {variables}"))
            }
            None => Error::config(format!("missing {}: {variables} not set", keys.join(", ")))
                .with_hint(format!("set {variables}, or write a configuration file")),
        }
    }

    fn secret(&self, name: &str, entry: &Entry) -> Result<Secret> {
        let found = secret::resolve(&entry.node, self.environment, self.base_dir)
            .map_err(|error| error.with_key(name.to_owned()))?;
        if found.inline && self.exposed && matches!(entry.location, Location::File { .. }) {
            tracing::warn!(
                "{}: {name} is in a file that others can read; chmod 600 it, or write \
                 {{ env = \"..\" }} or {{ file = \"..\" }}",
                entry.location
            );
        }
        Ok(found.secret)
    }
}

impl Profile {
    /// Returns the profile with a secret that is not in the configuration.
    ///
    /// # Errors
    /// `config`
    pub(crate) fn with_secret_file(mut self, file: SecretFile) -> Result<Self> {
        self.settings = self.settings.set(file.key, file.secret.expose());
        let account = self.settings.account(self.name.as_str());
        self.account = account.map_err(|error| self.locate(error))?;
        self.secrets.push(file.secret.clone());
        self.secret_files.push(file);
        Ok(self)
    }

    /// Opens the connector.
    ///
    /// # Errors
    /// `config`, with the location of the invalid setting.
    pub(crate) fn connect(&self, hub: &Hub) -> Result<Arc<dyn CrmConnector>> {
        vochi_crm::open(hub, self.name.as_str(), &self.settings).map_err(|error| self.locate(error))
    }

    /// Returns true if the CRM is on this machine: a stand-in, where popups disturb no employee.
    pub(crate) fn is_on_this_machine(&self) -> bool {
        let text = |key: &str| self.settings.get(key).and_then(Value::as_str);
        // A webhook's address has a path.
        let webhook = text(WEBHOOK_URL).and_then(|url| url.split("/rest/").next());
        let url = webhook.or_else(|| text("url"));
        url.and_then(|url| url.parse::<Origin>().ok()).is_some_and(|url| url.is_loopback())
    }

    /// Adds location and full key to a configuration error of the library, and masks it.
    pub(crate) fn locate(&self, error: Error) -> Error {
        if error.kind() == ErrorKind::Config {
            self.sensitive.mask(self.locations.locate(error))
        } else {
            error
        }
    }
}

/// Joins several errors into one.
fn join_errors(mut errors: Vec<Error>) -> Option<Error> {
    if errors.len() < 2 {
        return errors.pop();
    }
    let messages: Vec<&str> = errors.iter().map(Error::message).collect();
    let mut hints: Vec<&str> = errors.iter().filter_map(Error::hint).collect();
    hints.dedup();
    let all = Error::config(messages.join("; "));
    Some(match hints.as_slice() {
        [] => all,
        hints => all.with_hint(hints.join("; ")),
    })
}
