//! `inbound_http`.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use vochi_crm::inbound::{InboundEvent, InboundKind};
use vochi_crm::{Hub, Profile};

use super::inbound_http::{Host, Inbound, routes};

const SECRET: &str = "invented-inbound-secret-0001";
const CLICK: &str = "clientId=invented-client-id&code=101&userId=7&phone=%2B375291112233";

/// A server for one account, and the events it delivers.
struct Server {
    address: SocketAddr,
    events: mpsc::Receiver<InboundEvent>,
}

impl Server {
    async fn start(networks: &[&str]) -> Self {
        let mut profile = Profile::new("retailcrm")
            .set("url", "https://demo.retailcrm.ru")
            .set("api_key", "invented-key")
            .set("client_id", "invented-client-id")
            .set("inbound_secret", SECRET);
        if !networks.is_empty() {
            profile = profile.set("allowed_networks", networks);
        }
        let connector = vochi_crm::open(&Hub::new().unwrap(), "shop", &profile).unwrap();
        let inbound = Inbound::new(connector).unwrap();
        let (sender, events) = mpsc::channel(10);
        let accounts = Arc::new(HashMap::from([("shop".to_owned(), inbound)]));
        let host = Host { accounts, events: sender };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = routes(host).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self { address, events }
    }

    /// Sends a POST and returns its status.
    async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> u16 {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client
            .post(format!("http://{}{path}", self.address))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        request.send().await.expect("the server replies").status().as_u16()
    }
}

#[tokio::test]
async fn click_is_delivered_once() {
    let mut server = Server::start(&["127.0.0.0/8"]).await;
    let path = format!("/in/shop/{SECRET}/make-call");
    for _ in 0..2 {
        assert_eq!(server.post(&path, CLICK).await, 200);
    }
    let event = server.events.try_recv().expect("the click is delivered");
    assert_eq!(event.kind, InboundKind::ClickToCall);
    let repeat = server.events.try_recv();
    assert!(repeat.is_err(), "the repeat was delivered: {repeat:?}");
}

#[tokio::test]
async fn wrong_secret_or_account_is_not_found() {
    let mut server = Server::start(&[]).await;
    for path in [
        "/in/shop/guessed/make-call".to_owned(),
        "/in/shop/guessed".to_owned(),
        format!("/in/other/{SECRET}/make-call"),
        format!("/{SECRET}/make-call"),
    ] {
        assert_eq!(server.post(&path, CLICK).await, 404, "{path}");
    }
    assert!(server.events.try_recv().is_err());
}

#[tokio::test]
async fn address_outside_networks_is_forbidden() {
    let mut server = Server::start(&["192.0.2.0/24", "2001:db8::7"]).await;
    let path = format!("/in/shop/{SECRET}/make-call");
    assert_eq!(server.post(&path, CLICK).await, 403);
    assert!(server.events.try_recv().is_err());
}

#[tokio::test]
async fn large_body_is_refused() {
    let mut server = Server::start(&[]).await;
    let path = format!("/in/shop/{SECRET}/make-call");
    assert_eq!(server.post(&path, vec![b'x'; 256 * 1024 + 1]).await, 413);
    assert!(server.events.try_recv().is_err());
}

#[tokio::test]
async fn request_without_client_id_is_forbidden() {
    let mut server = Server::start(&[]).await;
    let path = format!("/in/shop/{SECRET}/make-call");
    assert_eq!(server.post(&path, "userId=7&phone=%2B375291112233").await, 403);
    assert!(server.events.try_recv().is_err());
}
