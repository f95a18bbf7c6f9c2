//! A sandbox, and a plain HTTP client for it.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use url::Url;
use url::form_urlencoded::Serializer;
use vochi_crm_sandbox::retailcrm::API_KEY;
use vochi_crm_sandbox::{Crm, Sandbox};

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const EVENT: &str = "/api/v5/telephony/call/event";
pub(crate) const UPLOAD: &str = "/api/v5/telephony/calls/upload";
pub(crate) const MANAGER: &str = "/api/v5/telephony/manager";
pub(crate) const MODULE: &str = "/api/v5/integration-modules/vochi-telephony";
pub(crate) const CUSTOMERS: &str = "/api/v5/customers";
pub(crate) const CREATE: &str = "/api/v5/customers/create";
pub(crate) const CORPORATE: &str = "/api/v5/customers-corporate";
pub(crate) const ORDERS: &str = "/api/v5/orders";
pub(crate) const TASKS: &str = "/api/v5/tasks";
pub(crate) const FILES: &str = "/api/v5/files";

pub(crate) async fn sandbox() -> Sandbox {
    Sandbox::builder().start().await.expect("a sandbox on free ports starts")
}

/// Shared, as creation is slow. It keeps no connections, which would belong to the runtime of the
/// test that opened them.
static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0);
    client.build().expect("a client needs nothing special")
});

pub(crate) fn client() -> reqwest::Client {
    CLIENT.clone()
}

/// A raw request.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// The response.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) headers: http::HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error} in the answer {self:?}"))
    }
}

impl Wire {
    pub(crate) fn get(target: &str) -> Self {
        Self {
            method: "GET".into(),
            target: target.into(),
            headers: vec![("X-API-KEY".into(), API_KEY.into())],
            body: String::new(),
        }
    }

    pub(crate) fn post(target: &str, body: impl Into<String>) -> Self {
        let mut wire = Self::get(target);
        wire.method = "POST".into();
        wire.body = body.into();
        wire.header("Content-Type", FORM)
    }

    /// Sets a header; an empty value removes it.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            self.headers.push((name.into(), value.into()));
        }
        self
    }

    pub(crate) fn verb(mut self, method: &str) -> Self {
        self.method = method.into();
        self
    }

    pub(crate) async fn try_send(&self, origin: &Url) -> Result<Reply, reqwest::Error> {
        let url = origin.join(&self.target).expect("targets of tests are valid");
        let method = self.method.parse().expect("verbs of tests are valid");
        let mut request = client().request(method, url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if !self.body.is_empty() {
            request = request.body(self.body.clone());
        }
        let response = request.send().await?;
        let content_type = response.headers().get("content-type");
        Ok(Reply {
            status: response.status().as_u16(),
            content_type: content_type
                .map(|value| value.to_str().expect("content types are ASCII").to_owned())
                .unwrap_or_default(),
            headers: response.headers().clone(),
            text: response.text().await?,
        })
    }

    /// Creates a request to RetailCRM.
    pub(crate) async fn send(&self, sandbox: &Sandbox) -> Reply {
        let sent = self.try_send(sandbox.url(Crm::RetailCrm)).await;
        sent.unwrap_or_else(|error| panic!("{} got no answer: {error:?}", self.target))
    }
}

/// One form field, encoded.
pub(crate) fn field(name: &str, value: &str) -> String {
    Serializer::new(String::new()).append_pair(name, value).finish()
}

/// An event that passes every check.
pub(crate) fn event() -> Value {
    json!({"phone": "+375291112233", "type": "in", "codes": ["101"], "callExternalId": "pbx-1"})
}

/// A call that passes every check.
pub(crate) fn call() -> Value {
    json!({
        "date": "2026-03-14 10:15:00",
        "type": "in",
        "phone": "+375291112233",
        "code": "101",
        "result": "answered",
        "duration": 95,
        "durationWaiting": 12,
        "externalId": "pbx-1",
    })
}

/// Sets these fields; null removes a field.
pub(crate) fn with(object: Value, changes: Value) -> Value {
    let (Value::Object(mut object), Value::Object(changes)) = (object, changes) else {
        panic!("both have to be objects")
    };
    for (name, value) in changes {
        if value.is_null() {
            object.remove(&name);
        } else {
            object.insert(name, value);
        }
    }
    Value::Object(object)
}

pub(crate) fn send_event(event: &Value) -> Wire {
    Wire::post(EVENT, field("event", &event.to_string()))
}

pub(crate) fn send_calls(calls: &[Value]) -> Wire {
    Wire::post(UPLOAD, field("calls", &json!(calls).to_string()))
}

/// A module that passes every check.
pub(crate) fn module() -> Value {
    json!({
        "code": "vochi-telephony",
        "integrationCode": "vochi-telephony",
        "active": true,
        "name": "Телефония",
        "logo": "https://connector.example.test/logo.svg",
        "clientId": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "baseUrl": "https://connector.example.test",
        "integrations": {
            "telephony": {
                "makeCallUrl": "https://connector.example.test/make-call",
                "allowEdit": true,
                "additionalCodes": [{"userId": 7, "code": "201"}],
                "externalPhones": [{"siteCode": "shop-two", "externalPhone": "+375171234567"}],
            },
        },
    })
}

pub(crate) fn send_module(module: &Value) -> Wire {
    let form = field("integrationModule", &module.to_string());
    Wire::post(&format!("{MODULE}/edit"), form)
}

/// A new customer that passes every check.
pub(crate) fn customer() -> Value {
    json!({
        "externalId": "vochi-375295550011",
        "firstName": "Нина",
        "phones": [{"number": "+375295550011"}],
    })
}

pub(crate) fn send_customer(customer: &Value) -> Wire {
    let form = field("site", "shop-one") + "&" + &field("customer", &customer.to_string());
    Wire::post(CREATE, form)
}

pub(crate) fn send_customers(customers: &[Value]) -> Wire {
    let form = field("site", "shop-one") + "&" + &field("customers", &json!(customers).to_string());
    Wire::post("/api/v5/customers/upload", form)
}

/// A note that passes every check.
pub(crate) fn note() -> Value {
    json!({"text": "Перезвонить завтра", "managerId": 7, "customer": {"id": 60}})
}

pub(crate) fn send_note(note: &Value) -> Wire {
    let form = field("site", "shop-one") + "&" + &field("note", &note.to_string());
    Wire::post("/api/v5/customers/notes/create", form)
}

/// A new corporate customer that passes every check.
pub(crate) fn corporate() -> Value {
    json!({
        "externalId": "vochi-corp-1",
        "nickName": "Проба и партнёры",
        "managerId": 18,
        "customerContacts": [{"customer": {"externalId": "ext-61", "site": "shop-one"}}],
        "companies": [{"name": "ООО Проба", "brand": "Проба"}],
    })
}

pub(crate) fn send_corporate(corporate: &Value) -> Wire {
    let form =
        field("site", "shop-one") + "&" + &field("customerCorporate", &corporate.to_string());
    Wire::post("/api/v5/customers-corporate/create", form)
}

/// A new order that passes every check.
pub(crate) fn order() -> Value {
    json!({
        "externalId": "vochi-call-1",
        "orderMethod": "phone",
        "firstName": "Нина",
        "phone": "+375295550011",
        "customer": {"id": 205},
    })
}

pub(crate) fn send_order(order: &Value) -> Wire {
    let form = field("site", "shop-one") + "&" + &field("order", &order.to_string());
    Wire::post(&format!("{ORDERS}/create"), form)
}

pub(crate) fn edit_order(id: u64, order: &Value) -> Wire {
    let form = field("by", "id") + "&" + &field("order", &order.to_string());
    Wire::post(&format!("{ORDERS}/{id}/edit"), form)
}

/// A new task that passes every check.
pub(crate) fn task() -> Value {
    json!({"text": "Перезвонить", "datetime": "2026-03-14 11:20", "performerId": 7})
}

pub(crate) fn send_task(task: &Value) -> Wire {
    let form = field("site", "shop-one") + "&" + &field("task", &task.to_string());
    Wire::post(&format!("{TASKS}/create"), form)
}

pub(crate) fn edit_task(id: u64, task: &Value) -> Wire {
    Wire::post(&format!("{TASKS}/{id}/edit"), field("task", &task.to_string()))
}

pub(crate) fn upload(content: &str) -> Wire {
    Wire::post(&format!("{FILES}/upload"), content)
        .header("Content-Type", "application/octet-stream")
}

pub(crate) fn edit_file(id: u64, file: &Value) -> Wire {
    Wire::post(&format!("{FILES}/{id}/edit"), field("file", &file.to_string()))
}

/// Sends a request to the page's port with a JSON response.
pub(crate) async fn control(sandbox: &Sandbox, target: &str, body: &Value) -> (u16, Value) {
    let wire = Wire::post(target, body.to_string()).header("Content-Type", "application/json");
    let reply = wire.try_send(sandbox.page_url()).await.expect("the page's port answers");
    (reply.status, reply.json())
}

pub(crate) async fn state(sandbox: &Sandbox) -> Map<String, Value> {
    let reply = Wire::get("/state").try_send(sandbox.page_url()).await.expect("/state answers");
    assert_eq!((reply.status, reply.content_type.as_str()), (200, "application/json"));
    match reply.json().get_mut("retailcrm").map(Value::take) {
        Some(Value::Object(state)) => state,
        other => panic!("the state of retailcrm is an object, not {other:?}"),
    }
}
