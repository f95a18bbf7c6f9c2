//! The library's metrics in a Prometheus recorder.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusBuilder;
use vochi_crm::{Cx, Hub, Profile, metric};
use vochi_crm_core::testing::{ScriptedTransport, Step};

fn users() -> Step {
    Step::json(200, &serde_json::json!({"success": true, "users": []}))
}

async fn send_requests() {
    let refused = Step::text(403, "application/json", r#"{"success": false}"#);
    let script = ScriptedTransport::new([Step::text(502, "", ""), users(), refused, users()]);
    let hub = Hub::builder().transport(Arc::new(script)).build().unwrap();
    let profile = Profile::new("retailcrm")
        .set("url", "https://demo.retailcrm.ru")
        .set("api_key", "invented-key");
    let crm = vochi_crm::open(&hub, "shop", &profile).unwrap();
    crm.users(&Cx::history()).await.unwrap();
    crm.users(&Cx::history()).await.unwrap_err();
    crm.users(&Cx::history()).await.unwrap();
}

#[test]
fn every_metric_has_its_name_labels_and_description() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let prometheus = recorder.handle();
    metrics::with_local_recorder(&recorder, || {
        metric::describe();
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        runtime.block_on(send_requests());
    });
    let text = prometheus.render();
    for metric in metric::ALL {
        let help = format!("# HELP {} {}", metric.name, metric.description);
        assert!(text.contains(&help), "no {help:?} in\n{text}");
        let begin = format!("{}{{", metric.name);
        let sample = text.lines().find(|line| line.starts_with(&begin));
        let sample = sample.unwrap_or_else(|| panic!("no sample of {} in\n{text}", metric.name));
        for label in metric.labels {
            assert!(sample.contains(&format!("{label}=\"")), "no {label} in {sample}");
        }
    }
    let requests = r#"operation="users",outcome="refused"} 2"#;
    assert!(text.contains(requests), "no {requests} in\n{text}");
}
