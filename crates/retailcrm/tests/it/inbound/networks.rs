//! `allowed_networks`.

use super::*;

fn from(peer: Option<&str>) -> Response {
    let bench = Bench::with(
        [],
        json!({"extensions": {"101": "7"}, "allowed_networks": ["192.0.2.0/24"]}),
        json!({"client_id": CLIENT_ID}),
    );
    let query = format!("clientId={CLIENT_ID}&userId=7&code=101&phone=375291112233");
    let request = request(Method::GET, MAKE_CALL_PATH, &query, None);
    let request = match peer {
        Some(peer) => request.with_peer(peer.parse().unwrap()),
        None => request,
    };
    send(&bench, &request)
}

#[test]
fn peer_in_an_allowed_network_is_served() {
    let event = event(from(Some("::ffff:192.0.2.7")));
    assert_eq!(event.kind, InboundKind::ClickToCall);
}

#[test]
fn other_or_unknown_peer_gets_403_despite_the_client_id() {
    for peer in [Some("198.51.100.1"), Some("2001:db8::7"), None] {
        assert_eq!(refused(from(peer)), (403, ErrorKind::Auth), "{peer:?}");
    }
}
