//! Secrets that `setup` generates and stores in files, as the configuration has none.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use vochi_crm::{Error, Result, Secret};

use super::secret;
use super::{Profile, Settings};

/// The number of random bytes; 32 hexadecimal characters.
const BYTES: usize = 16;

/// A generated secret and its file.
#[derive(Clone, Debug)]
pub(crate) struct SecretFile {
    /// The configuration key it replaces.
    pub(crate) key: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) secret: Secret,
}

impl SecretFile {
    /// Reads the existing files of keys that are not configured.
    ///
    /// # Errors
    /// `config` for a file that is empty or readable by others.
    pub(super) fn read(settings: &Settings<'_>, profile: &Profile) -> Result<Vec<Self>> {
        let mut files = Vec::new();
        for key in keys(profile) {
            let Ok(path) = path(settings, profile, key) else {
                continue;
            };
            if path.exists() {
                let secret = secret::read_file(&path).map_err(|error| error.with_key(key))?;
                files.push(Self { key, path, secret: Secret::new(secret) });
            }
        }
        Ok(files)
    }

    /// Generates the secrets that neither the configuration nor a file has, without writing them. None
    /// without `public_url`, as there is no address to protect.
    ///
    /// # Errors
    /// `config`
    pub(crate) fn generate(settings: &Settings<'_>, profile: &Profile) -> Result<Vec<Self>> {
        let public_url = profile.account.config().public_url.as_deref();
        if public_url.is_none_or(|url| url.trim().is_empty()) {
            return Ok(Vec::new());
        }
        let keys = keys(profile).map(|key| {
            let path = path(settings, profile, key)?;
            let secret = random(key)?;
            Ok(Self { key, path, secret })
        });
        keys.collect()
    }

    /// Writes the file, readable only by its owner. Fails if it exists by now.
    ///
    /// # Errors
    /// `config`
    pub(crate) fn write(&self) -> Result<()> {
        write(&self.path, self.secret.expose()).map_err(|error| {
            let (name, path) = (self.name(), self.path.display());
            Error::config(format!("cannot write the {name} to {path}: {error}")).with_hint(format!(
                "set state_dir to a directory you may write to, or set {}",
                self.key
            ))
        })
    }

    /// Returns the key in words.
    pub(crate) fn name(&self) -> String {
        self.key.replace('_', " ")
    }
}

/// Returns the keys of a profile that can be generated and have no value.
fn keys(profile: &Profile) -> impl Iterator<Item = &'static str> {
    let generated = profile.crm.keys().into_iter().filter(|key| key.is_generated);
    let has = |key: &str| profile.settings.get(key).is_some();
    // A CRM with an incoming webhook sends no requests.
    let is_useless = move |key: &str| key == "inbound_secret" && has("webhook_url");
    generated.map(|key| key.name).filter(move |key| !has(key) && !is_useless(key))
}

fn path(settings: &Settings<'_>, profile: &Profile, key: &str) -> Result<PathBuf> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if !profile.name.chars().all(plain) {
        return Err(Error::config(format!(
            "missing {key}: the profile's name cannot be a file name"
        ))
        .with_hint(format!("set {key} to 32 random characters")));
    }
    let name = format!("{}.{}", profile.name, key.replace('_', "-"));
    Ok(settings.state_dir()?.join(name))
}

fn random(key: &'static str) -> Result<Secret> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::config(format!("cannot generate random characters: {error}"))
            .with_hint(format!("set {key} to 32 random characters"))
            .with_key(key)
    })?;
    let mut text = String::with_capacity(2 * BYTES);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(Secret::new(text))
}

/// Writes a file atomically, unless it exists.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new(""));
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    builder.create(directory)?;
    let temporary = directory.join(format!(".{}.secret.new", std::process::id()));
    let written = options
        .open(&temporary)
        .and_then(|mut file| {
            file.write_all(format!("{text}\n").as_bytes()).and_then(|()| file.sync_all())
        })
        .and_then(|()| fs::hard_link(&temporary, path));
    // It has been linked, or writing failed.
    drop(fs::remove_file(&temporary));
    written
}
