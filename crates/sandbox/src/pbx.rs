//! A PBX for the page: it rings, answers and hangs up with the requests a client of the CRM sends.

use std::net::Ipv4Addr;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::crm::Crm;
use crate::host::{CrmHost, StandIn};
use crate::limits;
use crate::wire::Request;

/// The body of `POST /call`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    crm: Crm,
    #[serde(rename = "step")]
    kind: StepKind,
    call_id: Option<String>,
    phone: Option<String>,
    extension: Option<String>,
}

/// What happens in the PBX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StepKind {
    /// A client calls an extension.
    Ring,
    /// The employee answers.
    Answer,
    /// The client hangs up; the call is recorded.
    Hangup,
}

/// A call of this PBX.
#[derive(Debug, Clone)]
pub(crate) struct PbxCall {
    crm: Crm,
    pub(crate) id: String,
    pub(crate) phone: String,
    pub(crate) extension: String,
    pub(crate) started_at: Timestamp,
    pub(crate) answered_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
}

impl PbxCall {
    fn is_live(&self, crm: Crm, id: &str) -> bool {
        self.crm == crm && self.id == id && self.ended_at.is_none()
    }

    /// Seconds until the answer, or until the end.
    pub(crate) fn wait_seconds(&self) -> u64 {
        seconds(self.started_at, self.answered_at.or(self.ended_at))
    }

    /// Seconds from the answer to the end, at least 1; 0 if the call was not answered.
    pub(crate) fn talk_seconds(&self) -> u64 {
        self.answered_at.map_or(0, |answered| seconds(answered, self.ended_at).max(1))
    }
}

fn seconds(from: Timestamp, to: Option<Timestamp>) -> u64 {
    to.map_or(0, |to| u64::try_from((to - from).get_seconds()).unwrap_or(0))
}

/// A request of the PBX to a CRM.
pub(crate) struct PbxRequest {
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

impl PbxRequest {
    pub(crate) fn post(
        path: impl Into<String>,
        content_type: &str,
        body: impl Into<Bytes>,
    ) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { path: path.into(), headers, body: body.into() }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn into_request(self) -> Request {
        let header = |(name, value): (&'static str, String)| {
            Some((HeaderName::from_static(name), HeaderValue::try_from(value).ok()?))
        };
        let headers: HeaderMap = self.headers.into_iter().filter_map(header).collect();
        Request {
            ip: Ipv4Addr::LOCALHOST.into(),
            at: Instant::now(),
            method: Method::POST,
            path: self.path,
            query: Vec::new(),
            headers,
            body: self.body,
            cut: false,
        }
    }
}

/// What a step did: the response of `POST /call`.
#[derive(Debug, Serialize)]
pub(crate) struct StepResult {
    /// Whether the CRM accepted every request.
    ok: bool,
    call_id: String,
    requests: Vec<Sent>,
}

/// A request of a step; without status if its response was lost.
#[derive(Debug, Serialize)]
struct Sent {
    path: String,
    status: Option<u16>,
}

/// The calls of the PBX.
#[derive(Debug, Default)]
pub(crate) struct Pbx {
    calls: Vec<PbxCall>,
    /// Number of calls so far.
    rung: u32,
}

impl Pbx {
    /// The call with this id in this CRM, unless it ended.
    pub(crate) fn live(&self, crm: Crm, id: &str) -> Option<&PbxCall> {
        self.calls.iter().find(|it| it.is_live(crm, id))
    }

    /// The call as it is after a step.
    fn after(&self, step: &Step) -> Result<PbxCall, String> {
        if step.kind == StepKind::Ring {
            return self.ringing(step);
        }
        let id = step.call_id.as_deref().ok_or("missing \"call_id\"")?;
        let live = self.live(step.crm, id).cloned();
        let call = live.ok_or_else(|| format!("no live call {id} of this page in {}", step.crm))?;
        let now = Some(Timestamp::now());
        match (step.kind, call.answered_at) {
            (StepKind::Hangup, _) => Ok(PbxCall { ended_at: now, ..call }),
            (_, None) => Ok(PbxCall { answered_at: now, ..call }),
            (_, Some(_)) => Err(format!("call {id} is answered already")),
        }
    }

    fn ringing(&self, step: &Step) -> Result<PbxCall, String> {
        let given = |value: &Option<String>, name| {
            let value = value.as_deref().map(str::trim).filter(|value| !value.is_empty());
            value.map(str::to_owned).ok_or_else(|| format!("missing \"{name}\""))
        };
        let phone = given(&step.phone, "phone")?;
        let extension = given(&step.extension, "extension")?;
        let id = step.call_id.clone().unwrap_or_else(|| format!("page-{}", self.rung + 1));
        if self.live(step.crm, &id).is_some() {
            return Err(format!("call {id} is live already"));
        }
        let (answered_at, ended_at) = (None, None);
        let (crm, started_at) = (step.crm, Timestamp::now());
        Ok(PbxCall { crm, id, phone, extension, started_at, answered_at, ended_at })
    }

    /// Keeps a call in place of its former state.
    fn keep(&mut self, call: PbxCall) {
        if let Some(former) = self.calls.iter_mut().find(|it| it.is_live(call.crm, &call.id)) {
            *former = call;
        } else {
            self.rung += 1;
            self.calls.push(call);
            limits::keep_newest(&mut self.calls);
        }
    }
}

impl Step {
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(body).map_err(|error| format!("invalid step: {error}"))
    }

    pub(crate) fn crm(&self) -> Crm {
        self.crm
    }

    /// Takes the step in the PBX and sends its requests to the CRM, faults included.
    pub(crate) async fn run(
        &self,
        pbx: &Mutex<Pbx>,
        crm_host: &CrmHost<dyn StandIn>,
    ) -> Result<StepResult, String> {
        let (call, requests) = {
            let mut pbx = pbx.lock().unwrap_or_else(PoisonError::into_inner);
            let call = pbx.after(self)?;
            let requests = crm_host.stand_in().pbx_requests(self.kind, &call)?;
            pbx.keep(call.clone());
            (call, requests)
        };
        let mut result = StepResult { ok: true, call_id: call.id, requests: Vec::new() };
        for request in requests {
            let path = request.path.clone();
            let response = crm_host.handle(request.into_request()).await.ok();
            let status = response.map(|response| response.status);
            result.ok &= status.is_some_and(|status| status.is_success());
            result.requests.push(Sent { path, status: status.map(|status| status.as_u16()) });
        }
        Ok(result)
    }
}
