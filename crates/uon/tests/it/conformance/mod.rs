//! The checks of all connectors.

mod reads;
mod writes;

use std::sync::Arc;

use serde_json::{Value, json};
use vochi_crm_core::http::{self, Output, Response};
use vochi_crm_core::inbound::{InboundEvent, InboundReply, InboundRequest};
use vochi_crm_core::testing::conformance::{
    CrmUnderTest, Disturbance, Inbound, Needs, Operation, Refused, StandIn,
};
use vochi_crm_core::testing::response;
use vochi_crm_core::{AccountConfig, CrmConnector, Cx, ErrorKind, Hub, Result};
use vochi_crm_sandbox::uon::List;
use vochi_crm_sandbox::{Crm, Fault, Lose, Sandbox};
use vochi_crm_uon::{Client, Config};

use super::support::{INBOUND_SECRET, KEY, open, settings};
use super::{inbound, stand_in};

pub(crate) struct UOn;

vochi_crm_core::conformance!(UOn);

impl CrmUnderTest for UOn {
    type Client = Client;
    const ACCOUNT: &'static str = "uon account agency";
    const SOURCES: &'static str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    const FIXTURES: &'static str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/uon");
    const WRAPPERS: &'static [&'static str] = &["AsForm"];
    const OTHER_FIXTURES: &'static [(&'static str, &'static str)] = &[
        ("countries_key_check", "responses, with a raw request"),
        ("errors_common", "errors"),
        ("extended_field_create", "responses, with a raw request"),
        ("extended_field_page", "responses, with a raw request"),
        ("lead_update_wrong_path", "errors"),
        ("user_label", "responses, with a raw request"),
        ("user_list_obsolete", "responses, with a raw request"),
    ];
    const LIMITED: &'static [u16] = &[429];
    const BROKEN: &'static [(u16, ErrorKind)] = &[
        (500, ErrorKind::Unavailable),
        (502, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
        (504, ErrorKind::Unavailable),
    ];
    const VERDICT: &'static [&'static str] = &["result"];

    fn operations() -> Vec<Operation<Self>> {
        reads::all().into_iter().chain(writes::all()).collect()
    }

    fn client(hub: &Hub, _: &'static str) -> Client {
        let common: AccountConfig = serde_json::from_value(settings()).unwrap();
        let config: Config = serde_json::from_value(settings()).unwrap();
        Client::open(hub, &common.account("agency").unwrap(), &config).unwrap()
    }

    async fn send<O: http::Operation>(
        client: &Client,
        cx: &Cx,
        operation: &O,
    ) -> Result<<O::Output as Output>::Value> {
        client.send(cx, operation).await
    }

    fn secrets(_: &'static str) -> &'static [&'static str] {
        &[KEY, INBOUND_SECRET]
    }

    fn is_success(response: &Response) -> bool {
        let Ok(body) = serde_json::from_slice::<Value>(&response.body) else {
            return false;
        };
        response.is_success() && [json!(null), json!(200), json!("200")].contains(&body["result"])
    }

    fn refusals(quoted: &str) -> Vec<Refused> {
        let plain = |text: &str| {
            Refused::text(404, ErrorKind::Rejected, "text/html", text.to_owned()).code(text)
        };
        let in_json = |status: u16, text: &str| {
            let body = json!({"result": 404, "message": text, "errors": [quoted]});
            Refused::json(status, ErrorKind::Rejected, &body).code(text)
        };
        vec![
            plain("No route found"),
            plain("Method not allowed (see GET/POST)"),
            plain("Parameter phone is wrong"),
            in_json(404, "No route found"),
            in_json(200, "Parameter phone is wrong"),
            Refused::json(404, ErrorKind::Rejected, &json!({"result": 404, "text": quoted}))
                .code("404"),
            Refused::json(400, ErrorKind::Rejected, &json!({"error": quoted})).code("400"),
            Refused::text(403, ErrorKind::Auth, "text/html", quoted),
            Refused::text(302, ErrorKind::Auth, "text/html", quoted),
            Refused::text(404, ErrorKind::Decode, "text/html", format!("<html>{quoted}</html>")),
        ]
    }

    fn foreign(quoted: &str) -> Vec<Response> {
        [
            format!("<html>maintenance of {quoted}</html>"),
            format!(r#"{{"result":200,"id":1,"x":"{quoted}"#),
            "OK".to_owned(),
            String::new(),
        ]
        .map(|body| response(200, "text/html", body))
        .into()
    }

    fn hollow(quoted: &str) -> Vec<(Response, &'static [Needs])> {
        let all: &[Needs] = &[Needs::Nothing, Needs::Success, Needs::Object];
        [
            format!(r#"{{"comment":"{quoted}"}}"#),
            format!(r#"{{"result":200,"comment":"{quoted}"}}"#),
            "[]".to_owned(),
            "{}".to_owned(),
        ]
        .map(|body| (response(200, "application/json", body), all))
        .into()
    }

    fn inbound() -> Vec<Inbound> {
        inbound::requests()
    }

    fn parse_inbound(request: &InboundRequest) -> (InboundReply, Result<InboundEvent>) {
        inbound::bench().connector.parse_inbound(request)
    }

    fn inbound_secrets() -> &'static [&'static str] {
        &[KEY, INBOUND_SECRET]
    }

    fn connector(hub: &Hub) -> Arc<dyn CrmConnector> {
        Arc::new(open(hub, &json!({"retries": 1})).unwrap())
    }

    fn connector_secrets() -> &'static [&'static str] {
        &[KEY, INBOUND_SECRET]
    }

    const RECORDS_HAVE_KEYS: bool = false;
    const FOLLOWS_UP: bool = true;

    async fn stand_in(mut changes: Value) -> Box<dyn StandIn> {
        changes["retries"] = json!(1);
        changes["missed_user"] = json!("2");
        let sandbox = Sandbox::builder().start().await.unwrap();
        Box::new(Server { sandbox, changes })
    }
}

/// U-ON's stand-in server.
struct Server {
    sandbox: Sandbox,
    changes: Value,
}

impl StandIn for Server {
    fn open(&self) -> Result<Arc<dyn CrmConnector>> {
        Ok(Arc::new(stand_in::connect_with(&Hub::new()?, &self.sandbox, &self.changes)?))
    }

    /// U-ON has no field for the id of a call: the connector writes it into the note.
    fn state(&self) -> Value {
        let mut state = self.sandbox.state()["uon"].clone();
        let notes = self.sandbox.uon().records(List::Calls);
        for call in state["calls"].as_array_mut().unwrap() {
            let note = notes
                .iter()
                .find(|note| Some(&*note["id"].to_string()) == call["crm_call_id"].as_str());
            let note = note.and_then(|call| call["note"].as_str()).unwrap_or_default();
            call["call_id"] = json!(note.split("Вызов ").last());
        }
        state["tasks"] = json!(self.sandbox.uon().records(List::Reminders));
        state["modules"] = json!(self.sandbox.uon().records(List::Webhooks));
        state
    }

    fn refused(&self) -> Vec<String> {
        self.sandbox.refused(Crm::Uon).iter().map(|one| format!("{one:?}")).collect()
    }

    fn disturb(&self, how: Disturbance) {
        let path = format!("/{}/call_history/create.json", vochi_crm_sandbox::uon::API_KEY);
        let record = Fault::on(Crm::Uon).path(path);
        self.sandbox.fault(match how {
            Disturbance::RecordResponseLost => record.lose(Lose::Answer),
            Disturbance::RecordRefused => record.status(400),
            _ => Fault::on(Crm::Uon).status(500).times(1000),
        });
    }
}
