//! Keys, tokens and secret addresses that never print, and the cleaner for foreign texts.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;

/// What a secret prints as, everywhere.
pub(crate) const MASK: &str = "***";

/// A key, token or secret address. `Debug`, `Display` and `Serialize` print `***`; comparison takes
/// the same time wherever the texts differ; memory is wiped on drop.
///
/// ```
/// use vochi_crm_core::Secret;
/// let key = Secret::new("invented-key");
/// assert_eq!(format!("{key} {key:?}"), "*** Secret(***)");
/// assert_eq!(key.expose(), "invented-key");
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Wraps a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(SecretString::from(secret.into()))
    }

    /// The secret itself: for putting it on the wire, nowhere else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self::new(secret)
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self::new(secret)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose()
            .as_bytes()
            .ct_eq(other.expose().as_bytes())
            .into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({MASK})")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// Takes an account's secrets out of texts that others wrote: answers, error messages, addresses.
///
/// Every spelling a secret may have on the wire is replaced (as it is, percent-encoded, inside
/// JSON), and so is the value of any parameter whose name says it is a secret.
///
/// ```
/// use vochi_crm_core::{Redactor, Secret};
/// let redactor = Redactor::new([Secret::new("invented/key")]);
/// assert_eq!(
///     redactor.redact("no such key invented%2Fkey, see ?apiKey=other&x=1"),
///     "no such key ***, see ?apiKey=***&x=1",
/// );
/// ```
#[derive(Clone, Default)]
pub struct Redactor {
    spellings: Vec<Secret>,
}

/// Shorter texts are too common to be cut out of a message without ruining it.
const SHORTEST_SECRET: usize = 4;

/// Parameter names whose value is a secret whoever it belongs to.
const SECRET_PARAMETERS: [&str; 12] = [
    "apikey",
    "api_key",
    "x-api-key",
    "access_token",
    "refresh_token",
    "client_secret",
    "application_token",
    "x-xcom-accesskey",
    "x-xcom-integration-apikey",
    "x-xcom-integration-secret",
    "accesskey",
    // A list of them, with names and values.
    "secrets",
];

impl Redactor {
    /// A redactor of these secrets.
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        Self::default().and(secrets)
    }

    /// A redactor of these secrets too.
    #[must_use]
    pub fn and(self, secrets: impl IntoIterator<Item = Secret>) -> Self {
        let mut spellings = self.spellings;
        for secret in secrets {
            let plain = secret.expose();
            if plain.len() < SHORTEST_SECRET {
                continue;
            }
            let form: String = url::form_urlencoded::byte_serialize(plain.as_bytes()).collect();
            let percent = form.replace('+', "%20");
            let json = serde_json::Value::from(plain).to_string();
            let json = json.get(1..json.len() - 1).unwrap_or(plain).to_owned();
            for spelling in [plain.to_owned(), form.to_lowercase(), form, percent, json] {
                let spelling = Secret::new(spelling);
                if !spellings.contains(&spelling) {
                    spellings.push(spelling);
                }
            }
        }
        // The longest first, so that no spelling leaves the tail of a longer one behind.
        spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.expose().len()));
        Self { spellings }
    }

    /// Whether a parameter, header or field of this name holds a secret, whoever it belongs to.
    ///
    /// ```
    /// use vochi_crm_core::Redactor;
    /// assert!(Redactor::is_secret_name("apiKey"));
    /// assert!(!Redactor::is_secret_name("phone"));
    /// ```
    pub fn is_secret_name(name: &str) -> bool {
        SECRET_PARAMETERS
            .iter()
            .any(|secret| name.eq_ignore_ascii_case(secret))
    }

    /// The text without secrets.
    pub fn redact(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for spelling in &self.spellings {
            if clean.contains(spelling.expose()) {
                clean = clean.replace(spelling.expose(), MASK);
            }
        }
        mask_parameters(&clean)
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} spellings)", self.spellings.len())
    }
}

/// Masks `name=value` and `"name":"value"` for every secret name.
fn mask_parameters(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut names: Vec<(usize, usize)> = SECRET_PARAMETERS
        .iter()
        .flat_map(|name| {
            let found = lower.match_indices(name);
            found.map(|(at, name)| (at, at + name.len()))
        })
        .collect();
    // Of names that begin at one place the longest counts.
    names.sort_by_key(|(at, end)| (*at, std::cmp::Reverse(*end)));
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    for (at, name_end) in names {
        // What lies in a value that is masked already is not looked at: no text is gone through
        // more than once.
        if at < done {
            continue;
        }
        let Some((start, end)) = value_after(&lower, name_end) else {
            continue;
        };
        clean.push_str(text.get(done..start).unwrap_or_default());
        clean.push_str(MASK);
        done = end;
    }
    clean.push_str(text.get(done..).unwrap_or_default());
    clean
}

/// Where the value of a parameter lies whose name ends here.
fn value_after(lower: &str, name_end: usize) -> Option<(usize, usize)> {
    let rest = lower.get(name_end..)?;
    let skipped = rest.len() - rest.trim_start_matches(['"', '\'', ' ']).len();
    let after = rest.get(skipped..)?;
    if !after.starts_with(['=', ':']) {
        return None;
    }
    let value = after.get(1..)?;
    let lead = value.len() - value.trim_start_matches(['"', '\'', ' ']).len();
    let start = name_end + skipped + 1 + lead;
    let value = lower.get(start..)?;
    let length = if value.starts_with(['[', '{']) {
        nested(value)
    } else {
        value
            .find(['&', '"', '\'', ' ', '\n', '\r', '<', '>', ',', ';', '}'])
            .unwrap_or(value.len())
    };
    (length > 0 && !value.starts_with(MASK)).then_some((start, start + length))
}

/// How long a list or an object is; one that does not end goes to the end.
fn nested(value: &str) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in value.bytes().enumerate() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    value.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_stars_in_every_way() {
        let secret = Secret::new("canary-0001");
        let json = serde_json::to_string(&secret).unwrap();
        assert_eq!(
            format!("{secret} {secret:?} {secret:#?} {json}")
                .matches("canary")
                .count(),
            0
        );
    }

    #[test]
    fn secrets_compare_by_content() {
        assert_eq!(Secret::new("same"), Secret::new("same"));
        assert_ne!(Secret::new("same"), Secret::new("other"));
        assert_ne!(Secret::new("same"), Secret::new("same-longer"));
    }

    #[test]
    fn every_spelling_of_a_secret_is_taken_out() {
        let redactor = Redactor::new([Secret::new("a+b/\"c\"")]);
        for text in [
            "x a+b/\"c\" y",
            "x a%2Bb%2F%22c%22 y",
            "x a%2bb%2f%22c%22 y",
            r#"x a+b/\"c\" y"#,
        ] {
            assert_eq!(redactor.redact(text), "x *** y", "spelling in {text}");
        }
    }

    #[test]
    fn parameters_named_as_secrets_lose_their_value() {
        let redactor = Redactor::default();
        for (text, clean) in [
            ("GET /x?apiKey=abc&limit=1", "GET /x?apiKey=***&limit=1"),
            (
                r#"{"access_token":"abc","x":1}"#,
                r#"{"access_token":"***","x":1}"#,
            ),
            ("X-API-KEY: abc def", "X-API-KEY: *** def"),
            (r#"Wrong "apiKey" value."#, r#"Wrong "apiKey" value."#),
            (r#""apiKey" is missing."#, r#""apiKey" is missing."#),
            ("Ключ apikey=тайна&ж", "Ключ apikey=***&ж"),
            (
                r#"{"apiKey":["abc",{"x":"def"}],"y":1}"#,
                r#"{"apiKey":***,"y":1}"#,
            ),
            (r#"{"apiKey": {"x":"cut of"#, r#"{"apiKey": ***"#),
        ] {
            assert_eq!(redactor.redact(text), clean);
        }
    }

    #[test]
    fn a_long_text_full_of_secrets_is_gone_through_once() {
        let redactor = Redactor::default();
        for piece in ["apikey=a&", "apikey=", "apikey ", "\"apikey\":[", "secrets"] {
            let text = piece.repeat(1_000_000 / piece.len());
            let began = std::time::Instant::now();
            let clean = redactor.redact(&text);
            assert!(clean.len() <= text.len() + 4 * 120_000, "{piece}");
            assert!(
                began.elapsed().as_secs() < 5,
                "{piece}: {:?}",
                began.elapsed()
            );
        }
    }

    #[test]
    fn a_very_short_secret_does_not_shred_the_message() {
        let redactor = Redactor::new([Secret::new("a")]);
        assert_eq!(redactor.redact("a bad day"), "a bad day");
    }
}
