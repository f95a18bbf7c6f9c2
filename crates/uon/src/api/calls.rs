//! `call_history`: finished calls.

use vochi_crm_core::http::{ApiRequest, Operation};
use vochi_crm_core::{Error, Result, setters};

use super::response::{Created, Many, get, page, paged, post, reads, writes};
use crate::model::{CallData, CallDirection, LoggedCall, RequestId, UserId};

setters! {
    /// Logs a call (`POST call_history/create`). No idempotency key: a repeat is a second call.
    ///
    /// U-ON links it to the client with the number.
    pub struct LogCall {
        data: CallData,
    }
}

impl Operation for LogCall {
    writes!(Created<LoggedCall>, "call_history/create", Unsafe);

    fn request(&self) -> Result<ApiRequest> {
        if let CallDirection::Other(number) = self.data.direction {
            return Err(Error::input(format!(
                "invalid call direction {number}: must be 1 (outgoing) or 2 (incoming)"
            )));
        }
        post("call_history/create", &self.data)
    }
}

setters! {
    /// Lists calls (`GET call_history/{page}`). The order is not documented.
    #[derive(Copy, Default)]
    pub struct ListCalls {
        /// The page, from 1.
        page: u32 = 1u32,
    }
}

impl Operation for ListCalls {
    reads!(Many<LoggedCall>, "call_history/{page}");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get(&format!("call_history/{}", page(self.page)?)))
    }
}

setters! {
    /// Lists calls of a user (`GET call_history_by_user/{u_id}/{page}`).
    #[derive(Copy)]
    pub struct ListUserCalls {
        user: UserId,
        /// The page, from 1.
        page: u32 = 1u32,
    }
}

impl Operation for ListUserCalls {
    reads!(Many<LoggedCall>, "call_history_by_user/{u_id}/{page}");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get(&format!("call_history_by_user/{}/{}", self.user, page(self.page)?)))
    }
}

setters! {
    /// Lists calls of a request or lead (`GET call_history_by_request/{r_id}/{page}`).
    #[derive(Copy)]
    pub struct ListRequestCalls {
        request: RequestId,
        /// The page, from 1.
        page: u32 = 1u32,
    }
}

impl Operation for ListRequestCalls {
    reads!(Many<LoggedCall>, "call_history_by_request/{r_id}/{page}");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get(&format!("call_history_by_request/{}/{}", self.request, page(self.page)?)))
    }
}

paged!(ListCalls, ListUserCalls, ListRequestCalls);
