//! Which customer, order or the like an operation is about: by the CRM's id or by the shop's.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use vochi_crm_core::http::ApiRequest;
use vochi_crm_core::{Error, Result};

use crate::model::given;

/// What cannot stand in a segment of a path as it is: all but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One of the two ids, always sent with the word that says which (`by`): the CRM's default is not
/// the same in all its versions. With it goes the shop, which the CRM wants to know where the key
/// reaches several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    id: Id,
    site: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Id {
    Crm(u64),
    Shop(String),
}

impl Key {
    /// The CRM's id.
    pub(super) fn id(id: u64) -> Self {
        Self { id: Id::Crm(id), site: None }
    }

    /// The shop's id.
    pub(super) fn external_id(id: impl Into<String>) -> Self {
        Self { id: Id::Shop(id.into()), site: None }
    }

    /// The same in this shop.
    pub(super) fn in_site(self, site: Option<String>) -> Self {
        Self { site, ..self }
    }

    /// The shop.
    pub(super) fn site(&self) -> Option<&String> {
        self.site.as_ref()
    }

    /// A request that reads it, or a part of it: `by` and `site` stand in the query.
    pub(super) fn read(&self, what: &str, part: &str) -> Result<ApiRequest> {
        let request = ApiRequest::get(self.path(what, part)?).query("by", self.by());
        Ok(match given::text("site", self.site.as_deref())? {
            Some(site) => request.query("site", site),
            None => request,
        })
    }

    /// A request that changes it: `by` and `site` stand in the form.
    pub(super) fn write(&self, what: &str, part: &str) -> Result<ApiRequest> {
        let request = ApiRequest::post(self.path(what, part)?).form("by", self.by());
        Ok(match given::text("site", self.site.as_deref())? {
            Some(site) => request.form("site", site),
            None => request,
        })
    }

    fn path(&self, what: &str, part: &str) -> Result<String> {
        Ok(format!("/api/v5/{what}/{}{part}", self.segment()?))
    }

    fn by(&self) -> &'static str {
        match self.id {
            Id::Crm(_) => "id",
            Id::Shop(_) => "externalId",
        }
    }

    fn segment(&self) -> Result<String> {
        match &self.id {
            Id::Crm(id) => {
                given::id("the id", *id)?;
                Ok(id.to_string())
            }
            // Dots alone would be taken for a way through the path, however they are encoded.
            Id::Shop(id) if matches!(id.trim(), "" | "." | "..") => {
                Err(Error::input(format!("{id:?} is no external id")))
            }
            Id::Shop(id) => Ok(utf8_percent_encode(id, RESERVED).to_string()),
        }
    }

    /// What the audit log may say: an external id may be made of a number.
    pub(super) fn subject(&self) -> Option<Cow<'_, str>> {
        match self.id {
            Id::Crm(id) => Some(id.to_string().into()),
            Id::Shop(_) => None,
        }
    }

    /// The CRM's id, as a dry run pretends it.
    pub(super) fn planned(&self) -> u64 {
        match self.id {
            Id::Crm(id) => id,
            Id::Shop(_) => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_id_stays_one_segment_of_the_path() {
        for (id, segment) in [
            ("ext-60", Some("ext-60")),
            ("a/b?c#d", Some("a%2Fb%3Fc%23d")),
            ("50% +1", Some("50%25%20%2B1")),
            ("я", Some("%D1%8F")),
            ("a-b.c_d~e", Some("a-b.c_d~e")),
            ("", None),
            ("..", None),
        ] {
            let key = Key::external_id(id);
            assert_eq!(key.segment().ok().as_deref(), segment, "{id}");
        }
    }

    #[test]
    fn an_id_that_is_none_is_not_sent() {
        for key in [Key::id(0), Key::external_id(" "), Key::external_id("")] {
            assert!(key.read("orders", "").is_err(), "{key:?}");
            assert!(key.write("orders", "/edit").is_err(), "{key:?}");
        }
    }
}
