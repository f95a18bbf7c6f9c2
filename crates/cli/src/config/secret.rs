//! Resolves secrets and checks the permissions of their files.

use std::io;
use std::path::Path;

use vochi_crm::{Error, Secret};

use super::env::Environment;
use super::tree::{Node, Table};

/// A resolved secret.
pub(super) struct Resolved {
    pub(super) secret: Secret,
    /// True if the configuration itself holds it.
    pub(super) inline: bool,
}

/// Resolves a secret: a text, `{ env = ".." }` or `{ file = ".." }`. A relative path is relative to
/// `base_dir`. The error does not name the key.
pub(super) fn resolve(
    node: &Node,
    environment: &Environment,
    base_dir: &Path,
) -> Result<Resolved, Error> {
    let found = |text: &str, inline| Resolved { secret: Secret::new(text), inline };
    match node {
        Node::Text(text) if trim(text).is_empty() => Err(Error::config("empty secret")),
        Node::Text(text) => Ok(found(trim(text), true)),
        Node::Table(table) => match (table.text("env"), table.text("file")) {
            (Some(variable), None) => match environment.get(variable) {
                Some(text) => Ok(found(trim(text), false)),
                None => Err(Error::config(format!(
                    "environment variable {variable} is not set or empty"
                ))),
            },
            (None, Some(file)) => read_file(&base_dir.join(file)).map(|text| found(&text, false)),
            _ => Err(Error::config(FORMS)),
        },
        _ => Err(Error::config(FORMS)),
    }
}

/// Removes blanks and the byte order mark around a secret.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// The hint for an invalid form of a secret.
pub(super) const FORMS: &str =
    "write a text in quotes, { env = \"VARIABLE\" } or { file = \"PATH\" }";

/// Returns true if a table is one of the forms of a secret.
pub(super) fn is_reference(table: &Table) -> bool {
    table.0.len() == 1 && (table.text("env").is_some() || table.text("file").is_some())
}

pub(super) fn read_file(path: &Path) -> Result<String, Error> {
    let shown = path.display();
    let unreadable =
        |error: io::Error| Error::config(format!("cannot read secret file {shown}: {error}"));
    if readable_by_others(path).map_err(unreadable)? {
        return Err(Error::config(format!("insecure secret file {shown}: others can read it"))
            .with_hint(format!("chmod 600 {shown}")));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let secret = trim(&text);
    if secret.is_empty() {
        return Err(Error::config(format!("invalid secret file {shown}: it is empty")));
    }
    if secret.chars().any(char::is_control) {
        return Err(Error::config(format!("invalid secret file {shown}: more than one line")));
    }
    Ok(secret.to_owned())
}

/// Returns true if users other than the owner can read a file.
#[cfg(unix)]
pub(super) fn readable_by_others(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::metadata(path)?.permissions().mode() & 0o044 != 0)
}

/// Returns false: permissions cannot be checked on this system.
#[cfg(not(unix))]
pub(super) fn readable_by_others(path: &Path) -> io::Result<bool> {
    std::fs::metadata(path).map(|_| false)
}
