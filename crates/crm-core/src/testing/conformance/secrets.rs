//! Secrets in errors, logs, dry runs and stored calls.

use std::fmt::Write as _;
use std::sync::Arc;

use super::call::{answered, call_id, client, ended, record, ringing};
use super::log::Log;
use super::report::Report;
use super::{CANARY, CrmUnderTest};
use crate::connector::{CrmConnector, Cx};
use crate::http::{Plan, Response, TransportError};
use crate::hub::{Hub, HubBuilder};
use crate::state::{CallStore, MemoryCallStore};
use crate::testing::{ScriptedTransport, Step, response};

/// The number of faults in a row.
const REPEATED: usize = 60;

/// Responses of a careless server, which quote the request's secrets, and failures of a transport
/// that quotes them.
fn quoting<S: CrmUnderTest>() -> Vec<Box<dyn Fn() -> Step>> {
    let quoted = S::connector_secrets().join(" ");
    let mut responses: Vec<Response> =
        S::refusals(&quoted).into_iter().map(|refused| refused.response).collect();
    responses.extend(S::foreign(&quoted));
    responses.extend(S::hollow(&quoted).into_iter().map(|(hollow, _)| hollow));
    for status in [200, 302, 400, 401, 403, 404, 409, 422, 500] {
        responses.push(response(status, "text/html", format!("<html>{quoted}</html>")));
    }
    let mut all: Vec<Box<dyn Fn() -> Step>> = Vec::new();
    for response in responses {
        all.push(Box::new(move || Step::Response(response.clone())));
    }
    let text = format!("reset while sending {quoted}");
    all.push(Box::new(move || Step::Fail(TransportError::Broken(text.clone()))));
    let text = format!("no route to https://{quoted}.test");
    all.push(Box::new(move || Step::Fail(TransportError::Connect(text.clone()))));
    all
}

/// Calls everything a host can call, and returns what it may print.
async fn print_everything(connector: &dyn CrmConnector) -> String {
    let (live, cx) = (Cx::live(), Cx::history());
    let mut printed = String::new();
    let mut print = |what: &dyn std::fmt::Debug| {
        let _ = writeln!(printed, "{what:?}\n{what:#?}");
    };
    for event in [ringing(&["151"]), answered("151"), ended(70)] {
        print(&connector.handle_event(&live, &event).await);
    }
    print(&connector.log_calls(&cx, &[record("1757843474.185")]).await);
    print(&connector.users(&cx).await);
    print(&connector.find(&live, &[client()]).await);
    print(&connector.responsible(&live, &client()).await);
    print(&connector.changes(&cx, None).await);
    print(&connector.health(&cx).await);
    print(&connector);
    printed
}

async fn print_with_every_fault<S: CrmUnderTest>() -> String {
    let mut printed = String::new();
    for step in quoting::<S>() {
        let opening = S::opening().into_iter().map(Step::Response);
        let steps = opening.chain((0..REPEATED).map(|_| step()));
        let script = ScriptedTransport::new(steps);
        let hub = Hub::builder().transport(Arc::new(script)).build().unwrap();
        printed.push_str(&print_everything(&*S::connector(&hub)).await);
    }
    printed
}

fn leak(text: &str) -> Option<&str> {
    text.lines().find(|line| line.contains(CANARY))
}

/// Whatever a server or a transport quotes, no secret is in an error, a receipt, a report or the log.
pub async fn secret_is_in_no_error_and_no_log<S: CrmUnderTest>() {
    let mut report = Report::default();
    // The first thread that reaches a log statement registers it for the whole process, and other
    // tests have no subscriber. A second one makes tracing ask all of them, and the first run
    // registers every statement before the log is kept.
    let second = tracing::Dispatch::new(Log::default());
    print_with_every_fault::<S>().await;
    let log = Log::default();
    let guard = tracing::subscriber::set_default(log.clone());
    let printed = print_with_every_fault::<S>().await;
    drop((guard, second));
    let logged = log.text();
    for name in ["crm_request", "audit", "request done"] {
        report.holds("the log", logged.contains(name), || format!("{name} is missing"));
    }
    report.holds("errors", printed.len() > 10_000, || "too few failures".to_owned());
    for (what, text) in [("errors", &printed), ("the log", &logged)] {
        let leak = leak(text);
        report.holds(what, leak.is_none(), || format!("a secret: {leak:?}"));
    }
    report.finish();
}

/// A hub whose requests are collected and not sent.
fn planning(plan: &Plan) -> HubBuilder {
    Hub::builder().plan(plan.clone()).transport(Arc::new(ScriptedTransport::new([])))
}

/// A dry run shows its requests without secrets.
pub async fn dry_run_shows_no_secret<S: CrmUnderTest>() {
    let mut report = Report::default();
    let plan = Plan::new();
    let hub = planning(&plan).build().unwrap();
    let printed = print_everything(&*S::connector(&hub)).await;
    let requests = plan.requests();
    report.holds("the plan", requests.len() > 1, || format!("too few requests: {requests:?}"));
    let planned = format!("{requests:#?}");
    for (what, text) in [("the plan", &planned), ("the results", &printed)] {
        let leak = leak(text);
        report.holds(what, leak.is_none(), || format!("a secret: {leak:?}"));
    }
    report.finish();
}

/// What is stored of a call contains no secret.
pub async fn stored_call_contains_no_secret<S: CrmUnderTest>() {
    let mut report = Report::default();
    let store = Arc::new(MemoryCallStore::new());
    let hub = planning(&Plan::new()).store(store.clone() as Arc<dyn CallStore>);
    let connector = S::connector(&hub.build().unwrap());
    let _ = connector.handle_event(&Cx::live(), &ringing(&["151"])).await;
    let slot = store.open(connector.account().as_str(), call_id().as_str()).await.unwrap();
    let text = slot.document().map(ToString::to_string).unwrap_or_default();
    report.holds("the stored call", !text.is_empty(), || "nothing is stored".to_owned());
    report.holds("the stored call", !text.contains(CANARY), || text.clone());
    report.finish();
}
