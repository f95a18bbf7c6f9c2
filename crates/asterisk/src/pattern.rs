//! Configured regular expressions: peers of employees, contexts of trunks.

use std::fmt;
use std::str::FromStr;

use regex::Regex;
use vochi_crm_core::{Error, Result};

/// Peer names of employees' phones; every other peer is a line.
///
/// A regular expression for the whole name; by default `(?<ext>[0-9]{2,5})(-WS)?`. A group named
/// `ext` captures the extension, so that the web phone `201-WS` is extension 201; without the group
/// the whole name is the extension. A PBX whose lines have short names needs a narrower expression,
/// or [`ContextPattern`].
///
/// ```
/// use vochi_crm_asterisk::ExtensionPattern;
/// let pattern: ExtensionPattern = "(?<ext>1[0-9]{2})(-mob)?".parse()?;
/// assert_eq!(pattern.extension("151"), Some("151"));
/// assert_eq!(pattern.extension("151-mob"), Some("151"));
/// assert_eq!(pattern.extension("0001363"), None);
/// assert_eq!(ExtensionPattern::default().extension("201-WS"), Some("201"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct ExtensionPattern(Option<WholeMatch>);

impl ExtensionPattern {
    const DEFAULT: &'static str = "(?<ext>[0-9]{2,5})(-WS)?";

    /// Returns the extension of a peer; `None` if the peer is a line.
    pub fn extension<'a>(&self, peer: &'a str) -> Option<&'a str> {
        let Some(pattern) = &self.0 else {
            let extension = peer.strip_suffix("-WS").unwrap_or(peer);
            let short = (2..=5).contains(&extension.len());
            return (short && extension.bytes().all(|byte| byte.is_ascii_digit()))
                .then_some(extension);
        };
        if !pattern.has_group {
            return pattern.regex.is_match(peer).then_some(peer);
        }
        let found = pattern.regex.captures(peer)?;
        // An optional group may be absent from the match.
        let extension = found.name(EXTENSION_GROUP).map_or(peer, |group| group.as_str());
        (!extension.is_empty()).then_some(extension)
    }

    /// Returns true if a peer of this name is an employee's phone.
    pub fn matches(&self, peer: &str) -> bool {
        self.extension(peer).is_some()
    }

    /// The regular expression.
    pub fn as_str(&self) -> &str {
        self.0.as_ref().map_or(Self::DEFAULT, WholeMatch::as_str)
    }
}

/// Dialplan contexts whose channels are lines, whatever the name of their peer.
///
/// A regular expression for the whole name of the context in which a channel begins; by default
/// contexts that begin with `from-trunk`, `from-pstn` or `from-did`. It distinguishes a trunk named
/// `20011`, or the analog line `DAHDI/33-1`, from an employee's phone.
///
/// ```
/// use vochi_crm_asterisk::ContextPattern;
/// assert!(ContextPattern::default().matches("from-trunk-sip-provider"));
/// let pattern: ContextPattern = "incoming|from-analog".parse()?;
/// assert!(pattern.matches("from-analog"));
/// assert!(!pattern.matches("from-trunk"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct ContextPattern(Option<WholeMatch>);

impl ContextPattern {
    const DEFAULT: &'static str = "from-(trunk|pstn|did).*";

    /// Returns true if a channel that begins in this context is a line.
    pub fn matches(&self, context: &str) -> bool {
        match &self.0 {
            Some(pattern) => pattern.regex.is_match(context),
            None => context.strip_prefix("from-").is_some_and(|rest| {
                ["trunk", "pstn", "did"].iter().any(|begin| rest.starts_with(begin))
            }),
        }
    }

    /// The regular expression.
    pub fn as_str(&self) -> &str {
        self.0.as_ref().map_or(Self::DEFAULT, WholeMatch::as_str)
    }
}

/// The group of an [`ExtensionPattern`] that captures the extension.
const EXTENSION_GROUP: &str = "ext";

/// A regular expression that must match a whole text.
#[derive(Clone)]
struct WholeMatch {
    text: Box<str>,
    regex: Regex,
    has_group: bool,
}

impl WholeMatch {
    fn as_str(&self) -> &str {
        &self.text
    }

    fn parse(text: &str, what: &str, example: &str) -> Result<Self> {
        // The text must be a valid expression before it is embedded in another.
        let whole = Regex::new(text).and_then(|_| Regex::new(&format!("^(?:{text})$")));
        let regex = whole.map_err(|error| {
            // The last line is the reason; the lines before it mark the position.
            let message = error.to_string();
            let reason = message.lines().last().unwrap_or_default().trim();
            Error::config(format!(
                "invalid pattern of {what} {text:?}: {}",
                reason.trim_start_matches("error: ")
            ))
            .with_hint(format!("write a regular expression for the whole name, as {example}"))
        })?;
        let has_group = regex.capture_names().flatten().any(|name| name == EXTENSION_GROUP);
        Ok(Self { text: text.into(), regex, has_group })
    }
}

impl FromStr for ExtensionPattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        WholeMatch::parse(text, "extensions", "1[0-9]{2}").map(|pattern| Self(Some(pattern)))
    }
}

impl FromStr for ContextPattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        WholeMatch::parse(text, "contexts", "from-trunk.*").map(|pattern| Self(Some(pattern)))
    }
}

macro_rules! shows_its_expression {
    ($($pattern:ident)*) => {$(
        impl fmt::Display for $pattern {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $pattern {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($pattern), "({:?})"), self.as_str())
            }
        }
    )*};
}

shows_its_expression!(ExtensionPattern ContextPattern);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_patterns_match_their_expressions() {
        let extensions: ExtensionPattern = ExtensionPattern::DEFAULT.parse().unwrap();
        for peer in ["1", "15", "15151", "151515", "201-WS", "201-ws", "-WS", "2-WS", "15a", ""] {
            assert_eq!(
                ExtensionPattern::default().extension(peer),
                extensions.extension(peer),
                "{peer:?}"
            );
        }
        let contexts: ContextPattern = ContextPattern::DEFAULT.parse().unwrap();
        for context in
            ["from-trunk", "from-pstn-x", "from-did-direct", "from-internal", "from-", ""]
        {
            assert_eq!(
                ContextPattern::default().matches(context),
                contexts.matches(context),
                "{context:?}"
            );
        }
    }

    #[test]
    fn absent_group_yields_the_whole_name() {
        let pattern: ExtensionPattern = "(?<ext>[0-9]+)|reception".parse().unwrap();
        assert_eq!(pattern.extension("reception"), Some("reception"));
    }
}
