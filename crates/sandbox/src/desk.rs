//! Where requests to one CRM arrive: faults, the stand-in itself, and what is written down.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::bounds::{self, MOST_BYTES, MOST_ENTRIES};
use crate::click::Click;
use crate::crm::Crm;
use crate::fault::{Ending, Fault, Lose};
use crate::outgoing::Outgoing;
use crate::record::{Fate, RecordedRequest, Refused};
use crate::report::Report;
use crate::server::Lost;
use crate::wire::{Answer, Carried, Request};

/// A CRM that keeps state and checks what it is asked. Every CRM's folder has one.
pub(crate) trait StandIn: Send {
    fn crm(&self) -> Crm;
    /// Checks a request and, if it passes, carries it out.
    fn answer(&mut self, request: &Request) -> Carried;
    /// Removes the oldest of what it holds where that is too much.
    fn keep_within_bounds(&mut self);
    /// Back to the first state.
    fn reset(&mut self);
    /// Calls, live events and customers, newest first.
    fn report(&self) -> Report;
    /// The settings of a profile that reaches this stand-in.
    fn profile(&self) -> Value;
    /// What the CRM sends when this number is clicked. A CRM that remembers the click plays it
    /// elsewhere.
    fn click(&self, click: &Click) -> Result<Outgoing, String> {
        Err(format!("{} does not click this way", click.crm))
    }
    /// Changes what an administrator of the account can change (`POST /account`).
    fn configure(&mut self, asked: &serde_json::Map<String, Value>) -> Result<(), String>;
}

#[derive(Default)]
struct Notes {
    faults: Vec<Fault>,
    /// How many requests came in all.
    received: usize,
    requests: VecDeque<RecordedRequest>,
    /// Bytes in the bodies of `requests`.
    bytes: usize,
    refused: Vec<Refused>,
}

impl Notes {
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
        while self.requests.len() > MOST_ENTRIES
            || (self.bytes > MOST_BYTES && self.requests.len() > 1)
        {
            let oldest = self.requests.pop_front();
            let bytes = oldest.map_or(0, |oldest| oldest.body.len());
            self.bytes = self.bytes.saturating_sub(bytes);
        }
    }

    fn refuse(&mut self, refused: Refused) {
        self.refused.push(refused);
        bounds::keep_newest(&mut self.refused);
    }
}

/// One CRM's stand-in with its fault list and its log.
pub(crate) struct Desk<S: ?Sized> {
    url: Url,
    notes: Mutex<Notes>,
    stand_in: Mutex<S>,
}

/// What happens with an answer on its way out.
struct Leaving {
    answer: Result<Answer, Lost>,
    delay: Duration,
}

impl<S> Desk<S> {
    pub(crate) fn new(url: Url, stand_in: S) -> Self {
        Self { url, notes: Mutex::default(), stand_in: Mutex::new(stand_in) }
    }
}

/// A panic while a lock is held fails the test it happens in; the data stays readable.
fn hold<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: StandIn + ?Sized> Desk<S> {
    pub(crate) fn stand_in(&self) -> MutexGuard<'_, S> {
        hold(&self.stand_in)
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn crm(&self) -> Crm {
        self.stand_in().crm()
    }

    pub(crate) fn fault(&self, fault: Fault) {
        hold(&self.notes).faults.push(fault);
    }

    /// The faults that have not happened yet.
    pub(crate) fn waiting_faults(&self) -> usize {
        hold(&self.notes).faults.len()
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        hold(&self.notes).requests.iter().cloned().collect()
    }

    pub(crate) fn refused(&self) -> Vec<Refused> {
        hold(&self.notes).refused.clone()
    }

    /// Writes down what a client did wrong in answering the CRM.
    pub(crate) fn complain(&self, of: Refused) {
        hold(&self.notes).refuse(of);
    }

    pub(crate) fn reset(&self) {
        *hold(&self.notes) = Notes::default();
        self.stand_in().reset();
    }

    pub(crate) fn report(&self) -> Report {
        let mut report = self.stand_in().report();
        let notes = hold(&self.notes);
        report.requests = notes.received;
        report.refused = notes.refused.iter().rev().cloned().collect();
        report
    }

    pub(crate) async fn handle(&self, request: Request) -> Result<Answer, Lost> {
        let leaving = self.decide(&request);
        if !leaving.delay.is_zero() {
            tokio::time::sleep(leaving.delay).await;
        }
        leaving.answer
    }

    fn decide(&self, request: &Request) -> Leaving {
        let fault = hold(&self.notes).next_fault(&request.path);
        let delay = fault.as_ref().map_or(Duration::ZERO, |fault| fault.delay);
        let lose = fault.as_ref().and_then(|fault| fault.lose);
        let ending = fault.as_ref().map_or(Ending::Close, |fault| fault.ending);

        if lose == Some(Lose::Request) {
            self.note(request, None, Fate::Prevented);
            return Leaving { answer: Err(Lost(ending)), delay };
        }
        if lose.is_none()
            && let Some(answer) = fault.as_ref().and_then(Fault::answer)
        {
            self.note(request, Some(answer.status.as_u16()), Fate::Prevented);
            return Leaving { answer: Ok(answer), delay };
        }

        let Carried { answer, findings } = {
            let mut stand_in = self.stand_in();
            let carried = stand_in.answer(request);
            stand_in.keep_within_bounds();
            carried
        };
        let status = answer.status.as_u16();
        let seen = if lose.is_some() { None } else { Some(status) };
        if findings.is_empty() {
            self.note(request, seen, Fate::CarriedOut);
        } else {
            hold(&self.notes).refuse(Refused::new(request, status, &findings));
            self.note(request, seen, Fate::Refused);
        }
        let answer = if lose.is_some() { Err(Lost(ending)) } else { Ok(answer) };
        Leaving { answer, delay }
    }

    fn note(&self, request: &Request, status: Option<u16>, fate: Fate) {
        hold(&self.notes).log(RecordedRequest::new(request, status, fate));
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, Method};
    use tokio::time::Instant;

    use crate::retailcrm::{API_KEY, RetailCrm};

    use super::*;

    /// A popup, a second after the one before it.
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
    fn a_long_life_keeps_the_newest() {
        let Ok(url) = Url::parse("http://127.0.0.1:1") else { unreachable!() };
        let desk = Desk::new(url.clone(), RetailCrm::new(&url));
        let begin = Instant::now();
        let sent = MOST_ENTRIES + 20;
        for number in 0..sent {
            let leaving = desk.decide(&popup(number, begin));
            assert!(leaving.answer.is_ok_and(|answer| answer.status == 200), "{number}");
        }
        assert_eq!(desk.requests().len(), MOST_ENTRIES);
        let report = desk.report();
        assert_eq!(report.requests, sent, "all requests are counted");
        let live = report.live.unwrap_or_default();
        assert_eq!(live.len(), MOST_ENTRIES);
        let newest = format!("pbx-{}", sent - 1);
        assert_eq!(live.first().and_then(|row| row.call_id.clone()), Some(newest));
    }
}
