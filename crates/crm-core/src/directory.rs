//! Which employee is which user of the CRM, and which line is which number.

use std::collections::BTreeMap;

use crate::call::{CrmUserId, Extension, Line};
use crate::connector::CrmUser;
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    users: BTreeMap<Extension, CrmUserId>,
    lines: BTreeMap<Line, PhoneNumber>,
    default_user: Option<CrmUserId>,
    missed_user: Option<CrmUserId>,
}

impl Directory {
    /// An empty directory.
    pub fn new() -> Self {
        Self::default()
    }

    /// Maps an extension, or an employee's mobile in E.164, to a CRM user.
    #[must_use]
    pub fn with_extension(mut self, extension: Extension, user: CrmUserId) -> Self {
        self.users.insert(extension, user);
        self
    }

    /// Maps a line, as the PBX writes it, to its outside number.
    #[must_use]
    pub fn with_line(mut self, line: Line, number: PhoneNumber) -> Self {
        self.lines.insert(line, number);
        self
    }

    /// Whom to use when no extension is known.
    #[must_use]
    pub fn with_default_user(mut self, user: CrmUserId) -> Self {
        self.default_user = Some(user);
        self
    }

    /// Who gets the calls nobody answered.
    #[must_use]
    pub fn with_missed_user(mut self, user: CrmUserId) -> Self {
        self.missed_user = Some(user);
        self
    }

    /// The user behind an extension.
    pub fn user_of(&self, extension: &Extension) -> Option<&CrmUserId> {
        self.users.get(extension)
    }

    /// The extension of a user; of several, the first in order of text, an inner number before a
    /// mobile.
    pub fn extension_of(&self, user: &CrmUserId) -> Option<&Extension> {
        let mut own = self.users.iter().filter(|(_, known)| *known == user).map(|(own, _)| own);
        let first = own.next()?;
        if first.as_str().starts_with('+') {
            return own.find(|other| !other.as_str().starts_with('+')).or(Some(first));
        }
        Some(first)
    }

    /// Every extension with its user.
    pub fn extensions(&self) -> impl Iterator<Item = (&Extension, &CrmUserId)> {
        self.users.iter()
    }

    /// The outside number of a line.
    pub fn number_of(&self, line: &Line) -> Option<PhoneNumber> {
        self.lines.get(line).copied()
    }

    /// Whom to use when no extension is known.
    pub fn default_user(&self) -> Option<&CrmUserId> {
        self.default_user.as_ref()
    }

    /// Who gets the calls nobody answered.
    pub fn missed_user(&self) -> Option<&CrmUserId> {
        self.missed_user.as_ref()
    }

    /// Holds the directory against the CRM's users and names every mismatch.
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
                None => format!("{what} is mapped to user {user}, whom the CRM does not know"),
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
