//! Written requests as forms (`body_encoding = "form"`).

use std::collections::BTreeMap;

use serde_json::json;
use vochi_crm_core::Cx;
use vochi_crm_core::http::Operation;

use super::requests::{Visit, visit_writes};
use super::support::{Bench, created, fixture};

/// Sends each write, and collects the fixtures.
struct Sent(Vec<Form>);

/// Fixture, body and headers.
type Form = (&'static str, String, Vec<(String, String)>);

impl Visit for Sent {
    fn write<O: Operation + 'static>(&mut self, fixture: &'static str, operation: O) {
        let bench = Bench::with([created(1)], json!({"body_encoding": "form"}));
        let client = bench.connector.client().clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let sent = runtime.block_on(client.send(&Cx::history(), operation));
        assert!(sent.is_ok(), "{fixture}: {:?}", sent.err());
        let played = bench.played().remove(0);
        assert_eq!(bench.script.left(), 0);
        self.0.push((fixture, played.body, played.headers));
    }
}

fn pairs(form: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(form.as_bytes()).into_owned().collect()
}

#[test]
fn forms_match_the_documentation_with_numbers_as_digits() {
    let mut sent = Sent(Vec::new());
    visit_writes(&mut sent);
    for (name, body, headers) in sent.0 {
        let request = fixture(name).request(None).clone();
        let mut wanted = pairs(request["form_alternative"]["body"].as_str().unwrap_or_default());
        if let Some(number) = wanted.get_mut("u_phone") {
            *number = number.replace('+', "");
        }
        assert_eq!(pairs(&body), wanted, "{name}: {body}");
        let content_type = headers.iter().find(|(name, _)| name == "content-type");
        let wanted = request["form_alternative"]["content_type"].as_str();
        assert_eq!(content_type.map(|(_, value)| value.as_str()), wanted, "{name}");
    }
}

#[test]
fn texts_of_a_form_keep_their_plus() {
    let mut sent = Sent(Vec::new());
    visit_writes(&mut sent);
    let popup = sent.0.iter().find(|(name, ..)| *name == "notification_create").unwrap();
    assert!(pairs(&popup.1)["text"].contains("+375296254070"), "{}", popup.1);
    assert!(popup.1.contains("%2B375296254070"), "the plus is encoded: {}", popup.1);
}
