//! Stages of checks: finding violations, merging them into a refusal, listing all rules.

use serde_json::{Map, Value};

use crate::check::{Check, Detail, Finding, Source};
use crate::wire::Handled;

use super::field::{Demand, Field, Inside, Rule};
use super::{Breach, Dialect, Object, RuleKind, Sample, When, sample};

/// A check written by hand.
pub(crate) struct Row<D: Dialect> {
    pub(crate) check: Check,
    pub(crate) refusal: D::Refusal,
    /// Returns the violations of a request.
    pub(crate) finds: for<'a, 'r> fn(&'a D::Context<'r>) -> Vec<Detail>,
}

impl<D: Dialect> Row<D> {
    /// A check with its source, its requirement, its refusal and its implementation.
    pub(crate) const fn new(
        name: &'static str,
        source: Source,
        demands: &'static str,
        refusal: D::Refusal,
        finds: for<'a, 'r> fn(&'a D::Context<'r>) -> Vec<Detail>,
    ) -> Self {
        let Source { section, basis } = source;
        Self { check: Check { name, demands, section, basis }, refusal, finds }
    }
}

/// Finds the objects of a schema in a request.
type Objects<D> = for<'a, 'r> fn(&'a <D as Dialect>::Context<'r>) -> Vec<Object<'a>>;

/// The fields of an object of a request, with their rules.
pub(crate) struct Schema<D: Dialect> {
    /// First segment of its rows' names.
    pub(super) name: &'static str,
    refusal: D::Refusal,
    objects: Objects<D>,
    pub(super) fields: &'static [Field<D>],
    pub(super) operations: &'static [D::Operation],
    known: Option<Source>,
    not_null: Option<Source>,
    not_blank: Option<Source>,
    /// Operations in which unknown and blank fields are checked; empty for all.
    pub(super) whole: &'static [D::Operation],
    /// Known fields without rules, separated by spaces.
    plain: &'static str,
    /// Further fields that clients send, and the operations in which they may; empty for all.
    ignored: &'static [&'static str],
    ignored_in: &'static [D::Operation],
}

impl<D: Dialect> Schema<D> {
    /// A schema of the objects that a function finds.
    pub(crate) const fn new(
        name: &'static str,
        refusal: D::Refusal,
        objects: Objects<D>,
        fields: &'static [Field<D>],
    ) -> Self {
        Self {
            name,
            refusal,
            objects,
            fields,
            operations: &[],
            known: None,
            not_null: None,
            not_blank: None,
            whole: &[],
            plain: "",
            ignored: &[],
            ignored_in: &[],
        }
    }

    /// Lists the operations with this object.
    pub(crate) const fn of(mut self, operations: &'static [D::Operation]) -> Self {
        self.operations = operations;
        self
    }

    /// No fields besides those of the schema are sent.
    pub(crate) const fn known(mut self, source: Source) -> Self {
        self.known = Some(source);
        self
    }

    /// No field is null.
    pub(crate) const fn not_null(mut self, source: Source) -> Self {
        self.not_null = Some(source);
        self
    }

    /// No field is blank.
    pub(crate) const fn not_blank(mut self, source: Source) -> Self {
        self.not_blank = Some(source);
        self
    }

    /// Limits the rules for unknown and blank fields to these operations.
    pub(crate) const fn whole_in(mut self, operations: &'static [D::Operation]) -> Self {
        self.whole = operations;
        self
    }

    /// Adds known fields without rules, separated by spaces.
    pub(crate) const fn plain(mut self, names: &'static str) -> Self {
        self.plain = names;
        self
    }

    /// The known fields without rules of the object itself.
    fn plain_names(&self) -> impl Iterator<Item = &'static str> {
        self.plain.split_whitespace()
    }

    /// Ignores these fields, which official clients send, in these operations; empty for all.
    pub(crate) const fn ignoring(
        mut self,
        fields: &'static [&'static str],
        operations: &'static [D::Operation],
    ) -> Self {
        self.ignored = fields;
        self.ignored_in = operations;
        self
    }

    fn is_whole(&self, cx: &D::Context<'_>) -> bool {
        is_among(self.whole, cx, D::operation)
    }

    fn ignores(&self, name: &str, cx: &D::Context<'_>) -> bool {
        self.ignored.contains(&name) && is_among(self.ignored_in, cx, D::operation)
    }
}

fn is_among<C, O: PartialEq>(operations: &[O], cx: &C, of: fn(&C) -> Option<O>) -> bool {
    operations.is_empty() || of(cx).is_some_and(|it| operations.contains(&it))
}

/// Checks that run together: rows with the same form of refusal are reported together.
pub(crate) enum Stage<D: Dialect> {
    /// Checks written by hand.
    Rows(&'static [Row<D>]),
    /// Schemas, then checks written by hand.
    Schemas(&'static [&'static Schema<D>], &'static [Row<D>]),
}

/// A step from an object to the objects inside.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// The object in this field.
    Object(&'static str),
    /// The objects of the list in this field.
    Each(&'static str),
}

/// All checks of a stand-in.
///
/// Stages run in order; the first one with a violation refuses the request, with the form of its
/// first failed row.
pub(crate) struct Table<D: Dialect> {
    stages: Vec<Vec<Line<D>>>,
    samples: Vec<Sample>,
}

struct Line<D: Dialect> {
    check: Check,
    refusal: D::Refusal,
    finds: Finds<D>,
}

enum Finds<D: Dialect> {
    ByHand(for<'a, 'r> fn(&'a D::Context<'r>) -> Vec<Detail>),
    Rule(Place<D>, Test<D>),
}

/// The objects that a rule of a schema is about.
#[derive(Clone)]
pub(super) struct Place<D: Dialect> {
    pub(super) schema: &'static Schema<D>,
    pub(super) steps: Vec<Step>,
    pub(super) fields: &'static [Field<D>],
    /// Only unknown fields are checked; another schema has the rules.
    names_only: bool,
}

/// What a line of a schema tests.
#[derive(Clone, Copy)]
pub(super) enum Test<D: Dialect> {
    Known,
    NotNull,
    NotBlank,
    /// A field, and the index of its rule.
    Field(&'static Field<D>, usize),
}

impl<D: Dialect> Table<D> {
    /// Names the rules of these stages.
    pub(crate) fn new(stages: &[Stage<D>]) -> Self {
        let mut table = Self { stages: Vec::new(), samples: Vec::new() };
        for stage in stages {
            let (schemas, rows) = match *stage {
                Stage::Rows(rows) => (&[][..], rows),
                Stage::Schemas(schemas, rows) => (schemas, rows),
            };
            let mut lines = Vec::new();
            for schema in schemas {
                let fields = schema.fields;
                let place = Place { schema, steps: Vec::new(), fields, names_only: false };
                table.add_schema(&place, &mut lines);
            }
            lines.extend(rows.iter().map(|row| Line {
                check: row.check,
                refusal: row.refusal,
                finds: Finds::ByHand(row.finds),
            }));
            table.stages.push(lines);
        }
        debug_assert!(table.problems().is_empty(), "{:?}", table.problems());
        table
    }

    fn add_schema(&mut self, place: &Place<D>, lines: &mut Vec<Line<D>>) {
        let schema = place.schema;
        let shallow = !D::BLANK_IS_DEEP || place.steps.is_empty();
        let known = schema.known.map(|source| (Test::Known, source));
        let not_null = schema.not_null.filter(|_| shallow).map(|source| (Test::NotNull, source));
        let not_blank = schema.not_blank.filter(|_| shallow).map(|source| (Test::NotBlank, source));
        let whole =
            if place.names_only { [known, None, None] } else { [known, not_null, not_blank] };
        for (test, source) in whole.into_iter().flatten() {
            self.add(place, test, source, lines);
        }
        for field in place.fields {
            let rules = field.rules().enumerate();
            for (index, rule) in rules.filter(|_| !place.names_only) {
                self.add(place, Test::Field(field, index), rule.source, lines);
            }
            let (step, fields, names_only) = match field.inside {
                None => continue,
                Some(Inside::Object(fields)) => (Step::Object(field.name), fields, false),
                Some(Inside::Each(fields)) => (Step::Each(field.name), fields, false),
                Some(Inside::EachKnown(fields)) => (Step::Each(field.name), fields, true),
            };
            let mut steps = place.steps.clone();
            steps.push(step);
            let names_only = names_only || place.names_only;
            self.add_schema(&Place { schema, steps, fields, names_only }, lines);
        }
    }

    fn add(&mut self, place: &Place<D>, test: Test<D>, source: Source, lines: &mut Vec<Line<D>>) {
        let check = Check {
            name: place.row_name(test).leak(),
            demands: place.demands(test).leak(),
            section: source.section,
            basis: source.basis,
        };
        self.samples.extend(sample::of(place, test, check.name));
        let finds = Finds::Rule(place.clone(), test);
        lines.push(Line { check, refusal: place.schema.refusal, finds });
    }

    /// Mistakes in the table: names that are not unique, conditions on unknown fields, examples
    /// that are not JSON.
    fn problems(&self) -> Vec<String> {
        let mut names: Vec<&str> = self.checks().map(|check| check.name).collect();
        names.sort_unstable();
        let twice = names.windows(2).filter(|pair| pair.first() == pair.last());
        let mut found: Vec<String> = twice.map(|pair| format!("{pair:?}")).collect();
        for line in self.stages.iter().flatten() {
            let Finds::Rule(place, Test::Field(field, index)) = &line.finds else { continue };
            let Some(rule) = field.rules().nth(*index) else { continue };
            let named = rule.when.iter().filter_map(When::field);
            let unknown = named.filter(|name| !place.fields.iter().any(|it| it.name == *name));
            found.extend(unknown.map(|name| format!("{}: unknown field {name}", line.check.name)));
            if serde_json::from_str::<Vec<Map<String, Value>>>(rule.refused).is_err() {
                found.push(format!("{}: {}", line.check.name, rule.refused));
            }
            if let Demand::Form(kind) | Demand::Value(kind) = &rule.demand {
                let broken = kind.problems().into_iter();
                found.extend(broken.map(|it| format!("{}: {it}", line.check.name)));
            }
        }
        found
    }

    /// All rules, in order.
    pub(crate) fn checks(&self) -> impl Iterator<Item = Check> {
        self.stages.iter().flatten().map(|line| line.check)
    }

    /// Requests that the rules of the schemas refuse or accept.
    pub(crate) fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Refuses a request with violations.
    pub(crate) fn refuse(&self, cx: &D::Context<'_>) -> Option<Handled> {
        self.stages.iter().find_map(|stage| refuse(stage, cx))
    }
}

fn refuse<D: Dialect>(stage: &[Line<D>], cx: &D::Context<'_>) -> Option<Handled> {
    let mut refusal: Option<D::Refusal> = None;
    let mut findings: Vec<Finding> = Vec::new();
    for line in stage {
        if refusal.is_some_and(|refusal| refusal != line.refusal || !D::merges(refusal)) {
            continue;
        }
        let details = match &line.finds {
            Finds::ByHand(finds) => finds(cx),
            Finds::Rule(place, test) => place.find(*test, cx),
        };
        if !details.is_empty() {
            refusal = Some(line.refusal);
            findings.push(Finding { check: line.check, details });
        }
    }
    let refusal = refusal?;
    let details: Vec<Detail> = findings.iter().flat_map(|it| it.details.clone()).collect();
    Some(Handled { answer: D::response(refusal, cx, &details), findings })
}

impl<D: Dialect> Place<D> {
    fn objects<'a>(&self, cx: &'a D::Context<'_>) -> Vec<Object<'a>> {
        let mut found = (self.schema.objects)(cx);
        for step in &self.steps {
            found = match step {
                Step::Object(name) => found.iter().filter_map(|it| it.inside(name)).collect(),
                Step::Each(name) => found.iter().flat_map(|it| it.each(name)).collect(),
            };
        }
        found
    }

    fn find(&self, test: Test<D>, cx: &D::Context<'_>) -> Vec<Detail> {
        let objects = self.objects(cx);
        if let Test::Field(field, index) = test {
            return objects.iter().filter_map(|it| field.breach(index, it, cx)).collect();
        }
        if !self.schema.is_whole(cx) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for object in &objects {
            let wrong = object.fields.iter().filter(|(name, value)| match test {
                Test::Known => {
                    let known = |field: &Field<D>| {
                        field.name == *name && is_among(field.known_in, cx, D::operation)
                    };
                    let ignored = self.steps.is_empty()
                        && (self.schema.ignores(name, cx)
                            || self.schema.plain_names().any(|it| it == name.as_str()));
                    !(ignored || self.fields.iter().any(known))
                }
                Test::NotNull => value.is_null(),
                Test::NotBlank => D::is_blank(value) && !self.is_blank_elsewhere(name, value, cx),
                Test::Field(..) => false,
            });
            found.extend(wrong.map(|(name, value)| {
                let path = object.path(name);
                let rule = test.kind();
                let breach =
                    Breach { rule, field: name, path: &path, value: Some(value), says: "" };
                let message = D::message(&breach, cx);
                Detail::new(path, message)
            }));
        }
        found
    }

    fn is_blank_elsewhere(&self, name: &str, value: &Value, cx: &D::Context<'_>) -> bool {
        let field = self.fields.iter().find(|field| field.name == name);
        field.and_then(|field| field.blank_elsewhere).is_some_and(|accepts| accepts(value, cx))
    }

    /// Name of the place: `module.integrations.telephony`.
    fn name(&self) -> String {
        let mut name = self.schema.name.to_owned();
        for Step::Object(step) | Step::Each(step) in &self.steps {
            name = format!("{name}.{step}");
        }
        name
    }

    /// Name of a row: `call.date.form`; with the condition if the field has several such rules.
    fn row_name(&self, test: Test<D>) -> String {
        let place = self.name();
        let Test::Field(field, index) = test else {
            return format!("{place}.{}", test.kind().name());
        };
        let rules: Vec<&Rule<D>> = field.rules().collect();
        let Some(rule) = rules.get(index) else { return place };
        if let Demand::Check { name, .. } = rule.demand {
            return format!("{place}.{}.{name}", rule.at.unwrap_or(field.name));
        }
        let name = format!("{place}.{}.{}", field.name, test.kind().name());
        let same = |other: &&&Rule<D>| other.demand.kind() == test.kind();
        match (rules.iter().filter(same).count(), rule.when.first()) {
            (1, _) => name,
            (_, Some(When::On(operations))) => {
                let first = operations.first();
                first.map_or(name.clone(), |first| format!("{name}.{first:?}"))
            }
            _ => {
                let before = rules.iter().take(index).filter(same).count();
                if before == 0 { name } else { format!("{name}.{}", before + 1) }
            }
        }
    }

    /// Requirement of a rule, in words.
    fn demands(&self, test: Test<D>) -> String {
        let (field, index) = match test {
            Test::Known => {
                let names = self.fields.iter().map(|field| match field.known_in {
                    [] => field.name.to_owned(),
                    operations => format!("{} (in {operations:?})", field.name),
                });
                let plain = self.schema.plain_names().filter(|_| self.steps.is_empty());
                let names: Vec<String> = names.chain(plain.map(str::to_owned)).collect();
                if names.is_empty() {
                    return "the body is empty".to_owned();
                }
                return format!("no fields besides {}", names.join(", "));
            }
            Test::NotNull => return "no field is null".to_owned(),
            Test::NotBlank => return D::BLANK.to_owned(),
            Test::Field(field, index) => (field, index),
        };
        let name = field.name;
        let Some(rule) = field.rules().nth(index) else { return String::new() };
        let when: Vec<String> = rule.when.iter().map(When::describe).collect();
        let when = when.join(", ");
        let demand = match &rule.demand {
            Demand::Only => return format!("{name} is sent only {when}"),
            Demand::Required => format!("{name} is required"),
            Demand::Form(kind) | Demand::Value(kind) => format!("{name} is {}", kind.demands()),
            Demand::Check { demands, .. } => (*demands).to_owned(),
        };
        if when.is_empty() { demand } else { format!("{demand}, {when}") }
    }
}

impl<D: Dialect> Test<D> {
    pub(super) fn kind(&self) -> RuleKind {
        match self {
            Self::Known => RuleKind::Known,
            Self::NotNull => RuleKind::NotNull,
            Self::NotBlank => RuleKind::NotBlank,
            Self::Field(field, index) => {
                let rule = field.rules().nth(*index);
                rule.map_or(RuleKind::Check, |rule| rule.demand.kind())
            }
        }
    }
}
