//! Host of one stand-in: faults, request log and access to its state.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::click::Click;
use crate::crm::Crm;
use crate::fault::{Ending, Fault, Lose};
use crate::limits::{self, MAX_BYTES, MAX_ENTRIES};
use crate::outgoing::Outgoing;
use crate::pbx::{PbxCall, PbxRequest, StepKind};
use crate::record::{Fate, RecordedRequest, Refused};
use crate::report::{Employee, LiveCall, Report};
use crate::server::Lost;
use crate::wire::{Handled, Request, Response};

/// A stateful CRM that checks its requests. Every CRM's folder has one.
pub(crate) trait StandIn: Send {
    fn crm(&self) -> Crm;
    /// Checks a request and, if it passes, executes it.
    fn answer(&mut self, request: &Request) -> Handled;
    /// Drops the oldest entries beyond the limits.
    fn enforce_limits(&mut self);
    /// Restores the seed state.
    fn reset(&mut self);
    /// Reports calls, live events and customers, newest first.
    fn report(&self) -> Report;
    /// Returns the profile settings for this stand-in.
    fn profile(&self) -> Value;
    /// Returns the request for a click. A CRM that remembers clicks sends them itself.
    fn click(&mut self, click: &Click) -> Result<Outgoing, String> {
        Err(format!("{} does not click this way", click.crm))
    }
    /// Calls in progress, newest first.
    fn live_calls(&self) -> Vec<LiveCall>;
    /// The employees with an extension.
    fn employees(&self) -> Vec<Employee>;
    /// The address that clicks go to, if the integration registered one.
    fn click_url(&self) -> Option<String>;
    /// The requests that a client sends for a step of an incoming call.
    fn pbx_requests(&mut self, step: StepKind, call: &PbxCall) -> Result<Vec<PbxRequest>, String>;
    /// Applies administrator changes (`POST /account`).
    fn configure(&mut self, asked: &serde_json::Map<String, Value>) -> Result<(), String>;
}

#[derive(Default)]
struct RequestLog {
    faults: Vec<Fault>,
    /// Total number of requests.
    received: usize,
    requests: VecDeque<RecordedRequest>,
    /// Bytes in the bodies of `requests`.
    bytes: usize,
    refused: Vec<Refused>,
}

impl RequestLog {
    fn next_fault(&mut self, path: &str) -> Option<Fault> {
        let index = self.faults.iter().position(|fault| fault.matches(path))?;
        let fault = self.faults.get_mut(index)?;
        fault.times -= 1;
        let hit = fault.clone();
        if hit.times == 0 {
            self.faults.remove(index);
        }
        Some(hit)
    }

    fn log(&mut self, request: RecordedRequest) {
        self.received += 1;
        self.bytes = self.bytes.saturating_add(request.body.len());
        self.requests.push_back(request);
        while self.requests.len() > MAX_ENTRIES
            || (self.bytes > MAX_BYTES && self.requests.len() > 1)
        {
            let oldest = self.requests.pop_front();
            let bytes = oldest.map_or(0, |oldest| oldest.body.len());
            self.bytes = self.bytes.saturating_sub(bytes);
        }
    }

    fn refuse(&mut self, refused: Refused) {
        self.refused.push(refused);
        limits::keep_newest(&mut self.refused);
    }
}

/// One CRM's stand-in with its faults and its log.
pub(crate) struct CrmHost<S: ?Sized> {
    url: Url,
    notes: Mutex<RequestLog>,
    stand_in: Mutex<S>,
}

/// How a request is answered, after faults.
struct Decision {
    answer: Result<Response, Lost>,
    delay: Duration,
}

impl<S> CrmHost<S> {
    pub(crate) fn new(url: Url, stand_in: S) -> Self {
        Self { url, notes: Mutex::default(), stand_in: Mutex::new(stand_in) }
    }
}

/// A panic under the lock fails its own test; the data stays readable.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: StandIn + ?Sized> CrmHost<S> {
    pub(crate) fn stand_in(&self) -> MutexGuard<'_, S> {
        lock(&self.stand_in)
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn crm(&self) -> Crm {
        self.stand_in().crm()
    }

    pub(crate) fn fault(&self, fault: Fault) {
        lock(&self.notes).faults.push(fault);
    }

    /// Number of pending faults.
    pub(crate) fn waiting_faults(&self) -> usize {
        lock(&self.notes).faults.len()
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.notes).requests.iter().cloned().collect()
    }

    pub(crate) fn refused(&self) -> Vec<Refused> {
        lock(&self.notes).refused.clone()
    }

    /// Records an invalid response to the CRM.
    pub(crate) fn record_refused(&self, of: Refused) {
        lock(&self.notes).refuse(of);
    }

    pub(crate) fn reset(&self) {
        *lock(&self.notes) = RequestLog::default();
        self.stand_in().reset();
    }

    pub(crate) fn report(&self) -> Report {
        let mut report = self.stand_in().report();
        let log = lock(&self.notes);
        report.requests = log.received;
        report.refused = log.refused.iter().rev().cloned().collect();
        report
    }

    pub(crate) async fn handle(&self, request: Request) -> Result<Response, Lost> {
        let decision = self.decide(&request);
        if !decision.delay.is_zero() {
            tokio::time::sleep(decision.delay).await;
        }
        decision.answer
    }

    fn decide(&self, request: &Request) -> Decision {
        let fault = lock(&self.notes).next_fault(&request.path);
        let delay = fault.as_ref().map_or(Duration::ZERO, |fault| fault.delay);
        let lose = fault.as_ref().and_then(|fault| fault.lose);
        let ending = fault.as_ref().map_or(Ending::Close, |fault| fault.ending);

        if lose == Some(Lose::Request) {
            self.note(request, None, Fate::Prevented);
            return Decision { answer: Err(Lost(ending)), delay };
        }
        if lose.is_none()
            && let Some(answer) = fault.as_ref().and_then(Fault::answer)
        {
            self.note(request, Some(answer.status.as_u16()), Fate::Prevented);
            return Decision { answer: Ok(answer), delay };
        }

        let Handled { answer, findings } = {
            let mut stand_in = self.stand_in();
            let handled = stand_in.answer(request);
            stand_in.enforce_limits();
            handled
        };
        let status = answer.status.as_u16();
        let sent_status = if lose.is_some() { None } else { Some(status) };
        if findings.is_empty() {
            self.note(request, sent_status, Fate::CarriedOut);
        } else {
            lock(&self.notes).refuse(Refused::new(request, status, &findings));
            self.note(request, sent_status, Fate::Refused);
        }
        let answer = if lose.is_some() { Err(Lost(ending)) } else { Ok(answer) };
        Decision { answer, delay }
    }

    fn note(&self, request: &Request, status: Option<u16>, fate: Fate) {
        lock(&self.notes).log(RecordedRequest::new(request, status, fate));
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, Method};
    use tokio::time::Instant;

    use crate::retailcrm::{API_KEY, RetailCrm};

    use super::*;

    /// A popup, a second after the previous one.
    fn popup(number: usize, begin: Instant) -> Request {
        let event = format!(
            "{{\"type\":\"in\",\"phone\":\"+375291112233\",\"codes\":[\"101\"],\
             \"callExternalId\":\"pbx-{number}\"}}"
        );
        let mut fields = url::form_urlencoded::Serializer::new(String::new());
        let mut headers = HeaderMap::new();
        let mut header =
            |name, value: &'static str| headers.insert(name, http::HeaderValue::from_static(value));
        header("x-api-key", API_KEY);
        header("content-type", "application/x-www-form-urlencoded");
        let seconds = u64::try_from(number).unwrap_or(u64::MAX);
        Request {
            ip: [127, 0, 0, 1].into(),
            at: begin + Duration::from_secs(seconds),
            method: Method::POST,
            path: "/api/v5/telephony/call/event".to_owned(),
            query: Vec::new(),
            headers,
            body: Bytes::from(fields.append_pair("event", &event).finish()),
            cut: false,
        }
    }

    #[test]
    fn log_keeps_the_newest_entries() {
        let Ok(url) = Url::parse("http://127.0.0.1:1") else { unreachable!() };
        let crm_host = CrmHost::new(url.clone(), RetailCrm::new(&url));
        let begin = Instant::now();
        let sent = MAX_ENTRIES + 20;
        for number in 0..sent {
            let decision = crm_host.decide(&popup(number, begin));
            assert!(decision.answer.is_ok_and(|answer| answer.status == 200), "{number}");
        }
        assert_eq!(crm_host.requests().len(), MAX_ENTRIES);
        let report = crm_host.report();
        assert_eq!(report.requests, sent, "all requests are counted");
        let live = report.live.unwrap_or_default();
        assert_eq!(live.len(), MAX_ENTRIES);
        let newest = format!("pbx-{}", sent - 1);
        assert_eq!(live.first().and_then(|row| row.call_id.clone()), Some(newest));
    }
}
