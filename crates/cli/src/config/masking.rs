//! Masks secrets, and values that look like a key, in messages about the settings.

use vochi_crm::config::{Key, Kind};
use vochi_crm::{Error, Redactor, Secret, key_like_parts};

use super::env::Environment;
use super::keys;
use super::secret;
use super::tree::{Node, Table};

/// The texts of the settings that may have to be masked.
#[derive(Clone, Default)]
pub(super) struct Sensitive {
    secrets: Vec<Secret>,
    /// Texts that may be a key in the wrong field.
    texts: Vec<String>,
    /// Ids of the CRM. They are often GUIDs, so they are masked only in messages about the settings.
    ids: Vec<String>,
}

impl Sensitive {
    /// Adds the settings outside profiles, and all profiles.
    pub(super) fn add_file(&mut self, table: &Table, environment: &Environment) {
        self.add(table, keys::TOP, environment);
        if let Some(Node::Table(profiles)) = table.get(keys::PROFILE_TABLE).map(|it| &it.node) {
            self.add_profiles(profiles, environment);
        }
    }

    /// Adds profiles by name.
    pub(super) fn add_profiles(&mut self, profiles: &Table, environment: &Environment) {
        let keys = keys::of_profile(None);
        for (name, entry) in &profiles.0 {
            self.texts.push(name.clone());
            if let Node::Table(profile) = &entry.node {
                self.add(profile, &keys, environment);
            }
        }
    }

    /// Adds settings with these keys.
    pub(super) fn add(&mut self, table: &Table, keys: &[Key], environment: &Environment) {
        let others = table.0.iter().filter(|(name, _)| *name != keys::PROFILE_TABLE);
        for (name, entry) in others {
            self.texts.push(name.clone());
            let kind = keys::find(keys, name).map(|key| key.kind);
            let secret = match (kind, &entry.node) {
                (Some(Kind::Secret), Node::Text(text)) => Some(text.as_str()),
                (Some(Kind::Secret), Node::Table(reference)) => {
                    let variable = reference.text("env");
                    variable.and_then(|variable| environment.get(variable))
                }
                _ => None,
            };
            let is_id = matches!(kind, Some(Kind::Id | Kind::Map));
            let values = if is_id { &mut self.ids } else { &mut self.texts };
            match secret {
                Some(secret) => {
                    self.secrets.push(Secret::new(secret::trim(secret)));
                    // A key may stand in place of the variable's name.
                    if let Node::Table(_) = entry.node {
                        values_in(&entry.node, values);
                    }
                }
                None => values_in(&entry.node, values),
            }
            names_in(&entry.node, &mut self.texts);
        }
    }

    /// Adds a secret.
    pub(super) fn add_secret(&mut self, secret: Secret) {
        self.secrets.push(secret);
    }

    /// Adds the key in the address of a webhook: `https://{portal}/rest/{user}/{key}/`.
    pub(super) fn add_webhook(&mut self, address: &Secret) {
        let key = address.expose().trim().split('/').nth(5).filter(|key| !key.is_empty());
        self.secrets.extend(key.map(Secret::from));
    }

    /// Adds words that may be keys.
    pub(super) fn add_words<'a>(&mut self, words: impl IntoIterator<Item = &'a str>) {
        self.texts.extend(words.into_iter().map(str::to_owned));
    }

    /// Returns what is masked in all output.
    pub(super) fn everywhere(&self) -> Vec<Secret> {
        let misplaced = keys_in(&self.texts);
        self.secrets.iter().cloned().chain(misplaced).collect()
    }

    /// Masks an error about the settings.
    pub(super) fn mask(&self, error: Error) -> Error {
        let redactor = Redactor::new(self.everywhere().into_iter().chain(keys_in(&self.ids)));
        error.map_text(|text| redactor.mask_with_length(text))
    }
}

fn keys_in(texts: &[String]) -> impl Iterator<Item = Secret> {
    let keys = texts.iter().flat_map(|text| key_like_parts(text));
    keys.map(Secret::from)
}

/// Collects the texts of a value.
fn values_in(node: &Node, values: &mut Vec<String>) {
    match node {
        Node::Text(text) => values.push(text.clone()),
        Node::List(list) => list.iter().for_each(|item| values_in(item, values)),
        Node::Table(table) => {
            let entries = table.0.values();
            entries.for_each(|entry| values_in(&entry.node, values));
        }
        Node::Whole(_) | Node::Real(_) | Node::Flag(_) | Node::Other => {}
    }
}

/// Collects the keys in a value.
fn names_in(node: &Node, names: &mut Vec<String>) {
    match node {
        Node::List(list) => list.iter().for_each(|item| names_in(item, names)),
        Node::Table(table) => {
            for (name, entry) in &table.0 {
                names.push(name.clone());
                names_in(&entry.node, names);
            }
        }
        _ => {}
    }
}

impl std::fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sensitive")
    }
}
