//! The checks of all connectors.

mod calls;
mod customers;
pub(crate) mod operations;

use std::sync::Arc;

use serde_json::{Value, json};
use vochi_crm_core::http::{self, Output, Response};
use vochi_crm_core::inbound::{InboundEvent, InboundReply, InboundRequest};
use vochi_crm_core::testing::conformance::{
    CrmUnderTest, Disturbance, Inbound, Needs, Operation, Refused, StandIn,
};
use vochi_crm_core::testing::response;
use vochi_crm_core::{AccountConfig, CrmConnector, Cx, ErrorKind, Hub, Result};
use vochi_crm_retailcrm::{Client, Config};
use vochi_crm_sandbox::{Crm, Fault, Lose, Sandbox};

use super::support::{KEY, common, open, own};
use super::{inbound, stand_in};

pub(crate) struct RetailCrm;

vochi_crm_core::conformance!(RetailCrm);

impl CrmUnderTest for RetailCrm {
    type Client = Client;
    const ACCOUNT: &'static str = "retailcrm account shop";
    const SOURCES: &'static str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    const FIXTURES: &'static str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/retailcrm");
    const TRAITS: &'static [&'static str] = &["Operation", "Filter"];
    const OTHER_FIXTURES: &'static [(&'static str, &'static str)] = &[
        ("errors_common", "refusals"),
        ("telephony_setting_v4_legacy", "an older API that is not spoken; refusals"),
        ("inbound_change_user_status", "inbound"),
        ("inbound_make_call", "inbound"),
        ("inbound_module_activity", "inbound"),
        ("inbound_module_settings", "inbound"),
        ("inbound_simple_connection", "inbound"),
        ("inbound_trigger_webhook", "inbound"),
    ];
    const LIMITED: &'static [u16] = &[503, 429];
    const BROKEN: &'static [(u16, ErrorKind)] = &[
        (500, ErrorKind::Unavailable),
        (502, ErrorKind::Unavailable),
        (504, ErrorKind::Unavailable),
    ];
    const VERDICT: &'static [&'static str] = &["success", "errorMsg"];

    fn operations() -> Vec<Operation<Self>> {
        operations::all()
    }

    fn client(hub: &Hub, _: &'static str) -> Client {
        let common: AccountConfig = serde_json::from_value(common()).unwrap();
        let config: Config = serde_json::from_value(own()).unwrap();
        Client::open(hub, &common.account("shop").unwrap(), &config).unwrap()
    }

    async fn send<O: http::Operation>(
        client: &Client,
        cx: &Cx,
        operation: &O,
    ) -> Result<<O::Output as Output>::Value> {
        client.send(cx, operation).await
    }

    fn secrets(_: &'static str) -> &'static [&'static str] {
        &[KEY]
    }

    fn is_success(response: &Response) -> bool {
        let body: serde_json::Value = serde_json::from_slice(&response.body).unwrap_or_default();
        response.is_success() && body["success"] == true
    }

    fn refusals(quoted: &str) -> Vec<Refused> {
        [
            (200, "Something is wrong", ErrorKind::Rejected),
            (200, "Telephony not enabled", ErrorKind::Rejected),
            (400, "Errors in the entity format", ErrorKind::Rejected),
            (400, r#""apiKey" is missing."#, ErrorKind::Auth),
            (403, r#"Wrong "apiKey" value."#, ErrorKind::Auth),
            (403, "Access denied.", ErrorKind::Auth),
            (404, "Not found", ErrorKind::NotFound),
        ]
        .map(|(status, text, kind)| {
            let body = json!({"success": false, "errorMsg": text, "errors": [quoted]});
            Refused::json(status, kind, &body).code(text)
        })
        .into()
    }

    fn foreign(quoted: &str) -> Vec<Response> {
        [
            format!("<html>maintenance, X-API-KEY: {quoted}</html>"),
            format!(r#"{{"success":true,"id":1,"x":"{quoted}"#),
            "OK".to_owned(),
            String::new(),
        ]
        .map(|body| response(200, "text/html", body))
        .into()
    }

    fn hollow(quoted: &str) -> Vec<(Response, &'static [Needs])> {
        use Needs::{Nothing, Object, Success};
        let unless_needed: &[Needs] = &[Nothing, Success, Object];
        [
            format!(r#"{{"comment":"{quoted}"}}"#),
            format!(r#"{{"success":true,"comment":"{quoted}"}}"#),
            "[]".to_owned(),
            "{}".to_owned(),
        ]
        .map(|body| (response(200, "application/json; charset=utf-8", body), unless_needed))
        .into()
    }

    fn inbound() -> Vec<Inbound> {
        inbound::requests()
    }

    fn parse_inbound(request: &InboundRequest) -> (InboundReply, Result<InboundEvent>) {
        inbound::bench(Some(inbound::CLIENT_ID)).connector.parse_inbound(request)
    }

    fn inbound_secrets() -> &'static [&'static str] {
        &[inbound::CLIENT_ID, KEY, "canary-inbound-secret"]
    }

    fn connector(hub: &Hub) -> Arc<dyn CrmConnector> {
        let common = json!({"inbound_secret": "canary-inbound-secret", "retries": 1});
        let own = json!({"client_id": "canary-client-id", "send_client_id": true});
        Arc::new(open(hub, common, own).unwrap())
    }

    fn connector_secrets() -> &'static [&'static str] {
        &[KEY, "canary-client-id", "canary-inbound-secret"]
    }

    const RECORDS_HAVE_KEYS: bool = true;
    const FOLLOWS_UP: bool = true;

    async fn stand_in(mut changes: Value) -> Box<dyn StandIn> {
        changes["retries"] = json!(1);
        changes["missed_user"] = json!("18");
        let sandbox = Sandbox::builder().start().await.unwrap();
        Box::new(Server { sandbox, changes })
    }
}

/// RetailCRM's stand-in server.
struct Server {
    sandbox: Sandbox,
    changes: Value,
}

impl StandIn for Server {
    fn open(&self) -> Result<Arc<dyn CrmConnector>> {
        Ok(Arc::new(stand_in::connect_with(&Hub::new()?, &self.sandbox, &self.changes)?))
    }

    fn state(&self) -> Value {
        let mut state = self.sandbox.state()["retailcrm"].clone();
        state["tasks"] = json!(vec![(); self.sandbox.retailcrm().tasks().len()]);
        state
    }

    fn refused(&self) -> Vec<String> {
        self.sandbox.refused(Crm::RetailCrm).iter().map(|one| format!("{one:?}")).collect()
    }

    fn disturb(&self, how: Disturbance) {
        let record = Fault::on(Crm::RetailCrm).path("/api/v5/telephony/calls/upload");
        self.sandbox.fault(match how {
            Disturbance::RecordResponseLost => record.lose(Lose::Answer),
            Disturbance::RecordRefused => record.status(400),
            _ => Fault::on(Crm::RetailCrm).status(500).times(1000),
        });
    }
}
