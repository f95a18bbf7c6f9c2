//! U-ON.Travel: the HTTP API with the key in the path, and the hooks to the integration.
//!
//! | request, as `/{key}/….json` | what the stand-in does with it |
//! | --- | --- |
//! | `user`, `users`, `user/…` | clients by number, e-mail, contact, change; create, update |
//! | `manager`, `manager/…` | employees |
//! | `call_history/…`, `call_history_by_user`, `call_history_by_request` | call history |
//! | `notification/…`, `notifications` | popups |
//! | `lead/…`, `leads`, `lead-by-client` | leads: search, by client, by date, create |
//! | `request/…`, `requests`, `request-by-client`, `request-by-tourist` | requests; updates of leads and requests |
//! | `request-action/…`, `reminder/…`, `reminder-one` | actions, reminders |
//! | `source`, `status`, `status_lead`, `status_pay`, `company`, `company-office`, … | dictionaries |
//! | `extended_field/…` | extended fields |
//! | `webhook/…` | subscriptions; a repeated one is another one |
//!
//! Other documented paths answer `No route found`. In the other direction it sends hooks
//! ([`Access::send_hooks`], `Sandbox::click`).
//!
//! U-ON executes a request with an unknown or misnamed field and ignores the field. So does the
//! stand-in, but it records the request as refused. [`Dialect`] selects between the forms of
//! responses that sources show. Sections (`§7.1`) refer to the project's U-ON reference page.

mod access;
mod account;
mod answer;
mod checks;
mod deals;
mod handlers;
mod hooks;
mod operations;
mod pbx;
mod report;
mod seed;

use serde_json::{Map, Value, json};
use url::Url;

use crate::check::Check;
use crate::click::Click;
use crate::crm::Crm;
use crate::host::StandIn;
use crate::outgoing::Outgoing;
use crate::pbx::{PbxCall, PbxRequest, StepKind};
use crate::report::{Employee, LiveCall, Report};
use crate::schema::Sample;
use crate::wire::{Handled, Request};

pub use access::Access;
pub use account::{Dialect, List};
pub use answer::{ErrorText, IdForm, Nothing};
pub use hooks::HookForm;
pub(crate) use operations::routes;
pub use seed::{ACCOUNT_ID, API_KEY, SUBDOMAIN};

use account::{Account, Key, name_of, number, text_of};

/// Requests for tests, made from the schemas.
pub(crate) fn samples() -> Vec<Sample> {
    checks::samples()
}

/// All checks of the tables.
pub(crate) fn checks() -> Vec<Check> {
    checks::checks().collect()
}

pub(crate) struct Uon {
    account: Account,
}

impl Uon {
    pub(crate) fn new(url: &Url) -> Self {
        Self { account: Account::new(url.as_str().trim_end_matches('/').to_owned()) }
    }
}

impl StandIn for Uon {
    fn crm(&self) -> Crm {
        Crm::Uon
    }

    fn answer(&mut self, request: &Request) -> Handled {
        let over = self.account.over_limit(request);
        match checks::run(request, &self.account, over) {
            Ok((order, findings)) => Handled { answer: order.execute(&mut self.account), findings },
            Err(refused) => refused,
        }
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
        let extensions: Map<String, Value> = seed::PEOPLE
            .iter()
            .map(|(extension, _, _, id)| ((*extension).to_owned(), json!(id.to_string())))
            .collect();
        let lines: Map<String, Value> =
            seed::LINES.iter().map(|(line, number)| ((*line).to_owned(), json!(number))).collect();
        json!({
            "crm": "uon",
            "url": self.account.url,
            "api_key": API_KEY,
            "account_id": ACCOUNT_ID,
            "default_region": "BY",
            "extensions": extensions,
            "lines": lines,
        })
    }

    fn click(&mut self, click: &Click) -> Result<Outgoing, String> {
        self.account.click_request(click)
    }

    fn live_calls(&self) -> Vec<LiveCall> {
        self.account.page_calls.iter().rev().cloned().collect()
    }

    fn employees(&self) -> Vec<Employee> {
        self.account.employees()
    }

    fn click_url(&self) -> Option<String> {
        let hooks = self.account.list(List::Webhooks).iter();
        let mut clicks = hooks.filter(|it| it.get("type_id").and_then(number) == Some(47));
        clicks.next()?.get("url").map(text_of)
    }

    fn pbx_requests(&mut self, step: StepKind, call: &PbxCall) -> Result<Vec<PbxRequest>, String> {
        let manager = self.account.manager_by_extension(&call.extension);
        let manager = manager.ok_or_else(|| format!("unknown extension {}", call.extension))?;
        match step {
            StepKind::Ring => {
                let employees = self.account.employees().into_iter();
                let client = self.account.with_phone(&call.phone).next().map(name_of);
                self.account.ringing = Some(LiveCall {
                    call_id: call.id.clone(),
                    direction: Some("in"),
                    phone: Some(call.phone.clone()),
                    client,
                    employees: employees.filter(|it| it.user_id == manager.to_string()).collect(),
                    since: call.started_at,
                });
            }
            StepKind::Answer => {}
            StepKind::Hangup => self.account.page_calls.retain(|it| it.call_id != call.id),
        }
        Ok(pbx::requests(manager, step, call))
    }

    fn configure(&mut self, asked: &Map<String, Value>) -> Result<(), String> {
        for (name, value) in asked {
            match name.as_str() {
                "dialect" => {
                    self.account.dialect = serde_json::from_value(value.clone())
                        .map_err(|error| format!("invalid \"dialect\": {error}"))?;
                }
                "get" | "post" => {
                    let allowed = value.as_bool();
                    let allowed = allowed.ok_or(format!("\"{name}\" must be true or false"))?;
                    for key in &mut self.account.keys {
                        *if name == "get" { &mut key.get } else { &mut key.post } = allowed;
                    }
                }
                "keys" => {
                    let keys: Vec<String> = serde_json::from_value(value.clone())
                        .map_err(|_| "\"keys\" must be a list of texts")?;
                    self.account.keys =
                        keys.into_iter().map(|it| Key::new(it, true, true)).collect();
                }
                "records" => {
                    let lists: std::collections::BTreeMap<List, Vec<Map<String, Value>>> =
                        serde_json::from_value(value.clone())
                            .map_err(|error| format!("invalid \"records\": {error}"))?;
                    for (list, records) in lists {
                        for record in records {
                            self.account.put(list, record);
                        }
                    }
                }
                other => {
                    return Err(format!(
                        "U-ON has no {other:?} to set; there are \"dialect\", \"get\", \"post\", \
                         \"keys\" and \"records\""
                    ));
                }
            }
        }
        Ok(())
    }
}
