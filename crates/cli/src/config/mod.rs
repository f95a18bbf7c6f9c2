//! Settings: the file, then the environment, then flags; the later word wins.

mod check;
mod env;
mod file;
mod keys;
mod masking;
mod pbx;
mod place;
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
use masking::Sensitive;
use place::Place;
use profile::Parts;
use tree::{Entry, Node, Table};

use crate::args::Global;

/// The variable that makes a profile without any file.
const CRM_VARIABLE: &str = "VOCHI_CRM_CRM";
/// The name of that profile.
const NAMELESS: &str = "default";

/// All settings of this run. Profiles are made usable only when they come into play, so that a
/// missing secret of one does not stop the others.
pub(crate) struct Settings<'a> {
    environment: &'a Environment,
    path: Option<PathBuf>,
    exposed: bool,
    top: Table,
    profiles: Table,
    /// Profile keys of the environment; they belong to the one profile in play.
    from_environment: Table,
    pbx: Pbx,
    asked: &'a [String],
}

impl<'a> Settings<'a> {
    /// Reads and checks the configuration file, if there is one, and the environment.
    ///
    /// # Errors
    /// `config`, naming the file, the line and the key.
    pub(crate) fn load(global: &'a Global, environment: &'a Environment) -> Result<Self> {
        match file::search(global.config.as_deref(), environment) {
            Search::Nowhere(places) if environment.get(CRM_VARIABLE).is_none() => {
                Err(no_configuration(&places))
            }
            found => Self::read(found, global, environment),
        }
    }

    /// The same for a command that has something to do without any configuration too.
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
            let place = Place::Variable(CRM_VARIABLE.to_owned());
            let node = Node::Table(Table::default());
            profiles.0.insert(NAMELESS.to_owned(), Entry { place, node });
        }
        top.0.extend(environment.settings(keys::TOP)?.0);
        let pbx = check::file(&top).and_then(|()| Pbx::read(&top));
        let pbx = pbx.map_err(|error| {
            let mut sensitive = Sensitive::default();
            sensitive.add_file(&top, environment);
            sensitive.add_profiles(&profiles, environment);
            sensitive.mask(error)
        })?;
        for (name, meant) in environment.near_misses() {
            tracing::warn!("environment variable {name} is no setting, did you mean {meant}?");
        }
        Ok(Self {
            environment,
            path,
            exposed,
            top,
            profiles,
            from_environment: environment.settings(&keys::of_profile(None))?,
            pbx,
            asked: &global.profile,
        })
    }

    /// The one profile in play: the one asked for, else `default_profile`, else the only one.
    ///
    /// # Errors
    /// `config`
    pub(crate) fn profile(&self) -> Result<Profile> {
        self.in_play().map_err(|error| self.mask(error))
    }

    fn in_play(&self) -> Result<Profile> {
        let name = match (self.asked.first(), self.top.get("default_profile")) {
            (Some(asked), _) => self.known(asked, "")?,
            (None, Some(entry)) => {
                let name = self.top.text("default_profile").unwrap_or_default();
                self.known(name, &format!("{}: default_profile: ", entry.place))?
            }
            (None, None) => match self.names().as_slice() {
                [] => return Err(self.no_profile()),
                [only] => only,
                several => {
                    return Err(Error::config(format!(
                        "which profile? There are {}",
                        listed(several)
                    ))
                    .with_hint("name one with --profile, or set default_profile"));
                }
            },
        };
        self.build(name)
    }

    /// Every profile, by name; each may be wrong on its own.
    ///
    /// # Errors
    /// `config` where the environment sets a key of one of several profiles.
    pub(crate) fn all(&self) -> Result<Vec<(String, Result<Profile>)>> {
        let names = self.names();
        if names.is_empty() {
            return Err(self.no_profile());
        }
        self.check_unambiguous(&names)?;
        let build = |name| self.build(name).map_err(|error| self.mask(error));
        Ok(names.into_iter().map(|name| (name.to_owned(), build(name))).collect())
    }

    /// The profiles asked for by name, each once; none where none was.
    ///
    /// # Errors
    /// `config`
    pub(crate) fn asked(&self) -> Result<Vec<Profile>> {
        self.named().map_err(|error| self.mask(error))
    }

    fn named(&self) -> Result<Vec<Profile>> {
        let mut names: Vec<&str> = Vec::new();
        for asked in self.asked {
            let name = self.known(asked, "")?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        self.check_unambiguous(&names)?;
        names.into_iter().map(|name| self.build(name)).collect()
    }

    /// How the PBX's events are to be read.
    pub(crate) fn pbx(&self) -> &Pbx {
        &self.pbx
    }

    /// The mobiles of employees: those of the PBX, and those that the profiles asked for map to a
    /// user. Where none is asked for, all profiles count.
    pub(crate) fn employees(&self) -> Vec<PhoneNumber> {
        let tables = self.profiles.0.iter().filter_map(|(name, entry)| match &entry.node {
            Node::Table(table) if self.asked.is_empty() || self.asked.contains(name) => Some(table),
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

    /// Where the state of calls is kept, without the profile's name.
    ///
    /// # Errors
    /// `config` where there is no place for it.
    pub(crate) fn state_dir(&self) -> Result<PathBuf> {
        if let (Some(entry), Some(text)) = (self.top.get("state_dir"), self.top.text("state_dir")) {
            return Ok(match entry.place {
                Place::File { .. } => self.beside().join(text),
                Place::Variable(_) => PathBuf::from(text),
            });
        }
        self.environment.state_home().map(|home| home.join("vochi-crm")).ok_or_else(|| {
            Error::config(
                "there is no place for the state of calls: neither XDG_STATE_HOME nor HOME is set",
            )
            .with_hint("set state_dir or VOCHI_CRM_STATE_DIR")
        })
    }

    /// The CRM a profile names, right or wrong.
    pub(crate) fn crm_of(&self, name: &str) -> Option<&str> {
        let Node::Table(table) = &self.profiles.get(name)?.node else {
            return None;
        };
        self.from_environment.text("crm").or(table.text("crm"))
    }

    /// Masks what an error about the settings must not show. Secrets of every profile count.
    fn mask(&self, error: Error) -> Error {
        let mut sensitive = Sensitive::default();
        sensitive.add_file(&self.top, self.environment);
        sensitive.add_profiles(&self.profiles, self.environment);
        let keys = keys::of_profile(None);
        sensitive.add(&self.from_environment, &keys, self.environment);
        sensitive.add_words(self.asked.iter().map(String::as_str));
        sensitive.mask(error)
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.profiles.0.keys().map(String::as_str).collect()
    }

    /// The environment cannot say which of several profiles it means.
    fn check_unambiguous(&self, in_play: &[&str]) -> Result<()> {
        let (2.., Some(entry)) = (in_play.len(), self.ambiguous()) else {
            return Ok(());
        };
        Err(Error::config(format!(
            "{} belongs to one profile, and several are in play: {}",
            entry.place,
            listed(in_play)
        ))
        .with_hint("unset it, or name one profile with --profile"))
    }

    /// A key of the environment that only a profile can have.
    fn ambiguous(&self) -> Option<&Entry> {
        let shared = |key: &str| keys::find(keys::TOP, key).is_some();
        self.from_environment.0.iter().find(|(key, _)| !shared(key)).map(|(_, entry)| entry)
    }

    fn known<'b>(&'b self, name: &'b str, lead: &str) -> Result<&'b str> {
        if self.profiles.get(name).is_some() {
            return Ok(name);
        }
        let names = self.names();
        let place = match &self.path {
            Some(path) => format!(" in {}", path.display()),
            None => String::new(),
        };
        let wrong = Error::config(format!("{lead}there is no profile {name:?}{place}"));
        Err(match nearest(name, names.iter().copied()) {
            Some(near) => wrong.with_hint(format!("did you mean {near:?}?")),
            None if names.is_empty() => wrong,
            None => wrong.with_hint(format!("there are {}", listed(&names))),
        })
    }

    fn no_profile(&self) -> Error {
        let file = self.path.as_deref().unwrap_or(Path::new("the configuration")).display();
        Error::config(format!("{file}: there is no profile in it"))
            .with_hint("add one: [profile.shop], then crm = \"retailcrm\", url and api_key")
    }

    /// Relative paths of the configuration file are next to it.
    fn beside(&self) -> &Path {
        self.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""))
    }

    fn build(&self, name: &str) -> Result<Profile> {
        let (mut table, place) = match self.profiles.get(name) {
            Some(Entry { node: Node::Table(table), place }) => (table.clone(), place),
            _ => return Err(self.no_profile()),
        };
        let keys = keys::of_profile(self.crm_of(name));
        for (key, entry) in &self.from_environment.0 {
            // What belongs to another CRM's profiles is not ours to complain about.
            if keys::find(&keys, key).is_some() {
                table.0.insert(key.clone(), entry.clone());
            }
        }
        Parts {
            name,
            place: Some(place).filter(|place| matches!(place, Place::File { .. })),
            table,
            top: &self.top,
            environment: self.environment,
            beside: self.beside(),
            exposed: self.exposed,
        }
        .build()
        .and_then(|profile| {
            let files = SecretFile::read(self, &profile)?;
            files.into_iter().try_fold(profile, Profile::with_secret_file)
        })
    }
}

/// The first of many names.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 20;
    match names.split_at_checked(SHOWN) {
        Some((first, rest @ [_, ..])) => format!("{} and {} more", first.join(", "), rest.len()),
        _ => names.join(", "),
    }
}

fn no_configuration(places: &[PathBuf]) -> Error {
    let places: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
    Error::config(format!("there is no configuration: looked for {}", places.join(" and ")))
        .with_hint(
            "write one, name one with --config, or set VOCHI_CRM_CRM and the rest of a profile",
        )
}
