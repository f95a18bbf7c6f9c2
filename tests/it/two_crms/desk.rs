//! Accounts of both CRMs on stand-ins, and recordings told to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use vochi_crm::http::{ReqwestTransport, Transport};
use vochi_crm::state::{CallStore, MemoryCallStore};
use vochi_crm::{CrmConnector, Cx, Hub};
use vochi_crm_sandbox::{Crm, Sandbox};

use super::recording::Said;

/// Mobiles that take calls in the recordings, and extensions the stand-ins' people do not have: whose
/// they are, by an extension the stand-ins know.
const ALSO: [(&str, &str); 5] = [
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

/// Who sits where, for Kontur.
pub(super) fn seat(extension: &str) -> &str {
    let mobile = extension.trim_start_matches('+');
    let also = ALSO.iter().find(|(name, _)| name.trim_start_matches('+') == mobile);
    also.map_or(extension, |(_, seat)| seat)
}

/// Both stand-ins, and the way to them.
pub(super) struct Desk {
    pub(super) sandbox: Sandbox,
    transport: Arc<dyn Transport>,
}

/// The memory of an installation. What forgets is started anew.
pub(super) type Memory = Arc<dyn CallStore>;

pub(super) fn memory() -> Memory {
    Arc::new(MemoryCallStore::new())
}

impl Desk {
    pub(super) async fn new() -> Self {
        let sandbox = Sandbox::builder().start().await.unwrap();
        let transport = Arc::new(ReqwestTransport::new("tests").unwrap());
        Self { sandbox, transport }
    }

    /// A process that knows what is in this memory, with an account in Kontur and, where wanted, one
    /// in RetailCRM.
    pub(super) fn process(&self, memory: &Memory, crms: &[Crm]) -> Process {
        let hub = Hub::builder()
            .store(Arc::clone(memory))
            .transport(Arc::clone(&self.transport))
            .build()
            .unwrap();
        let crms = crms.iter().map(|crm| self.account(&hub, *crm)).collect();
        Process { crms }
    }

    fn account(&self, hub: &Hub, crm: Crm) -> Arc<dyn CrmConnector> {
        let mut profile = self.sandbox.profiles()[crm.name()].clone();
        profile["retries"] = 0.into();
        if crm == Crm::Kontur {
            profile["requests_per_second"] = json!(2000);
            profile["burst"] = json!(200);
            let people = profile["extensions"].clone();
            for (name, seat) in ALSO {
                profile["extensions"][name] = people[seat].clone();
            }
            for (line, number) in LINES {
                profile["lines"][line] = number.into();
            }
        } else {
            profile["default_user"] = "18".into();
        }
        let profile = serde_json::from_value(profile).unwrap();
        vochi_crm::open(hub, crm.name(), &profile).unwrap()
    }

    /// The calls a CRM holds, by the PBX's ids; each is there once.
    pub(super) fn calls(&self, crm: Crm) -> BTreeMap<String, Value> {
        let state = self.sandbox.state();
        let rows = state[crm.name()]["calls"].as_array().unwrap().clone();
        let all = rows.len();
        let calls: BTreeMap<String, Value> = rows
            .into_iter()
            .map(|row| (row["call_id"].as_str().unwrap().to_owned(), row))
            .collect();
        assert_eq!(calls.len(), all, "a call stands there more than once");
        calls
    }
}

/// A running installation.
pub(super) struct Process {
    crms: Vec<Arc<dyn CrmConnector>>,
}

impl Process {
    /// Tells the accounts what was heard, as `replay --popups` does: a popup that fails keeps
    /// nothing up. What failed is returned.
    pub(super) async fn tell(&self, heard: &[Said]) -> Vec<String> {
        let mut failed = Vec::new();
        for said in heard {
            for crm in &self.crms {
                let told = match said {
                    Said::Live(event) => crm.handle_event(&Cx::live(), event).await,
                    Said::Over(record) => {
                        let records = std::slice::from_ref(record);
                        crm.log_calls(&Cx::history(), records).await.remove(0)
                    }
                };
                if let Err(error) = told {
                    failed.push(format!("{}: {}", crm.crm(), error.message()));
                }
            }
        }
        failed
    }
}
