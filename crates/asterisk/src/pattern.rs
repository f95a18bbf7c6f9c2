//! Which peers of the PBX are employees.

use std::fmt;
use std::str::FromStr;

use regex::Regex;
use vochi_crm_core::{Error, Result};

/// Which peer names of the PBX are employees' extensions; every other peer is a line.
///
/// It is a regular expression the whole name must match; two to five digits unless told otherwise.
/// A PBX whose lines have short names too needs a narrower one.
///
/// ```
/// use vochi_crm_asterisk::ExtensionPattern;
/// let pattern: ExtensionPattern = "1[0-9]{2}".parse()?;
/// assert!(pattern.matches("151"));
/// assert!(!pattern.matches("0001363"));
/// assert!(!pattern.matches("1519"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone)]
pub struct ExtensionPattern(Form);

#[derive(Clone)]
enum Form {
    /// Two to five digits, without a regular expression's cost.
    Short,
    Own {
        text: Box<str>,
        regex: Regex,
    },
}

impl ExtensionPattern {
    /// Whether a peer of this name is an employee.
    pub fn matches(&self, peer: &str) -> bool {
        match &self.0 {
            Form::Short => {
                (2..=5).contains(&peer.len()) && peer.bytes().all(|byte| byte.is_ascii_digit())
            }
            Form::Own { regex, .. } => regex.is_match(peer),
        }
    }

    /// The regular expression.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Form::Short => "[0-9]{2,5}",
            Form::Own { text, .. } => text,
        }
    }
}

impl Default for ExtensionPattern {
    fn default() -> Self {
        Self(Form::Short)
    }
}

impl FromStr for ExtensionPattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        // The text must be a whole expression before it is put into another.
        let whole = Regex::new(text).and_then(|_| Regex::new(&format!("^(?:{text})$")));
        let regex = whole.map_err(|error| {
            // The last line says what is wrong; the ones before it draw where.
            let told = error.to_string();
            let what = told.lines().last().unwrap_or_default().trim();
            Error::config(format!(
                "{text:?} is no pattern of extensions: {}",
                what.trim_start_matches("error: ")
            ))
            .with_hint("write a regular expression for the whole name, as 1[0-9]{2}")
        })?;
        Ok(Self(Form::Own {
            text: text.into(),
            regex,
        }))
    }
}

impl fmt::Display for ExtensionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ExtensionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExtensionPattern({:?})", self.as_str())
    }
}
