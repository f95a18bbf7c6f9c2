//! Requests for tests, made from the rules of schemas.

use serde_json::{Map, Value, json};

use super::field::{Demand, Field, Rule, When};
use super::table::{Place, Step, Test};
use super::{Dialect, Kind};

/// A request that one rule of a stand-in refuses, or that all rules accept, as changes of the
/// smallest valid object.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Sample {
    /// Name of the object, such as `event`: the first segment of the row's name.
    pub object: &'static str,
    /// Name of the row.
    pub row: &'static str,
    /// Type of the rule, such as `required`.
    pub rule: &'static str,
    /// The field as the CRM names it in the object, such as `phones[0].number`.
    pub field: String,
    /// The operation in the stand-in's terms, if the rule depends on it.
    pub operation: Option<String>,
    /// JSON pointers in the valid object with their values; `None` removes a field.
    pub changes: Vec<(String, Option<Value>)>,
    /// Whether the request is accepted.
    pub accepted: bool,
}

impl Sample {
    /// Applies the changes to a valid object; objects on the way have to be there.
    #[must_use]
    pub fn apply(&self, mut object: Value) -> Value {
        for (pointer, value) in &self.changes {
            let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
            let parent = object.pointer_mut(parent).and_then(Value::as_object_mut);
            match (parent, value) {
                (Some(parent), Some(value)) => parent.insert(name.to_owned(), value.clone()),
                (Some(parent), None) => parent.remove(name),
                (None, _) => None,
            };
        }
        object
    }
}

/// Name of a field that no object has.
const UNKNOWN: &str = "unknownField";

/// The samples of one rule.
pub(super) fn of<D: Dialect>(place: &Place<D>, test: Test<D>, row: &'static str) -> Vec<Sample> {
    let made = Samples { place, row, rule: test.kind().name() };
    match test {
        Test::Known => made.unknown(),
        Test::NotNull => {
            let fields = place.fields.iter();
            fields.map(|field| made.whole(field.name, Value::Null)).collect()
        }
        Test::NotBlank => {
            let blank = |field: &Field<D>| Some(made.whole(field.name, blank_of(field)?));
            place.fields.iter().filter_map(blank).collect()
        }
        Test::Field(field, index) => {
            let rule = field.rules().nth(index);
            rule.map(|rule| made.of_rule(field, index, rule)).unwrap_or_default()
        }
    }
}

struct Samples<'a, D: Dialect> {
    place: &'a Place<D>,
    row: &'static str,
    rule: &'static str,
}

/// The operation and the changes of a sample.
type Draft = (Option<String>, Vec<(String, Option<Value>)>);

impl<D: Dialect> Samples<'_, D> {
    fn path(&self, separator: &str, index: fn(&str) -> String, name: &str) -> String {
        let mut path = String::new();
        for step in &self.place.steps {
            match step {
                Step::Object(step) => path = format!("{path}{step}{separator}"),
                Step::Each(step) => path = format!("{path}{}{separator}", index(step)),
            }
        }
        path + name
    }

    fn pointer(&self, name: &str) -> String {
        format!("/{}", self.path("/", |step| format!("{step}/0"), name))
    }

    fn sample(&self, name: &str, (operation, changes): Draft, accepted: bool) -> Sample {
        Sample {
            object: self.place.schema.name,
            row: self.row,
            rule: self.rule,
            field: self.path(".", |step| format!("{step}[0]"), name),
            operation,
            changes,
            accepted,
        }
    }

    /// A refused value of a rule for all fields.
    fn whole(&self, name: &str, value: Value) -> Sample {
        let operation = self.place.schema.whole.first().map(|it| format!("{it:?}"));
        self.sample(name, (operation, vec![(self.pointer(name), Some(value))]), false)
    }

    /// A field that no object has, and fields of other operations.
    fn unknown(&self) -> Vec<Sample> {
        let mut found = vec![self.whole(UNKNOWN, json!("text"))];
        for field in self.place.fields.iter().filter(|it| !it.known_in.is_empty()) {
            let other = self.failing(&When::On(field.known_in));
            if let (Some((operation, _)), Some(value)) = (other, example_of(field)) {
                let changes = vec![(self.pointer(field.name), Some(value))];
                found.push(self.sample(field.name, (operation, changes), false));
            }
        }
        found
    }

    fn of_rule(&self, field: &Field<D>, index: usize, rule: &Rule<D>) -> Vec<Sample> {
        let name = field.name;
        let pointer = self.pointer(name);
        let with = |mut draft: Draft, value: Option<Value>| {
            draft.1.push((pointer.clone(), value));
            draft
        };
        let mut found = Vec::new();
        let holding = || self.holding(rule.when);
        match &rule.demand {
            Demand::Required => {
                let refused =
                    holding().into_iter().map(|it| self.sample(name, with(it, None), false));
                found.extend(refused);
                if let [when @ When::Without(_)] = rule.when {
                    let other = self.failing(when);
                    found.extend(other.map(|it| self.sample(name, with(it, None), true)));
                }
            }
            Demand::Form(kind) | Demand::Value(kind) => {
                let allowed = |mut draft: Draft| {
                    let only = field.rules().filter(|rule| matches!(rule.demand, Demand::Only));
                    for rule in only {
                        let more = self.holding(rule.when).into_iter().next().unwrap_or_default();
                        draft.0 = draft.0.or(more.0);
                        draft.1.extend(more.1);
                    }
                    draft
                };
                for draft in holding().into_iter().map(allowed) {
                    for value in kind.refused() {
                        found.push(self.sample(name, with(draft.clone(), Some(value)), false));
                    }
                    let is_last = kinds_of(field).all(|(at, _)| at <= index);
                    if let Some(value) = kind.accepted().filter(|_| is_last) {
                        found.push(self.sample(name, with(draft, Some(value)), true));
                    }
                }
            }
            Demand::Only => {
                let example = example_of(field);
                let other = rule.when.first().and_then(|when| self.failing(when));
                if let (Some(draft), Some(value)) = (other, example) {
                    found.push(self.sample(name, with(draft, Some(value)), false));
                }
            }
            Demand::Check { .. } => {
                let changes: Vec<Map<String, Value>> =
                    serde_json::from_str(rule.refused).unwrap_or_default();
                let draft = holding().into_iter().next().unwrap_or_default();
                for changes in changes {
                    let mut draft = draft.clone();
                    draft.1.extend(changes.into_iter().map(|(name, value)| {
                        (self.pointer(&name), Some(value).filter(|it| !it.is_null()))
                    }));
                    found.push(self.sample(rule.at.unwrap_or(name), draft, false));
                }
            }
        }
        found
    }

    /// Changes with which all conditions hold, one draft for each operation.
    fn holding(&self, when: &[When<D>]) -> Vec<Draft> {
        let mut changes = Vec::new();
        let mut operations = vec![None];
        for when in when {
            match when {
                When::On(those) => {
                    operations = those.iter().map(|it| Some(format!("{it:?}"))).collect();
                }
                When::Is(name, text) => changes.push((self.pointer(name), Some(json!(text)))),
                When::IsNot(..) => {}
                When::With(name) => changes.push((self.pointer(name), self.example(name))),
                When::Without(name) => changes.push((self.pointer(name), None)),
            }
        }
        operations.into_iter().map(|it| (it, changes.clone())).collect()
    }

    /// Changes with which a condition does not hold; the valid object has no text of `Is`.
    fn failing(&self, when: &When<D>) -> Option<Draft> {
        Some(match when {
            When::On(those) => {
                let all = self.place.schema.operations.iter();
                let other = all.filter(|it| !those.contains(it)).last()?;
                (Some(format!("{other:?}")), Vec::new())
            }
            When::Is(..) => (None, Vec::new()),
            When::IsNot(name, text) => (None, vec![(self.pointer(name), Some(json!(text)))]),
            When::With(name) => (None, vec![(self.pointer(name), None)]),
            When::Without(name) => (None, vec![(self.pointer(name), Some(self.example(name)?))]),
        })
    }

    fn example(&self, name: &str) -> Option<Value> {
        example_of(self.place.fields.iter().find(|field| field.name == name)?)
    }
}

fn kinds_of<D: Dialect>(field: &Field<D>) -> impl Iterator<Item = (usize, &Kind<D>)> {
    field.rules().enumerate().filter_map(|(index, rule)| match &rule.demand {
        Demand::Form(kind) | Demand::Value(kind) => Some((index, kind)),
        _ => None,
    })
}

/// An accepted value: of the last kind that has one.
fn example_of<D: Dialect>(field: &Field<D>) -> Option<Value> {
    kinds_of(field).filter_map(|(_, kind)| kind.accepted()).last()
}

/// A blank value that no other rule refuses.
fn blank_of<D: Dialect>(field: &Field<D>) -> Option<Value> {
    if !D::has_form(&json!("")) {
        return Some(json!(""));
    }
    let blanks: Option<Vec<Value>> = kinds_of(field).map(|(_, kind)| kind.blank()).collect();
    let plain = field.rules().all(|it| !matches!(it.demand, Demand::Only | Demand::Check { .. }));
    blanks?.pop().filter(|_| plain)
}
