//! The operations of the CRM.

use serde::{Deserialize, Serialize};
use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Operation, Output, Repeat, Response};
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{CallId, Error, Id, PhoneNumber, Result, Text};

/// A client and the employee responsible for it.
#[derive(Debug, Deserialize)]
pub struct Client {
    /// The CRM's id.
    pub id: Id<Client>,
    /// The name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub name: Option<String>,
    /// The user who is responsible.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub user: Option<String>,
}

/// Finds the clients with a number (`GET /clients`).
#[derive(Clone, Debug)]
pub struct FindClients(
    /// The number.
    pub PhoneNumber,
);

/// The clients of a response.
#[derive(Clone, Copy, Debug)]
pub struct Clients;

impl Output for Clients {
    type Value = Items<Client>;

    fn decode(response: &Response) -> Result<Items<Client>> {
        response.field_or_default("clients")
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "clients": [] }))
    }
}

impl Operation for FindClients {
    type Output = Clients;
    const NAME: &'static str = "clients";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get("/clients").query("phone", self.0.e164()))
    }
}

/// Any object.
#[derive(Clone, Copy, Debug)]
pub struct Done;

impl Output for Done {
    type Value = ();

    fn decode(_: &Response) -> Result<()> {
        Ok(())
    }

    fn planned() -> Response {
        Response::ok_json(&json!({}))
    }
}

/// Shows a ringing call to users (`POST /popups`). A repeat shows it twice.
#[derive(Clone, Debug, Serialize)]
pub struct ShowPopup {
    /// The call.
    pub call: CallId,
    /// The client's number.
    pub phone: PhoneNumber,
    /// The users who see it.
    pub users: Vec<String>,
}

impl Operation for ShowPopup {
    type Output = Done;
    const NAME: &'static str = "popups";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        if self.users.is_empty() {
            return Err(Error::input("cannot show a popup: no user is given"));
        }
        ApiRequest::post("/popups").json(self)
    }
}

/// The number of a stored call.
#[derive(Clone, Copy, Debug)]
pub struct CallNumber;

impl Output for CallNumber {
    type Value = Id<AddCall>;

    fn decode(response: &Response) -> Result<Id<AddCall>> {
        response.field("number")
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "number": 1 }))
    }
}

/// Stores a call (`POST /calls`). The CRM recognizes a repeat by the id.
#[derive(Clone, Debug, Serialize)]
pub struct AddCall {
    /// The PBX's id of the call.
    pub call_id: Text,
    /// `in` or `out`.
    pub direction: &'static str,
    /// The client's number.
    pub phone: PhoneNumber,
    /// `answered` or `missed`.
    pub outcome: &'static str,
    /// The talk time, if it is known.
    pub talk_seconds: Option<u32>,
}

impl Operation for AddCall {
    type Output = CallNumber;
    const NAME: &'static str = "calls";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        ApiRequest::post("/calls").json(self)
    }
}
