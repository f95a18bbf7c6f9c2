//! The CRM's requests to us: each with one change, forged, and random.

use std::ops::RangeInclusive;

use fastrand::Rng;
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::CrmUnderTest;
use super::report::Report;
use crate::error::{Error, ErrorKind};
use crate::inbound::{InboundEvent, InboundRequest};
use crate::testing::mutations;

/// A valid request of the CRM, and what the suite has to know about it.
///
/// Places are names of parameters, or paths of keys in a JSON body.
#[derive(Clone, Debug)]
pub struct Inbound {
    name: String,
    request: InboundRequest,
    required: &'static [&'static str],
    steers: &'static [&'static str],
    credential: Option<&'static str>,
    secrets: &'static [&'static str],
    unsupported: bool,
}

impl Inbound {
    /// Creates a row from a request that is accepted.
    pub fn new(name: impl Into<String>, request: InboundRequest) -> Self {
        Self {
            name: name.into(),
            request,
            required: &[],
            steers: &[],
            credential: None,
            secrets: &[],
            unsupported: false,
        }
    }

    /// Sets the places without which the request is refused.
    #[must_use]
    pub fn required(mut self, places: &'static [&'static str]) -> Self {
        self.required = places;
        self
    }

    /// Sets the places, and all inside them, that decide the kind of the event.
    #[must_use]
    pub fn steers(mut self, places: &'static [&'static str]) -> Self {
        self.steers = places;
        self
    }

    /// Sets the parameter that proves the sender: a wrong one is forbidden.
    #[must_use]
    pub fn credential(mut self, parameter: &'static str) -> Self {
        self.credential = Some(parameter);
        self
    }

    /// Sets the secrets of this request alone; nothing prints them.
    #[must_use]
    pub fn secrets(mut self, secrets: &'static [&'static str]) -> Self {
        self.secrets = secrets;
        self
    }

    /// Declares a request that the connector never accepts, whatever it contains.
    #[must_use]
    pub fn unsupported(mut self) -> Self {
        self.unsupported = true;
        self
    }

    /// The parameters of a query or a form; `None` for a JSON body.
    fn pairs(&self) -> Option<Pairs> {
        let body = std::str::from_utf8(&self.request.body).unwrap_or_default();
        if serde_json::from_str::<Value>(body).is_ok() {
            return None;
        }
        let text = if body.is_empty() { &self.request.query } else { body };
        let pairs = form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Pairs>();
        (!pairs.is_empty()).then_some(pairs)
    }

    /// The same request with other parameters.
    fn with_pairs(&self, pairs: &Pairs) -> InboundRequest {
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(pairs);
        self.with_text(text.finish())
    }

    /// The same request with another query, or body if it has one.
    fn with_text(&self, text: String) -> InboundRequest {
        let mut request = self.request.clone();
        if request.body.is_empty() {
            request.query = text;
        } else {
            request.body = text.into();
        }
        request
    }
}

type Pairs = Vec<(String, String)>;

/// A changed request: the place, the change, and whether it is still genuine and readable.
struct Changed {
    place: String,
    what: String,
    request: InboundRequest,
}

/// Values for a parameter.
const VALUES: [&str; 18] = [
    "",
    " ",
    "text",
    "null",
    "0",
    "-7.5",
    "1e300",
    "true",
    "[]",
    "{}",
    r#"[1,"two",null]"#,
    r#"{"id":{"id":1}}"#,
    "\u{0}\r\n",
    "1\r\nOriginate: 2",
    "00000000-0000-0000-0000-000000000000",
    "+++",
    "%00",
    "\u{202e}٣٧٥",
];

/// Every parameter dropped, renamed, repeated, as a list, with every other value, and with every
/// change inside JSON; or every change of a JSON body.
fn changes(row: &Inbound) -> Vec<Changed> {
    let mut all = Vec::new();
    let Some(pairs) = row.pairs() else {
        let body: Value = serde_json::from_slice(&row.request.body).unwrap_or_default();
        for mutation in mutations(&body) {
            let request = row.with_text(mutation.body.to_string());
            let place = mutation.path.join(".");
            all.push(Changed { place, what: mutation.what.to_owned(), request });
        }
        for place in crate::testing::places(&body) {
            for text in VALUES.into_iter().map(str::to_owned).chain(["9".repeat(2000)]) {
                let mut body = body.clone();
                let at = place.iter().try_fold(&mut body, |value, step| {
                    crate::testing::mutation::child(value, step)
                });
                if let Some(at) = at {
                    *at = Value::from(text.as_str());
                }
                let request = row.with_text(body.to_string());
                all.push(Changed { place: place.join("."), what: format!("{text:?}"), request });
            }
        }
        return all;
    };
    for (index, (name, value)) in pairs.iter().enumerate() {
        let mut push = |what: String, with: Pairs| {
            let mut changed = pairs.clone();
            changed.splice(index..=index, with);
            let request = row.with_pairs(&changed);
            all.push(Changed { place: name.clone(), what, request });
        };
        let pair = |name: String, value: String| vec![(name, value)];
        let and =
            |other: &str| vec![(name.clone(), value.clone()), (name.clone(), other.to_owned())];
        push("dropped".to_owned(), Vec::new());
        push("renamed".to_owned(), pair(format!("{name}_2"), value.clone()));
        push("a list".to_owned(), pair(format!("{name}[]"), value.clone()));
        push("a map".to_owned(), pair(format!("{name}[id]"), value.clone()));
        push(TWICE.to_owned(), and(value));
        push(CONTRADICTED.to_owned(), and("other"));
        for other in VALUES {
            push(format!("{other:?}"), pair(name.clone(), other.to_owned()));
        }
        push("long".to_owned(), pair(name.clone(), "7".repeat(5000)));
        let json = serde_json::from_str::<Value>(value).unwrap_or_default();
        for mutation in mutations(&json) {
            let what = format!("{} {}", mutation.path.join("."), mutation.what);
            push(what, pair(name.clone(), mutation.body.to_string()));
        }
    }
    all
}

const TWICE: &str = "twice";
const CONTRADICTED: &str = "with two values";

/// Parses a request, and checks what holds for every request: event and status agree, the reply has
/// the CRM's form, no secret is printed, and a repeat has the same event.
fn parse<S: CrmUnderTest>(
    report: &mut Report,
    row: &Inbound,
    case: &str,
    request: &InboundRequest,
) -> Result<InboundEvent, (StatusCode, Error)> {
    let (reply, event) = S::parse_inbound(request);
    report.equal(case, "a status of a success", reply.status == StatusCode::OK, event.is_ok());
    let fault = S::reply_fault(request, &reply);
    report.holds(case, fault.is_none(), || fault.unwrap_or_default());
    let printed = match &event {
        Ok(event) => format!("{event:?} {event:#?} {}", json!(event.raw)),
        Err(error) => format!("{error} {error:?} {error:#?}"),
    };
    let printed = format!("{printed} {reply:?}");
    for secret in S::inbound_secrets().iter().chain(row.secrets) {
        report.holds(case, !printed.contains(*secret), || format!("{secret} is in {printed}"));
    }
    match event {
        Ok(event) => {
            let named = !event.kind.as_str().is_empty() && !event.id.is_empty();
            report.holds(case, named, || format!("kind or id is empty: {event:?}"));
            let again = S::parse_inbound(request).1;
            let same = again.as_ref().is_ok_and(|again| *again == event);
            report.holds(case, same, || format!("{again:?} differs from {event:?}"));
            Ok(event)
        }
        Err(error) => {
            report.holds(case, !error.message().is_empty(), || "an empty message".to_owned());
            Err((reply.status, error))
        }
    }
}

/// A connector without requests of its CRM says so.
fn check_unsupported<S: CrmUnderTest>(report: &mut Report) {
    let request = InboundRequest::new(Method::GET, "/", "", HeaderMap::new(), "");
    let error = S::parse_inbound(&request).1.err().map(|error| error.kind());
    report.equal("a CRM without requests", "the kind", error, Some(ErrorKind::Unsupported));
}

/// A request that is not supported is not found, also with any change.
fn check_refused<S: CrmUnderTest>(report: &mut Report, row: &Inbound) {
    let whole = Changed { place: String::new(), what: String::new(), request: row.request.clone() };
    for Changed { place, what, request } in changes(row).into_iter().chain([whole]) {
        let case = format!("{}: {place} {what}", row.name);
        let refused = parse::<S>(report, row, &case, &request).err();
        let found = refused.map(|(status, error)| (status.as_u16(), error.kind()));
        report.equal(&case, "the refusal", found, Some((404, ErrorKind::Unsupported)));
    }
}

/// A request with one wrong value is the same event or a refusal, and a forged one is forbidden.
pub async fn wrong_parameter_is_an_event_or_a_refusal<S: CrmUnderTest>() {
    let mut report = Report::default();
    let rows = S::inbound();
    if rows.is_empty() {
        check_unsupported::<S>(&mut report);
    }
    for row in &rows {
        if row.unsupported {
            check_refused::<S>(&mut report, row);
            continue;
        }
        let Ok(whole) = parse::<S>(&mut report, row, &row.name, &row.request) else {
            report.holds(&row.name, false, || "the request is refused".to_owned());
            continue;
        };
        for Changed { place, what, request } in changes(row) {
            let case = format!("{}: {place} {what}", row.name);
            let within = |places: &[&str]| {
                places.iter().any(|one| place == *one || place.starts_with(&format!("{one}.")))
            };
            let proves = row.credential == Some(place.as_str());
            match parse::<S>(&mut report, row, &case, &request) {
                Ok(event) => {
                    let forged = proves && what != TWICE;
                    report.holds(&case, !forged, || "a forged request is accepted".to_owned());
                    if !within(row.steers) {
                        report.equal(&case, "the kind", &event.kind, &whole.kind);
                    }
                    let of_phone = place.to_lowercase().contains("phone");
                    if !of_phone && !within(row.steers) && !within(row.required) {
                        report.equal(&case, "the phone", &event.phone, &whole.phone);
                    }
                }
                Err((status, error)) if proves => {
                    let found = (status, error.kind());
                    let wanted = (StatusCode::FORBIDDEN, ErrorKind::Auth);
                    report.equal(&case, "the refusal", found, wanted);
                }
                Err((status, error)) => {
                    let required = row.required.contains(&place.as_str()) || what == CONTRADICTED;
                    report.holds(&case, required, || format!("refused: {error}"));
                    let wrong = [StatusCode::BAD_REQUEST, StatusCode::CONFLICT];
                    let input = error.kind() == ErrorKind::Input && wrong.contains(&status);
                    report.holds(&case, input, || format!("{status} {error}"));
                }
            }
        }
    }
    report.finish();
}

/// A request beyond the largest size is refused, and an unknown path is not found.
pub async fn oversized_or_unknown_request_is_refused<S: CrmUnderTest>() {
    let mut report = Report::default();
    let rows = S::inbound();
    if rows.is_empty() {
        check_unsupported::<S>(&mut report);
    }
    for row in &rows {
        if !row.unsupported {
            let mut large = row.request.clone();
            large.body = vec![b' '; 1024 * 1024].into();
            let refused = parse::<S>(&mut report, row, &row.name, &large).err();
            let found = refused.map(|(status, error)| (status.as_u16(), error.kind()));
            report.equal(&row.name, "a large body", found, Some((413, ErrorKind::Input)));
        }
        let mut elsewhere = row.request.clone();
        "/nowhere".clone_into(&mut elsewhere.path);
        let refused = parse::<S>(&mut report, row, &row.name, &elsewhere).err();
        let found = refused.map(|(status, error)| (status.as_u16(), error.kind()));
        report.equal(&row.name, "an unknown path", found, Some((404, ErrorKind::Unsupported)));
    }
    report.finish();
}

/// The number of random requests of each form for each row.
const ROUNDS: usize = 150;

/// Whatever is sent is an event or a refusal, without a panic and without a secret.
pub async fn random_request_is_an_event_or_a_refusal<S: CrmUnderTest>() {
    let mut report = Report::default();
    let mut random = Rng::with_seed(7);
    let rows = S::inbound();
    if rows.is_empty() {
        check_unsupported::<S>(&mut report);
    }
    let words = words::<S>(&rows);
    for row in &rows {
        for round in 0..ROUNDS {
            let text = match row.pairs() {
                Some(genuine) => random_form(&mut random, &words, genuine),
                None => random_value(&mut random, &words, 3).to_string(),
            };
            let case = format!("{} round {round}: {text:?}", row.name);
            let _ = parse::<S>(&mut report, row, &case, &row.with_text(text));

            let bytes: Vec<u8> = (0..random.usize(..256)).map(|_| random.u8(..)).collect();
            let query = random_text(&mut random);
            let genuine = random.bool();
            let headers = if genuine { row.request.headers.clone() } else { HeaderMap::new() };
            let genuine = random.bool();
            let path = if genuine { row.request.path.clone() } else { random_text(&mut random) };
            let case = format!("{} round {round}: {path:?} {query:?} {bytes:?}", row.name);
            let request = InboundRequest::new(Method::POST, path, query, headers, bytes);
            let _ = parse::<S>(&mut report, row, &case, &request);
        }
    }
    report.finish();
}

/// The names and texts of all requests, and the secrets.
fn words<S: CrmUnderTest>(rows: &[Inbound]) -> Vec<String> {
    let mut words: Vec<String> = S::inbound_secrets().iter().map(|it| (*it).to_owned()).collect();
    for row in rows {
        if let Some(pairs) = row.pairs() {
            words.extend(pairs.into_iter().flat_map(|(name, value)| [name, value]));
        } else {
            let body: Value = serde_json::from_slice(&row.request.body).unwrap_or_default();
            let paths = crate::testing::places(&body);
            words.extend(paths.into_iter().filter_map(|mut path| path.pop()));
            super::operations::collect_texts(&body, &mut words);
        }
    }
    words
}

fn random_text(random: &mut Rng) -> String {
    const ALPHABETS: [RangeInclusive<char>; 4] =
        ['0'..='9', ' '..='~', '\u{0}'..='\u{ff}', '\u{0}'..=char::MAX];
    let alphabet = ALPHABETS[random.usize(..ALPHABETS.len())].clone();
    (0..random.usize(..24)).map(|_| random.char(alphabet.clone())).collect()
}

fn random_word(random: &mut Rng, words: &[String]) -> String {
    if words.is_empty() || random.u8(..4) == 0 {
        return random_text(random);
    }
    words[random.usize(..words.len())].clone()
}

/// Some of the genuine parameters, then random ones, some of them not escaped.
fn random_form(random: &mut Rng, words: &[String], genuine: Pairs) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(genuine.into_iter().filter(|_| random.u8(..4) > 0));
    let mut raw = String::new();
    for _ in 0..random.usize(..6) {
        let (name, value) = (random_word(random, words), random_word(random, words));
        if random.bool() {
            text.append_pair(&name, &value);
        } else {
            raw = format!("{raw}&{name}={value}");
        }
    }
    text.finish() + &raw
}

fn random_value(random: &mut Rng, words: &[String], depth: u32) -> Value {
    match random.u8(..if depth == 0 { 6 } else { 12 }) {
        0 => Value::Null,
        1 => Value::from(random.bool()),
        2 => Value::from(random.i64(..)),
        3 => json!(random.f64() * 1e300),
        4 | 5 => Value::from(random_word(random, words)),
        6 => (0..random.usize(..4)).map(|_| random_value(random, words, depth - 1)).collect(),
        _ => {
            let field = |random: &mut Rng| {
                let name = random_word(random, words);
                (name, random_value(random, words, depth - 1))
            };
            Value::Object((0..random.usize(..8)).map(|_| field(random)).collect())
        }
    }
}

/// Builds the request of a [fixture](crate::testing::Fixture): `method`, `path`, `headers`,
/// `content_type`, and `wire_query` and `wire_body` as they are sent, else `body` as JSON.
///
/// # Panics
/// If a part of it cannot be sent.
pub fn recorded_request(recorded: &Value) -> InboundRequest {
    let mut headers = HeaderMap::new();
    for (name, value) in recorded["headers"].as_object().into_iter().flatten() {
        let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, value.as_str().unwrap_or_default().parse().unwrap());
    }
    if let Some(content_type) = recorded["content_type"].as_str() {
        headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
    }
    let text = |name: &str| recorded[name].as_str();
    let body = match (text("wire_body"), &recorded["body"]) {
        (Some(body), _) => body.to_owned(),
        (None, Value::Null) => String::new(),
        (None, body) => body.to_string(),
    };
    let method = text("method").unwrap_or_default().parse().unwrap();
    let query = text("wire_query").unwrap_or_default();
    InboundRequest::new(method, text("path").unwrap_or_default(), query, headers, body)
}
