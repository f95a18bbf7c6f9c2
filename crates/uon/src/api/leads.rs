//! `lead`: leads (обращения).

use std::borrow::Cow;

use vochi_crm_core::http::{ApiRequest, Operation};
use vochi_crm_core::{Error, Result, setters};

use super::response::{
    Created, Done, Many, One, get, get_page, page, paged, post, post_some, reads, writes,
};
use crate::model::{
    Date, Lead, LeadData, LeadId, LeadStatusId, Minute, OfficeId, SourceId, UserId, as_text,
};

setters! {
    /// Creates a lead (`POST lead/create`). No idempotency key: a lost response ends with effect
    /// `maybe`.
    pub struct CreateLead {
        data: LeadData,
    }
}

impl Operation for CreateLead {
    writes!(Created<Lead>, "lead/create", Unsafe);

    fn request(&self) -> Result<ApiRequest> {
        let email = self.data.email.as_deref().is_some_and(|email| !email.trim().is_empty());
        if self.data.phone.is_none() && !email {
            return Err(Error::input("cannot create a lead: no number or e-mail address is set"));
        }
        post("lead/create", &self.data)
    }
}

/// Reads a lead (`GET lead/{id}`).
#[derive(Clone, Copy, Debug)]
pub struct GetLead(pub LeadId);

impl Operation for GetLead {
    reads!(One<Lead>, "lead/{id}");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get(&format!("lead/{}", self.0)))
    }
}

setters! {
    /// Lists the leads of a client (`GET lead-by-client/{client_id}/{page}`; the first page without
    /// its number).
    #[derive(Copy)]
    pub struct ListClientLeads {
        client: UserId,
        /// The page, from 1.
        page: u32 = 1u32,
    }
}

impl Operation for ListClientLeads {
    reads!(Many<Lead>, "lead-by-client/{client_id}");

    fn request(&self) -> Result<ApiRequest> {
        get_page(&format!("lead-by-client/{}", self.client), self.page)
    }
}

setters! {
    /// Lists leads changed on days from `from` to `until`, both included
    /// (`GET leads/updated/{from}/{to}/{page}`).
    #[derive(Copy)]
    pub struct ListUpdatedLeads {
        from: Date,
        until: Date,
        /// The page, from 1.
        page: u32 = 1u32,
    }
}

impl Operation for ListUpdatedLeads {
    reads!(Many<Lead>, "leads/updated/{from}/{to}/{page}");

    fn request(&self) -> Result<ApiRequest> {
        let (from, until) = (self.from, self.until);
        Ok(get(&format!("leads/updated/{from}/{until}/{}", page(self.page)?)))
    }
}

setters! {
    /// Finds leads (`POST lead/search`). Lists are ids separated by commas.
    ///
    /// U-ON ignores a filter it does not know and returns every lead, so there is none for phones.
    #[derive(Default)]
    pub payload("snake_case") SearchLeads {
        /// Created at this local time of the account or later.
        #[serde(rename = "date_create_from")]
        created_from: Option<Minute>,
        /// Created at this local time of the account or earlier.
        #[serde(rename = "date_create_to")]
        created_until: Option<Minute>,
        /// Of these offices.
        office_ids: Option<String>,
        /// Of these managers.
        manager_ids: Option<String>,
        /// Of these clients.
        client_ids: Option<String>,
        /// Of these sources.
        source_ids: Option<String>,
        /// Of these types.
        type_ids: Option<String>,
        /// With these statuses.
        status_ids: Option<String>,
        /// The page, from 1.
        page: u32 = 1u32,
    }
}

impl Operation for SearchLeads {
    reads!(Many<Lead>, "lead/search");

    fn request(&self) -> Result<ApiRequest> {
        page(self.page)?;
        post("lead/search", self)
    }
}

paged!(ListClientLeads, ListUpdatedLeads, SearchLeads);

setters! {
    /// Changes a lead (`POST request/update/{id}`: leads have no path of their own). Fields that are
    /// not set keep their values. U-ON accepts other names of fields silently and changes nothing.
    ///
    /// ```
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_uon::api::UpdateLead;
    /// use vochi_crm_uon::model::{LeadId, LeadStatusId};
    /// let change = UpdateLead::new(LeadId::new(12)?).status(LeadStatusId::new(5)?);
    /// assert_eq!(change.request()?.body_ref().encode(), r#"{"lead_status_id":5}"#);
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub payload("snake_case") UpdateLead {
        #[serde(skip)]
        lead: LeadId,
        /// The status.
        #[serde(rename = "lead_status_id")]
        status: Option<LeadStatusId>,
        /// The responsible manager.
        #[serde(rename = "manager_id", serialize_with = "as_text")]
        manager: Option<UserId>,
        /// The office.
        #[serde(rename = "office_id")]
        office: Option<OfficeId>,
        /// The source.
        #[serde(rename = "source_id")]
        source: Option<SourceId>,
        /// The client.
        #[serde(rename = "r_cl_id")]
        client: Option<UserId>,
    }
}

impl Operation for UpdateLead {
    writes!(Done, "request/update/{id}", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        post_some(&format!("request/update/{}", self.lead), self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(format!("lead {}", self.lead).into())
    }
}
