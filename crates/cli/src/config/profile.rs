//! A profile made usable: checked, its secrets found.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use vochi_crm::config::{CRM_KEY, Kind, missing};
use vochi_crm::http::Origin;
use vochi_crm::{Account, Crm, CrmConnector, Error, ErrorKind, Hub, Result, Secret};

use super::check;
use super::env::Environment;
use super::keys;
use super::masking::Sensitive;
use super::place::{Place, Places};
use super::secret;
use super::secret_file::SecretFile;
use super::tree::{Entry, Table};

/// A profile that is in play.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) crm: &'static Crm,
    pub(crate) account: Account,
    /// The settings as the library reads them, secrets included.
    pub(crate) settings: vochi_crm::Profile,
    /// Every secret in it, for keeping them out of what is shown.
    pub(crate) secrets: Vec<Secret>,
    /// The secrets that `setup` generated.
    pub(crate) secret_files: Vec<SecretFile>,
    places: Places,
    sensitive: Sensitive,
}

/// What a profile is made of.
pub(super) struct Parts<'a> {
    pub(super) name: &'a str,
    /// Where the profile begins, where a file holds it.
    pub(super) place: Option<&'a Place>,
    pub(super) table: Table,
    /// The settings outside profiles, some of which are every profile's default.
    pub(super) top: &'a Table,
    pub(super) environment: &'a Environment,
    /// Where relative files are.
    pub(super) beside: &'a Path,
    /// Whether others can read the configuration file.
    pub(super) exposed: bool,
}

impl Parts<'_> {
    pub(super) fn build(mut self) -> Result<Profile> {
        let path = format!("{}.{}", keys::PROFILE_TABLE, self.name);
        check::profile(&path, &self.table)?;
        let mut places = Places::of(&format!("{path}."), &self.table);
        self.inherit(&mut places);
        let Some(crm) = self.table.text(CRM_KEY.name) else {
            return Err(self.missing(&path, &[CRM_KEY.name]));
        };
        let crm = Crm::find(crm).and_then(|crm| crm.check_connector().map(|()| crm));
        let crm = crm.map_err(|error| places.locate(error))?;
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
                        sensitive.add_secret(found);
                        value
                    }
                    Err(problem) => {
                        problems.push(sensitive.mask(places.locate(problem)));
                        continue;
                    }
                }
            } else {
                entry.node.json()
            };
            settings = settings.set(name, value);
        }
        if let Some(error) = joined(problems) {
            return Err(error);
        }
        let account = settings.account(self.name);
        let account = account.map_err(|error| sensitive.mask(places.locate(error)))?;
        Ok(Profile {
            name: self.name.to_owned(),
            crm,
            account,
            settings,
            secrets: sensitive.everywhere(),
            secret_files: Vec::new(),
            places,
            sensitive,
        })
    }

    /// Takes over what is set for all profiles at once.
    fn inherit(&mut self, places: &mut Places) {
        for key in ["default_region", "public_url"] {
            if let Some(entry) = self.top.get(key)
                && self.table.get(key).is_none()
            {
                places.add("", key.to_owned(), entry);
                self.table.0.insert(key.to_owned(), entry.clone());
            }
        }
    }

    fn missing(&self, path: &str, keys: &[&str]) -> Error {
        let variable = |key: &&str| format!("VOCHI_CRM_{}", key.to_uppercase());
        let variables: Vec<String> = keys.iter().map(variable).collect();
        let variables = variables.join(", ");
        match self.place {
            Some(place) => {
                let keys: Vec<String> = keys.iter().map(|key| format!("{path}.{key}")).collect();
                Error::config(format!("{place}: missing {}", keys.join(", ")))
                    .with_hint(format!("add what is missing below [{path}], or set {variables}"))
            }
            None => Error::config(format!("missing {}: {variables} not set", keys.join(", ")))
                .with_hint(format!("set {variables}, or write a configuration file")),
        }
    }

    fn secret(&self, name: &str, entry: &Entry) -> Result<Secret> {
        let found = secret::find(&entry.node, self.environment, self.beside)
            .map_err(|error| error.with_key(name.to_owned()))?;
        if found.inline && self.exposed && matches!(entry.place, Place::File { .. }) {
            tracing::warn!(
                "{}: {name} stands in a file that others can read; chmod 600 it, or write \
                 {{ env = \"..\" }} or {{ file = \"..\" }}",
                entry.place
            );
        }
        Ok(found.secret)
    }
}

impl Profile {
    /// The same profile with a secret that is not in the configuration.
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

    /// The connector.
    ///
    /// # Errors
    /// `config`, with the place of the setting that is wrong.
    pub(crate) fn connect(&self, hub: &Hub) -> Result<Arc<dyn CrmConnector>> {
        vochi_crm::open(hub, self.name.as_str(), &self.settings).map_err(|error| self.locate(error))
    }

    /// Returns true if its CRM is on this machine: a stand-in, where popups disturb no employee.
    pub(crate) fn is_on_this_machine(&self) -> bool {
        let url = self.settings.get("url").and_then(Value::as_str);
        url.and_then(|url| url.parse::<Origin>().ok()).is_some_and(|url| url.is_loopback())
    }

    /// Adds place and full name of the setting to a configuration error of the library, and masks what
    /// it must not show.
    pub(crate) fn locate(&self, error: Error) -> Error {
        if error.kind() == ErrorKind::Config {
            self.sensitive.mask(self.places.locate(error))
        } else {
            error
        }
    }
}

/// All of several errors in one.
fn joined(mut errors: Vec<Error>) -> Option<Error> {
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
