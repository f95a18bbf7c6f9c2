//! Settings: configuration file, environment and flags, in rising precedence.

mod check;
mod env;
mod file;
mod keys;
mod location;
mod masking;
mod pbx;
mod profile;
mod secret;
mod secret_file;
mod tree;

use std::path::{Path, PathBuf};

use vochi_crm::config::nearest;
use vochi_crm::{Error, PhoneNumber, Result};

pub(crate) use env::Environment;
pub(crate) use pbx::Pbx;
pub(crate) use profile::Profile;
pub(crate) use secret_file::SecretFile;

use file::{ConfigFile, Search};
use location::Location;
use masking::Sensitive;
use profile::Parts;
use tree::{Entry, Node, Table};

use crate::args::Global;

/// The variable that defines a profile without a file.
const CRM_VARIABLE: &str = "VOCHI_CRM_CRM";
/// The name of that profile.
const UNNAMED_PROFILE: &str = "default";

/// All settings of this run. A profile is built only when it is used, so that a missing secret of one
/// does not stop the others.
pub(crate) struct Settings<'a> {
    environment: &'a Environment,
    path: Option<PathBuf>,
    exposed: bool,
    top: Table,
    profiles: Table,
    /// Profile keys of the environment; they apply to the selected profile.
    from_environment: Table,
    pbx: Pbx,
    requested: &'a [String],
}

impl<'a> Settings<'a> {
    /// Reads and checks the configuration file, if there is one, and the environment.
    ///
    /// # Errors
    /// `config`, naming the file, the line and the key.
    pub(crate) fn load(global: &'a Global, environment: &'a Environment) -> Result<Self> {
        match file::search(global.config.as_deref(), environment) {
            Search::Nowhere(locations) if environment.get(CRM_VARIABLE).is_none() => {
                Err(no_configuration(&locations))
            }
            found => Self::read(found, global, environment),
        }
    }

    /// As [`load`](Self::load), but a missing configuration is no error.
    ///
    /// # Errors
    /// `config`, naming the file, the line and the key.
    pub(crate) fn load_if_any(global: &'a Global, environment: &'a Environment) -> Result<Self> {
        let found = file::search(global.config.as_deref(), environment);
        Self::read(found, global, environment)
    }

    fn read(found: Search, global: &'a Global, environment: &'a Environment) -> Result<Self> {
        let file = match found {
            Search::Named(path) | Search::Found(path) => Some(file::read(&path)?),
            Search::Nowhere(_) => None,
        };
        let (path, exposed, mut top) = match file {
            Some(ConfigFile { path, table, exposed }) => (Some(path.to_path_buf()), exposed, table),
            None => (None, false, Table::default()),
        };
        check::file(&top).map_err(|error| {
            let mut sensitive = Sensitive::default();
            sensitive.add_file(&top, environment);
            sensitive.mask(error)
        })?;
        let mut profiles = match top.0.remove(keys::PROFILE_TABLE) {
            Some(Entry { node: Node::Table(profiles), .. }) => profiles,
            _ => Table::default(),
        };
        if profiles.0.is_empty() && environment.get(CRM_VARIABLE).is_some() {
            let location = Location::Variable(CRM_VARIABLE.to_owned());
            let node = Node::Table(Table::default());
            profiles.0.insert(UNNAMED_PROFILE.to_owned(), Entry { location, node });
        }
        top.0.extend(environment.settings(keys::TOP)?.0);
        let pbx = check::file(&top).and_then(|()| Pbx::read(&top));
        let pbx = pbx.map_err(|error| {
            let mut sensitive = Sensitive::default();
            sensitive.add_file(&top, environment);
            sensitive.add_profiles(&profiles, environment);
            sensitive.mask(error)
        })?;
        for (name, suggestion) in environment.near_misses() {
            tracing::warn!("unknown environment variable {name}: did you mean {suggestion}?");
        }
        Ok(Self {
            environment,
            path,
            exposed,
            top,
            profiles,
            from_environment: environment.settings(&keys::of_profile(None))?,
            pbx,
            requested: &global.profile,
        })
    }

    /// Returns the selected profile: that of `--profile`, else `default_profile`, else the only one.
    ///
    /// # Errors
    /// `config`
    pub(crate) fn profile(&self) -> Result<Profile> {
        self.selected().map_err(|error| self.mask(error))
    }

    fn selected(&self) -> Result<Profile> {
        let name = match (self.requested.first(), self.top.get("default_profile")) {
            (Some(requested), _) => self.known(requested, "")?,
            (None, Some(entry)) => {
                let name = self.top.text("default_profile").unwrap_or_default();
                self.known(name, &format!("{}: default_profile: ", entry.location))?
            }
            (None, None) => match self.names().as_slice() {
                [] => return Err(self.no_profile()),
                [only] => only,
                several => {
                    return Err(Error::config(format!(
                        "no profile selected: the configuration has {}",
                        join_names(several)
                    ))
                    .with_hint("select one with --profile, or set default_profile"));
                }
            },
        };
        self.build(name)
    }

    /// Returns every profile by name, each with its own error.
    ///
    /// # Errors
    /// `config` if the environment sets a profile key and there are several profiles.
    pub(crate) fn all(&self) -> Result<Vec<(String, Result<Profile>)>> {
        let names = self.names();
        if names.is_empty() {
            return Err(self.no_profile());
        }
        self.check_unambiguous(&names)?;
        let build = |name| self.build(name).map_err(|error| self.mask(error));
        Ok(names.into_iter().map(|name| (name.to_owned(), build(name))).collect())
    }

    /// Returns the profiles named by `--profile`, without repeats.
    ///
    /// # Errors
    /// `config`
    pub(crate) fn requested(&self) -> Result<Vec<Profile>> {
        self.named().map_err(|error| self.mask(error))
    }

    fn named(&self) -> Result<Vec<Profile>> {
        let mut names: Vec<&str> = Vec::new();
        for requested in self.requested {
            let name = self.known(requested, "")?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        self.check_unambiguous(&names)?;
        names.into_iter().map(|name| self.build(name)).collect()
    }

    /// Returns the settings of the PBX.
    pub(crate) fn pbx(&self) -> &Pbx {
        &self.pbx
    }

    /// Returns the mobiles of employees: those of the PBX settings, and keys of `extensions` in the named
    /// profiles or, without `--profile`, in all.
    pub(crate) fn employees(&self) -> Vec<PhoneNumber> {
        let tables = self.profiles.0.iter().filter_map(|(name, entry)| match &entry.node {
            Node::Table(table) if self.requested.is_empty() || self.requested.contains(name) => {
                Some(table)
            }
            _ => None,
        });
        let extensions = tables.chain([&self.from_environment]).filter_map(|table| {
            match &table.get("extensions")?.node {
                Node::Table(extensions) => Some(extensions.0.keys()),
                _ => None,
            }
        });
        // A key that is not in E.164 is an extension.
        let mobiles = extensions.flatten().filter_map(|extension| extension.parse().ok());
        self.pbx.employees.iter().copied().chain(mobiles).collect()
    }

    /// Returns the directory of the state of calls, without the profile's name.
    ///
    /// # Errors
    /// `config` if neither the settings nor the environment name one.
    pub(crate) fn state_dir(&self) -> Result<PathBuf> {
        if let (Some(entry), Some(text)) = (self.top.get("state_dir"), self.top.text("state_dir")) {
            return Ok(match entry.location {
                Location::File { .. } => self.base_dir().join(text),
                Location::Variable(_) => PathBuf::from(text),
            });
        }
        self.environment.state_home().map(|home| home.join("vochi-crm")).ok_or_else(|| {
            Error::config(
                "no directory for the state of calls: neither XDG_STATE_HOME nor HOME is set",
            )
            .with_hint("set state_dir or VOCHI_CRM_STATE_DIR")
        })
    }

    /// Returns the CRM a profile names, unchecked.
    pub(crate) fn crm_of(&self, name: &str) -> Option<&str> {
        let Node::Table(table) = &self.profiles.get(name)?.node else {
            return None;
        };
        self.from_environment.text("crm").or(table.text("crm"))
    }

    /// Masks an error about the settings, with the secrets of all profiles.
    fn mask(&self, error: Error) -> Error {
        let mut sensitive = Sensitive::default();
        sensitive.add_file(&self.top, self.environment);
        sensitive.add_profiles(&self.profiles, self.environment);
        let keys = keys::of_profile(None);
        sensitive.add(&self.from_environment, &keys, self.environment);
        sensitive.add_words(self.requested.iter().map(String::as_str));
        sensitive.mask(error)
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.profiles.0.keys().map(String::as_str).collect()
    }

    /// Refuses profile keys of the environment with several profiles.
    fn check_unambiguous(&self, selected: &[&str]) -> Result<()> {
        let (2.., Some(entry)) = (selected.len(), self.ambiguous()) else {
            return Ok(());
        };
        Err(Error::config(format!(
            "{}: ambiguous with several profiles: {}",
            entry.location,
            join_names(selected)
        ))
        .with_hint("unset it, or select one profile with --profile"))
    }

    /// Returns a key of the environment that only a profile can have.
    fn ambiguous(&self) -> Option<&Entry> {
        let shared = |key: &str| keys::find(keys::TOP, key).is_some();
        self.from_environment.0.iter().find(|(key, _)| !shared(key)).map(|(_, entry)| entry)
    }

    fn known<'b>(&'b self, name: &'b str, lead: &str) -> Result<&'b str> {
        if self.profiles.get(name).is_some() {
            return Ok(name);
        }
        let names = self.names();
        let location = match &self.path {
            Some(path) => format!(" in {}", path.display()),
            None => String::new(),
        };
        let wrong = Error::config(format!("{lead}unknown profile {name:?}{location}"));
        Err(match nearest(name, names.iter().copied()) {
            Some(near) => wrong.with_hint(format!("did you mean {near:?}?")),
            None if names.is_empty() => wrong,
            None => wrong.with_hint(format!("known profiles: {}", join_names(&names))),
        })
    }

    fn no_profile(&self) -> Error {
        let file = self.path.as_deref().unwrap_or(Path::new("the configuration")).display();
        Error::config(format!("{file}: no profile defined"))
            .with_hint("add one: [profile.shop], then crm = \"retailcrm\", url and api_key")
    }

    /// Returns the directory of the configuration file, the base of its relative paths.
    fn base_dir(&self) -> &Path {
        self.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""))
    }

    fn build(&self, name: &str) -> Result<Profile> {
        let (mut table, location) = match self.profiles.get(name) {
            Some(Entry { node: Node::Table(table), location }) => (table.clone(), location),
            _ => return Err(self.no_profile()),
        };
        let keys = keys::of_profile(self.crm_of(name));
        for (key, entry) in &self.from_environment.0 {
            // Keys of another CRM's profiles are ignored.
            if keys::find(&keys, key).is_some() {
                table.0.insert(key.clone(), entry.clone());
            }
        }
        Parts {
            name,
            location: Some(location).filter(|location| matches!(location, Location::File { .. })),
            table,
            top: &self.top,
            environment: self.environment,
            base_dir: self.base_dir(),
            exposed: self.exposed,
        }
        .build()
        .and_then(|profile| {
            let files = SecretFile::read(self, &profile)?;
            files.into_iter().try_fold(profile, Profile::with_secret_file)
        })
    }
}

/// Joins names; of many only the first.
fn join_names(names: &[&str]) -> String {
    const SHOWN: usize = 20;
    match names.split_at_checked(SHOWN) {
        Some((first, rest @ [_, ..])) => format!("{} and {} more", first.join(", "), rest.len()),
        _ => names.join(", "),
    }
}

fn no_configuration(locations: &[PathBuf]) -> Error {
    let locations: Vec<String> =
        locations.iter().map(|location| location.display().to_string()).collect();
    Error::config(format!("missing configuration: searched {}", locations.join(" and "))).with_hint(
        "write one, name one with --config, or set VOCHI_CRM_CRM and the rest of a profile",
    )
}
