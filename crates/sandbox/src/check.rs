//! Types shared by the check tables.

use serde_json::Value;

/// How well a check and its refusal are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Basis {
    /// The refusal is known from documentation, a live response, or the tests of an official
    /// client.
    Answered,
    /// The requirement is documented, or in an official client's models; the refusal and its text
    /// are assumed.
    Documented,
    /// The requirement is assumed: the stand-in is stricter than what is known, so that a client
    /// built against it uses only what is known to work.
    Guess,
}

/// One check: what the stand-in requires, and where it is documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// Name, unique within its CRM, such as `event.phone_form`.
    pub name: &'static str,
    /// The requirement.
    pub demands: &'static str,
    /// Section of the CRM's reference page, such as `§2.1`.
    pub section: &'static str,
    /// How well it is known.
    pub basis: Basis,
}

impl Check {
    pub(crate) const fn answered(
        name: &'static str,
        section: &'static str,
        demands: &'static str,
    ) -> Self {
        Self { name, demands, section, basis: Basis::Answered }
    }

    pub(crate) const fn documented(
        name: &'static str,
        section: &'static str,
        demands: &'static str,
    ) -> Self {
        Self { name, demands, section, basis: Basis::Documented }
    }

    pub(crate) const fn guess(
        name: &'static str,
        section: &'static str,
        demands: &'static str,
    ) -> Self {
        Self { name, demands, section, basis: Basis::Guess }
    }
}

/// Where a rule comes from, and how well it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source {
    /// Section of the CRM's reference page.
    pub(crate) section: &'static str,
    /// How well the rule is known.
    pub(crate) basis: Basis,
}

/// A rule with a known refusal.
pub(crate) const fn answered(section: &'static str) -> Source {
    Source { section, basis: Basis::Answered }
}

/// A documented rule; its refusal is assumed.
pub(crate) const fn documented(section: &'static str) -> Source {
    Source { section, basis: Basis::Documented }
}

/// An assumed rule.
pub(crate) const fn guess(section: &'static str) -> Source {
    Source { section, basis: Basis::Guess }
}

/// A violation of a check in a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Detail {
    /// The invalid parameter or field, as the CRM names it; empty for the whole request.
    pub(crate) field: String,
    /// The CRM's message; a text, or a value that the CRM quotes.
    pub(crate) text: Value,
}

impl Detail {
    pub(crate) fn new(field: impl Into<String>, text: impl Into<Value>) -> Self {
        Self { field: field.into(), text: text.into() }
    }

    /// The message, if it is a text.
    pub(crate) fn says(&self) -> &str {
        self.text.as_str().unwrap_or_default()
    }

    /// A violation by the request as a whole.
    pub(crate) fn whole() -> Self {
        Self::new("", "")
    }

    /// A violation by the request as a whole, if there is one.
    pub(crate) fn whole_if(wrong: bool) -> Vec<Self> {
        if wrong { vec![Self::whole()] } else { Vec::new() }
    }

    /// A violation of a field, if there is one.
    pub(crate) fn says_if(wrong: bool, field: &str, says: impl FnOnce() -> String) -> Vec<Self> {
        if wrong { vec![Self::new(field, says())] } else { Vec::new() }
    }
}

/// A failed check with its violations.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) check: Check,
    pub(crate) details: Vec<Detail>,
}

impl Finding {
    /// Message with the check, its requirement, its reference section and the fields.
    pub(crate) fn why(&self) -> String {
        let Check { name, demands, section, .. } = self.check;
        let fields: Vec<&str> = self
            .details
            .iter()
            .map(|detail| detail.field.as_str())
            .filter(|field| !field.is_empty())
            .collect();
        if fields.is_empty() {
            format!("{name}: {demands} (reference {section})")
        } else {
            format!("{name}: {demands} (reference {section}); at {}", fields.join(", "))
        }
    }
}
