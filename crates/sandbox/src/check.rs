//! What every row of every table of checks has in common.

use std::borrow::Cow;

/// How much is known of a demand and of its refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Basis {
    /// The refusal itself is known: from documentation, from a live answer, or from the tests of an
    /// official client.
    Answered,
    /// The demand is in the documentation or in the models of an official client; that the CRM
    /// refuses anything else, and in which words, is supposed.
    Documented,
    /// The demand is supposed: the stand-in is stricter than what is known, so that a client built
    /// against it stays inside what is known to work.
    Guess,
}

/// One row of a table of checks: what the stand-in demands, and where that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// Short and unique within its CRM, such as `event.phone_form`.
    pub name: &'static str,
    /// What a request has to be like to pass.
    pub demands: &'static str,
    /// The section of that CRM's reference page it rests on, such as `§2.1`.
    pub section: &'static str,
    /// How much of it is known.
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

/// What one check found in one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Detail {
    /// The parameter or field at fault, as the CRM names it in its answer; empty where the whole
    /// request is at fault.
    pub(crate) field: String,
    /// What the CRM says about it.
    pub(crate) text: Cow<'static, str>,
}

impl Detail {
    pub(crate) fn new(field: impl Into<String>, text: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), text: text.into() }
    }

    /// A finding about the request as a whole.
    pub(crate) fn whole() -> Self {
        Self::new("", "")
    }
}

/// A check that failed, with what it found.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) check: Check,
    pub(crate) details: Vec<Detail>,
}

impl Finding {
    /// The sentence a person reads: which check, what it demands, where, and in which fields.
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
