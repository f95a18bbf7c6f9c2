//! Kontur.CRM: the API for telephony integrations, and the CRM's requests to the integration.
//!
//! | request, under `/api/v1/{ws}` | what the stand-in does with it |
//! | --- | --- |
//! | `POST /api/v1/authorization/authorize-private-integration`, `…/authorize-integration` | issues an access key that lives 20 minutes |
//! | `POST …/telephony/call-started` | creates a call once; links the client |
//! | `POST …/telephony/call-event` | a leg rings, is answered, held, ended |
//! | `POST …/telephony/call-finished`, `call-failed` | ends the call |
//! | `POST …/telephony/register-call` | the facts of a call, once, by `externalId` |
//! | `POST …/telephony/call-recording` | binds an uploaded file to a leg |
//! | `GET …/telephony/call-redirect` | responsible users of the client |
//! | `POST /files`, `GET`, `HEAD /files/{id}`, `GET /files/{id}/meta` | temporary files, and kept ones |
//! | `GET`, `PATCH /integrations/instances/{id}`, `POST /integrations/{id}/setup`, `GET /ui-settings` | the integration itself |
//! | `GET /events` | every change, users and clients from the beginning |
//! | `GET`, `PATCH /contacts/{id}`, `POST /contacts/create`, `POST /companies` | clients |
//!
//! `…` stands for `/communications/callbacks`. In the other direction it sends the system calls
//! CALL and HANGUP (`Sandbox::click`), schedules and webhooks ([`Access`]), each with an echo that
//! the response must repeat.
//!
//! The CRM's real responses are unknown; [`Dialect`] selects between possible ones. Sections
//! (`§7.1`) refer to the project's Kontur reference page.

mod access;
mod checks;
mod communications;
mod feed;
mod files;
mod handlers;
mod ids;
mod mapping;
mod operations;
mod outgoing;
mod patch;
mod pbx;
mod seed;
mod state;
mod telephony;

use serde_json::{Map, Value, json};
use url::Url;

use crate::check::Check;
use crate::crm::Crm;
use crate::host::StandIn;
use crate::pbx::{PbxCall, PbxRequest, StepKind};
use crate::report::{Employee, LiveCall, Report};
use crate::schema::Sample;
use crate::server::Bodies;
use crate::wire::{Handled, Request};

pub use access::Access;
pub use communications::{Communication, Leg, Recording, Stage};
pub use files::StoredFile;
pub(crate) use operations::routes;
pub(crate) use outgoing::send_click;
pub use seed::{API_KEY, BEARER, INSTANCE_ID, PREFIX, SECRET, WORKSPACE, WORKSPACE_ID};
pub use state::{Dialect, TextForm, Unauthorized};

use state::Workspace;

/// Requests for tests, made from the schemas.
pub(crate) fn samples() -> Vec<Sample> {
    checks::table().samples().to_vec()
}

/// All checks of the table.
pub(crate) fn checks() -> Vec<Check> {
    checks::table().checks().chain(std::iter::once(outgoing::ECHO_BACK)).collect()
}

pub(crate) struct Kontur {
    workspace: Workspace,
}

impl Kontur {
    /// A file of the largest size with its multipart overhead; a longer body is read and refused.
    pub(crate) const BODIES: Bodies = Bodies { kept: files::LIMIT + 1024 * 1024, longer: true };

    pub(crate) fn new(url: &Url) -> Self {
        Self { workspace: Workspace::new(url.as_str().trim_end_matches('/').to_owned()) }
    }
}

impl StandIn for Kontur {
    fn crm(&self) -> Crm {
        Crm::Kontur
    }

    fn answer(&mut self, request: &Request) -> Handled {
        let over = self.workspace.over_limit(request);
        match checks::run(request, &self.workspace, over) {
            Ok(order) => Handled::ok((order.handler)(&mut self.workspace, &order)),
            Err(refused) => refused,
        }
    }

    fn enforce_limits(&mut self) {
        self.workspace.enforce_limits();
    }

    fn reset(&mut self) {
        self.workspace = Workspace::new(std::mem::take(&mut self.workspace.url));
    }

    fn report(&self) -> Report {
        self.workspace.report()
    }

    fn profile(&self) -> Value {
        let extensions: Map<String, Value> = self
            .workspace
            .extensions
            .iter()
            .map(|(extension, id)| (extension.clone(), json!(id)))
            .collect();
        let lines: Map<String, Value> =
            seed::LINES.iter().map(|(line, number)| ((*line).to_owned(), json!(number))).collect();
        json!({
            "crm": "kontur",
            "url": self.workspace.url,
            "workspace": WORKSPACE,
            "api_key": API_KEY,
            "instance_id": INSTANCE_ID,
            "timezone": "Europe/Minsk",
            "default_region": "BY",
            "extensions": extensions,
            "lines": lines,
        })
    }

    fn live_calls(&self) -> Vec<LiveCall> {
        self.workspace.live_calls()
    }

    fn employees(&self) -> Vec<Employee> {
        let extensions = self.workspace.extensions.iter();
        extensions.filter_map(|(_, id)| self.workspace.employee(id)).collect()
    }

    fn click_url(&self) -> Option<String> {
        self.workspace.instance.get("baseUrl")?.as_str().map(str::to_owned)
    }

    fn pbx_requests(&mut self, step: StepKind, call: &PbxCall) -> Result<Vec<PbxRequest>, String> {
        let extensions = &self.workspace.extensions;
        let user = extensions.iter().find(|(extension, _)| *extension == call.extension);
        let (_, user) = user.ok_or_else(|| format!("unknown extension {}", call.extension))?;
        let requests = pbx::requests(user, step, call);
        if !self.workspace.keys.iter().any(|key| key.value == pbx::PAGE_KEY) {
            let key = state::Key { value: pbx::PAGE_KEY.to_owned(), ends: None, of_a_call: false };
            self.workspace.keys.push(key);
        }
        Ok(requests)
    }

    fn configure(&mut self, asked: &Map<String, Value>) -> Result<(), String> {
        for (name, value) in asked {
            match (name.as_str(), value) {
                ("installed", Value::Bool(installed)) => self.workspace.installed = *installed,
                ("instance", Value::Object(fields)) => {
                    self.workspace.instance.extend(fields.clone());
                }
                ("access_keys", Value::Array(keys)) => {
                    for key in keys {
                        let key = key.as_str().ok_or("\"access_keys\" must be a list of texts")?;
                        self.workspace.put_key(key.to_owned());
                    }
                }
                ("installed", _) => return Err("\"installed\" must be true or false".into()),
                ("instance", _) => return Err("\"instance\" must be an object".into()),
                ("access_keys", _) => {
                    return Err("\"access_keys\" must be a list of texts".into());
                }
                (other, _) => {
                    return Err(format!(
                        "Kontur has no {other:?} to set; there are \"installed\", \"instance\" and \
                         \"access_keys\""
                    ));
                }
            }
        }
        Ok(())
    }
}
