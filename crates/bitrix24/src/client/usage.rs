//! Bitrix24's dialect: the error table, and how much of a method's operating time is used.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;
use vochi_crm_core::CrmName;
use vochi_crm_core::http::{Dialect, OperationInfo, Pause, PauseScope, Refusal, Response};

use super::envelope::{ByKey, Commands, Envelope, Usage};
use crate::error::{self, OPERATION_TIME_LIMIT, OVERLOAD_LIMIT};

/// Of a method's 480 s in 10 minutes, its requests stop after so many seconds. The request that
/// crosses the line is carried out; the next is refused.
const STOP: f64 = 475.0;

/// Of the methods of calls, history leaves the rest to live events.
const STOP_HISTORY: f64 = 384.0;

/// The methods that history shares with live events begin so.
const OF_CALLS: &str = "telephony.";

/// From so many seconds on, the release of a method's operating time is remembered.
pub(super) const NOTED: f64 = 60.0;

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

impl Bitrix24 {
    /// The pause that the use of a method asks for.
    fn pause(&self, method: &str, usage: &Usage) -> Option<Pause> {
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
    fn of_batch(&self, operation: &OperationInfo, commands: &Commands) -> Vec<Pause> {
        let errors = commands.errors.as_ref();
        if commands.usage.is_empty() && errors.is_none_or(ByKey::is_empty) {
            return Vec::new();
        }
        let of_part = |(number, (key, method)): (usize, &(String, Cow<'static, str>))| {
            if let Some(error) = errors.and_then(|errors| errors.get(number, key))
                && is_code(error.get("error"), OPERATION_TIME_LIMIT)
            {
                let pause = Pause::new(PauseScope::Operation, self.refused(method));
                return Some(pause.of(method.clone()));
            }
            self.pause(method, commands.usage.get(number, key)?)
        };
        operation.parts.iter().enumerate().filter_map(of_part).collect()
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
        match &Envelope::of(response).commands {
            Some(commands) if !operation.parts.is_empty() => refused_token(commands),
            _ => Ok(()),
        }
    }

    fn usage(&self, operation: &OperationInfo, response: &Response) -> Vec<Pause> {
        let envelope = Envelope::of(response);
        if is_code(envelope.error.as_ref(), OVERLOAD_LIMIT) {
            return vec![Pause::new(PauseScope::Quota, OVERLOADED)];
        }
        if operation.parts.is_empty() {
            let usage = envelope.usage.as_ref();
            return usage
                .and_then(|usage| self.pause(&operation.name, usage))
                .into_iter()
                .collect();
        }
        // The batch itself is not counted.
        let commands = envelope.commands.as_ref();
        commands.map(|commands| self.of_batch(operation, commands)).unwrap_or_default()
    }

    fn retry_after(&self, operation: &OperationInfo, response: &Response) -> Option<Duration> {
        let used_up = is_code(Envelope::of(response).error.as_ref(), OPERATION_TIME_LIMIT);
        used_up.then(|| self.refused(&operation.name)).or_else(|| response.retry_after())
    }
}

/// The refusal of a batch in which every command failed, if a command names the token.
fn refused_token(commands: &Commands) -> Result<(), Refusal> {
    if commands.results.as_ref().is_some_and(|results| !results.is_empty()) {
        return Ok(());
    }
    let token = commands.errors.iter().flat_map(ByKey::values).find_map(|error| {
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
