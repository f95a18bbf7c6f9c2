//! The checks of all connectors.

mod calls;
mod clients;
mod integration;
pub(crate) mod values;

use std::sync::Arc;

use serde_json::{Value, json};
use vochi_crm_core::http::{self, Output, Response};
use vochi_crm_core::inbound::{InboundEvent, InboundReply, InboundRequest};
use vochi_crm_core::testing::conformance::{
    CrmUnderTest, Disturbance, Inbound, Needs, Operation, Refused, StandIn,
};
use vochi_crm_core::testing::response;
use vochi_crm_core::{CrmConnector, Cx, ErrorKind, Hub, Result};
use vochi_crm_kontur::inbound::ECHO;
use vochi_crm_kontur::{Client, judge};
use vochi_crm_sandbox::{Crm, Fault, Lose, Sandbox};

use super::support::{connect, merge, try_connect, user};
use super::{inbound, sandbox_calls};

pub(crate) struct Kontur;

pub(crate) const ACCESS_KEY: &str = "canary-access-key-0001";
pub(crate) const API_KEY: &str = "canary-api-key-0001";
const SECRET: &str = "secretKey=canary-secret-0001";
const BEARER: &str = "canary-bearer-0001";

/// An account that has no access key yet: the operation obtains one.
const PRIVATE: &str = "private";
/// The same of a public integration.
const PUBLIC: &str = "public";

vochi_crm_core::conformance!(Kontur);

impl CrmUnderTest for Kontur {
    type Client = Client;
    const ACCOUNT: &'static str = "kontur account demo";
    const SOURCES: &'static str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    const FIXTURES: &'static str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/kontur");
    const WRAPPERS: &'static [&'static str] = &["PlainJson"];
    const OTHER_FIXTURES: &'static [(&'static str, &'static str)] = &[
        ("errors-catalogue", "errors"),
        ("users-list-unverified", "responses"),
        ("inbound-call", "inbound"),
        ("inbound-call-all-fields", "inbound"),
        ("inbound-call-internal", "inbound"),
        ("inbound-call-short-path", "inbound"),
        ("inbound-hangup", "inbound"),
        ("inbound-hangup-with-id", "inbound"),
        ("inbound-webhook-entity-event", "inbound"),
        ("inbound-webhook-sync", "inbound"),
        ("inbound-webhook-upgrade", "inbound"),
        ("scenario-blind-transfer", "scenarios"),
        ("scenario-click-to-call", "scenarios"),
        ("scenario-click-to-call-failed", "scenarios"),
        ("scenario-consultation", "scenarios"),
        ("scenario-incoming-answered", "scenarios"),
        ("scenario-incoming-missed", "scenarios"),
        ("scenario-recording-later", "scenarios"),
    ];
    const LIMITED: &'static [u16] = &[429];
    const BROKEN: &'static [(u16, ErrorKind)] = &[
        (500, ErrorKind::Unavailable),
        (502, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
        (504, ErrorKind::Unavailable),
        (408, ErrorKind::Timeout),
    ];

    fn operations() -> Vec<Operation<Self>> {
        let mut all = calls::all();
        all.extend(integration::all());
        all.extend(clients::all());
        all
    }

    fn client(hub: &Hub, account: &'static str) -> Client {
        let builder = Client::builder("vochi-demo").account("demo").api_key(API_KEY);
        let builder = match account {
            PRIVATE => builder,
            PUBLIC => builder.integration_secret(SECRET),
            _ => builder.access_key(ACCESS_KEY).integration_secret(SECRET).bearer(BEARER),
        };
        builder.build(hub).unwrap()
    }

    async fn send<O: http::Operation>(
        client: &Client,
        cx: &Cx,
        operation: &O,
    ) -> Result<<O::Output as Output>::Value> {
        client.send(cx, operation).await
    }

    fn secrets(account: &'static str) -> &'static [&'static str] {
        match account {
            PRIVATE => &[API_KEY],
            PUBLIC => &[API_KEY, SECRET],
            _ => &[ACCESS_KEY, API_KEY, SECRET, BEARER],
        }
    }

    fn is_success(response: &Response) -> bool {
        judge(response).is_ok()
    }

    fn refusals(quoted: &str) -> Vec<Refused> {
        use ErrorKind::{Auth, NotFound, Rejected};
        let word = |kind, word: &str| {
            let body = json!({"status": word, "message": format!("No. {quoted}")});
            Refused::json(409, kind, &body).code(word)
        };
        let wrapped = json!({
            "errorInfo": {
                "invalidPaths": [{"op": "replace", "path": "/id", "value": quoted}],
                "invalidConstraints": {},
                "status": "invalidArgs",
                "message": "Patch contains invalid operations",
            },
            "isSuccessful": false,
            "responseCode": "conflict",
        });
        let problem = json!({
            "errors": {"direction": [format!("Error converting value {quoted}")]},
            "title": "One or more validation errors occurred.",
            "status": 400,
            "traceId": "00-1a2b",
        });
        let conflict = json!({"isSuccessful": false, "responseCode": "conflict"});
        let json =
            |status, code: &str, body: &Value| Refused::json(status, Rejected, body).code(code);
        let title = "One or more validation errors occurred.";
        let mut all = vec![
            word(NotFound, "communicationNotFound"),
            word(NotFound, "notFound"),
            word(Rejected, "notSupported"),
            word(Auth, "notInstalled"),
            json(409, "Error", &json!("Error")),
            Refused::text(409, Rejected, "text/plain", "\"Error\"").code("Error"),
            Refused::text(409, Rejected, "text/plain", "Error").code("Error"),
            json(409, "invalidArgs", &wrapped),
            json(200, "invalidArgs", &wrapped),
            json(200, "conflict", &conflict),
            json(400, title, &problem),
            json(409, title, &problem),
        ];
        let page = format!("<html>\n<title>error</title>{quoted}</html>");
        for (status, kind) in [(404, NotFound), (409, Rejected), (302, Auth)] {
            all.push(Refused::text(status, kind, "text/html", page.clone()));
        }
        all
    }

    fn foreign(quoted: &str) -> Vec<Response> {
        vec![
            response(200, "text/html", format!("<html>X-XCOM-AccessKey: {quoted}</html>")),
            response(
                200,
                "application/json; charset=utf-8",
                format!(r#"{{"id":"3f0c","fileId":"7c9e","items":{{}},"x":"{quoted}"#),
            ),
            response(200, "application/json", r#"["3f0c","#),
        ]
    }

    fn hollow(quoted: &str) -> Vec<(Response, &'static [Needs])> {
        use Needs::{Nothing, Object, Success};
        let whatever: &[Needs] = &[Nothing, Success];
        let object: &[Needs] = &[Nothing, Success, Object];
        let file: &[Needs] = &[Nothing];
        [
            ("[]".to_owned(), whatever),
            ("{}".to_owned(), object),
            (format!(r#"{{"comment":"{quoted}"}}"#), object),
            (String::new(), whatever),
            ("null".to_owned(), whatever),
            ("\"OK\"".to_owned(), whatever),
            (format!("\"Queued {quoted}\""), file),
        ]
        .map(|(body, accepted_by)| {
            (response(200, "application/json; charset=utf-8", body), accepted_by)
        })
        .into()
    }

    fn inbound() -> Vec<Inbound> {
        inbound::requests()
    }

    fn parse_inbound(request: &InboundRequest) -> (InboundReply, Result<InboundEvent>) {
        inbound::send(request)
    }

    fn inbound_secrets() -> &'static [&'static str] {
        &[
            "canary-api-key",
            "canary-secret-value",
            "canary-access-key",
            "canary-bearer",
            "canary-inbound-secret",
            inbound::KEY,
        ]
    }

    /// Every reply has the echo of its request.
    fn reply_fault(request: &InboundRequest, reply: &InboundReply) -> Option<String> {
        let (sent, returned) = (request.headers.get(ECHO), reply.headers.get(ECHO));
        (sent != returned).then(|| format!("the echo of {sent:?} is {returned:?}"))
    }

    fn connector(hub: &Hub) -> Arc<dyn CrmConnector> {
        Arc::new(connect(
            hub,
            &json!({
                "workspace": "vochi-demo", "api_key": "canary-api-key", "bearer": "canary-bearer",
                "integration_secret": "secretKey=canary-secret",
                "inbound_secret": "canary-inbound",
                "extensions": {"151": user("151"), "152": user("152")},
                "retries": 1,
            }),
        ))
    }

    fn connector_secrets() -> &'static [&'static str] {
        &["canary-api-key", "canary-access-key", "secretKey=canary-secret", "canary-bearer"]
    }

    fn opening() -> Vec<Response> {
        let key = json!({"accessKey": "canary-access-key", "integrationInstance": {}});
        vec![Response::ok_json(&key)]
    }

    const RECORDS_HAVE_KEYS: bool = true;
    const FOLLOWS_UP: bool = false;

    async fn stand_in(changes: Value) -> Box<dyn StandIn> {
        Box::new(Server { sandbox: Sandbox::builder().start().await.unwrap(), changes })
    }
}

/// Kontur's stand-in server.
struct Server {
    sandbox: Sandbox,
    changes: Value,
}

impl StandIn for Server {
    fn open(&self) -> Result<Arc<dyn CrmConnector>> {
        let mut profile = sandbox_calls::profile(&self.sandbox, json!({"retries": 1}));
        merge(&mut profile, self.changes.clone());
        Ok(Arc::new(try_connect(&Hub::new()?, &profile)?))
    }

    fn state(&self) -> Value {
        self.sandbox.state()["kontur"].clone()
    }

    fn refused(&self) -> Vec<String> {
        self.sandbox.refused(Crm::Kontur).iter().map(|one| format!("{one:?}")).collect()
    }

    fn disturb(&self, how: Disturbance) {
        let path = format!("{}/register-call", sandbox_calls::TELEPHONY);
        let record = Fault::on(Crm::Kontur).path(path);
        self.sandbox.fault(match how {
            Disturbance::RecordResponseLost => record.lose(Lose::Answer),
            Disturbance::RecordRefused => record.status(400),
            _ => Fault::on(Crm::Kontur).status(500).times(1000),
        });
    }
}
