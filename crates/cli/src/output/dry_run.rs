//! The output of a dry run.

use serde::Serialize;
use serde_json::{Value, json};
use vochi_crm::Crm;
use vochi_crm::http::PlannedRequest;

use super::Report;
use super::curl;
use super::style::{Style, Tone, escape_controls};

/// The planned requests of a dry run.
#[derive(Serialize)]
pub(crate) struct DryRun {
    ok: bool,
    requests: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl DryRun {
    /// Creates a dry run without requests.
    pub(crate) fn new() -> Self {
        Self { ok: true, requests: Vec::new(), warnings: Vec::new() }
    }

    /// Adds the planned requests of one profile.
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

    /// Sets `ok` to false: a request could not be planned.
    pub(crate) fn fail(&mut self) {
        self.ok = false;
    }

    /// Adds warnings.
    pub(crate) fn warn(&mut self, warnings: &[String]) {
        self.warnings.extend_from_slice(warnings);
    }
}

impl Report for DryRun {
    fn human(&self, style: Style) -> String {
        if self.requests.is_empty() {
            return style.tone(Tone::Dim, "# nothing would be sent");
        }
        let lines = self.requests.iter().filter_map(|request| request.get("curl")?.as_str());
        lines.map(|line| escape_controls(line).into_owned()).collect::<Vec<_>>().join("\n")
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }
}
