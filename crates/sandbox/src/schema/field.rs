//! Fields and their rules.

use serde_json::Value;

use crate::check::Source;

use super::kind::{Accepts, Kind};
use super::{Breach, Dialect, Object, RuleKind};

/// Most rules of one field.
const RULES: usize = 6;

/// A field of an object: its rules run in the order in which they are written.
#[derive(Clone, Copy)]
pub(crate) struct Field<D: Dialect> {
    /// The name on the wire.
    pub(super) name: &'static str,
    rules: [Option<Rule<D>>; RULES],
    count: usize,
    pub(super) inside: Option<Inside<D>>,
    /// Operations in which the field is known; empty for all.
    pub(super) known_in: &'static [D::Operation],
    /// Blank values that other rules check.
    pub(super) blank_elsewhere: Option<Accepts<D>>,
}

/// Objects inside a field.
#[derive(Clone, Copy)]
pub(super) enum Inside<D: Dialect> {
    /// The value is an object with these fields.
    Object(&'static [Field<D>]),
    /// The value is a list of objects with these fields.
    Each(&'static [Field<D>]),
    /// The value is a list of objects with these fields, whose rules are in another schema.
    EachKnown(&'static [Field<D>]),
}

/// A rule of a field.
#[derive(Clone, Copy)]
pub(super) struct Rule<D: Dialect> {
    pub(super) demand: Demand<D>,
    pub(super) source: Source,
    /// All of these hold, or the rule does not apply.
    pub(super) when: &'static [When<D>],
    pub(super) says: &'static str,
    /// The field that a check is reported at, if another one.
    pub(super) at: Option<&'static str>,
    /// Changes that break a check, as a JSON list of objects.
    pub(super) refused: &'static str,
}

#[derive(Clone, Copy)]
pub(super) enum Demand<D: Dialect> {
    Required,
    Form(Kind<D>),
    Value(Kind<D>),
    Only,
    Check { name: &'static str, demands: &'static str, accepts: AcceptsObject<D> },
}

/// Accepts or refuses an object.
type AcceptsObject<D> = for<'a, 'r> fn(&Object<'a>, &<D as Dialect>::Context<'r>) -> bool;

/// A condition on the operation, or on another field of the same object.
#[derive(Clone, Copy)]
pub(crate) enum When<D: Dialect> {
    /// The request is one of these operations.
    On(&'static [D::Operation]),
    /// The field has this text.
    Is(&'static str, &'static str),
    /// The field does not have this text.
    IsNot(&'static str, &'static str),
    /// The field is sent.
    With(&'static str),
    /// The field is not sent.
    Without(&'static str),
}

/// A field without rules: it is known, and other checks look at its value.
pub(crate) const fn field<D: Dialect>(name: &'static str) -> Field<D> {
    Field {
        name,
        rules: [None; RULES],
        count: 0,
        inside: None,
        known_in: &[],
        blank_elsewhere: None,
    }
}

impl<D: Dialect> Field<D> {
    const fn with(mut self, demand: Demand<D>, source: Source) -> Self {
        self.rules[self.count] =
            Some(Rule { demand, source, when: &[], says: "", at: None, refused: "[]" });
        self.count += 1;
        self
    }

    /// The field is sent.
    pub(crate) const fn required(self, source: Source) -> Self {
        self.with(Demand::Required, source)
    }

    /// The value, when sent, is of this kind.
    pub(crate) const fn form(self, kind: Kind<D>, source: Source) -> Self {
        self.with(Demand::Form(kind), source)
    }

    /// The value is of this kind too, if it passes the rules before.
    pub(crate) const fn value(self, kind: Kind<D>, source: Source) -> Self {
        self.with(Demand::Value(kind), source)
    }

    /// The field is sent only with the conditions that [`when`](Self::when) adds.
    pub(crate) const fn only(self, source: Source) -> Self {
        self.with(Demand::Only, source)
    }

    /// A rule over several fields of the object, reported at this one.
    pub(crate) const fn check(
        self,
        name: &'static str,
        source: Source,
        demands: &'static str,
        accepts: AcceptsObject<D>,
    ) -> Self {
        self.with(Demand::Check { name, demands, accepts }, source)
    }

    const fn last(&mut self) -> Option<&mut Rule<D>> {
        match self.count.checked_sub(1) {
            Some(last) => self.rules[last].as_mut(),
            None => None,
        }
    }

    /// Adds conditions to the last rule.
    pub(crate) const fn when(mut self, when: &'static [When<D>]) -> Self {
        if let Some(rule) = self.last() {
            rule.when = when;
        }
        self
    }

    /// Sets the message of the last rule.
    pub(crate) const fn says(mut self, says: &'static str) -> Self {
        if let Some(rule) = self.last() {
            rule.says = says;
        }
        self
    }

    /// Reports the last rule, a check, at another field, for its place in the order.
    pub(crate) const fn at(mut self, field: &'static str) -> Self {
        if let Some(rule) = self.last() {
            rule.at = Some(field);
        }
        self
    }

    /// Sets changes that break the last rule, a check, as a JSON list of objects of fields; null
    /// removes a field.
    pub(crate) const fn refuses(mut self, changes: &'static str) -> Self {
        if let Some(rule) = self.last() {
            rule.refused = changes;
        }
        self
    }

    /// The value is an object with these fields.
    pub(crate) const fn inside(mut self, fields: &'static [Field<D>]) -> Self {
        self.inside = Some(Inside::Object(fields));
        self
    }

    /// The value is a list of objects with these fields.
    pub(crate) const fn each(mut self, fields: &'static [Field<D>]) -> Self {
        self.inside = Some(Inside::Each(fields));
        self
    }

    /// The value is a list of objects with these fields; another schema has their rules.
    pub(crate) const fn each_known(mut self, fields: &'static [Field<D>]) -> Self {
        self.inside = Some(Inside::EachKnown(fields));
        self
    }

    /// The field is unknown in other operations than these.
    pub(crate) const fn known_in(mut self, operations: &'static [D::Operation]) -> Self {
        self.known_in = operations;
        self
    }

    /// Blank values that the function accepts have a rule of their own.
    pub(crate) const fn blank_elsewhere(mut self, accepts: Accepts<D>) -> Self {
        self.blank_elsewhere = Some(accepts);
        self
    }

    /// The rules, in order.
    pub(super) fn rules(&self) -> impl Iterator<Item = &Rule<D>> {
        self.rules.iter().flatten()
    }

    /// The violation of the rule at this index, if any.
    pub(super) fn breach(
        &self,
        index: usize,
        object: &Object<'_>,
        cx: &D::Context<'_>,
    ) -> Option<crate::check::Detail> {
        let rule = self.rules.get(index)?.as_ref()?;
        let value = object.fields.get(self.name);
        if self.accepts(rule, index, value, object, cx) {
            return None;
        }
        let says = match (&rule.demand, rule.says) {
            (Demand::Form(kind) | Demand::Value(kind), "") => kind.says,
            (_, says) => says,
        };
        let field = rule.at.unwrap_or(self.name);
        let path = object.path(field);
        let rule = rule.demand.kind();
        let breach = Breach { rule, field, path: &path, value, says };
        let message = D::message(&breach, cx);
        Some(crate::check::Detail::new(path, message))
    }

    fn accepts(
        &self,
        rule: &Rule<D>,
        index: usize,
        value: Option<&Value>,
        object: &Object<'_>,
        cx: &D::Context<'_>,
    ) -> bool {
        let applies = rule.when.iter().all(|when| when.holds(object, cx));
        match (&rule.demand, value) {
            (Demand::Only, value) => applies || value.is_none(),
            _ if !applies => true,
            (Demand::Required, value) => value.is_some(),
            (Demand::Check { accepts, .. }, _) => accepts(object, cx),
            (_, None) => true,
            (_, Some(value)) if !D::has_form(value) => true,
            (Demand::Form(kind), Some(value)) => kind.accepts(value, cx),
            (Demand::Value(kind), Some(value)) => {
                let mut before = self.rules.iter().take(index).flatten();
                let refused = before.any(|rule| match &rule.demand {
                    Demand::Form(kind) | Demand::Value(kind) => !kind.accepts(value, cx),
                    _ => false,
                });
                refused || kind.accepts(value, cx)
            }
        }
    }
}

impl<D: Dialect> Demand<D> {
    pub(super) fn kind(&self) -> RuleKind {
        match self {
            Self::Required => RuleKind::Required,
            Self::Form(_) => RuleKind::Form,
            Self::Value(_) => RuleKind::Value,
            Self::Only => RuleKind::Only,
            Self::Check { .. } => RuleKind::Check,
        }
    }
}

impl<D: Dialect> When<D> {
    fn holds(&self, object: &Object<'_>, cx: &D::Context<'_>) -> bool {
        match self {
            Self::On(operations) => D::operation(cx).is_some_and(|it| operations.contains(&it)),
            Self::Is(name, text) => object.text(name) == Some(text),
            Self::IsNot(name, text) => object.text(name) != Some(text),
            Self::With(name) => object.has(name),
            Self::Without(name) => !object.has(name),
        }
    }

    /// The field the condition looks at.
    pub(super) fn field(&self) -> Option<&'static str> {
        match self {
            Self::On(_) => None,
            Self::Is(name, _) | Self::IsNot(name, _) | Self::With(name) | Self::Without(name) => {
                Some(name)
            }
        }
    }

    pub(super) fn describe(&self) -> String {
        match self {
            Self::On(operations) => {
                let names: Vec<String> = operations.iter().map(|it| format!("{it:?}")).collect();
                format!("in {}", names.join(", "))
            }
            Self::Is(name, text) => format!("when {name} is {text}"),
            Self::IsNot(name, text) => format!("when {name} is not {text}"),
            Self::With(name) => format!("with {name}"),
            Self::Without(name) => format!("without {name}"),
        }
    }
}
