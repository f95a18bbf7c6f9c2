//! Dictionaries of the account: sources, statuses, offices, companies.

use vochi_crm_core::http::{ApiRequest, Operation};
use vochi_crm_core::{Result, Text};

use super::response::{Created, Many, get, post, reads, writes};
use crate::model::{Company, LeadStatus, Office, PaymentStatus, RequestStatus, Source};

/// Lists the account's companies (`GET company`).
#[derive(Clone, Copy, Debug)]
pub struct ListCompanies;

impl Operation for ListCompanies {
    reads!(Many<Company>, "company");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get("company"))
    }
}

/// Lists the account's offices (`GET company-office`).
#[derive(Clone, Copy, Debug)]
pub struct ListOffices;

impl Operation for ListOffices {
    reads!(Many<Office>, "company-office");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get("company-office"))
    }
}

/// Lists the statuses of leads (`GET status_lead`).
#[derive(Clone, Copy, Debug)]
pub struct ListLeadStatuses;

impl Operation for ListLeadStatuses {
    reads!(Many<LeadStatus>, "status_lead");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get("status_lead"))
    }
}

/// Lists the statuses of requests (`GET status`).
#[derive(Clone, Copy, Debug)]
pub struct ListRequestStatuses;

impl Operation for ListRequestStatuses {
    reads!(Many<RequestStatus>, "status");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get("status"))
    }
}

/// Lists the payment statuses of requests (`GET status_pay`).
#[derive(Clone, Copy, Debug)]
pub struct ListPaymentStatuses;

impl Operation for ListPaymentStatuses {
    reads!(Many<PaymentStatus>, "status_pay");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get("status_pay"))
    }
}

/// Lists the sources of leads and requests (`GET source`).
#[derive(Clone, Copy, Debug)]
pub struct ListSources;

impl Operation for ListSources {
    reads!(Many<Source>, "source");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get("source"))
    }
}

/// Creates a source (`POST source/create`). A repeat is a second source.
#[derive(Clone, Debug)]
pub struct CreateSource(pub Text);

impl Operation for CreateSource {
    writes!(Created<Source>, "source/create", Unsafe);

    fn request(&self) -> Result<ApiRequest> {
        post("source/create", &serde_json::json!({"rs_name": self.0}))
    }
}
