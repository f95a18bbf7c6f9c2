//! Bitrix24: the REST methods of telephony and CRM, incoming webhooks, OAuth 2.0, events.
//!
//! | request | what the stand-in does with it |
//! | --- | --- |
//! | `/rest/{user}/{secret}/{method}`, `/rest/{method}` with `auth` | the methods |
//! | `batch` | commands with `$result[…]`, `halt`, PHP's empty lists |
//! | `telephony.*`, `voximplant.*` | calls, cards, recordings, lines, statistic |
//! | `crm.*`, `crm.item.*`, `user.*` | entities, activities, duplicates, employees |
//! | `event.*` | subscriptions, offline events |
//! | `/rest/upload.json` | the upload of a recording |
//! | `/oauth/authorize/`, `/oauth/token/` | codes and tokens |
//! | `/rest/app.info` of the OAuth host, a port of its own | what it knows of a token |
//!
//! In the other direction it sends events ([`Access::send_events`], `Sandbox::click`).
//!
//! Bitrix24 ignores unknown fields silently, and takes `"N"` for true. So does the stand-in, but
//! it records the request as refused. [`Dialect`] selects between the behaviours that sources
//! show. Its time advances with tokio's clock. Sections (`§4`) refer to the project's Bitrix24
//! reference page.

#![allow(
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the handlers of the table of methods have one signature"
)]

mod access;
mod answer;
mod batch;
mod checks;
mod crm;
mod dialect;
mod events;
mod handlers;
mod items;
mod oauth;
mod operations;
mod pbx;
mod portal;
mod query;
mod quota;
mod recordings;
mod report;
mod rights;
mod seed;
mod system;
mod telephony;

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
use crate::server::{Handler, Lost};
use crate::wire::{Handled, Request, Response};

pub use access::Access;
pub use dialect::{Dialect, ErrorCode, EventForm, PortalState};
pub(crate) use operations::routes;
pub use portal::List;
pub use rights::{ADMIN, APPLICATION_TOKEN, CLIENT_ID, CLIENT_SECRET, MEMBER_ID, WEBHOOK_SECRET};

use portal::{Portal, Record};
use quota::Quota;

/// Requests for tests, made from the schemas.
pub(crate) fn samples() -> Vec<Sample> {
    checks::samples()
}

/// All checks of the tables.
pub(crate) fn checks() -> Vec<Check> {
    checks::checks().collect()
}

/// Handler of the OAuth host's port: its `/rest/` is not the portal's.
pub(crate) fn oauth_host(portal: Handler) -> Handler {
    std::sync::Arc::new(move |mut request: Request| {
        if request.path.starts_with("/rest/") {
            request.path.insert_str(0, oauth::HOST);
        }
        let answer: std::pin::Pin<Box<dyn Future<Output = Result<Response, Lost>> + Send>> =
            portal(request);
        answer
    })
}

pub(crate) struct Bitrix24 {
    portal: Portal,
}

impl Bitrix24 {
    /// A portal at `url`, whose OAuth host is at `oauth_url`.
    pub(crate) fn new(url: &Url, oauth_url: &Url) -> Self {
        let origin = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
        Self { portal: Portal::new(origin(url), origin(oauth_url)) }
    }
}

impl Portal {
    /// Settings of a profile with the webhook.
    fn settings(&self) -> Value {
        let extensions: Map<String, Value> = seed::PEOPLE
            .iter()
            .map(|(extension, _, _, id)| ((*extension).to_owned(), json!(id.to_string())))
            .collect();
        let lines: Map<String, Value> =
            seed::LINES.iter().map(|(line, number)| ((*line).to_owned(), json!(number))).collect();
        let webhook = format!("{}/rest/{ADMIN}/{WEBHOOK_SECRET}/", self.url);
        json!({
            "crm": "bitrix24",
            "url": self.url,
            "webhook_url": webhook,
            "application_token": APPLICATION_TOKEN,
            "default_region": "BY",
            "extensions": extensions,
            "lines": lines,
        })
    }
}

impl StandIn for Bitrix24 {
    fn crm(&self) -> Crm {
        Crm::Bitrix24
    }

    fn answer(&mut self, request: &Request) -> Handled {
        self.portal.answer(request)
    }

    fn enforce_limits(&mut self) {
        self.portal.enforce_limits();
    }

    fn reset(&mut self) {
        let (url, oauth_url) = (self.portal.url.clone(), self.portal.oauth_url.clone());
        self.portal = Portal::new(url, oauth_url);
    }

    fn report(&self) -> Report {
        self.portal.report()
    }

    fn profile(&self) -> Value {
        self.portal.settings()
    }

    fn click(&mut self, click: &Click) -> Result<Outgoing, String> {
        self.portal.click_request(click)
    }

    fn live_calls(&self) -> Vec<LiveCall> {
        self.portal.live_calls()
    }

    fn employees(&self) -> Vec<Employee> {
        self.portal.employees()
    }

    fn click_url(&self) -> Option<String> {
        let mut handlers = self.portal.list(List::Handlers).iter();
        let clicks = |it: &&Record| portal::text_in(it, "event") == "ONEXTERNALCALLSTART";
        let handler = portal::text_in(handlers.find(clicks)?, "handler");
        Some(handler).filter(|it| !it.is_empty())
    }

    fn pbx_requests(&mut self, step: StepKind, call: &PbxCall) -> Result<Vec<PbxRequest>, String> {
        self.portal.pbx_requests(step, call)
    }

    fn configure(&mut self, asked: &Map<String, Value>) -> Result<(), String> {
        let portal = &mut self.portal;
        for (name, value) in asked {
            let invalid = |error: serde_json::Error| format!("invalid {name:?}: {error}");
            let text = || value.as_str().ok_or_else(|| format!("{name:?} must be a text"));
            match name.as_str() {
                "dialect" => {
                    portal.dialect = serde_json::from_value(value.clone()).map_err(invalid)?;
                }
                "state" => portal.state = serde_json::from_value(value.clone()).map_err(invalid)?,
                "renamed_to" => {
                    let url = Url::parse(text()?).map_err(|error| error.to_string())?;
                    portal.renamed_to = Some(url.as_str().trim_end_matches('/').to_owned());
                }
                "redirect_uri" => text()?.clone_into(&mut portal.rights.redirect_uri),
                "bucket" => {
                    let bucket = serde_json::from_value(value.clone()).map_err(invalid)?;
                    portal.quota = Quota::new();
                    portal.quota.bucket = bucket;
                }
                "operating" => {
                    portal.quota.seconds =
                        serde_json::from_value(value.clone()).map_err(invalid)?;
                }
                "scopes" => {
                    portal.rights.scopes =
                        serde_json::from_value(value.clone()).map_err(invalid)?;
                }
                "tokens" => match text()? {
                    "issue" => {
                        portal.rights.issue(ADMIN, tokio::time::Instant::now());
                    }
                    "expire" => portal.rights.expire(tokio::time::Instant::now()),
                    _ => return Err("\"tokens\" must be \"issue\" or \"expire\"".into()),
                },
                "records" => {
                    let lists: std::collections::BTreeMap<List, Vec<Record>> =
                        serde_json::from_value(value.clone()).map_err(invalid)?;
                    for (list, records) in lists {
                        for record in records {
                            portal.put(list, record);
                        }
                    }
                }
                other => {
                    return Err(format!(
                        "Bitrix24 has no {other:?} to set; there are \"dialect\", \"state\", \
                         \"renamed_to\", \"redirect_uri\", \"bucket\", \"operating\", \"scopes\", \
                         \"tokens\" and \"records\""
                    ));
                }
            }
        }
        Ok(())
    }
}
