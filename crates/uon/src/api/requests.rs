//! `request`: requests (заявки).

use std::borrow::Cow;

use vochi_crm_core::http::{ApiRequest, Operation};
use vochi_crm_core::{Result, setters};

use super::response::{
    Done, Many, One, get, get_page, page, paged, post, post_some, reads, writes,
};
use crate::model::{
    Minute, OfficeId, Request, RequestId, RequestStatusId, SourceId, UserId, as_text,
};

/// Reads a request (`GET request/{id}`).
#[derive(Clone, Copy, Debug)]
pub struct GetRequest(pub RequestId);

impl Operation for GetRequest {
    reads!(One<Request>, "request/{id}");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get(&format!("request/{}", self.0)))
    }
}

setters! {
    /// Lists the requests of a buyer (`GET request-by-client/{id}/{page}`; the first page without
    /// its number).
    #[derive(Copy)]
    pub struct ListClientRequests {
        client: UserId,
        /// The page, from 1.
        page: u32 = 1u32,
    }
}

impl Operation for ListClientRequests {
    reads!(Many<Request>, "request-by-client/{id}");

    fn request(&self) -> Result<ApiRequest> {
        get_page(&format!("request-by-client/{}", self.client), self.page)
    }
}

setters! {
    /// Finds requests (`POST request/search`). Lists are ids separated by commas.
    ///
    /// U-ON ignores a filter it does not know and returns every request.
    #[derive(Default)]
    pub payload("snake_case") SearchRequests {
        /// Created at this local time of the account or later.
        #[serde(rename = "date_create_from")]
        created_from: Option<Minute>,
        /// Created at this local time of the account or earlier.
        #[serde(rename = "date_create_to")]
        created_until: Option<Minute>,
        /// The number that users see.
        r_id_system: Option<String>,
        /// The company's own number.
        r_id_internal: Option<String>,
        /// The number of the booking.
        reservation_number: Option<String>,
        /// Of these offices.
        office_ids: Option<String>,
        /// Of these managers.
        manager_ids: Option<String>,
        /// Of these buyers.
        client_ids: Option<String>,
        /// With these tourists.
        tourist_ids: Option<String>,
        /// Of these sources.
        source_ids: Option<String>,
        /// Of these types.
        type_ids: Option<String>,
        /// With these statuses.
        status_ids: Option<String>,
        /// With these payment statuses.
        pay_status_ids: Option<String>,
        /// The page, from 1.
        page: u32 = 1u32,
    }
}

impl Operation for SearchRequests {
    reads!(Many<Request>, "request/search");

    fn request(&self) -> Result<ApiRequest> {
        page(self.page)?;
        post("request/search", self)
    }
}

paged!(ListClientRequests, SearchRequests);

setters! {
    /// Changes a request (`POST request/update/{id}`). Fields that are not set keep their values.
    pub payload("snake_case") UpdateRequest {
        #[serde(skip)]
        request: RequestId,
        /// The status.
        #[serde(rename = "request_status_id")]
        status: Option<RequestStatusId>,
        /// The responsible manager.
        #[serde(rename = "manager_id", serialize_with = "as_text")]
        manager: Option<UserId>,
        /// The office.
        #[serde(rename = "office_id")]
        office: Option<OfficeId>,
        /// The source.
        #[serde(rename = "source_id")]
        source: Option<SourceId>,
        /// The number of the booking.
        reservation_number: Option<String>,
    }
}

impl Operation for UpdateRequest {
    writes!(Done, "request/update/{id}", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        post_some(&format!("request/update/{}", self.request), self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(format!("request {}", self.request).into())
    }
}
