//! Secrets: where they are, and whether others can read them.

use std::io;
use std::path::Path;

use vochi_crm::{Error, Secret};

use super::env::Environment;
use super::tree::{Node, Table};

/// A secret that was found.
pub(super) struct Found {
    pub(super) secret: Secret,
    /// Whether it stands in the configuration itself.
    pub(super) inline: bool,
}

/// Finds a secret: the text itself, `{ env = ".." }` or `{ file = ".." }`. A relative file is next
/// to the configuration file. The error says what is wrong, without the key.
pub(super) fn find(node: &Node, environment: &Environment, beside: &Path) -> Result<Found, Error> {
    let found = |text: &str, inline| Found { secret: Secret::new(text), inline };
    match node {
        Node::Text(text) if trimmed(text).is_empty() => Err(Error::config("the secret is empty")),
        Node::Text(text) => Ok(found(trimmed(text), true)),
        Node::Table(table) => match (table.text("env"), table.text("file")) {
            (Some(variable), None) => match environment.get(variable) {
                Some(text) => Ok(found(trimmed(text), false)),
                None => Err(Error::config(format!(
                    "the environment variable {variable} is not set or empty"
                ))),
            },
            (None, Some(file)) => read_file(&beside.join(file)).map(|text| found(&text, false)),
            _ => Err(Error::config(FORMS)),
        },
        _ => Err(Error::config(FORMS)),
    }
}

/// A secret without the blanks and the byte order mark that editors put around it.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// How a secret is written.
pub(super) const FORMS: &str =
    "write a text in quotes, { env = \"VARIABLE\" } or { file = \"PATH\" }";

/// Whether a table is one of the forms of a secret.
pub(super) fn is_reference(table: &Table) -> bool {
    table.0.len() == 1 && (table.text("env").is_some() || table.text("file").is_some())
}

pub(super) fn read_file(path: &Path) -> Result<String, Error> {
    let shown = path.display();
    let unreadable = |error: io::Error| {
        Error::config(format!("the secret file {shown} cannot be read: {error}"))
    };
    if readable_by_others(path).map_err(unreadable)? {
        return Err(Error::config(format!("the secret file {shown} can be read by others"))
            .with_hint(format!("chmod 600 {shown}")));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let secret = trimmed(&text);
    if secret.is_empty() {
        return Err(Error::config(format!("the secret file {shown} is empty")));
    }
    if secret.chars().any(char::is_control) {
        return Err(Error::config(format!("the secret file {shown} holds more than one line")));
    }
    Ok(secret.to_owned())
}

/// Whether anybody but the owner may read a file.
#[cfg(unix)]
pub(super) fn readable_by_others(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::metadata(path)?.permissions().mode() & 0o044 != 0)
}

/// Whether anybody but the owner may read a file; here that cannot be told.
#[cfg(not(unix))]
pub(super) fn readable_by_others(path: &Path) -> io::Result<bool> {
    std::fs::metadata(path).map(|_| false)
}
