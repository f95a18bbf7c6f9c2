//! Bitrix24's dialect: the error table, and how much of a method's operating time is used.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::time::Instant;
use vochi_crm_core::CrmName;
use vochi_crm_core::http::{Dialect, OperationInfo, Pause, PauseScope, Refusal, Response};

use super::batch::Parts;
use crate::error::{self, OPERATION_TIME_LIMIT, OVERLOAD_LIMIT};

/// Of a method's 480 s in 10 minutes, its requests stop after so many seconds. The request that
/// crosses the line is carried out; the next is refused.
const STOP: f64 = 475.0;

/// Of the methods of calls, history leaves the rest to live events.
const STOP_HISTORY: f64 = 384.0;

/// The methods that history shares with live events begin so.
const OF_CALLS: &str = "telephony.";

/// From so many seconds on, the release of a method's operating time is remembered.
const NOTED: f64 = 60.0;

/// The shortest pause of a refused method.
const SHORTEST: Duration = Duration::from_secs(10);

/// The longest pause: the length of the window, and a minute.
const LONGEST: Duration = Duration::from_secs(660);

/// A portal that Bitrix24 blocked by hand is left alone for this long.
const OVERLOADED: Duration = Duration::from_secs(60);

/// Interprets the responses of one portal.
#[derive(Debug, Default)]
pub(super) struct Bitrix24 {
    /// When operating time of a method is released, by its name in lower case.
    releases: Mutex<HashMap<String, Instant>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Whole<'a> {
    #[serde(borrow)]
    time: Option<&'a RawValue>,
    error: Option<Value>,
}

/// The times of a response, as far as they are needed.
#[derive(Deserialize)]
struct Times<'a> {
    #[serde(borrow)]
    operating: Option<&'a RawValue>,
    #[serde(borrow)]
    operating_reset_at: Option<&'a RawValue>,
    #[serde(borrow)]
    finish: Option<&'a RawValue>,
}

/// The use of a method's operating time.
struct Usage {
    seconds: f64,
    /// When a part of it is released, from the response on.
    release: Option<Duration>,
}

impl Usage {
    fn of(time: &RawValue) -> Option<Self> {
        let times: Times<'_> = serde_json::from_str(time.get()).ok()?;
        let number = |raw: Option<&RawValue>| {
            let number: f64 = raw?.get().trim_matches('"').trim().parse().ok()?;
            number.is_finite().then_some(number)
        };
        let seconds = number(times.operating)?;
        // Both moments are the server's: the clocks of two machines differ.
        let (reset, now) = (number(times.operating_reset_at), number(times.finish));
        let left = reset.zip(now).map(|(reset, now)| (reset - now).clamp(0.0, 600.0));
        Some(Self { seconds, release: left.map(Duration::from_secs_f64) })
    }
}

impl Bitrix24 {
    /// The pause that the use of a method asks for.
    fn pause(&self, method: &str, time: &RawValue) -> Option<Pause> {
        let usage = Usage::of(time)?;
        if usage.seconds < NOTED {
            return None;
        }
        if let Some(release) = usage.release {
            let mut releases = self.releases.lock().unwrap_or_else(PoisonError::into_inner);
            releases.insert(method.to_ascii_lowercase(), Instant::now() + release);
        }
        let length = usage.release.unwrap_or(SHORTEST) + Duration::from_secs(1);
        let scope = if usage.seconds >= STOP {
            PauseScope::Operation
        } else if usage.seconds >= STOP_HISTORY && of_calls(method) {
            PauseScope::OperationHistory
        } else {
            return None;
        };
        Some(Pause::new(scope, length.min(LONGEST)).of(method.to_owned()))
    }

    /// How long a refused method pauses: until a part of its operating time is released.
    fn refused(&self, method: &str) -> Duration {
        let releases = self.releases.lock().unwrap_or_else(PoisonError::into_inner);
        let release = releases.get(&method.to_ascii_lowercase());
        let left = release.map(|at| at.saturating_duration_since(Instant::now()));
        let left = left.map(|left| left + Duration::from_secs(1));
        left.unwrap_or_default().clamp(SHORTEST, LONGEST)
    }

    /// The pauses that the commands of a batch ask for.
    fn of_batch(&self, operation: &OperationInfo, response: &Response) -> Vec<Pause> {
        let Some(parts) = Parts::of(&response.body) else { return Vec::new() };
        let (times, errors) = (parts.times(), parts.errors().unwrap_or_default());
        let read = |raw: &&RawValue| serde_json::from_str::<Value>(raw.get()).unwrap_or_default();
        let of_part = |(key, method): &(String, std::borrow::Cow<'static, str>)| {
            if let Some(error) = errors.get(&**key).map(read)
                && is_code(error.get("error"), OPERATION_TIME_LIMIT)
            {
                let pause = Pause::new(PauseScope::Operation, self.refused(method));
                return Some(pause.of(method.clone()));
            }
            self.pause(method, times.get(&**key)?)
        };
        operation.parts.iter().filter_map(of_part).collect()
    }
}

fn of_calls(method: &str) -> bool {
    method.get(..OF_CALLS.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(OF_CALLS))
}

fn is_code(error: Option<&Value>, code: &str) -> bool {
    error.and_then(Value::as_str).is_some_and(|error| error.eq_ignore_ascii_case(code))
}

impl Dialect for Bitrix24 {
    fn crm(&self) -> CrmName {
        crate::CRM
    }

    fn judge(&self, operation: &OperationInfo, response: &Response) -> Result<(), Refusal> {
        error::judge(response)?;
        // A token that is refused refuses every command.
        match operation.parts.is_empty().then_some(()).or_else(|| {
            let parts = Parts::of(&response.body)?;
            let (results, errors) = (parts.results()?, parts.errors()?);
            (errors.is_empty() || !results.is_empty()).then_some(())
        }) {
            Some(()) => Ok(()),
            None => refused_token(response),
        }
    }

    fn usage(&self, operation: &OperationInfo, response: &Response) -> Vec<Pause> {
        if !operation.parts.is_empty() {
            let pauses = self.of_batch(operation, response);
            if !pauses.is_empty() {
                return pauses;
            }
        }
        let Ok(whole) = serde_json::from_slice::<Whole<'_>>(&response.body) else {
            return Vec::new();
        };
        if is_code(whole.error.as_ref(), OVERLOAD_LIMIT) {
            return vec![Pause::new(PauseScope::Quota, OVERLOADED)];
        }
        // The batch itself is not counted.
        let time = whole.time.filter(|_| operation.parts.is_empty());
        time.and_then(|time| self.pause(&operation.name, time)).into_iter().collect()
    }

    fn retry_after(&self, operation: &OperationInfo, response: &Response) -> Option<Duration> {
        let whole = serde_json::from_slice::<Whole<'_>>(&response.body).unwrap_or_default();
        let used_up = is_code(whole.error.as_ref(), OPERATION_TIME_LIMIT);
        used_up.then(|| self.refused(&operation.name)).or_else(|| response.retry_after())
    }
}

/// The refusal of a batch in which every command failed, if a command names the token.
fn refused_token(response: &Response) -> Result<(), Refusal> {
    let Some(errors) = Parts::of(&response.body).and_then(|parts| parts.errors()) else {
        return Ok(());
    };
    let errors = errors.values().map(|raw| serde_json::from_str::<Value>(raw.get()));
    let token = errors.flatten().find_map(|error| {
        let code = error.get("error")?.as_str()?;
        let text = error.get("error_description").and_then(Value::as_str).unwrap_or_default();
        let of_token = ["expired_token", "invalid_token"];
        of_token
            .iter()
            .any(|token| token.eq_ignore_ascii_case(code))
            .then(|| error::refusal(code, text, http::StatusCode::UNAUTHORIZED))
    });
    token.map_or(Ok(()), Err)
}
