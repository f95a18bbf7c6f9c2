//! Checks of references to customers and orders in orders, tasks and files.

use serde_json::Value;

use crate::check::Detail;

use super::super::journal::Subject;
use super::RequestContext;
use super::values::{CHOICE, EXTRA, Entity, INVALID};

/// Reference types.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Linked {
    Customer,
    Order,
}

impl Linked {
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Order => "order",
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Customer => &["id", "externalId"],
            Self::Order => &["id", "externalId", "number"],
        }
    }

    fn unnamed(self) -> &'static str {
        match self {
            Self::Customer => "Set one of the following fields: id, externalId",
            Self::Order => "Set one of the following fields: id, externalId, number",
        }
    }

    /// Violations for unknown fields.
    pub(super) fn extra(self, entity: &Entity<'_>) -> Vec<Detail> {
        let Some(inside) = entity.inside(self.field()) else {
            return Vec::new();
        };
        let mut found = inside.only(&["id", "externalId", "number", "site", "type"]);
        if self == Self::Customer && inside.has("number") {
            found.extend(inside.at("number", EXTRA));
        }
        found
    }

    /// Violations of the reference's form.
    pub(super) fn form(self, entity: &Entity<'_>) -> Vec<Detail> {
        let Some(value) = entity.fields.get(self.field()) else {
            return Vec::new();
        };
        let Some(named) = value.as_object() else {
            return entity.at(self.field(), INVALID);
        };
        if !self.names().iter().any(|name| named.contains_key(*name)) {
            return entity.at(self.field(), self.unnamed());
        }
        let good = named.iter().all(|(name, value)| match name.as_str() {
            "id" => value.is_u64(),
            "type" => value.as_str() == Some("customer"),
            _ => value.is_string(),
        });
        if good { Vec::new() } else { entity.at(self.field(), INVALID) }
    }

    /// Violations for an unknown entity, in the given shop if any.
    pub(super) fn known(self, entity: &Entity<'_>, cx: &RequestContext<'_>) -> Vec<Detail> {
        let subject = match self {
            Self::Customer => Subject::Customer,
            Self::Order => Subject::Order,
        };
        // An empty reference is handled by another check.
        let named = self.form(entity).is_empty();
        entity
            .unless(self.field(), CHOICE, |value| !named || cx.reference(subject, value).is_some())
    }
}

/// Violations for an unknown employee id.
pub(super) fn unknown_employee(entity: &Entity<'_>, name: &str) -> Vec<Detail> {
    entity.unless(name, CHOICE, |id: &Value| {
        id.as_u64().is_none_or(|id| entity.account.user(id).is_some())
    })
}
