//! The checks of all connectors.

mod reads;
mod writes;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_bitrix24::{Client, Config};
use vochi_crm_core::http::{self, Output, Response};
use vochi_crm_core::inbound::{InboundEvent, InboundReply, InboundRequest};
use vochi_crm_core::testing::conformance::{
    CrmUnderTest, Disturbance, Inbound, Needs, Operation, Refused, StandIn,
};
use vochi_crm_core::testing::response;
use vochi_crm_core::{AccountConfig, CrmConnector, Cx, ErrorKind, Hub, Result};

use vochi_crm_sandbox::bitrix24::{List, WEBHOOK_SECRET as PORTAL_SECRET};
use vochi_crm_sandbox::{Crm, Fault, Lose, Sandbox};

use super::support::{APPLICATION_TOKEN, INBOUND_SECRET, WEBHOOK_SECRET, open, settings};
use super::{inbound, stand_in};

pub(crate) struct Bitrix24;

vochi_crm_core::conformance!(Bitrix24);

const SECRETS: &[&str] = &[WEBHOOK_SECRET, INBOUND_SECRET, APPLICATION_TOKEN];

impl CrmUnderTest for Bitrix24 {
    type Client = Client;
    const ACCOUNT: &'static str = "bitrix24 account portal";
    const SOURCES: &'static str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    const FIXTURES: &'static str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/bitrix24");
    const OTHER_FIXTURES: &'static [(&'static str, &'static str)] = &[
        ("app.frame.open", "inbound"),
        ("batch", "batch"),
        ("batch.form", "the form of a batch that is not sent"),
        ("crm.duplicate.findbycomm", "responses"),
        ("event.ONAPPINSTALL", "inbound"),
        ("event.ONAPPTEST", "inbound"),
        ("event.ONAPPUNINSTALL", "inbound"),
        ("event.ONAPPUPDATE", "inbound"),
        ("event.ONEXTERNALCALLBACKSTART", "inbound"),
        ("event.ONEXTERNALCALLSTART", "inbound"),
        ("event.ONEXTERNALCALLSTART.minimal", "inbound"),
        ("event.ONOFFLINEEVENT", "inbound"),
        ("event.ONVOXIMPLANTCALLEND", "inbound"),
        ("event.ONVOXIMPLANTCALLINIT", "inbound"),
        ("event.ONVOXIMPLANTCALLSTART", "inbound"),
        ("event.test", "responses, with a raw request"),
        ("events", "responses, with a raw request"),
        ("feature.get", "responses, with a raw request"),
        ("oauth.app.info", "oauth"),
        ("oauth.authorize.redirect", "oauth"),
        ("oauth.token.authorization_code", "oauth"),
        ("oauth.token.refresh_token", "oauth"),
        ("oauth.token.refresh_token.form", "oauth"),
        ("server.time", "responses, with a raw request"),
        ("system.errors", "errors"),
        ("voximplant.line.get", "responses, with a raw request"),
        ("voximplant.url.get", "responses, with a raw request"),
        ("voximplant.user.get", "responses, with a raw request"),
    ];
    /// They go to the OAuth host: `oauth`.
    const WRAPPERS: &'static [&'static str] = &["GetInstallation", "RequestTokens"];
    const ATTEMPT: Duration = Duration::from_secs(20);
    const LIMITED: &'static [u16] = &[429];
    const BROKEN: &'static [(u16, ErrorKind)] = &[
        (408, ErrorKind::Unavailable),
        (500, ErrorKind::Unavailable),
        (502, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
        (504, ErrorKind::Unavailable),
    ];
    const VERDICT: &'static [&'static str] = &["result", "error"];

    fn operations() -> Vec<Operation<Self>> {
        reads::all().into_iter().chain(writes::all()).collect()
    }

    fn client(hub: &Hub, _: &'static str) -> Client {
        let common: AccountConfig = serde_json::from_value(settings()).unwrap();
        let config: Config = serde_json::from_value(settings()).unwrap();
        Client::open(hub, &common.account("portal").unwrap(), &config).unwrap()
    }

    async fn send<O: http::Operation>(
        client: &Client,
        cx: &Cx,
        operation: &O,
    ) -> Result<<O::Output as Output>::Value> {
        client.send(cx, operation).await
    }

    fn secrets(_: &'static str) -> &'static [&'static str] {
        SECRETS
    }

    fn is_success(response: &Response) -> bool {
        let Ok(Value::Object(body)) = serde_json::from_slice::<Value>(&response.body) else {
            return false;
        };
        let has = |name: &str| body.get(name).is_some_and(|value| !value.is_null());
        response.is_success() && has("result") && !has("error")
    }

    fn refusals(quoted: &str) -> Vec<Refused> {
        let error = |status: u16, kind, code: &str, text: &str| {
            let body = json!({"error": code, "error_description": text});
            Refused::json(status, kind, &body)
        };
        vec![
            error(401, ErrorKind::Auth, "NO_AUTH_FOUND", quoted).code("NO_AUTH_FOUND"),
            error(403, ErrorKind::Auth, "insufficient_scope", quoted).code("insufficient_scope"),
            error(403, ErrorKind::Auth, "WRONG_AUTH_TYPE", quoted).code("WRONG_AUTH_TYPE"),
            error(200, ErrorKind::Auth, "ACCESS_DENIED", quoted).code("ACCESS_DENIED"),
            error(400, ErrorKind::Rejected, "ERROR_CORE", quoted).code("ERROR_CORE"),
            error(400, ErrorKind::Rejected, "", quoted),
            error(400, ErrorKind::NotFound, "NOT_FOUND", quoted).code("NOT_FOUND"),
            error(400, ErrorKind::NotFound, "", "Call is not found (call should be registered)")
                .code("Call is not found"),
            error(400, ErrorKind::Rejected, "ERROR_CORE", "Line already exists")
                .code("Line already exists"),
            error(400, ErrorKind::Rejected, "", "Could not find line with number line-9")
                .code("Could not find line with number"),
            error(400, ErrorKind::Rejected, "ERROR_CORE", "Handler already binded")
                .code("Handler already binded"),
            Refused::text(403, ErrorKind::Auth, "text/html", quoted),
            Refused::text(404, ErrorKind::Decode, "text/html", format!("<html>{quoted}</html>")),
        ]
    }

    fn foreign(quoted: &str) -> Vec<Response> {
        [
            format!("<html>maintenance of {quoted}</html>"),
            format!(r#"{{"result":{{"ID":1}},"x":"{quoted}"#),
            format!(r#"{{"comment":"{quoted}"}}"#),
            "[]".to_owned(),
            String::new(),
        ]
        .map(|body| response(200, "text/html", body))
        .into()
    }

    fn hollow(quoted: &str) -> Vec<(Response, &'static [Needs])> {
        let some = |result: &str| {
            let body = format!(r#"{{"result":{result},"comment":"{quoted}"}}"#);
            response(200, "application/json", body)
        };
        vec![(some("true"), &[Needs::Success]), (some("{}"), &[Needs::Success, Needs::Object])]
    }

    fn connector(hub: &Hub) -> Arc<dyn CrmConnector> {
        Arc::new(open(hub, &json!({"retries": 1})).unwrap())
    }

    fn connector_secrets() -> &'static [&'static str] {
        SECRETS
    }

    const RECORDS_HAVE_KEYS: bool = false;
    const FOLLOWS_UP: bool = false;

    const END_RECORDS: bool = true;

    fn inbound() -> Vec<Inbound> {
        inbound::requests()
    }

    fn parse_inbound(request: &InboundRequest) -> (InboundReply, Result<InboundEvent>) {
        inbound::bench().connector.parse_inbound(request)
    }

    fn inbound_secrets() -> &'static [&'static str] {
        SECRETS
    }

    async fn stand_in(mut changes: Value) -> Box<dyn StandIn> {
        changes["retries"] = json!(1);
        let sandbox = Sandbox::builder().start().await.unwrap();
        let dialect = json!({"echo_external_id": true});
        sandbox.bitrix24().set_dialect(serde_json::from_value(dialect).unwrap());
        Box::new(Server { sandbox, changes })
    }
}

/// Bitrix24's stand-in server.
struct Server {
    sandbox: Sandbox,
    changes: Value,
}

impl StandIn for Server {
    fn open(&self) -> Result<Arc<dyn CrmConnector>> {
        Ok(Arc::new(stand_in::connect_with(&Hub::new()?, &self.sandbox, &self.changes)?))
    }

    fn state(&self) -> Value {
        let mut state = self.sandbox.state()["bitrix24"].clone();
        state["modules"] = json!(self.sandbox.bitrix24().records(List::Lines));
        state
    }

    fn refused(&self) -> Vec<String> {
        self.sandbox.refused(Crm::Bitrix24).iter().map(|one| format!("{one:?}")).collect()
    }

    fn disturb(&self, how: Disturbance) {
        let path = format!("/rest/{}/{}/batch", vochi_crm_sandbox::bitrix24::ADMIN, PORTAL_SECRET);
        let record = Fault::on(Crm::Bitrix24).path(path);
        self.sandbox.fault(match how {
            Disturbance::RecordResponseLost => record.lose(Lose::Answer),
            Disturbance::RecordRefused => {
                record.status(400).body(r#"{"error":"ERROR_CORE","error_description":"refused"}"#)
            }
            _ => Fault::on(Crm::Bitrix24).status(500).times(1000),
        });
    }
}
