//! The checks of all connectors.

use std::sync::Arc;

use serde_json::{Value, json};
use vochi_crm_core::http::Repeat::{Keyed, Unsafe};
use vochi_crm_core::http::{self, Output, Response};
use vochi_crm_core::testing::conformance::{
    CrmUnderTest, Needs, Operation, Refused, SPECIAL_TEXT, StandIn,
};
use vochi_crm_core::testing::response;
use vochi_crm_core::{
    Account, AccountConfig, CallId, CrmConnector, Cx, ErrorKind, Hub, Result, Text,
};

use vochi_crm_example::api::{AddCall, FindClients, ShowPopup};
use vochi_crm_example::{Client, Config, Connector, judge};

use crate::server::Server;

struct Invented;

vochi_crm_core::conformance!(Invented);

const KEY: &str = "canary-key-0001";

/// The configuration of the account beside the common keys.
pub(crate) fn config() -> Config {
    let keys = json!({"url": "https://crm.example.test", "api_key": KEY});
    serde_json::from_value(keys).unwrap()
}

/// The account, with some keys changed.
pub(crate) fn account(changes: &Value) -> Result<Account> {
    let mut keys = json!({"extensions": {"151": "18", "152": "16"}});
    for (key, value) in changes.as_object().into_iter().flatten() {
        keys[key] = value.clone();
    }
    serde_json::from_value::<AccountConfig>(keys).unwrap().account("shop")
}

fn add_call(id: &str) -> AddCall {
    AddCall {
        call_id: Text::new(id).unwrap(),
        direction: "in",
        phone: "+375291112233".parse().unwrap(),
        outcome: "answered",
        talk_seconds: Some(64),
    }
}

fn popup(users: &[&str]) -> ShowPopup {
    ShowPopup {
        call: CallId::new("1757843474.185").unwrap(),
        phone: "+375291112233".parse().unwrap(),
        users: users.iter().map(|user| (*user).to_owned()).collect(),
    }
}

impl CrmUnderTest for Invented {
    type Client = Client;
    const ACCOUNT: &'static str = "example account shop";
    const SOURCES: &'static str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    const FIXTURES: &'static str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/example");
    const LIMITED: &'static [u16] = &[429];
    const BROKEN: &'static [(u16, ErrorKind)] = &[(500, ErrorKind::Unavailable)];
    const RECORDS_HAVE_KEYS: bool = true;
    const FOLLOWS_UP: bool = false;

    fn operations() -> Vec<Operation<Self>> {
        let find = FindClients("+375291112233".parse().unwrap());
        vec![
            Operation::list("clients", find, |clients| clients)
                .samples(&["clients"])
                .carries(&[("clients.*.id", "clients.*")])
                .always_valid("a number is one by its type"),
            Operation::new(Unsafe, Needs::Success, popup(&["18"])).refuses(
                "no user",
                "no user is given",
                popup(&[]),
            ),
            Operation::new(Keyed, Needs::Field, add_call("1"))
                .body(json!({"number": 17}))
                .required(&["number"])
                .always_valid("the types guarantee valid values")
                .special(add_call(SPECIAL_TEXT)),
        ]
    }

    fn client(hub: &Hub, _: &'static str) -> Client {
        Client::open(hub, &account(&json!({})).unwrap(), &config()).unwrap()
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
        judge(response).is_ok()
    }

    fn refusals(quoted: &str) -> Vec<Refused> {
        [(400, ErrorKind::Rejected), (401, ErrorKind::Auth), (404, ErrorKind::NotFound)]
            .map(|(status, kind)| {
                let body = json!({"error": "invalid_phone", "message": format!("no: {quoted}")});
                Refused::json(status, kind, &body).code("invalid_phone")
            })
            .into()
    }

    fn foreign(quoted: &str) -> Vec<Response> {
        [format!("<html>{quoted}</html>"), format!(r#"{{"number":1,"x":"{quoted}"#), String::new()]
            .map(|body| response(200, "text/html", body))
            .into()
    }

    fn hollow(quoted: &str) -> Vec<(Response, &'static [Needs])> {
        let body = format!(r#"{{"comment":"{quoted}"}}"#);
        vec![(response(200, "application/json", body), &[Needs::Success, Needs::Object])]
    }

    fn connector(hub: &Hub) -> Arc<dyn CrmConnector> {
        let account = account(&json!({"retries": 1})).unwrap();
        Arc::new(Connector::open(hub, account, &config()).unwrap())
    }

    fn connector_secrets() -> &'static [&'static str] {
        &[KEY]
    }

    async fn stand_in(changes: Value) -> Box<dyn StandIn> {
        Box::new(Server::new(changes))
    }
}
