//! Recordings at plain `http` addresses.

use serde_json::json;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CrmConnector as _, Cx, Hub, Recording, Warning, WarningKind};
use vochi_crm_sandbox::{Crm, Sandbox};

use super::support::{Bench, open, record};

#[tokio::test(start_paused = true)]
async fn plain_http_link_is_sent_with_a_warning() {
    for (address, warned) in [
        ("http://pbx.example.test/rec/1.mp3", true),
        ("http://192.0.2.7/rec/1.mp3", true),
        ("https://pbx.example.test/rec/1.mp3", false),
        ("http://127.0.0.1:8080/rec/1.mp3", false),
        ("http://localhost/rec/1.mp3", false),
        ("http://[::1]/rec/1.mp3", false),
    ] {
        let taken = json!({"success": true, "processedCallsCount": 1});
        let bench = Bench::new([Step::json(200, &taken)]);
        let record = record("1").with_recording(Recording::url(address).unwrap());
        let receipt = bench.log_one(record).await.unwrap();
        assert!(receipt.recorded(), "{address}");
        assert_eq!(bench.sent(0, "calls")[0]["recordUrl"], address);
        let kinds = receipt.warnings().iter().map(Warning::kind);
        let insecure = kinds.filter(|kind| *kind == WarningKind::InsecureRecording).count();
        assert_eq!(insecure, usize::from(warned), "{address}");
    }
}

#[tokio::test]
async fn stand_in_accepts_a_plain_http_link() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let changes = json!({"url": sandbox.url(Crm::RetailCrm).as_str(), "api_key": vochi_crm_sandbox::retailcrm::API_KEY});
    let directory = json!({"extensions": {"101": "7"}});
    let connector = open(&Hub::new().unwrap(), directory, changes).unwrap();
    let link = Recording::url("http://pbx.example.test/rec/1.mp3").unwrap();
    let record = record("1").with_recording(link);
    let receipt = connector.log_calls(&Cx::history(), &[record]).await.remove(0);
    assert!(receipt.unwrap().recorded());
    assert_eq!(sandbox.refused(Crm::RetailCrm), []);
    let kept = sandbox.retailcrm().call("1").expect("missing call");
    assert_eq!(kept.recording.as_deref(), Some("http://pbx.example.test/rec/1.mp3"));
}
