//! An inbound secret that nobody configured: made up once, and kept in a file of its own.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use vochi_crm::{Error, Result, Secret};

use super::secret;
use super::{Profile, Settings};

/// As many bytes as make 32 characters.
const BYTES: usize = 16;

/// An inbound secret that does not stand in the configuration.
pub(crate) struct InboundSecret {
    pub(crate) file: PathBuf,
    pub(crate) secret: Secret,
    /// Whether it was made up just now and is in no file yet.
    pub(crate) is_new: bool,
}

impl InboundSecret {
    /// The secret of a profile whose configuration has none; nothing is written. None where the
    /// configuration has one, or no address of ours that it could belong to.
    ///
    /// # Errors
    /// `config`
    pub(crate) fn of(settings: &Settings<'_>, profile: &Profile) -> Result<Option<Self>> {
        let config = profile.account.config();
        let filled = |text: &str| !text.trim().is_empty();
        if config.inbound_secret.is_some() || !config.public_url.as_deref().is_some_and(filled) {
            return Ok(None);
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        if !profile.name.chars().all(plain) {
            return Err(Error::config(
                "inbound_secret is missing, and no file can be named like the profile",
            )
            .with_hint("set inbound_secret to 32 random characters"));
        }
        let file = settings
            .state_dir()?
            .join(format!("{}.inbound-secret", profile.name));
        let is_new = !file.exists();
        let secret = if is_new {
            made_up()?
        } else {
            Secret::new(secret::read_file(&file)?)
        };
        Ok(Some(Self {
            file,
            secret,
            is_new,
        }))
    }

    /// Writes a new one into its file, which nobody but the owner may read from the first moment.
    ///
    /// # Errors
    /// `config`
    pub(crate) fn keep(&self) -> Result<()> {
        if !self.is_new {
            return Ok(());
        }
        write(&self.file, self.secret.expose()).map_err(|error| {
            let file = self.file.display();
            Error::config(format!(
                "the inbound secret cannot be written to {file}: {error}"
            ))
            .with_hint("set state_dir to a directory you may write to, or set inbound_secret")
        })
    }
}

fn made_up() -> Result<Secret> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::config(format!("no inbound secret can be made up: {error}"))
            .with_hint("set inbound_secret to 32 random characters")
    })?;
    let mut text = String::with_capacity(2 * BYTES);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(Secret::new(text))
}

/// Writes a file as a whole. One that is there meanwhile is left alone.
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
    let beside = directory.join(format!(".{}.inbound-secret.new", std::process::id()));
    let written = options
        .open(&beside)
        .and_then(|mut file| {
            file.write_all(format!("{text}\n").as_bytes())
                .and_then(|()| file.sync_all())
        })
        .and_then(|()| fs::hard_link(&beside, path));
    // It is in its place, or of no use to anybody.
    drop(fs::remove_file(&beside));
    written
}
