//! Finds the values of parameters with secret names.

use super::MASK;

/// Parameter names with a secret value, in any account.
pub(super) const NAMES: [&str; 12] = [
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

/// Returns true if a parameter, header or field of this name holds a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    NAMES.iter().any(|secret| name.eq_ignore_ascii_case(secret))
}

/// The values in `name=value` and `"name":"value"`, for every secret name, in order.
pub(super) fn values(text: &[u8]) -> Vec<(usize, usize)> {
    let mut values = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match name_at(text, at).and_then(|end| value_after(text, end)) {
            // Every byte of a value is visited once.
            Some((start, end)) => {
                values.push((start, end));
                at = end;
            }
            None => at += 1,
        }
    }
    values
}

/// The end of a secret name that begins here.
fn name_at(text: &[u8], at: usize) -> Option<usize> {
    // Fast exit: most positions begin no name.
    let head = match text.get(at..at + 2)? {
        [a, b] => [a.to_ascii_lowercase(), b.to_ascii_lowercase()],
        _ => return None,
    };
    matches!(&head, b"ac" | b"ap" | b"cl" | b"re" | b"se" | b"x-").then_some(())?;
    let begins = |name: &&&str| {
        let name = name.as_bytes();
        let here = || text.get(at..at + name.len());
        name.starts_with(&head) && here().is_some_and(|here| here.eq_ignore_ascii_case(name))
    };
    let name = NAMES.iter().find(begins)?;
    Some(at + name.len())
}

/// The position of the value of a parameter with a name that ends here.
fn value_after(text: &[u8], name_end: usize) -> Option<(usize, usize)> {
    let skip = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        let padding = rest.iter().take_while(|byte| b"\"' \\".contains(byte));
        from + padding.count()
    };
    let sign = skip(name_end);
    matches!(text.get(sign)?, b'=' | b':').then_some(())?;
    let start = skip(sign + 1);
    let value = text.get(start..)?;
    let length = if value.starts_with(b"[") || value.starts_with(b"{") {
        nested(value)
    } else {
        let ends = |at: usize| match value.get(at) {
            // The quote that ends it, inside a quoted text.
            Some(b'\\') => matches!(value.get(at + 1), Some(b'"' | b'\'')),
            Some(byte) => b"&\"' \n\r<>,;}".contains(byte),
            None => true,
        };
        (0..value.len()).find(|at| ends(*at)).unwrap_or(value.len())
    };
    (length > 0 && !value.starts_with(MASK.as_bytes())).then_some((start, start + length))
}

/// The length of a list or an object; an incomplete one extends to the end.
fn nested(value: &[u8]) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in value.iter().enumerate() {
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
