//! Checks of a stand-in as constant tables.
//!
//! A [`Schema`] lists the fields of an object of a request, each with its rules: required, form,
//! vocabulary, conditions. A [`Row`] is a check written by hand, for state. A [`Table`] holds the
//! stages in which both run, names their rules, merges violations into one refusal and lists all
//! rules. [`Sample`]s are requests that a rule refuses or accepts, made from the tables for tests.
//!
//! What differs between CRMs is a [`Dialect`]; nothing here knows a status or a text.

mod field;
mod kind;
mod object;
mod route;
mod sample;
mod table;

use std::fmt::Debug;

use serde_json::Value;

use crate::check::Detail;
use crate::wire::Response;

pub(crate) use field::{Field, When, field};
pub(crate) use kind::Kind;
pub(crate) use object::Object;
pub use route::Route;
pub(crate) use route::{Path, names_in};
pub use sample::Sample;
pub(crate) use table::{Row, Schema, Stage, Table};

/// What a CRM's checks do not share with those of other CRMs.
pub(crate) trait Dialect: Copy + 'static {
    /// A request with the state of the CRM.
    type Context<'r>;
    /// An operation of the CRM.
    type Operation: Copy + PartialEq + Debug + 'static;
    /// The form of a refusal.
    type Refusal: Copy + PartialEq + 'static;

    /// Requirement of the rule for blank values, in [`Check::demands`](crate::Check::demands).
    const BLANK: &'static str;
    /// The rule for blank values of an object looks into the objects inside.
    const BLANK_IS_DEEP: bool;

    /// Returns the operation of a request.
    fn operation(cx: &Self::Context<'_>) -> Option<Self::Operation>;

    /// Returns true if violations with this form of refusal are reported together.
    fn merges(refusal: Self::Refusal) -> bool;

    /// Returns true for a value that the rule for blank values refuses.
    fn is_blank(value: &Value) -> bool;

    /// Returns true if a value is checked for its form; blank values may have a message of their
    /// own.
    fn has_form(_value: &Value) -> bool {
        true
    }

    /// Returns the CRM's message.
    fn message(breach: &Breach<'_>, cx: &Self::Context<'_>) -> Value;

    /// Returns the response to a refused request.
    fn response(refusal: Self::Refusal, cx: &Self::Context<'_>, found: &[Detail]) -> Response;
}

/// Type of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RuleKind {
    /// The field is one the object has.
    Known,
    /// The value is not null.
    NotNull,
    /// The value is not blank.
    NotBlank,
    /// The field is sent.
    Required,
    /// The value has a form.
    Form,
    /// A value of the right form is one of those that are allowed.
    Value,
    /// The field is not sent without a condition.
    Only,
    /// A rule over several fields.
    Check,
}

impl RuleKind {
    /// Last segment of a row's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Known => "known_fields",
            Self::NotNull => "not_null",
            Self::NotBlank => "not_blank",
            Self::Required => "required",
            Self::Form => "form",
            Self::Value => "value",
            Self::Only => "only",
            Self::Check => "check",
        }
    }
}

/// A violation of a rule by a field.
pub(crate) struct Breach<'a> {
    /// The rule's type.
    pub(crate) rule: RuleKind,
    /// Name of the field.
    pub(crate) field: &'a str,
    /// Path of the field from the root of the request's object: `items[0].from.type`.
    pub(crate) path: &'a str,
    /// The value, if the field is sent.
    pub(crate) value: Option<&'a Value>,
    /// The message, or the name of a type, that the rule or its kind declares; empty for the
    /// default.
    pub(crate) says: &'static str,
}
