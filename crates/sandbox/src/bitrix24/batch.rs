//! `batch`: commands with references to earlier results (§2.4).

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

use crate::check::Finding;
use crate::php::{self, is_true};
use crate::wire::{self, Handled, Request};

use super::answer::{Failure, Output};
use super::handlers::Command;
use super::portal::{Portal, text_of};
use super::rights::Credential;

/// Most commands of a batch.
const LENGTH: usize = 50;

/// Methods that are refused in a batch.
const REFUSED: &[&str] = &["batch", "upload", "download"];

/// The commands of a batch in their order, which a JSON map does not keep.
#[derive(Debug, Default)]
struct Commands(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Commands {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Commands;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("commands")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Commands, A::Error> {
                let mut commands = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, Value>()? {
                    commands.push((key, text_of(&value)));
                }
                Ok(Commands(commands))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Commands, A::Error> {
                let mut commands = Vec::new();
                while let Some(value) = seq.next_element::<Value>()? {
                    commands.push((commands.len().to_string(), text_of(&value)));
                }
                Ok(Commands(commands))
            }
        }

        deserializer.deserialize_any(InOrder)
    }
}

#[derive(Deserialize)]
struct Body {
    #[serde(default, alias = "CMD")]
    cmd: Commands,
}

/// The commands of a request, in their order.
fn commands(request: &Request) -> Vec<(String, String)> {
    if let Ok(body) = serde_json::from_slice::<Body>(&request.body) {
        return body.cmd.0;
    }
    let pairs = request.form().into_iter().chain(request.query.iter().cloned());
    let named = pairs.filter_map(|(name, value)| {
        let key = name.strip_prefix("cmd[").or_else(|| name.strip_prefix("CMD["))?;
        Some((key.strip_suffix(']')?.to_owned(), value))
    });
    let mut commands: Vec<(String, String)> = Vec::new();
    for (key, command) in named {
        let key = if key.is_empty() { commands.len().to_string() } else { key };
        commands.push((key, command));
    }
    commands
}

impl Portal {
    /// Runs the commands of a batch; returns its result and what the commands' checks found.
    pub(super) fn batch(
        &mut self,
        request: &Request,
        credential: &Credential,
        halt: Option<&Value>,
    ) -> (Output, Vec<Finding>) {
        let halts = halt.is_some_and(is_true);
        let mut done: Vec<(String, Value)> = Vec::new();
        let mut errors: Vec<(String, Value)> = Vec::new();
        let (mut totals, mut nexts, mut times) = (Vec::new(), Vec::new(), Vec::new());
        let mut findings = Vec::new();
        for (number, (key, text)) in commands(request).into_iter().enumerate() {
            let (name, mut parameters) = command(&text);
            let handled = if number >= LENGTH {
                refused("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
            } else if REFUSED.iter().any(|it| it.eq_ignore_ascii_case(&name)) {
                let text = "Method is not allowed for batch usage";
                refused("ERROR_BATCH_METHOD_NOT_ALLOWED", text)
            } else {
                let results = php::array(done.clone());
                for value in parameters.values_mut() {
                    *value = resolved(value, &results);
                }
                self.run(Command { request, name, parameters, credential: Ok(credential.clone()) })
            };
            findings.extend(handled.findings);
            let body: Value = serde_json::from_slice(&handled.answer.body).unwrap_or_default();
            if body.get("error").is_some() {
                errors.push((key, body));
                if halts {
                    break;
                }
                continue;
            }
            let member = |list: &mut Vec<(String, Value)>, name: &str| {
                list.extend(body.get(name).map(|value| (key.clone(), value.clone())));
            };
            member(&mut done, "result");
            member(&mut totals, "total");
            member(&mut nexts, "next");
            member(&mut times, "time");
        }
        let result = json!({
            "result": php::array(done), "result_error": php::array(errors),
            "result_total": php::array(totals), "result_next": php::array(nexts),
            "result_time": php::array(times),
        });
        (result.into(), findings)
    }
}

/// A refused command; the batch's own checks report it.
fn refused(code: &str, text: &str) -> Handled {
    Handled::ok(Failure::named(code, text).response())
}

/// The method and the parameters of a command. A raw `#` cuts it.
fn command(text: &str) -> (String, Map<String, Value>) {
    let text = text.split('#').next().unwrap_or_default();
    let (name, query) = text.split_once('?').unwrap_or((text, ""));
    let nested = php::nested(&wire::pairs(query.as_bytes()));
    let mut parameters = match php::with_lists(Value::Object(nested)) {
        Value::Object(parameters) => parameters,
        _ => Map::new(),
    };
    parameters.remove("auth");
    (name.trim_start_matches('/').to_owned(), parameters)
}

/// Number, key, name and text of the commands, for the checks of a batch.
pub(super) fn described(request: &Request) -> Vec<(usize, String, String, String)> {
    let commands = commands(request).into_iter().enumerate();
    commands.map(|(number, (key, text))| (number, key, command(&text).0, text)).collect()
}

/// Returns true for a method that no batch runs.
pub(super) fn is_refused(name: &str) -> bool {
    REFUSED.iter().any(|it| it.eq_ignore_ascii_case(name))
}

/// Returns true for a command beyond the most.
pub(super) fn is_surplus(number: usize) -> bool {
    number >= LENGTH
}

const REFERENCE: &str = "$result[";

/// Replaces references to results at every depth.
fn resolved(value: &Value, results: &Value) -> Value {
    match value {
        Value::String(text) => reference(text, results),
        Value::Array(items) => items.iter().map(|it| resolved(it, results)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, it)| (name.clone(), resolved(it, results))).collect()
        }
        other => other.clone(),
    }
}

/// A text that is one reference becomes its value; other references become text.
fn reference(text: &str, results: &Value) -> Value {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(REFERENCE) {
        let (before, found) = rest.split_at(at);
        let path = &found[REFERENCE.len() - 1..];
        let (value, length) = lookup(path, results);
        let after = &path[length..];
        if out.is_empty() && before.is_empty() && after.is_empty() {
            return value.clone();
        }
        out.push_str(before);
        out.push_str(&text_of(value));
        rest = after;
    }
    out.push_str(rest);
    json!(out)
}

/// The value at `[key][0][ID]`, the deepest one that resolves; and the length of the path.
fn lookup<'a>(path: &str, results: &'a Value) -> (&'a Value, usize) {
    let (mut value, mut length, mut resolves) = (results, 0, true);
    while let Some(inner) = path[length..].strip_prefix('[') {
        let Some(end) = inner.find(']') else { break };
        let key = &inner[..end];
        let next = match value {
            Value::Array(items) => key.parse::<usize>().ok().and_then(|it| items.get(it)),
            other => other.get(key),
        };
        match next.filter(|_| resolves) {
            Some(next) => value = next,
            None => resolves = false,
        }
        length += end + 2;
    }
    (value, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_is_the_deepest_value_that_resolves() {
        let results = json!({"reg": {"CALL_ID": "externalCall.1", "ROWS": [{"ID": 7}]}});
        for (text, expected) in [
            ("$result[reg][CALL_ID]", json!("externalCall.1")),
            ("$result[reg][ROWS][0][ID]", json!(7)),
            ("VI_$result[reg][CALL_ID].wav", json!("VI_externalCall.1.wav")),
            ("$result[reg][ROWS][1][ID]", json!([{"ID": 7}])),
            ("$result[other][ID]", results.clone()),
            ("$result", json!("$result")),
            ("$result[reg", json!(results.to_string() + "[reg")),
        ] {
            assert_eq!(reference(text, &results), expected, "{text}");
        }
    }

    #[test]
    fn command_is_cut_at_a_hash_and_a_plus_is_a_space() {
        let (name, parameters) =
            command("crm.lead.add?fields[TITLE]=a+b&fields[PHONE][0][VALUE]=%2B1#x");
        assert_eq!(name, "crm.lead.add");
        let expected = json!({"fields": {"TITLE": "a b", "PHONE": [{"VALUE": "+1"}]}});
        assert_eq!(Value::Object(parameters), expected);
    }
}
