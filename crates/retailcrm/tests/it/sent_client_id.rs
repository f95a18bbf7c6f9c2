//! `send_client_id`: requests with the module's `clientId`.

use serde_json::{Value, json};
use vochi_crm_core::{CrmConnector as _, Cx};

use super::support::{Bench, form, incoming, phone, record, success};

const CLIENT_ID: &str = "invented-client-id";

/// Sends an event, an upload and two searches for a manager, and returns the `clientId` of each
/// request under `telephony/`.
async fn client_ids(config: Value) -> Vec<(String, Option<String>)> {
    let bench = Bench::with((0..12).map(|_| success()), json!({}), config);
    let _ = bench.event(incoming(0, &["151"])).await.unwrap();
    let _ = bench.log_one(record("1")).await.unwrap();
    let number = phone("+375446370646");
    let connector = &bench.connector;
    connector.responsible(&Cx::live(), &number).await.unwrap();
    connector.find(&Cx::live(), &[number]).await.unwrap();
    let requests = bench.played().into_iter();
    let telephony = requests.filter(|request| request.line.contains("/telephony/"));
    telephony
        .map(|request| {
            let target = request.line.rsplit('/').next().unwrap_or_default();
            let (name, query) = target.split_once('?').unwrap_or((target, ""));
            let mut fields = form(query).into_iter().chain(form(&request.body));
            let id = fields.find(|(field, _)| field == "clientId").map(|(_, id)| id);
            (name.to_owned(), id)
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn telephony_requests_have_client_id_if_configured() {
    let config = json!({"client_id": CLIENT_ID, "send_client_id": true});
    let sent = client_ids(config).await;
    let names: Vec<&str> = sent.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["event", "upload", "manager", "manager"]);
    for (name, id) in sent {
        assert_eq!(id.as_deref(), Some(CLIENT_ID), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_request_has_client_id_by_default() {
    for config in [json!({"client_id": CLIENT_ID}), json!({"send_client_id": true})] {
        for (name, id) in client_ids(config.clone()).await {
            assert_eq!(id, None, "{name} with {config}");
        }
    }
}
