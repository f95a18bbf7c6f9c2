//! What a connector brings to the suite.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{Inbound, Operation, StandIn};
use crate::connector::{CrmConnector, Cx};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{self, Output, Response};
use crate::hub::Hub;
use crate::inbound::{InboundEvent, InboundReply, InboundRequest};
use crate::testing::response;

/// The client of one CRM, as the suite sees it: a table of operations, and the CRM's own statuses.
///
/// The type is a marker in the connector's tests. [`conformance!`](crate::conformance) makes a test
/// of every check.
pub trait CrmUnderTest: Sized + Send + Sync + 'static {
    /// The typed client.
    type Client: Debug + Send + Sync;

    /// How every error begins: `retailcrm account shop`.
    const ACCOUNT: &'static str;

    /// The folder of the crate's sources, which are searched for operations.
    const SOURCES: &'static str;

    /// The folder of the CRM's [fixtures](crate::testing::Fixture).
    const FIXTURES: &'static str;

    /// The traits that make a type an operation.
    const TRAITS: &'static [&'static str] = &["Operation"];

    /// Types of the sources without a row: operations that wrap another one.
    const WRAPPERS: &'static [&'static str] = &[];

    /// Fixtures that are no responses to an operation, with the place of their test.
    const OTHER_FIXTURES: &'static [(&'static str, &'static str)] = &[];

    /// The statuses of a rate limit: retried for every operation.
    const LIMITED: &'static [u16];

    /// The statuses of a broken server, with the kind: retried if a repeat is safe.
    const BROKEN: &'static [(u16, ErrorKind)];

    /// How long the client waits for a response.
    const ATTEMPT: Duration = Duration::from_secs(10);

    /// The fields of a body that decide whether a response with a success status is a success.
    const VERDICT: &'static [&'static str] = &[];

    /// Every operation, also several times with values of different repeat classes.
    fn operations() -> Vec<Operation<Self>>;

    /// Opens a client of this account (see [`Operation::account`]) with default timeouts, retries
    /// and limits, and with [all its secrets](Self::secrets).
    fn client(hub: &Hub, account: &'static str) -> Self::Client;

    /// Sends an operation with the client.
    fn send<O: http::Operation>(
        client: &Self::Client,
        cx: &Cx,
        operation: &O,
    ) -> impl Future<Output = Result<<O::Output as Output>::Value>> + Send;

    /// The secrets of an account. Every fault quotes them; no error may.
    fn secrets(account: &'static str) -> &'static [&'static str];

    /// Returns true if the CRM's error table takes a response for a success.
    fn is_success(response: &Response) -> bool;

    /// Responses that refuse a request for good. Texts of the CRM contain `quoted`.
    fn refusals(quoted: &str) -> Vec<Refused>;

    /// Responses with a success status that may come from a server in between.
    fn foreign(quoted: &str) -> Vec<Response>;

    /// Success responses without the documented content, and what accepts them.
    fn hollow(quoted: &str) -> Vec<(Response, &'static [super::Needs])>;

    /// The CRM's valid requests to us; empty if it has none.
    fn inbound() -> Vec<Inbound> {
        Vec::new()
    }

    /// Parses a request as the connector does.
    fn parse_inbound(request: &InboundRequest) -> (InboundReply, Result<InboundEvent>) {
        let _ = request;
        (InboundReply::not_found(), Err(Error::unsupported("requests of its own")))
    }

    /// The secrets of the account and of its inbound requests; nothing prints them.
    fn inbound_secrets() -> &'static [&'static str] {
        &[]
    }

    /// What is wrong with every reply, if it has not the CRM's form.
    fn reply_fault(request: &InboundRequest, reply: &InboundReply) -> Option<String> {
        let _ = (request, reply);
        None
    }

    /// Opens the connector of an account in which every secret contains [`CANARY`](super::CANARY)
    /// and the extensions 151 and 152 are mapped.
    fn connector(hub: &Hub) -> Arc<dyn CrmConnector>;

    /// The secrets of that account, as they are sent.
    fn connector_secrets() -> &'static [&'static str];

    /// The responses to what the connector sends before the first operation, as an access key.
    fn opening() -> Vec<Response> {
        Vec::new()
    }

    /// True if the CRM recognizes a repeated record by its call id.
    const RECORDS_HAVE_KEYS: bool;

    /// True if the connector creates customers and tasks after a call.
    const FOLLOWS_UP: bool;

    /// True if the end of a live call records it, and the CRM does not change a recorded call.
    const END_RECORDS: bool = false;

    /// Starts a stand-in server with these changes of the account's configuration.
    fn stand_in(changes: Value) -> impl Future<Output = Box<dyn StandIn>> + Send;
}

/// A response that refuses a request for good, and the error it becomes.
#[derive(Clone, Debug)]
pub struct Refused {
    pub(super) response: Response,
    pub(super) kind: ErrorKind,
    pub(super) code: Option<String>,
}

impl Refused {
    /// Creates a refusal with a JSON body.
    pub fn json(status: u16, kind: ErrorKind, body: &Value) -> Self {
        Self::text(status, kind, "application/json", body.to_string())
    }

    /// Creates a refusal with any body.
    pub fn text(
        status: u16,
        kind: ErrorKind,
        content_type: &'static str,
        body: impl Into<String>,
    ) -> Self {
        Self { response: response(status, content_type, body.into()), kind, code: None }
    }

    /// Sets the CRM's code, or its text if it has no codes.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }
}
