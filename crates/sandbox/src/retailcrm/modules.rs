//! Integration modules, including the telephony module.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::report::ModuleRow;
use crate::wire::Response;

use super::checks::RequestContext;
use super::handlers::Change;
use super::state::{Account, Telephony};

fn objects<'a>(telephony: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a Value> {
    let items = telephony.get(name).and_then(Value::as_array);
    items.into_iter().flatten()
}

fn telephony_of(module: &Map<String, Value>) -> Option<&Map<String, Value>> {
    module.get("integrations")?.get("telephony")?.as_object()
}

fn pair(item: &Value) -> Option<(String, u64)> {
    let code = item.get("code")?.as_str()?.to_owned();
    let id = item.get("userId")?;
    let id = id.as_u64().or_else(|| id.as_str()?.parse().ok())?;
    Some((code, id))
}

/// §2.4: unknown users and shops are reported, the rest is stored.
fn info(cx: &RequestContext<'_>) -> Value {
    let telephony = telephony_of(cx.written());
    let mut users: Vec<u64> = Vec::new();
    let mut sites: Vec<&str> = Vec::new();
    if let Some(telephony) = telephony {
        let pairs = objects(telephony, "additionalCodes").filter_map(pair);
        users.extend(pairs.map(|(_, id)| id).filter(|id| cx.account.user(*id).is_none()));
        let codes =
            objects(telephony, "externalPhones").filter_map(|it| it.get("siteCode")?.as_str());
        sites.extend(codes.filter(|code| !cx.account.reaches_site(code)));
    }
    users.dedup();
    sites.dedup();
    let mut info = Map::new();
    if !users.is_empty() {
        info.insert("notExistUsersIds".into(), json!(users));
    }
    if !sites.is_empty() {
        info.insert("notExistSiteCodes".into(), json!(sites));
    }
    // PHP serializes an empty map as a list (§1.8).
    let info = if info.is_empty() { json!([]) } else { Value::Object(info) };
    json!({"success": true, "info": info})
}

/// §2.4. A new module gets status 201 (assumed; both were seen).
pub(super) fn written(cx: &RequestContext<'_>) -> (Response, Change) {
    let known = cx.account.modules.contains_key(&cx.thing);
    let status = if known { StatusCode::OK } else { StatusCode::CREATED };
    let answer = Response::json(status, &info(cx));
    (answer, Change::Module(cx.thing.clone(), cx.written().clone()))
}

/// §2.4. Some accounts return the module as one text of JSON.
pub(super) fn one(cx: &RequestContext<'_>) -> Value {
    let module = cx.account.module(&cx.thing);
    let module =
        if cx.account.module_as_text { json!(json!(module).to_string()) } else { json!(module) };
    json!({"success": true, "integrationModule": module})
}

/// §2.4. The response has a new key; the old one is invalid from now on (assumed).
pub(super) fn scopes_updated(cx: &RequestContext<'_>) -> (Response, Change) {
    let scopes = cx.written().get("scopes");
    let scopes = scopes.and_then(Value::as_array).into_iter().flatten();
    let scopes = scopes.filter_map(Value::as_str).map(str::to_owned);
    let number = cx.account.key.rsplit('-').next().unwrap_or_default();
    let next = number.parse::<u64>().unwrap_or(0).saturating_add(1);
    let key = format!("TEST-KEY-{next:022}");
    let answer = Response::json(StatusCode::OK, &json!({"success": true, "apiKey": key}));
    (answer, Change::Key(key, scopes.collect()))
}

impl Account {
    /// Replaces a whole module: omitted fields are removed.
    pub(super) fn write_module(&mut self, code: String, mut module: Map<String, Value>) {
        let users: Vec<u64> = self.users.iter().map(|user| user.id).collect();
        let telephony = module
            .get_mut("integrations")
            .and_then(|it| it.get_mut("telephony"))
            .and_then(Value::as_object_mut);
        if let Some(telephony) = telephony {
            let pairs = objects(telephony, "additionalCodes").filter_map(pair);
            let pairs: Vec<_> = pairs.filter(|(_, id)| users.contains(id)).collect();
            let written: Vec<Value> = pairs.iter().map(code_object).collect();
            telephony.insert("additionalCodes".into(), json!(written));
            let phones = telephony.get_mut("externalPhones");
            if let Some(phones) = phones.and_then(Value::as_array_mut) {
                phones.retain(|it| {
                    let site = it.get("siteCode").and_then(Value::as_str);
                    site.is_some_and(|site| self.reaches_site(site))
                });
            }
            // The module written last is the telephony. The previous one keeps its extensions,
            // which stay readable.
            let before = self.telephony_module.clone();
            if let Some(module) = self.module(&before) {
                self.modules.insert(before, module);
            }
            self.additional_codes = pairs;
            self.telephony_module.clone_from(&code);
            let active = module.get("active").and_then(Value::as_bool);
            self.telephony = if active == Some(true) { Telephony::On } else { Telephony::Off };
        }
        self.modules.insert(code, module);
    }

    /// An id where responses differ between number and text (§1.8).
    pub(super) fn id_json(&self, id: u64) -> Value {
        if self.ids_as_text { json!(id.to_string()) } else { json!(id) }
    }

    /// The JSON of a module in the CRM's response.
    pub(super) fn module(&self, code: &str) -> Option<Map<String, Value>> {
        let mut module = self.modules.get(code)?.clone();
        if self.telephony_module == code {
            let codes = self.additional_codes.iter();
            let codes: Vec<Value> = codes
                .map(|(code, id)| json!({"userId": self.id_json(*id), "code": code}))
                .collect();
            let telephony = module
                .get_mut("integrations")
                .and_then(|it| it.get_mut("telephony"))
                .and_then(Value::as_object_mut);
            if let Some(telephony) = telephony {
                telephony.insert("additionalCodes".into(), json!(codes));
            }
            module.insert("active".into(), json!(self.telephony == Telephony::On));
        }
        module.insert("freeze".into(), json!(false));
        module.insert("native".into(), json!(false));
        let empty = || json!([]);
        module.entry("availableCountries").or_insert_with(empty);
        module.entry("actions").or_insert_with(empty);
        let actions = module.get_mut("actions");
        if let Some(actions) = actions.filter(|it| it.as_object().is_some_and(Map::is_empty)) {
            *actions = empty();
        }
        Some(module)
    }

    pub(super) fn remove_module(&mut self, code: &str) {
        self.modules.remove(code);
        if self.telephony_module == code {
            self.telephony = Telephony::Off;
            self.additional_codes.clear();
        }
    }

    /// Module rows in common terms.
    pub(super) fn module_rows(&self) -> Vec<ModuleRow> {
        let modules = self.modules.keys().filter_map(|code| {
            let module = self.module(code)?;
            let telephony = telephony_of(&module);
            let codes = telephony.into_iter().flat_map(|it| objects(it, "additionalCodes"));
            Some(ModuleRow {
                code: code.clone(),
                name: module.get("name").and_then(Value::as_str).map(str::to_owned),
                active: module.get("active") == Some(&Value::Bool(true)),
                extensions: codes
                    .filter_map(pair)
                    .map(|(code, id)| (code, id.to_string()))
                    .collect(),
            })
        });
        modules.collect()
    }

    /// The `clientId` of the telephony module, included in every request of the CRM.
    pub(super) fn client_id(&self) -> &str {
        let module = self.modules.get(&self.telephony_module);
        module.and_then(|it| it.get("clientId")?.as_str()).unwrap_or_default()
    }
}

fn code_object((code, id): &(String, u64)) -> Value {
    json!({"userId": id, "code": code})
}
