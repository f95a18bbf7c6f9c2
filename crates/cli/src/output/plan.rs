//! What a dry run would have sent.

use serde::Serialize;
use serde_json::{Value, json};
use vochi_crm::Crm;
use vochi_crm::http::PlannedRequest;

use super::Report;
use super::curl;
use super::paint::{Paint, Tone, clean};

/// The requests of a dry run.
#[derive(Serialize)]
pub(crate) struct Rehearsal {
    ok: bool,
    requests: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl Rehearsal {
    /// A dry run that would have sent nothing.
    pub(crate) fn nothing() -> Self {
        Self { ok: true, requests: Vec::new(), warnings: Vec::new() }
    }

    /// Adds the requests one profile would have sent.
    pub(crate) fn add(&mut self, crm: &Crm, requests: &[PlannedRequest]) {
        self.requests.extend(requests.iter().map(|request| {
            let headers = request.headers.iter().map(|(name, value)| (name.clone(), json!(value)));
            json!({
                "method": request.method.as_str(),
                "url": request.url,
                "headers": Value::Object(headers.collect()),
                "body": request.body,
                "curl": curl::line(request, crm),
            })
        }));
    }

    /// Notes that something could not even be planned.
    pub(crate) fn fail(&mut self) {
        self.ok = false;
    }

    /// Adds what an operator should know.
    pub(crate) fn warn(&mut self, warnings: &[String]) {
        self.warnings.extend_from_slice(warnings);
    }
}

impl Report for Rehearsal {
    fn human(&self, paint: Paint) -> String {
        if self.requests.is_empty() {
            return paint.tone(Tone::Faint, "# nothing would be sent");
        }
        let lines = self.requests.iter().filter_map(|request| request.get("curl")?.as_str());
        lines.map(|line| clean(line).into_owned()).collect::<Vec<_>>().join("\n")
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }
}
