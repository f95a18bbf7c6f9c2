//! Paths of operations.

use url::form_urlencoded;

/// Matches a path to a pattern, segment by segment, and returns the decoded segments at the
/// placeholders: `*`, or `{ws}`. `is_name` accepts or refuses a segment at its placeholder.
pub(crate) fn names_in(
    path: &str,
    pattern: &str,
    is_name: fn(placeholder: &str, segment: &str) -> bool,
) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut segments = path.split('/');
    for wanted in pattern.split('/') {
        let segment = segments.next()?;
        if wanted != "*" && !wanted.starts_with('{') {
            if segment != wanted {
                return None;
            }
        } else if segment.is_empty() || !is_name(wanted, segment) {
            return None;
        } else {
            // A plus in a path is literal.
            let field = format!("name={}", segment.replace('+', "%2B"));
            let (_, name) = form_urlencoded::parse(field.as_bytes()).next()?;
            names.push(name.into_owned());
        }
    }
    segments.next().is_none().then_some(names)
}
