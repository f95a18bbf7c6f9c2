//! A host with accounts of all CRMs, against the stand-ins.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use vochi_crm::http::{HttpRequest, ReqwestTransport, Response, Transport, TransportError};
use vochi_crm::state::{CallStore, MemoryCallStore};
use vochi_crm::{CrmConnector, Cx, Hub};
use vochi_crm_sandbox::bitrix24::ADMIN;
use vochi_crm_sandbox::uon::List;
use vochi_crm_sandbox::{Crm, Sandbox};

use super::recording::Update;

/// Mobiles and extensions of the recordings that the stand-ins do not have, each with the extension of the
/// same employee in the stand-ins.
const ALIASES: [(&str, &str); 5] = [
    ("+375297770055", "103"),
    ("+375294656797", "103"),
    ("+375294820800", "103"),
    ("153", "101"),
    ("154", "102"),
];

/// The lines of the recordings. The numbers are invented.
const LINES: [(&str, &str); 3] = [
    ("375172000110", "+375172000110"),
    ("375172000111", "+375172000111"),
    ("0001371", "+375172000371"),
];

/// Returns the extension of the stand-ins for an extension of the recordings.
pub(super) fn known_extension(extension: &str) -> &str {
    let mobile = extension.trim_start_matches('+');
    let alias = ALIASES.iter().find(|(name, _)| name.trim_start_matches('+') == mobile);
    alias.map_or(extension, |(_, known)| known)
}

/// A host with all stand-ins.
pub(super) struct Host {
    pub(super) sandbox: Sandbox,
    transport: Arc<dyn Transport>,
    retries: u32,
}

/// Loses every second response of each address.
#[derive(Debug)]
struct Lossy {
    inner: Arc<dyn Transport>,
    sent: Mutex<BTreeMap<String, usize>>,
}

#[async_trait::async_trait]
impl Transport for Lossy {
    async fn send(&self, request: HttpRequest) -> Result<Response, TransportError> {
        let is_lost = {
            let mut sent = self.sent.lock().unwrap();
            let sent = sent.entry(request.url.authority().to_owned()).or_default();
            *sent += 1;
            sent.is_multiple_of(2)
        };
        let response = self.inner.send(request).await?;
        if is_lost { Err(TransportError::Broken("lost on the way".into())) } else { Ok(response) }
    }
}

/// The call store of a host.
pub(super) type Store = Arc<dyn CallStore>;

pub(super) fn empty_store() -> Store {
    Arc::new(MemoryCallStore::new())
}

impl Host {
    pub(super) async fn new() -> Self {
        let sandbox = Sandbox::builder().start().await.unwrap();
        let transport = Arc::new(ReqwestTransport::new("tests").unwrap());
        Self { sandbox, transport, retries: 0 }
    }

    /// A host that loses every second response of each CRM, and sends again what may be repeated.
    pub(super) async fn losing_responses() -> Self {
        let Self { sandbox, transport, .. } = Self::new().await;
        let transport = Arc::new(Lossy { inner: transport, sent: Mutex::default() });
        Self { sandbox, transport, retries: 2 }
    }

    /// Restores the first state of the CRMs, Bitrix24's without a limit of requests.
    pub(super) fn reset(&self) {
        self.sandbox.reset();
        self.sandbox.bitrix24().set_bucket(u32::MAX, 1);
    }

    /// Starts a process with this store and an account in each of the CRMs.
    pub(super) fn process(&self, store: &Store, crms: &[Crm]) -> Process {
        let hub = Hub::builder()
            .store(Arc::clone(store))
            .transport(Arc::clone(&self.transport))
            .build()
            .unwrap();
        let crms = crms.iter().map(|crm| self.account(&hub, *crm)).collect();
        Process { crms }
    }

    fn account(&self, hub: &Hub, crm: Crm) -> Arc<dyn CrmConnector> {
        let mut profile = self.sandbox.profiles()[crm.name()].clone();
        profile["retries"] = self.retries.into();
        if crm == Crm::RetailCrm {
            profile["default_user"] = "18".into();
        } else {
            if crm == Crm::Bitrix24 {
                profile["default_user"] = ADMIN.to_string().into();
            }
            // The stand-in of U-ON counts ten requests of each second, from none for each recording.
            let fast = crm != Crm::Uon;
            profile["requests_per_second"] = json!(if fast { 2000 } else { 1 });
            profile["burst"] = json!(if fast { 200 } else { 9 });
            let users = profile["extensions"].clone();
            for (name, known) in ALIASES {
                profile["extensions"][name] = users[known].clone();
            }
            for (line, number) in LINES {
                profile["lines"][line] = number.into();
            }
        }
        let profile = serde_json::from_value(profile).unwrap();
        vochi_crm::open(hub, crm.name(), &profile).unwrap()
    }

    /// Adds to a call of U-ON what only its note holds: the PBX's id and the wait time.
    fn noted(&self, mut row: Value) -> Value {
        let id = row["crm_call_id"].as_str().unwrap().parse().unwrap();
        let call = self.sandbox.uon().record(List::Calls, id).unwrap();
        let note = call["note"].as_str().unwrap();
        row["call_id"] = note.split_once("Вызов ").unwrap().1.into();
        let wait = note.split_once("Ожидание: ").and_then(|(_, rest)| rest.split_once(" с."));
        row["wait_seconds"] = json!(wait.map(|(wait, _)| wait.parse::<u64>().unwrap()));
        row
    }

    /// Returns the calls a CRM holds, by the PBX's ids. Panics if a call is stored twice.
    pub(super) fn calls(&self, crm: Crm) -> BTreeMap<String, Value> {
        let state = self.sandbox.state();
        let rows = state[crm.name()]["calls"].as_array().unwrap().clone();
        let all = rows.len();
        let calls: BTreeMap<String, Value> = rows
            .into_iter()
            .map(|row| if crm == Crm::Uon { self.noted(row) } else { row })
            .map(|row| (row["call_id"].as_str().unwrap().to_owned(), row))
            .collect();
        assert_eq!(calls.len(), all, "a call is stored more than once");
        calls
    }
}

/// A running process of the host.
pub(super) struct Process {
    crms: Vec<Arc<dyn CrmConnector>>,
}

impl Process {
    /// Sends updates to all accounts, as `replay --popups` does, and returns the errors.
    pub(super) async fn send(&self, updates: &[Update]) -> Vec<String> {
        let mut failed = Vec::new();
        for update in updates {
            for crm in &self.crms {
                let sent = match update {
                    Update::Live(event) => crm.handle_event(&Cx::live(), event).await,
                    Update::Finished(record) => {
                        let records = std::slice::from_ref(record);
                        crm.log_calls(&Cx::history(), records).await.remove(0)
                    }
                };
                if let Err(error) = sent {
                    failed.push(format!("{}: {}", crm.crm(), error.message()));
                }
            }
        }
        failed
    }
}
