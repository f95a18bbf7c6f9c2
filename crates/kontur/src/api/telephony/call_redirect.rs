//! `telephony/call-redirect`: who is to talk to a client.

use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::{Error, ErrorKind, Result};

use crate::api::{done, paths};
use crate::error::is_unknown_workspace;
use crate::model::{ErrorStatus, ExternalId, PhoneText, ResponsibleUsers};

/// Asks who is to talk to a client (`GET …/telephony/call-redirect`): whoever is responsible for the
/// client's active deal.
///
/// A caller is waiting: ask with a deadline of a second or two. That nobody is responsible comes as
/// an empty list or as the refusal `notFound`; [`or_nobody`](Self::or_nobody) makes the two alike.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::CallRedirect;
/// let client: vochi_crm_core::PhoneNumber = "+375291112233".parse()?;
/// let request = CallRedirect::by_phone(client).request()?;
/// assert_eq!(request.query_string(), "phoneNumber=375291112233");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CallRedirect {
    by: By,
}

#[derive(Clone, Debug)]
enum By {
    ExternalId(ExternalId),
    Phone(PhoneText),
}

impl CallRedirect {
    /// For a call that was started. Its id goes out raw.
    pub fn by_external_id(id: ExternalId) -> Self {
        Self { by: By::ExternalId(id) }
    }

    /// For a number, before any call. Whose number is meant is not certain; the client's is the only
    /// one that makes sense ([`RedirectBy`](crate::RedirectBy) switches that).
    pub fn by_phone(number: impl Into<PhoneText>) -> Self {
        Self { by: By::Phone(number.into()) }
    }

    /// Takes the refusal `notFound` for what it means here: nobody.
    ///
    /// # Errors
    /// Any other error.
    pub fn or_nobody(outcome: Result<ResponsibleUsers>) -> Result<ResponsibleUsers> {
        match outcome {
            Err(error) if is_nobody(&error) => Ok(ResponsibleUsers::default()),
            other => other,
        }
    }
}

fn is_nobody(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound
        && !is_unknown_workspace(error)
        && ErrorStatus::of_error(error) == Some(ErrorStatus::NotFound)
}

impl Endpoint for CallRedirect {
    type Output = ResponsibleUsers;

    fn operation(&self) -> &'static str {
        "telephony/call-redirect"
    }

    fn request(&self) -> Result<ApiRequest> {
        let request = ApiRequest::get(paths::CALL_REDIRECT);
        Ok(match &self.by {
            By::ExternalId(id) => request.query("externalId", id.raw()),
            By::Phone(number) => request.query("phoneNumber", number.as_str()),
        })
    }

    fn decode(&self, answer: &Response) -> Result<ResponsibleUsers> {
        done::object(answer)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "userIds": [] }))
    }
}
