//! RetailCRM, API v5: the methods around calls and customers.
//!
//! | request | what the stand-in does with it |
//! | --- | --- |
//! | `POST /api/v5/telephony/call/event` | stores the event and its viewers |
//! | `POST /api/v5/telephony/calls/upload` | stores each call once, by `externalId` |
//! | `GET /api/v5/telephony/manager` | the responsible manager of a number |
//! | `GET /api/credentials`, `/api/api-versions`, `/api/system-info` | the account and the key |
//! | `GET /api/v5/settings`, `/api/v5/reference/sites` | zone and shops |
//! | `GET /api/v5/users`, `/api/v5/users/{id}`, `/api/v5/user-groups` | the employees |
//! | `POST /api/v5/users/{id}/status` | status of an employee |
//! | `GET /api/v5/integration-modules/{code}`, `POST …/{code}/edit` | modules, the telephony among them |
//! | `POST /api/v5/integration-modules/{code}/update-scopes` | a new key with other scopes |
//! | `GET /api/v5/customers`, `/api/v5/customers/{id}` | finds and reads customers |
//! | `POST /api/v5/customers/create`, `/api/v5/customers/{id}/edit` | writes them |
//! | `POST /api/v5/customers/upload` | writes many, and reports refused ones |
//! | `GET /api/v5/customers/notes`, `POST …/create`, `…/{id}/delete` | notes; the same of `customers-corporate` |
//! | `GET /api/v5/customers/history`, of `customers-corporate`, of `orders` | changes with their authors |
//! | `GET /api/v5/orders`, `…/{id}`, `POST …/create`, `…/{id}/edit` | orders |
//! | `GET /api/v5/tasks`, `…/{id}`, `POST …/create`, `…/{id}/edit` | tasks of employees |
//! | `GET /api/v5/files`, `…/{id}`, `…/{id}/download` | files and their content |
//! | `POST /api/v5/files/upload`, `…/{id}/edit`, `…/{id}/delete` | stores, renames, attaches and deletes them |
//! | `GET /api/v5/customers-corporate`, `…/{id}`, `…/{id}/contacts`, `…/{id}/companies` | companies |
//! | `POST …/create`, `…/{id}/edit`, `…/contacts/create`, `…/contacts/{id}/edit`, the same of `companies` | writes them |
//!
//! Sections (`§2.1`) refer to the project's RetailCRM reference page.

mod access;
mod checks;
mod corporate;
mod customers;
mod differences;
mod employees;
mod files;
mod filters;
mod handlers;
mod history;
mod journal;
mod mapping;
mod modules;
mod notes;
mod operations;
mod orders;
mod pbx;
mod references;
mod seed;
mod seed_history;
mod state;
mod store;
mod tasks;
mod telephony;
mod uploads;
mod user_actions;

use http::Method;
use serde_json::{Map, Value, json};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::check::Check;
use crate::click::{Click, ClickVerb};
use crate::crm::Crm;
use crate::host::StandIn;
use crate::outgoing::Outgoing;
use crate::pbx::{PbxCall, PbxRequest, StepKind};
use crate::report::{Employee, LiveCall, Report};
use crate::schema::Sample;
use crate::wire::{Handled, Request};

pub use access::Access;
pub use files::StoredFile;
pub use journal::Author;
pub use seed::{API_KEY, CLIENT_ID, MODULE_CODE, SITE, TIMEZONE};
pub use state::{SiteAccess, StoredCall, Telephony, User};

use handlers::Change;
use journal::Subject;
use state::Account;

pub(crate) use operations::routes;

/// Requests for tests, made from the schemas.
pub(crate) fn samples() -> Vec<Sample> {
    checks::table().samples().to_vec()
}

/// All checks of the table.
pub(crate) fn checks() -> Vec<Check> {
    checks::table().checks().collect()
}

pub(crate) struct RetailCrm {
    account: Account,
}

impl RetailCrm {
    pub(crate) fn new(url: &Url) -> Self {
        Self { account: Account::new(url.as_str().trim_end_matches('/').to_owned()) }
    }
}

impl StandIn for RetailCrm {
    fn crm(&self) -> Crm {
        Crm::RetailCrm
    }

    fn answer(&mut self, request: &Request) -> Handled {
        let over = self.account.over_limit(request);
        let (answer, change) = match checks::run(request, &self.account, over) {
            Ok((operation, cx)) => operation.carry_out(&cx),
            Err(refused) => return refused,
        };
        match change {
            Change::Nothing => {}
            Change::Live(row) => self.account.live.push(row),
            Change::Status(id, status) => {
                let mut users = self.account.users.iter_mut();
                if let Some(user) = users.find(|user| user.id == id) {
                    user.status = status;
                }
            }
            Change::Module(code, module) => self.account.write_module(code, module),
            Change::Entity(Subject::Customer, it) => self.account.write_customer(it, Author::Key),
            Change::Entity(Subject::Corporate, it) => self.account.write_corporate(it, Author::Key),
            Change::Entity(Subject::Order, it) => self.account.write_order(it, Author::Key),
            Change::Customers(customers, findings) => {
                for customer in customers {
                    self.account.write_customer(customer, Author::Key);
                }
                return Handled { answer, findings };
            }
            Change::Note(note) => {
                self.account.notes.reserve(store::id_of(&note));
                self.account.notes.put(note);
            }
            Change::NoteGone(id) => self.account.notes.remove(id),
            Change::Key(key, scopes) => {
                self.account.key = key;
                self.account.scopes = scopes;
            }
            Change::Task(task) => self.account.tasks.put(task),
            Change::File(file) => self.account.write_file(*file),
            Change::FileGone(id) => self.account.files.retain(|file| file.id != id),
            Change::Calls(calls) => {
                for call in calls {
                    self.account.store_call(call);
                }
            }
        }
        Handled::ok(answer)
    }

    fn enforce_limits(&mut self) {
        self.account.enforce_limits();
    }

    fn reset(&mut self) {
        self.account = Account::new(std::mem::take(&mut self.account.url));
    }

    fn report(&self) -> Report {
        self.account.report()
    }

    fn profile(&self) -> Value {
        let codes = self.account.additional_codes.iter();
        let extensions: Map<String, Value> =
            codes.map(|(code, id)| (code.clone(), json!(id.to_string()))).collect();
        let lines: Map<String, Value> = seed::LINES
            .iter()
            .map(|(line, number, _)| ((*line).to_owned(), json!(number)))
            .collect();
        json!({
            "crm": "retailcrm",
            "url": self.account.url,
            "api_key": self.account.key,
            "client_id": CLIENT_ID,
            "module_code": MODULE_CODE,
            "site": SITE,
            "timezone": TIMEZONE,
            "default_region": "BY",
            "extensions": extensions,
            "lines": lines,
        })
    }

    fn live_calls(&self) -> Vec<LiveCall> {
        self.account.live_calls()
    }

    fn employees(&self) -> Vec<Employee> {
        let codes = self.account.additional_codes.iter();
        codes.filter_map(|(_, id)| self.account.employee(*id)).collect()
    }

    fn click_url(&self) -> Option<String> {
        let mut modules = self.account.modules.values();
        let url =
            modules.find_map(|it| it.get("integrations")?["telephony"]["makeCallUrl"].as_str());
        url.map(str::to_owned)
    }

    fn pbx_requests(&mut self, step: StepKind, call: &PbxCall) -> Result<Vec<PbxRequest>, String> {
        Ok(pbx::requests(&self.account, step, call))
    }

    /// §3.1.
    fn click(&mut self, click: &Click) -> Result<Outgoing, String> {
        let user = click.user_id.parse().ok().and_then(|id| self.account.user(id));
        let user = user.ok_or_else(|| format!("unknown user {}", click.user_id))?;
        let mut sent = Serializer::new(String::new());
        sent.append_pair("clientId", self.account.client_id());
        if let Some(code) = self.account.code_of(user.id) {
            sent.append_pair("code", code);
        }
        sent.append_pair("phone", &click.phone);
        sent.append_pair("userId", &user.id.to_string());
        if let Some(number) = handlers::outside_number() {
            sent.append_pair("externalPhone", number);
        }
        let sent = sent.finish();
        let mut url = click.to.clone();
        if click.verb == ClickVerb::Post {
            let form = "application/x-www-form-urlencoded";
            return Ok(Outgoing::new(Method::POST, url).with_body(form, sent));
        }
        let query = match url.query() {
            Some(own) if !own.is_empty() => format!("{own}&{sent}"),
            _ => sent,
        };
        url.set_query(Some(&query));
        Ok(Outgoing::new(Method::GET, url))
    }

    fn configure(&mut self, asked: &Map<String, Value>) -> Result<(), String> {
        for (name, value) in asked {
            match (name.as_str(), value) {
                ("telephony", Value::Bool(on)) => {
                    self.account.telephony = if *on { Telephony::On } else { Telephony::Off };
                }
                ("strict", Value::Bool(strict)) => self.account.strict = *strict,
                ("scopes", Value::Array(scopes)) => {
                    let scopes: Option<Vec<String>> =
                        scopes.iter().map(|it| it.as_str().map(str::to_owned)).collect();
                    self.account.scopes = scopes.ok_or("\"scopes\" must be a list of texts")?;
                }
                ("customers", Value::Array(customers)) => {
                    for customer in customers {
                        self.account.put_customer(customer)?;
                    }
                }
                ("acts", Value::Array(acts)) => {
                    for act in acts {
                        self.account.act(act)?;
                    }
                }
                ("modules", Value::Object(modules)) => {
                    for (code, module) in modules {
                        match module {
                            Value::Null => self.account.remove_module(code),
                            Value::Object(module) => {
                                self.account.write_module(code.clone(), module.clone());
                            }
                            _ => return Err(format!("invalid module {code}: must be an object")),
                        }
                    }
                }
                ("corporates", Value::Array(corporates)) => {
                    for corporate in corporates {
                        self.account.put_corporate(corporate)?;
                    }
                }
                ("customers" | "corporates" | "acts", _) => {
                    return Err(format!("{name:?} must be a list of objects"));
                }
                ("modules", _) => {
                    return Err("\"modules\" must be an object: code and module".into());
                }
                ("telephony" | "strict", _) => {
                    return Err(format!("{name:?} must be true or false"));
                }
                ("scopes", _) => return Err("\"scopes\" must be a list of texts".into()),
                (other, _) => {
                    return Err(format!(
                        "RetailCRM has no {other:?} to set; there are \"telephony\", \"strict\", \
                         \"scopes\", \"customers\", \"corporates\", \"modules\" and \"acts\""
                    ));
                }
            }
        }
        Ok(())
    }
}
