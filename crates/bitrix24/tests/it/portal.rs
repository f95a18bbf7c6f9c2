//! A portal inside the process, on tokio's clock: its leaky bucket, operating time, tokens, lists
//! and batches, as the reference describes them.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use http::HeaderValue;
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use vochi_crm_bitrix24::{Client, Config};
use vochi_crm_core::http::{HttpRequest, Response, Transport, TransportError};
use vochi_crm_core::testing::response;
use vochi_crm_core::{AccountConfig, Clock, Hub, Timestamp};

pub(crate) const WEBHOOK: &str = "https://one.bitrix24.by/rest/1/canary-webhook-secret/";
pub(crate) const MEMBER: &str = "0123456789abcdef0123456789abcdef";

/// The unix time at which the clocks of the tests begin.
const BEGIN: i64 = 1_778_743_592;

/// What a test sets and reads.
pub(crate) struct State {
    pub(crate) host: &'static str,
    /// The host that it redirects to.
    pub(crate) moved_to: Option<&'static str>,
    /// The host that the OAuth host names for the portal.
    pub(crate) named: &'static str,
    /// The ids of its contacts, in order.
    pub(crate) contacts: Vec<u64>,
    /// Contacts that are added after so many requests.
    pub(crate) added: BTreeMap<usize, Vec<u64>>,
    /// The seconds of operating time that a method uses.
    pub(crate) operating: f64,
    /// The number of the valid token.
    pub(crate) token: u64,
    pub(crate) token_expires: Instant,
    pub(crate) refreshes: usize,
    pub(crate) refresh_takes: Duration,
    /// The responses of the next refreshes, instead of new tokens.
    pub(crate) refresh_answers: VecDeque<Response>,
    /// The answers of methods other than lists.
    pub(crate) answers: BTreeMap<&'static str, VecDeque<Response>>,
    pub(crate) requests: Vec<(Instant, String, Value)>,
    pub(crate) refused: usize,
    pub(crate) limited_methods: usize,
    level: f64,
    leaked_at: Instant,
    used: BTreeMap<String, VecDeque<(Instant, f64)>>,
}

#[derive(Clone)]
pub(crate) struct Portal(Arc<Mutex<State>>);

impl fmt::Debug for Portal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Portal")
    }
}

/// The system's clock, moved by tokio's.
#[derive(Debug)]
struct TokioClock(Instant);

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(BEGIN * 1000).plus(self.0.elapsed())
    }
}

impl Portal {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Self(Arc::new(Mutex::new(State {
            host: "one.bitrix24.by",
            moved_to: None,
            named: "one.bitrix24.by",
            contacts: Vec::new(),
            added: BTreeMap::new(),
            operating: 0.1,
            token: 1,
            token_expires: now + Duration::from_secs(3600),
            refreshes: 0,
            refresh_takes: Duration::from_millis(50),
            refresh_answers: VecDeque::new(),
            answers: BTreeMap::new(),
            requests: Vec::new(),
            refused: 0,
            limited_methods: 0,
            level: 0.0,
            leaked_at: now,
            used: BTreeMap::new(),
        })))
    }

    pub(crate) fn with_contacts(count: u64) -> Self {
        let portal = Self::new();
        portal.state().contacts = (1..=count).map(|number| number * 3).collect();
        portal
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn hub(&self) -> Hub {
        let clock = Arc::new(TokioClock(Instant::now()));
        Hub::builder().transport(Arc::new(self.clone())).clock(clock).build().unwrap()
    }

    /// A client with an incoming webhook.
    pub(crate) fn webhook(&self) -> Client {
        self.open(&json!({ "webhook_url": WEBHOOK }))
    }

    pub(crate) fn open(&self, settings: &Value) -> Client {
        Self::open_on(&self.hub(), settings)
    }

    pub(crate) fn open_on(hub: &Hub, settings: &Value) -> Client {
        let common: AccountConfig = serde_json::from_value(settings.clone()).unwrap();
        let config: Config = serde_json::from_value(settings.clone()).unwrap();
        Client::open(hub, &common.account("portal").unwrap(), &config).unwrap()
    }

    /// The methods of the requests so far.
    pub(crate) fn methods(&self) -> Vec<String> {
        self.state().requests.iter().map(|(_, method, _)| method.clone()).collect()
    }

    pub(crate) fn answer(&self, method: &'static str, answer: Response) {
        self.state().answers.entry(method).or_default().push_back(answer);
    }
}

/// The settings of an application.
pub(crate) fn application() -> Value {
    json!({
        "url": "https://one.bitrix24.by",
        "client_id": "local.sample0000000.00000000",
        "client_secret": "canary-client-secret",
    })
}

/// The document of tokens with this number, valid for so many seconds.
pub(crate) fn token_document(number: u64, seconds: i64) -> Value {
    json!({
        "version": 1, "access_token": format!("canary-access-{number}"),
        "refresh_token": format!("canary-refresh-{number}"), "member_id": MEMBER,
        "application_token": null, "portal": "https://one.bitrix24.by",
        "oauth_host": "https://oauth.bitrix24.tech", "user_id": 1, "scope": ["crm"],
        "status": "L", "expires_at": BEGIN + seconds, "refresh_until": BEGIN + 15_552_000,
    })
}

pub(crate) fn error(status: u16, code: &str) -> Response {
    let body = json!({"error": code, "error_description": format!("text of {code}")});
    response(status, "application/json", body.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "every caller has a literal")]
pub(crate) fn ok(result: Value) -> Response {
    response(200, "application/json", json!({"result": result, "time": {}}).to_string())
}

#[async_trait::async_trait]
impl Transport for Portal {
    async fn send(&self, request: HttpRequest) -> Result<Response, TransportError> {
        let (host, path) =
            (request.url.host_str().unwrap().to_owned(), request.url.path().to_owned());
        let body = String::from_utf8(request.body.read().await.unwrap().to_vec()).unwrap();
        if path == "/oauth/token/" {
            let takes = self.state().refresh_takes;
            tokio::time::sleep(takes).await;
            return Ok(self.state().refresh(&body));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        let mut state = self.state();
        if path == "/rest/app.info/" {
            return Ok(state.installation(&body));
        }
        Ok(state.respond(&host, &path, &body))
    }
}

impl State {
    fn refresh(&mut self, form: &str) -> Response {
        if let Some(answer) = self.refresh_answers.pop_front() {
            return answer;
        }
        let expected = format!("refresh_token=canary-refresh-{}", self.token);
        let is_code = form.contains("grant_type=authorization_code");
        if !form.contains(&expected) && !is_code {
            return error(400, "invalid_grant");
        }
        self.refreshes += usize::from(!is_code);
        self.token += 1;
        self.token_expires = Instant::now() + Duration::from_secs(3600);
        let number = self.token;
        let body = json!({
            "access_token": format!("canary-access-{number}"),
            "refresh_token": format!("canary-refresh-{number}"),
            "expires_in": 3600, "member_id": MEMBER, "scope": "crm,telephony", "status": "L",
            "client_endpoint": format!("https://{}/rest/", self.named), "user_id": 1,
            "server_endpoint": "https://oauth.bitrix24.tech/rest/",
        });
        response(200, "application/json", body.to_string())
    }

    fn installation(&self, form: &str) -> Response {
        if !form.contains(&format!("canary-access-{}", self.token)) {
            return error(400, "invalid_client");
        }
        ok(json!({
            "client_id": "local.sample0000000.00000000", "user_id": "1",
            "install": {"member_id": MEMBER, "domain": self.named,
                        "client_endpoint": format!("https://{}/rest/", self.named)},
        }))
    }

    fn respond(&mut self, host: &str, path: &str, body: &str) -> Response {
        let method = path.rsplit('/').next().unwrap_or_default().to_owned();
        let parameters: Value = serde_json::from_str(body).unwrap_or_default();
        self.requests.push((Instant::now(), method.clone(), parameters.clone()));
        let number = self.requests.len();
        if let Some(added) = self.added.remove(&number) {
            self.contacts.extend(added);
        }
        if let Some(to) = self.moved_to.filter(|_| host == self.host) {
            let mut moved = response(302, "text/html", "");
            let location = format!("https://{to}{path}");
            moved.headers.insert("location", HeaderValue::from_str(&location).unwrap());
            return moved;
        }
        if !self.drip() {
            self.refused += 1;
            return error(503, "QUERY_LIMIT_EXCEEDED");
        }
        if let Some(token) = parameters["auth"].as_str() {
            let valid = token == format!("canary-access-{}", self.token);
            if !valid || Instant::now() >= self.token_expires {
                return error(401, "expired_token");
            }
        }
        if let Some(answer) = self.answers.get_mut(&*method).and_then(VecDeque::pop_front) {
            return answer;
        }
        if method == "batch" { self.batch(&parameters) } else { self.single(&method, &parameters) }
    }

    /// The leaky bucket: 50, of which 2 run out a second, in whole seconds.
    fn drip(&mut self) -> bool {
        let seconds = self.leaked_at.elapsed().as_secs();
        self.leaked_at += Duration::from_secs(seconds);
        #[expect(clippy::cast_precision_loss, reason = "a few seconds")]
        let leaked = 2.0 * seconds as f64;
        self.level = (self.level - leaked).max(0.0) + 1.0;
        if self.level > 50.0 {
            self.level -= 1.0;
            return false;
        }
        true
    }

    /// Uses operating time; `None` if it is used up.
    fn operate(&mut self, method: &str) -> Option<Value> {
        let now = Instant::now();
        let used = self.used.entry(method.to_owned()).or_default();
        let minute = Duration::from_secs(60);
        while used.front().is_some_and(|(at, _)| now.duration_since(*at) >= 10 * minute) {
            used.pop_front();
        }
        if used.iter().map(|(_, seconds)| seconds).sum::<f64>() >= 480.0 {
            self.limited_methods += 1;
            return None;
        }
        match used.back_mut() {
            Some((at, seconds)) if now.duration_since(*at) < minute => *seconds += self.operating,
            _ => used.push_back((now, self.operating)),
        }
        let all: f64 = used.iter().map(|(_, seconds)| seconds).sum();
        let oldest = used.front().map_or(now, |(at, _)| *at);
        let left = (10 * minute).saturating_sub(now.duration_since(oldest)).as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a unix time")]
        let finish = BEGIN as f64;
        Some(json!({"operating": all, "operating_reset_at": finish + left, "finish": finish}))
    }

    fn single(&mut self, method: &str, parameters: &Value) -> Response {
        let Some(time) = self.operate(method) else { return error(429, "OPERATION_TIME_LIMIT") };
        let mut body = self.carry_out(method, parameters);
        body["time"] = time;
        response(200, "application/json", body.to_string())
    }

    fn carry_out(&mut self, method: &str, parameters: &Value) -> Value {
        match method {
            "crm.contact.list" => self.list(parameters),
            "telephony.externalCall.searchCrmEntities" => json!({"result": []}),
            _ => json!({"result": true}),
        }
    }

    /// A page of contacts.
    fn list(&self, parameters: &Value) -> Value {
        let number = |value: &Value| match value {
            Value::String(text) => text.parse().ok(),
            other => other.as_i64(),
        };
        // PHP makes a list or a text 0.
        let beyond = |name: &str| {
            let value = parameters["filter"].get(name)?;
            Some(number(value).and_then(|value| u64::try_from(value).ok()).unwrap_or_default())
        };
        let all = &self.contacts;
        let after = beyond(">ID").map_or(0, |last| all.partition_point(|id| *id <= last));
        let before = beyond("<ID").map_or(all.len(), |last| all.partition_point(|id| *id < last));
        let found = all.get(after..before).unwrap_or_default();
        let is_descending = parameters["order"]["ID"] == "DESC";
        let start = number(&parameters["start"]).unwrap_or_default();
        let skipped = usize::try_from(start).unwrap_or_default();
        let row = |id: &u64| json!({"ID": id.to_string()});
        let rows: Vec<Value> = if is_descending {
            found.iter().rev().skip(skipped).take(50).map(row).collect()
        } else {
            found.iter().skip(skipped).take(50).map(row).collect()
        };
        let mut body = json!({ "result": rows });
        if start >= 0 {
            body["total"] = json!(found.len());
            if skipped + 50 < found.len() {
                body["next"] = json!(skipped + 50);
            }
        }
        body
    }

    fn batch(&mut self, parameters: &Value) -> Response {
        let (mut results, mut errors) = (Map::new(), Map::new());
        let (mut nexts, mut totals, mut times) = (Map::new(), Map::new(), Map::new());
        // A map of JSON is sorted; the commands are `c0` to `c49`.
        let commands = parameters["cmd"].as_object().unwrap();
        for key in (0..commands.len()).map(|index| format!("c{index}")) {
            let command = commands[&key].as_str().unwrap();
            let (method, query) = command.split_once('?').unwrap();
            let arguments = arguments(query, &Value::Object(results.clone()));
            let answered = self.answers.get_mut(method).and_then(VecDeque::pop_front);
            let body = match answered {
                Some(answer) => serde_json::from_slice(&answer.body).unwrap(),
                None => match self.operate(method) {
                    None => {
                        json!({"error": "OPERATION_TIME_LIMIT", "error_description": "Method is blocked"})
                    }
                    Some(time) => {
                        times.insert(key.clone(), time);
                        self.carry_out(method, &arguments)
                    }
                },
            };
            if body.get("error").is_some() {
                errors.insert(key, body);
                if parameters["halt"] == 1 {
                    break;
                }
                continue;
            }
            for (name, map) in [("next", &mut nexts), ("total", &mut totals)] {
                if let Some(value) = body.get(name) {
                    map.insert(key.clone(), value.clone());
                }
            }
            results.insert(key, body["result"].clone());
        }
        let php =
            |map: Map<String, Value>| if map.is_empty() { json!([]) } else { Value::Object(map) };
        let body = json!({"result": {
            "result": php(results), "result_error": php(errors), "result_next": php(nexts),
            "result_total": php(totals), "result_time": php(times),
        }, "time": {"operating": 999.0}});
        response(200, "application/json", body.to_string())
    }
}

/// The arguments of a command, with references replaced by the deepest value that there is.
fn arguments(query: &str, results: &Value) -> Value {
    let mut arguments = json!({});
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = match value.strip_prefix("$result[") {
            Some(place) => {
                let places = place.trim_end_matches(']').split("][");
                let mut found = results;
                for part in places {
                    let next = match found {
                        Value::Array(list) => part.parse().ok().and_then(|at: usize| list.get(at)),
                        other => other.get(part),
                    };
                    let Some(next) = next else { break };
                    found = next;
                }
                found.clone()
            }
            None => json!(value),
        };
        match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            Some((name, field)) => arguments[name][field] = value,
            None => arguments[&*name] = value,
        }
    }
    arguments
}
