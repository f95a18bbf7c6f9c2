//! A profile made usable: checked, its secrets found.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};
use url::Url;
use vochi_crm::account::ACCOUNT_KEYS;
use vochi_crm::{Account, AccountConfig, Error, ErrorKind, Result, Secret};

use super::check;
use super::env::Environment;
use super::keys::{self, Kind};
use super::masking::Sensitive;
use super::place::Place;
use super::secret;
use super::secret_file::SecretFile;
use super::tree::{Entry, Node, Table};
use crate::crm::Crm;

/// The one generated key that every account has; the others are the CRM's own.
const INBOUND_SECRET: &str = "inbound_secret";

/// A profile that is in play.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) crm: Crm,
    pub(crate) account: Account,
    /// Every secret in it, for keeping them out of what is shown.
    pub(crate) secrets: Vec<Secret>,
    /// The secrets that `setup` generated.
    pub(crate) secret_files: Vec<SecretFile>,
    own: Own,
    map: KeyMap,
}

/// The CRM's own settings, secrets included.
#[derive(Clone)]
struct Own(Map<String, Value>);

impl std::fmt::Debug for Own {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
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
        let mut map = KeyMap::default();
        map.add(&path, "", &self.table);
        self.inherit(&mut map);
        let crm = self.crm(&path)?;
        let mut sensitive = Sensitive::default();
        sensitive.add(self.top, keys::TOP, self.environment);
        let kinds = keys::of_profile(Some(crm.name()));
        sensitive.add(&self.table, &kinds, self.environment);
        sensitive.add_words([self.name]);
        let missing = crm.needed_keys().iter().filter(|either| {
            let mut either = either.iter();
            !either.any(|key| self.table.get(key).is_some())
        });
        let missing: Vec<&str> = missing.filter_map(|either| either.first().copied()).collect();
        let mut problems = Vec::new();
        if !missing.is_empty() {
            problems.push(self.missing(&path, &missing));
        }
        let (mut common, mut own) = (Map::new(), Map::new());
        for (name, entry) in self.table.in_order() {
            let kind = kinds.iter().find(|key| key.name == name).map(|key| key.kind);
            let value = if kind == Some(Kind::Secret) {
                match self.secret(name, entry, &map) {
                    Ok(found) => {
                        let value = Value::from(found.expose());
                        sensitive.add_secret(found);
                        value
                    }
                    Err(problem) => {
                        problems.push(problem);
                        continue;
                    }
                }
            } else {
                entry.node.json()
            };
            let target = if ACCOUNT_KEYS.contains(&name) { &mut common } else { &mut own };
            target.insert(name.to_owned(), value);
        }
        if let Some(error) = joined(problems) {
            return Err(error);
        }
        own.remove("crm");
        let secrets = sensitive.everywhere();
        map.sensitive = sensitive;
        // Kinds were checked before, so what is left is our own mistake.
        let account: AccountConfig = serde_json::from_value(Value::Object(common))
            .map_err(|_| Error::internal(format!("{path}: the settings cannot be taken over")))?;
        let account = account.account(self.name).map_err(|error| map.locate(error))?;
        Ok(Profile {
            name: self.name.to_owned(),
            crm,
            account,
            secrets,
            secret_files: Vec::new(),
            own: Own(own),
            map,
        })
    }

    /// Takes over what is set for all profiles at once.
    fn inherit(&mut self, map: &mut KeyMap) {
        for key in ["default_region", "public_url"] {
            if let Some(entry) = self.top.get(key)
                && self.table.get(key).is_none()
            {
                map.places.insert(key.to_owned(), (entry.place.clone(), key.to_owned()));
                self.table.0.insert(key.to_owned(), entry.clone());
            }
        }
    }

    fn crm(&self, path: &str) -> Result<Crm> {
        let Some(entry) = self.table.get("crm") else {
            return Err(self.missing(path, &["crm"]));
        };
        let named = self.table.text("crm").unwrap_or_default();
        Crm::named(named).ok_or_else(|| {
            let have: Vec<&str> = Crm::ALL.iter().map(|crm| crm.name()).collect();
            let what = format!("this version has no connector for {named}");
            check::mistake(entry, &format!("{path}.crm"), &what)
                .with_hint(format!("it has: {}", have.join(", ")))
        })
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

    fn secret(&self, name: &str, entry: &Entry, map: &KeyMap) -> Result<Secret> {
        let found = secret::find(&entry.node, self.environment, self.beside).map_err(|error| {
            let told = Error::config(format!("{name}: {}", error.message()));
            map.locate(match error.hint() {
                Some(hint) => told.with_hint(hint.to_owned()),
                None => told,
            })
        })?;
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
    /// The CRM's own settings, secrets included.
    pub(crate) fn own(&self) -> Value {
        Value::Object(self.own.0.clone())
    }

    /// Returns true if the configuration has a secret under this key, or a file of `setup` has.
    pub(super) fn has_secret(&self, key: &str) -> bool {
        if key == INBOUND_SECRET {
            self.account.config().inbound_secret.is_some()
        } else {
            self.own.0.contains_key(key)
        }
    }

    /// The same profile with a secret that is not in the configuration.
    ///
    /// # Errors
    /// `config`
    pub(crate) fn with_secret_file(mut self, file: SecretFile) -> Result<Self> {
        if file.key == INBOUND_SECRET {
            let mut config = self.account.config().clone();
            config.inbound_secret = Some(file.secret.clone());
            self.account =
                config.account(self.name.as_str()).map_err(|error| self.map.locate(error))?;
        } else {
            let text = Value::from(file.secret.expose());
            self.own.0.insert(file.key.to_owned(), text);
        }
        self.secrets.push(file.secret.clone());
        self.secret_files.push(file);
        Ok(self)
    }

    /// Whether its CRM is on this machine: a stand-in, where nobody is disturbed.
    pub(crate) fn is_on_this_machine(&self) -> bool {
        let url = self.own.0.get("url").and_then(Value::as_str);
        url.and_then(|url| Url::parse(url).ok()).is_some_and(|url| check::on_this_machine(&url))
    }

    /// Says where the setting stands that an error of the library begins with.
    pub(crate) fn locate(&self, error: Error) -> Error {
        self.map.locate(error)
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

/// Where each setting of a profile stands and how it is called in full, by its name in the library.
#[derive(Clone, Debug, Default)]
struct KeyMap {
    places: BTreeMap<String, (Place, String)>,
    sensitive: Sensitive,
}

impl KeyMap {
    fn add(&mut self, path: &str, below: &str, table: &Table) {
        for (name, entry) in &table.0 {
            let key = if below.is_empty() { name.clone() } else { format!("{below}.{name}") };
            let full = format!("{path}.{key}");
            self.places.insert(key.clone(), (entry.place.clone(), full));
            if let Node::Table(table) = &entry.node {
                self.add(path, &key, table);
            }
        }
    }

    /// Adds place and full name to a configuration error of the library, which begins with the
    /// key, and masks what it must not show.
    fn locate(&self, error: Error) -> Error {
        let located = self.places.iter().rev().find_map(|(key, (place, full))| {
            let rest = error.message().strip_prefix(key.as_str())?;
            let rest = rest.strip_prefix(": ")?;
            let located = Error::new(error.kind(), format!("{place}: {full}: {rest}"));
            Some(match error.hint() {
                Some(hint) => located.with_hint(hint.to_owned()),
                None => located,
            })
        });
        match located {
            Some(located) => self.sensitive.mask(located),
            None if error.kind() == ErrorKind::Config => self.sensitive.mask(error),
            None => error,
        }
    }
}
