//! Paths of operations.

use url::form_urlencoded;

/// An operation of a stand-in, for tests.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Route {
    /// The HTTP method.
    pub method: &'static str,
    /// The path; `*` and `{ws}` stand for a name, `{id}` for a number.
    pub path: String,
    /// The required scope of the key, or the credential; empty for none.
    pub scope: &'static str,
    /// The required parameter.
    pub required: Option<&'static str>,
    /// Whether the required parameter, or the body, is an object to write.
    pub writes: bool,
    /// The other parameters.
    pub parameters: &'static [&'static str],
    /// The filters of a list as parameters, each with a value it refuses.
    pub filters: Vec<(String, &'static str)>,
}

/// Result of matching a path and a method with the operations `O` of a stand-in.
#[derive(Debug)]
pub(crate) enum Path<O: 'static> {
    Known(&'static O),
    /// The path exists with another method.
    OtherVerb,
    Unknown,
}

impl<O> Clone for Path<O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O> Copy for Path<O> {}

impl<O> Path<O> {
    /// Finds the operation of a path, and the names in it. `names` matches the path with that of an
    /// operation.
    pub(crate) fn find(
        operations: &'static [O],
        names: impl Fn(&O) -> Option<Vec<String>>,
        has_method: impl Fn(&O) -> bool,
    ) -> (Self, Vec<String>) {
        let mut found = (Self::Unknown, Vec::new());
        for operation in operations {
            let Some(names) = names(operation) else { continue };
            if has_method(operation) {
                return (Self::Known(operation), names);
            }
            found = (Self::OtherVerb, names);
        }
        found
    }

    pub(crate) fn operation(&self) -> Option<&'static O> {
        match self {
            Self::Known(operation) => Some(operation),
            Self::OtherVerb | Self::Unknown => None,
        }
    }
}

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
