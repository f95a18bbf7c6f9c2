//! References to customers, orders and other entities.

use std::borrow::Cow;

use serde::Serialize;
use vochi_crm_core::http::{ApiRequest, segment};
use vochi_crm_core::{Id, Result, Text};

/// A reference to an entity, by the CRM's id or by the shop's.
///
/// Operations send the kind of id (`by`), since the CRM's default differs between versions.
///
/// ```
/// use vochi_crm_core::Text;
/// use vochi_crm_retailcrm::model::{Customer, CustomerId, EntityRef};
/// let by_id = EntityRef::from(CustomerId::new(60)?).site(Text::new("shop-one")?);
/// assert_eq!(serde_json::to_string(&by_id).unwrap(), r#"{"id":60,"site":"shop-one"}"#);
/// let by_external_id = EntityRef::<Customer>::external_id(Text::new("ext-60")?);
/// assert_eq!(serde_json::to_string(&by_external_id).unwrap(), r#"{"externalId":"ext-60"}"#);
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", bound = "")]
pub struct EntityRef<T> {
    #[serde(flatten)]
    key: Key<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<Text>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", bound = "")]
enum Key<T> {
    Id(Id<T>),
    ExternalId(Text),
}

impl<T> EntityRef<T> {
    /// Refers to the entity with this id in the shop. The [`site`](Self::site) is required if the
    /// key can access several.
    pub fn external_id(id: Text) -> Self {
        Self { key: Key::ExternalId(id), site: None }
    }

    /// Sets the entity's shop; required if the key can access several.
    #[must_use]
    pub fn site(mut self, site: impl Into<Option<Text>>) -> Self {
        self.site = site.into();
        self
    }

    pub(crate) fn shop(&self) -> Option<&Text> {
        self.site.as_ref()
    }

    /// Builds a request that reads the entity or a part of it; `by` and `site` are in the query.
    pub(crate) fn get(&self, entities: &str, part: &str) -> Result<ApiRequest> {
        let request = ApiRequest::get(self.path(entities, part)?).query("by", self.by());
        Ok(request.query_opt("site", self.site.as_ref()))
    }

    /// Builds a request that changes the entity; `by` and `site` are in the form.
    pub(crate) fn post(&self, entities: &str, part: &str) -> Result<ApiRequest> {
        let request = ApiRequest::post(self.path(entities, part)?).form("by", self.by());
        Ok(request.form_opt("site", self.site.as_ref()))
    }

    fn path(&self, entities: &str, part: &str) -> Result<String> {
        let id = match &self.key {
            Key::Id(id) => id.to_string(),
            Key::ExternalId(id) => segment(id)?,
        };
        Ok(format!("/api/v5/{entities}/{id}{part}"))
    }

    fn by(&self) -> &'static str {
        match self.key {
            Key::Id(_) => "id",
            Key::ExternalId(_) => "externalId",
        }
    }

    /// The id for the audit log. An external id may contain a phone number.
    pub(crate) fn subject(&self) -> Option<Cow<'_, str>> {
        match &self.key {
            Key::Id(id) => Some(id.to_string().into()),
            Key::ExternalId(_) => None,
        }
    }

    /// The CRM's id in a dry run.
    pub(crate) fn planned_id(&self) -> u64 {
        match self.key {
            Key::Id(id) => id.get(),
            Key::ExternalId(_) => 1,
        }
    }
}

impl<T> From<Id<T>> for EntityRef<T> {
    fn from(id: Id<T>) -> Self {
        Self { key: Key::Id(id), site: None }
    }
}
