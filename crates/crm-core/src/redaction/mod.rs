//! Masks secrets in texts that leave the program.
//!
//! In foreign texts ([`Redactor::redact`]) known secrets and the values of parameters with secret
//! names are masked. In the library's own messages ([`Redactor::mask_known`]) only known secrets
//! are, so that messages can name parameters.

mod escapes;
mod key_like;
mod parameters;
mod patterns;

use std::fmt;
use std::fmt::Write as _;

pub use key_like::key_like_parts;
pub(crate) use key_like::looks_like_key;

use crate::secret::{MASK, Secret};
use patterns::Patterns;

/// The searched part of a text that is shown in part.
const WINDOW: usize = 64 * 1024;

/// Masks an account's secrets in text.
///
/// Every spelling is found: plain, percent-encoded, escaped for JSON or HTML, base64, and
/// combinations of these.
///
/// ```
/// use vochi_crm_core::{Redactor, Secret};
/// let redactor = Redactor::new([Secret::new("invented/key")]);
/// assert_eq!(
///     redactor.redact("no such key invented%2Fkey, see ?apiKey=other&x=1"),
///     "no such key ***, see ?apiKey=***&x=1",
/// );
/// assert_eq!(
///     redactor.mask_known("api_key: invented/key is unknown"),
///     "api_key: *** is unknown",
/// );
/// ```
#[derive(Clone, Default)]
pub struct Redactor {
    patterns: Patterns,
}

/// The scope of masking.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Known secrets and the values of secret parameters.
    Foreign,
    /// Known secrets.
    Own,
    /// Known secrets, with their lengths.
    Measured,
}

/// A masked part of a text.
struct Masked {
    start: usize,
    end: usize,
    characters: usize,
}

impl Redactor {
    /// Creates a redactor of these secrets.
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        Self::default().and(secrets)
    }

    /// Adds secrets.
    #[must_use]
    pub fn and(mut self, secrets: impl IntoIterator<Item = Secret>) -> Self {
        self.patterns.extend(secrets);
        self
    }

    /// Returns true if a parameter, header or field of this name holds a secret, in any account.
    ///
    /// ```
    /// use vochi_crm_core::Redactor;
    /// assert!(Redactor::is_secret_name("apiKey"));
    /// assert!(!Redactor::is_secret_name("phone"));
    /// ```
    pub fn is_secret_name(name: &str) -> bool {
        parameters::is_secret_name(name)
    }

    /// Masks foreign text: known secrets, and the values of parameters with secret names.
    pub fn redact(&self, text: &str) -> String {
        self.mask(text, Scope::Foreign)
    }

    /// Masks known secrets only, for the library's own messages.
    pub fn mask_known(&self, text: &str) -> String {
        self.mask(text, Scope::Own)
    }

    /// Masks known secrets and adds their lengths, for messages about a configuration.
    ///
    /// ```
    /// use vochi_crm_core::{Redactor, Secret};
    /// let redactor = Redactor::new([Secret::new("invented-key")]);
    /// assert_eq!(
    ///     redactor.mask_with_length("timezone: unknown zone invented-key"),
    ///     "timezone: unknown zone *** (12 characters)",
    /// );
    /// ```
    pub fn mask_with_length(&self, text: &str) -> String {
        self.mask(text, Scope::Measured)
    }

    /// Masks a foreign text as [`redact`](Self::redact) does and cuts it to `limit` bytes and `…`.
    ///
    /// ```
    /// use vochi_crm_core::{Redactor, Secret};
    /// let redactor = Redactor::new([Secret::new("invented-key")]);
    /// assert_eq!(redactor.excerpt("the key invented-key is unknown", 13), "the key *** i…");
    /// ```
    pub fn excerpt(&self, text: &str, limit: usize) -> String {
        let searched = boundary_before(text, WINDOW.saturating_add(self.patterns.reach()));
        let head = text.get(..searched).unwrap_or(text);
        // At the end of the window a spelling may continue beyond the searched part.
        let shown = if head.len() < text.len() { WINDOW } else { head.len() };
        let mut clean = render(head, shown, &self.find(head, Scope::Foreign), Scope::Foreign);
        if shown < text.len() || clean.len() > limit {
            clean.truncate(boundary_before(&clean, limit));
            clean.push('…');
        }
        clean
    }

    fn mask(&self, text: &str, scope: Scope) -> String {
        render(text, text.len(), &self.find(text, scope), scope)
    }

    /// The masked parts of a text, in order and without overlaps.
    fn find(&self, text: &str, scope: Scope) -> Vec<Masked> {
        let mut found: Vec<Masked> = Vec::new();
        for level in escapes::levels(text) {
            let mut add = |start: usize, end: usize, characters: usize| {
                found.push(Masked {
                    start: level.origin(start),
                    end: level.origin(end),
                    characters,
                });
            };
            for place in self.patterns.find_in(&level.bytes) {
                add(place.start, place.end, place.pattern.characters);
            }
            if scope == Scope::Foreign {
                for (start, end) in parameters::values(&level.bytes) {
                    add(start, end, 0);
                }
            }
        }
        found.sort_by_key(|masked| (masked.start, std::cmp::Reverse(masked.end)));
        let mut apart: Vec<Masked> = Vec::with_capacity(found.len());
        for next in found {
            match apart.last_mut() {
                Some(last) if next.start < last.end => {
                    last.end = last.end.max(next.end);
                    last.characters = last.characters.max(next.characters);
                }
                _ => apart.push(next),
            }
        }
        apart
    }
}

/// The text up to `shown` with its masks; a mask that begins before `shown` is complete.
fn render(text: &str, shown: usize, masked: &[Masked], scope: Scope) -> String {
    let mut clean = String::with_capacity(shown.min(text.len()));
    let mut done = 0;
    let plain = |from: usize, to: usize| {
        let to = boundary_before(text, to.min(shown));
        text.get(from..to).unwrap_or_default()
    };
    for part in masked.iter().take_while(|part| part.start < shown) {
        clean.push_str(plain(done, part.start));
        clean.push_str(MASK);
        if scope == Scope::Measured {
            // Writing into a String does not fail.
            let _ = write!(clean, " ({} characters)", part.characters);
        }
        done = boundary_after(text, part.end);
    }
    clean.push_str(plain(done, shown));
    clean
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} patterns)", self.patterns.len())
    }
}

/// The last character boundary up to this byte.
fn boundary_before(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The first character boundary from this byte on.
fn boundary_after(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
