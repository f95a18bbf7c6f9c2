//! A web server for what the CRMs send: clicks on numbers, hang-ups, changed customers.
//!
//! Every account has the address `{public_url}/in/{account}/{inbound_secret}`, and the CRM appends
//! to it. A request is checked from the cheapest to the dearest: secret (404), size (413), then by the
//! connector, whose `allowed_networks` refuse other senders (403). A repeat gets the first reply and is not delivered again.
//!
//! `cargo run --example inbound_http`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what happens")]

use std::collections::{HashMap, VecDeque};
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::StatusCode;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use vochi_crm::inbound::{InboundEvent, InboundRequest};
use vochi_crm::retailcrm::Connector;
use vochi_crm::{AccountConfig, CrmConnector, Cx, Hub, Secret};
use vochi_crm_sandbox::{Click, Crm, Sandbox};

/// Far more than any of these requests has.
const LARGEST_BODY: usize = 256 * 1024;

/// The CRM waits for the reply, and an employee for the CRM.
const REPLY_WITHIN: Duration = Duration::from_secs(3);

/// How many events are remembered, so that a repeat is recognised.
const REMEMBERED: usize = 1000;

/// One account and who may send its requests.
#[derive(Debug)]
pub struct Inbound {
    connector: Arc<dyn CrmConnector>,
    secret: Secret,
    delivered: Mutex<VecDeque<String>>,
}

impl Inbound {
    /// Reads the secret from the account's configuration. The connector knows the networks.
    pub fn new(
        connector: Arc<dyn CrmConnector>,
        config: &AccountConfig,
    ) -> Result<Self, Box<dyn Error>> {
        let secret = config.inbound_secret.clone().filter(|it| !it.is_empty());
        Ok(Self {
            connector,
            secret: secret.ok_or("inbound_secret is missing")?,
            delivered: Mutex::default(),
        })
    }

    /// Returns true for the first delivery of an event.
    fn is_new(&self, id: &str) -> bool {
        let mut delivered = self.delivered.lock().unwrap_or_else(PoisonError::into_inner);
        if delivered.iter().any(|known| known == id) {
            return false;
        }
        if delivered.len() == REMEMBERED {
            delivered.pop_front();
        }
        delivered.push_back(id.to_owned());
        true
    }
}

/// What the handler needs.
#[derive(Clone, Debug)]
pub struct Host {
    /// The accounts by name.
    pub accounts: Arc<HashMap<String, Inbound>>,
    /// Where events go.
    pub events: mpsc::Sender<InboundEvent>,
}

/// The routes. The server has to pass on the peer's address (`into_make_service_with_connect_info`);
/// behind a reverse proxy that is the proxy's, and the address it reports has to be used instead.
pub fn routes(host: Host) -> Router {
    Router::new()
        .route("/in/{account}/{secret}", any(receive))
        .route("/in/{account}/{secret}/{*rest}", any(receive))
        .with_state(host)
}

async fn receive(
    State(host): State<Host>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(path): Path<HashMap<String, String>>,
    request: Request,
) -> Response {
    let part = |name| path.get(name).map(String::as_str).unwrap_or_default();
    // An unknown account and a wrong secret look alike. `Secret` compares in constant time.
    let account = host.accounts.get(part("account"));
    let Some(account) = account.filter(|it| it.secret == Secret::new(part("secret"))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let rest = match part("rest") {
        "" => String::new(),
        rest => format!("/{rest}"),
    };
    let query = head.uri.query().unwrap_or_default();
    let inbound =
        InboundRequest::new(head.method, rest, query, head.headers, body).with_peer(peer.ip());
    let (reply, event) = account.connector.parse_inbound(&inbound);
    match event {
        Err(error) => eprintln!("{error}"),
        Ok(event) => {
            let cx = Cx::live().with_timeout(REPLY_WITHIN);
            if let Err(error) = account.connector.verify_inbound(&cx, &event).await {
                eprintln!("{error}");
                return StatusCode::FORBIDDEN.into_response();
            }
            // A full queue is no reason to keep the CRM waiting: it may try again.
            if account.is_new(&event.id) && host.events.try_send(event).is_err() {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
        }
    }
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder().start().await?;
    let profile = sandbox.profiles()["retailcrm"].clone();
    let mut common: AccountConfig = serde_json::from_value(profile.clone())?;
    common.inbound_secret = Some(Secret::new("invented-inbound-secret-0001"));
    common.allowed_networks = vec!["127.0.0.0/8".to_owned(), "::1".to_owned()];
    let inbound_config = common.clone();
    let config = serde_json::from_value(profile)?;
    let connector = Connector::open(&Hub::new()?, common.account("shop")?, &config)?;
    let account = Inbound::new(Arc::new(connector), &inbound_config)?;

    let (events, mut received) = mpsc::channel(100);
    let host = Host { accounts: Arc::new(HashMap::from([("shop".to_owned(), account)])), events };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = routes(host).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, server).await });

    // The employee with RetailCRM's id 7 clicks a number, once with the right secret.
    for secret in ["invented-inbound-secret-0001", "guessed"] {
        let to = format!("http://{address}/in/shop/{secret}/make-call").parse()?;
        let click = Click::new(Crm::RetailCrm, "7", "+375291112233", to);
        println!("RetailCRM got {}", sandbox.click(click).await?.status);
    }
    let event = received.recv().await.ok_or("the click is delivered")?;
    println!(
        "{}: extension {:?} calls {:?}",
        event.kind.as_str(),
        event.extension.map(|extension| extension.to_string()),
        event.phone_raw
    );
    Ok(())
}
