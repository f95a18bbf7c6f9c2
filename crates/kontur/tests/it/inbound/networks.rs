//! Restriction to `allowed_networks`.

use super::*;

fn from(peer: Option<&str>) -> Response {
    let account: AccountConfig = serde_json::from_value(json!({
        "extensions": {"101": MASHA}, "allowed_networks": ["2001:db8::/32", "192.0.2.7"],
    }))
    .unwrap();
    let call =
        json!({"communicationId": "c1", "fromUserId": MASHA, "clientPhone": "+375291112233"});
    let request = post(CALL, &call);
    let request = match peer {
        Some(peer) => request.with_peer(peer.parse().unwrap()),
        None => request,
    };
    parse(&account.account("office").unwrap(), &config("vochi-demo"), &request)
}

#[test]
fn peer_in_an_allowed_network_is_served() {
    for peer in ["2001:db8::9", "192.0.2.7"] {
        let event = accepted(from(Some(peer)));
        assert_eq!(event.kind, InboundKind::ClickToCall, "{peer}");
    }
}

#[test]
fn other_or_unknown_peer_gets_403_with_echo() {
    for peer in [Some("192.0.2.8"), None] {
        let (reply, event) = from(peer);
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{peer:?}");
        assert_eq!(reply.headers[ECHO], ECHOED, "{peer:?}");
        assert_eq!(event.unwrap_err().kind(), ErrorKind::Auth, "{peer:?}");
    }
}
