//! A web server for requests of the CRMs: clicks on numbers, hangups, changed customers.
//!
//! Every account has the address `{public_url}/in/{account}/{inbound_secret}`, and the CRM appends
//! to it. A request is checked in this order: secret (404), size (413), then by the connector, which refuses
//! senders outside `allowed_networks` (403). A repeat gets the same reply and is not delivered twice.
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
use vochi_crm::inbound::{Applied, InboundEvent, InboundRequest};
use vochi_crm::{CrmConnector, Cx, Hub, Profile, Secret};
use vochi_crm_sandbox::{Click, Crm, Sandbox};

/// The largest accepted body in bytes.
const LARGEST_BODY: usize = 256 * 1024;

/// The timeout of the reply, as an employee is waiting.
const REPLY_WITHIN: Duration = Duration::from_secs(3);

/// The number of event ids kept to recognise repeats.
const REMEMBERED: usize = 1000;

/// The inbound side of one account.
#[derive(Debug)]
pub struct Inbound {
    connector: Arc<dyn CrmConnector>,
    secret: Secret,
    delivered: Mutex<VecDeque<String>>,
}

impl Inbound {
    /// Takes the secret from the account's configuration.
    pub fn new(connector: Arc<dyn CrmConnector>) -> Result<Self, Box<dyn Error>> {
        let secret = connector.context().account().config().inbound_secret.clone();
        let secret = secret.filter(|it| !it.is_empty()).ok_or("missing inbound_secret")?;
        Ok(Self { connector, secret, delivered: Mutex::default() })
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

/// The state of the web server.
#[derive(Clone, Debug)]
pub struct Host {
    /// The accounts by name.
    pub accounts: Arc<HashMap<String, Inbound>>,
    /// The receiver of events.
    pub events: mpsc::Sender<InboundEvent>,
}

/// Returns the routes. The server has to pass the peer's address (`into_make_service_with_connect_info`);
/// behind a reverse proxy, use the address it reports instead.
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
    // The same response for an unknown account and a wrong secret. `Secret` compares in constant time.
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
            // The connector drops what it cached, and may recognize a repeat or an old click itself.
            let applied = account.connector.apply_inbound(&cx, &event).await;
            let applied = applied.inspect_err(|error| eprintln!("{error}"));
            let is_new = !matches!(applied, Ok(Applied::Repeat | Applied::Expired))
                && account.is_new(&event.id);
            // If the queue is full, the CRM may try again.
            if is_new && host.events.try_send(event).is_err() {
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
    let profile: Profile = serde_json::from_value(sandbox.profiles()["retailcrm"].clone())?;
    let profile = profile
        .set("inbound_secret", "invented-inbound-secret-0001")
        .set("allowed_networks", vec!["127.0.0.0/8", "::1"]);
    let account = Inbound::new(vochi_crm::open(&Hub::new()?, "shop", &profile)?)?;

    let (events, mut received) = mpsc::channel(100);
    let host = Host { accounts: Arc::new(HashMap::from([("shop".to_owned(), account)])), events };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = routes(host).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, server).await });

    // User 7 of RetailCRM clicks a number, with the right and with a wrong secret.
    for secret in ["invented-inbound-secret-0001", "guessed"] {
        let to = format!("http://{address}/in/shop/{secret}/make-call").parse()?;
        let click = Click::new(Crm::RetailCrm, "7", "+375291112233", to);
        println!("RetailCRM got {}", sandbox.click(click).await?.status);
    }
    let event = received.recv().await.ok_or("the click was not delivered")?;
    println!(
        "{}: extension {:?} calls {:?}",
        event.kind.as_str(),
        event.extension.map(|extension| extension.to_string()),
        event.phone_raw
    );
    Ok(())
}
