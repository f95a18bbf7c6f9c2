//! What something that is written belongs to.

use serde::Serialize;

/// A customer or an order that is there, as orders, tasks and files point to it.
///
/// ```
/// use vochi_crm_retailcrm::model::{CustomerId, Target};
/// let target = Target::new(CustomerId::new(60)).in_site("shop-one");
/// assert_eq!(serde_json::to_string(&target)?, r#"{"id":60,"site":"shop-one"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Target<Id> {
    id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<String>,
}

impl<Id> Target<Id> {
    /// The one with this id in the CRM.
    pub fn new(id: Id) -> Self {
        Self { id, site: None }
    }

    /// The shop it belongs to; needed where the key reaches several.
    #[must_use]
    pub fn in_site(mut self, site: impl Into<String>) -> Self {
        self.site = Some(site.into());
        self
    }

    /// Which.
    pub(crate) fn id(&self) -> &Id {
        &self.id
    }
}

impl<Id> From<Id> for Target<Id> {
    fn from(id: Id) -> Self {
        Self::new(id)
    }
}
