//! The mapping of employees to CRM users and of lines to numbers.

use std::collections::BTreeMap;

use crate::call::{CrmUserId, Extension, Line, Outcome};
use crate::connector::{CrmUser, Cx};
use crate::error::Result;
use crate::phone::PhoneNumber;
use crate::warning::{Warning, WarningKind};

/// The directory of one account: extensions and CRM users, lines and outside numbers.
///
/// ```
/// use vochi_crm_core::{CrmUserId, Directory, Extension};
/// let directory = Directory::new().with_extension(Extension::new("151")?, CrmUserId::new("18")?);
/// let user = CrmUserId::new("18")?;
/// assert_eq!(directory.user_of(&Extension::new("151")?), Some(&user));
/// assert_eq!(directory.extension_of(&user).map(|found| found.as_str()), Some("151"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory<U = CrmUserId> {
    users: BTreeMap<Extension, U>,
    lines: BTreeMap<Line, PhoneNumber>,
    default_user: Option<U>,
    missed_user: Option<U>,
}

impl<U> Default for Directory<U> {
    fn default() -> Self {
        let (users, lines) = (BTreeMap::new(), BTreeMap::new());
        Self { users, lines, default_user: None, missed_user: None }
    }
}

impl Directory {
    /// Creates an empty directory.
    pub fn new() -> Self {
        Self::default()
    }

    /// Converts the directory to the CRM's own user ids. A connector parses them once, when it is
    /// opened.
    ///
    /// # Errors
    /// `config`, with the key of the invalid user: `extensions.151`,
    /// `default_user`, `missed_user`.
    pub fn typed<U>(&self, parse: impl Fn(&CrmUserId) -> Result<U>) -> Result<Directory<U>> {
        let parse = |key: &str, user: &CrmUserId| {
            parse(user).map_err(|error| error.in_config(key.to_owned()))
        };
        let mut users = BTreeMap::new();
        for (extension, user) in &self.users {
            users.insert(extension.clone(), parse(&format!("extensions.{extension}"), user)?);
        }
        let one =
            |key: &str, user: Option<&CrmUserId>| user.map(|user| parse(key, user)).transpose();
        Ok(Directory {
            users,
            lines: self.lines.clone(),
            default_user: one("default_user", self.default_user.as_ref())?,
            missed_user: one("missed_user", self.missed_user.as_ref())?,
        })
    }

    /// Compares the directory with the CRM's users and returns a warning per mismatch.
    pub fn mismatches(&self, users: &[CrmUser]) -> Vec<Warning> {
        let mut mismatches = Vec::new();
        let named = self
            .users
            .iter()
            .map(|(extension, user)| (format!("extension {extension}"), user))
            .chain(self.default_user.iter().map(|user| ("default_user".to_owned(), user)))
            .chain(self.missed_user.iter().map(|user| ("missed_user".to_owned(), user)));
        for (what, user) in named {
            let text = match users.iter().find(|known| known.id == *user) {
                None => format!("{what} is mapped to user {user}, who is unknown to the CRM"),
                Some(known) if !known.active => {
                    format!("{what} is mapped to user {user} ({}), who is inactive", known.name)
                }
                Some(_) => continue,
            };
            mismatches.push(Warning::new(WarningKind::UnknownToCrm, text));
        }
        for user in users.iter().filter(|user| user.active) {
            if self.extension_of(&user.id).is_none() {
                mismatches.push(Warning::new(
                    WarningKind::UnmappedExtension,
                    format!("user {} ({}) has no extension", user.id, user.name),
                ));
            }
        }
        mismatches
    }
}

impl<U: PartialEq> Directory<U> {
    /// Maps an extension, or an employee's mobile in E.164, to a CRM user.
    #[must_use]
    pub fn with_extension(mut self, extension: Extension, user: U) -> Self {
        self.users.insert(extension, user);
        self
    }

    /// Maps a line, as the PBX writes it, to its outside number.
    #[must_use]
    pub fn with_line(mut self, line: Line, number: PhoneNumber) -> Self {
        self.lines.insert(line, number);
        self
    }

    /// Sets the user of calls without a known extension.
    #[must_use]
    pub fn with_default_user(mut self, user: U) -> Self {
        self.default_user = Some(user);
        self
    }

    /// Sets the user of missed calls.
    #[must_use]
    pub fn with_missed_user(mut self, user: U) -> Self {
        self.missed_user = Some(user);
        self
    }

    /// The user of an extension.
    pub fn user_of(&self, extension: &Extension) -> Option<&U> {
        self.users.get(extension)
    }

    /// The extension of a user. Of several, the first in text order; an internal number comes
    /// before a mobile.
    pub fn extension_of(&self, user: &U) -> Option<&Extension> {
        let mut own = self.users.iter().filter(|(_, known)| *known == user).map(|(own, _)| own);
        let first = own.next()?;
        if first.as_str().starts_with('+') {
            return own.find(|other| !other.as_str().starts_with('+')).or(Some(first));
        }
        Some(first)
    }

    /// Every extension with its user.
    pub fn extensions(&self) -> impl Iterator<Item = (&Extension, &U)> {
        self.users.iter()
    }

    /// The outside number of a line.
    pub fn number_of(&self, line: &Line) -> Option<PhoneNumber> {
        self.lines.get(line).copied()
    }

    /// The user of calls without a known extension.
    pub fn default_user(&self) -> Option<&U> {
        self.default_user.as_ref()
    }

    /// The user of missed calls.
    pub fn missed_user(&self) -> Option<&U> {
        self.missed_user.as_ref()
    }

    /// The user of an extension. An unmapped extension is a warning.
    pub fn mapped_user(&self, cx: &Cx, extension: &Extension) -> Option<&U> {
        let user = self.users.get(extension);
        if user.is_none() {
            let text = format!("extension {extension} is not in `extensions`");
            cx.warn(WarningKind::UnmappedExtension, text);
        }
        user
    }

    /// The user of a call without a known employee: `missed_user` of a missed call, else
    /// `default_user`.
    pub fn fallback_user(&self, outcome: Outcome) -> Option<&U> {
        let missed = self.missed_user.as_ref().filter(|_| outcome == Outcome::Missed);
        missed.or(self.default_user.as_ref())
    }
}
