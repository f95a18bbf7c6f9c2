//! A profile made usable: checked, its secrets found.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};
use url::Url;
use vochi_crm::account::ACCOUNT_KEYS;
use vochi_crm::{Account, AccountConfig, Error, Result, Secret};

use super::check;
use super::env::Environment;
use super::keys::{self, Kind};
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
        for needed in crm.needed_keys() {
            if self.table.get(needed).is_none() {
                return Err(self.missing(&path, needed));
            }
        }
        let (mut common, mut own) = (Map::new(), Map::new());
        let mut secrets = Vec::new();
        let kinds = keys::of_profile(Some(crm.name()));
        for (name, entry) in self.table.in_order() {
            let kind = kinds
                .iter()
                .find(|key| key.name == name)
                .map(|key| key.kind);
            let value = if kind == Some(Kind::Secret) {
                let found = self.secret(name, entry, &map)?;
                let value = Value::from(found.expose());
                secrets.push(found);
                value
            } else {
                entry.node.json()
            };
            let target = if ACCOUNT_KEYS.contains(&name) {
                &mut common
            } else {
                &mut own
            };
            target.insert(name.to_owned(), value);
        }
        own.remove("crm");
        // Kinds were checked before, so what is left is our own mistake.
        let account: AccountConfig = serde_json::from_value(Value::Object(common))
            .map_err(|_| Error::internal(format!("{path}: the settings cannot be taken over")))?;
        let account = account
            .account(self.name)
            .map_err(|error| map.locate(error))?;
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
                map.0
                    .insert(key.to_owned(), (entry.place.clone(), key.to_owned()));
                self.table.0.insert(key.to_owned(), entry.clone());
            }
        }
    }

    fn crm(&self, path: &str) -> Result<Crm> {
        let Some(entry) = self.table.get("crm") else {
            return Err(self.missing(path, "crm"));
        };
        let named = self.table.text("crm").unwrap_or_default();
        Crm::named(named).ok_or_else(|| {
            let have: Vec<&str> = Crm::ALL.iter().map(|crm| crm.name()).collect();
            let what = format!("this version has no connector for {named}");
            check::mistake(entry, &format!("{path}.crm"), &what)
                .with_hint(format!("it has: {}", have.join(", ")))
        })
    }

    fn missing(&self, path: &str, key: &str) -> Error {
        let variable = format!("VOCHI_CRM_{}", key.to_uppercase());
        let told = match self.place {
            Some(place) => Error::config(format!("{place}: {path}.{key} is missing")),
            None => Error::config(format!("{key} is missing: {variable} is not set")),
        };
        told.with_hint(match self.place {
            Some(_) => format!("add it below [{path}], or set {variable}"),
            None => format!("set {variable}, or write a configuration file"),
        })
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
            self.account = config
                .account(self.name.as_str())
                .map_err(|error| self.map.locate(error))?;
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
        url.and_then(|url| Url::parse(url).ok())
            .is_some_and(|url| check::on_this_machine(&url))
    }

    /// Says where the setting stands that an error of the library begins with.
    pub(crate) fn locate(&self, error: Error) -> Error {
        self.map.locate(error)
    }
}

/// Where each setting of a profile stands and how it is called in full, by its name in the library.
#[derive(Clone, Debug, Default)]
struct KeyMap(BTreeMap<String, (Place, String)>);

impl KeyMap {
    fn add(&mut self, path: &str, below: &str, table: &Table) {
        for (name, entry) in &table.0 {
            let key = if below.is_empty() {
                name.clone()
            } else {
                format!("{below}.{name}")
            };
            let full = format!("{path}.{key}");
            self.0.insert(key.clone(), (entry.place.clone(), full));
            if let Node::Table(table) = &entry.node {
                self.add(path, &key, table);
            }
        }
    }

    /// The library begins a configuration error with the key; this adds place and full name.
    fn locate(&self, error: Error) -> Error {
        let message = error.message();
        let told = self.0.iter().rev().find_map(|(key, (place, full))| {
            let rest = message.strip_prefix(key.as_str())?.strip_prefix(": ")?;
            Some(format!("{place}: {full}: {rest}"))
        });
        match told {
            Some(told) => {
                let hint = error.hint().map(str::to_owned);
                let located = Error::new(error.kind(), told);
                match hint {
                    Some(hint) => located.with_hint(hint),
                    None => located,
                }
            }
            None => error,
        }
    }
}
