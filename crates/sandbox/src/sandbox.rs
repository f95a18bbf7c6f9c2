//! A running sandbox.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

use crate::bitrix24::{self, Bitrix24};
use crate::builder::Builder;
use crate::check::Check;
use crate::click::{Click, ClickError, ClickKind, ClickResponse};
use crate::crm::Crm;
use crate::fault::Fault;
use crate::host::{CrmHost, StandIn};
use crate::kontur::{self, Kontur};
use crate::page::CrmView;
use crate::pbx::{Pbx, Step, StepResult};
use crate::record::{RecordedRequest, Refused};
use crate::retailcrm::{self, RetailCrm};
use crate::schema::{Route, Sample};
use crate::uon::{self, Uon};

/// The stand-ins of one sandbox.
#[derive(Clone)]
pub(crate) struct Hosts {
    retailcrm: Arc<CrmHost<RetailCrm>>,
    kontur: Arc<CrmHost<Kontur>>,
    uon: Arc<CrmHost<Uon>>,
    bitrix24: Arc<CrmHost<Bitrix24>>,
    pbx: Arc<Mutex<Pbx>>,
}

impl Hosts {
    pub(crate) fn new(
        retailcrm: Arc<CrmHost<RetailCrm>>,
        kontur: Arc<CrmHost<Kontur>>,
        uon: Arc<CrmHost<Uon>>,
        bitrix24: Arc<CrmHost<Bitrix24>>,
    ) -> Self {
        Self { retailcrm, kontur, uon, bitrix24, pbx: Arc::default() }
    }

    pub(crate) fn crm_host(&self, crm: Crm) -> &CrmHost<dyn StandIn> {
        match crm {
            Crm::RetailCrm => &*self.retailcrm,
            Crm::Kontur => &*self.kontur,
            Crm::Uon => &*self.uon,
            Crm::Bitrix24 => &*self.bitrix24,
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &CrmHost<dyn StandIn>> {
        Crm::ALL.iter().map(|crm| self.crm_host(*crm))
    }

    /// What the page shows.
    pub(crate) fn views(&self) -> Vec<CrmView> {
        let pbx = self.pbx.lock().unwrap_or_else(PoisonError::into_inner);
        let view = |crm_host: &CrmHost<dyn StandIn>| {
            let report = crm_host.report();
            let stand_in = crm_host.stand_in();
            let crm = stand_in.crm();
            let live = stand_in.live_calls().into_iter();
            CrmView {
                crm,
                url: crm_host.url().clone(),
                report,
                live: live
                    .map(|call| (call.clone(), pbx.live(crm, &call.call_id).cloned()))
                    .collect(),
                employees: stand_in.employees(),
                click_url: stand_in.click_url(),
            }
        };
        self.all().map(view).collect()
    }

    /// Takes a step of the page's PBX.
    pub(crate) async fn step(&self, step: &Step) -> Result<StepResult, String> {
        step.run(&self.pbx, self.crm_host(step.crm())).await
    }

    pub(crate) fn state(&self) -> Value {
        let state = |it: &CrmHost<dyn StandIn>| (it.crm().name().to_owned(), json!(it.report()));
        self.all().map(state).collect()
    }

    pub(crate) fn profiles(&self) -> Value {
        let profiles: Map<String, Value> = self
            .all()
            .map(|crm_host| (crm_host.crm().name().to_owned(), crm_host.stand_in().profile()))
            .collect();
        Value::Object(profiles)
    }

    pub(crate) fn reset(&self) {
        self.all().for_each(CrmHost::reset);
        *self.pbx.lock().unwrap_or_else(PoisonError::into_inner) = Pbx::default();
    }

    pub(crate) async fn click(&self, click: &Click) -> Result<ClickResponse, ClickError> {
        if click.crm == Crm::Kontur {
            return kontur::send_click(&self.kontur, click).await;
        }
        if click.kind == ClickKind::Hangup {
            return Err(ClickError::Bad(format!("{} ends no calls", click.crm)));
        }
        let sent = self.crm_host(click.crm).stand_in().click(click);
        sent.map_err(ClickError::Bad)?.click().await
    }
}

/// Running stand-ins of the CRMs, until dropped.
///
/// Dropping it stops the listeners and closes idle connections; [`shutdown`](Self::shutdown) also
/// waits for that.
pub struct Sandbox {
    page_url: Url,
    hosts: Hosts,
    stop: watch::Sender<bool>,
    serving: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("page_url", &self.page_url.as_str()).finish_non_exhaustive()
    }
}

impl Sandbox {
    pub(crate) fn new(
        page_url: Url,
        hosts: Hosts,
        stop: watch::Sender<bool>,
        serving: Vec<JoinHandle<()>>,
    ) -> Self {
        Self { page_url, hosts, stop, serving }
    }

    /// Returns a builder; by default on free ports of `127.0.0.1`.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// URL of the page and of `/state`, `/faults`, `/reset`, `/click` and `/account`.
    pub fn page_url(&self) -> &Url {
        &self.page_url
    }

    /// The origin of one CRM, a profile's `url`.
    pub fn url(&self, crm: Crm) -> &Url {
        self.hosts.crm_host(crm).url()
    }

    /// Complete profile settings per CRM, with the keys of the configuration file: `{"retailcrm":
    /// {"crm", "url", "api_key", …}}`. The credentials are invented.
    pub fn profiles(&self) -> Value {
        self.hosts.profiles()
    }

    /// The body of `GET /state`: per CRM `calls`, `live`, `customers`, `modules`, `requests`,
    /// `refused`, each list newest first.
    pub fn state(&self) -> Value {
        self.hosts.state()
    }

    /// Restores the seed state: no calls, no faults, an empty log, full limits.
    pub fn reset(&self) {
        self.hosts.reset();
    }

    /// Injects a fault. Faults of one CRM are used in the given order.
    pub fn fault(&self, fault: Fault) {
        self.hosts.crm_host(fault.crm).fault(fault);
    }

    /// Simulates a click on a number by an employee.
    ///
    /// # Errors
    /// The employee is unknown, or the URL does not respond.
    pub async fn click(&self, click: Click) -> Result<ClickResponse, ClickError> {
        self.hosts.click(&click).await
    }

    /// Every request a CRM received, in order, including refused and lost ones.
    pub fn requests(&self, crm: Crm) -> Vec<RecordedRequest> {
        self.hosts.crm_host(crm).requests()
    }

    /// Every refused request, in order. Assert that it is empty to verify that a client follows the
    /// reference.
    pub fn refused(&self, crm: Crm) -> Vec<Refused> {
        self.hosts.crm_host(crm).refused()
    }

    /// All checks of a CRM.
    pub fn checks(crm: Crm) -> Vec<Check> {
        match crm {
            Crm::RetailCrm => retailcrm::checks(),
            Crm::Kontur => kontur::checks(),
            Crm::Uon => uon::checks(),
            Crm::Bitrix24 => bitrix24::checks(),
        }
    }

    /// Requests that one rule of a CRM's schemas refuses, or that all accept.
    pub fn samples(crm: Crm) -> Vec<Sample> {
        match crm {
            Crm::RetailCrm => retailcrm::samples(),
            Crm::Kontur => kontur::samples(),
            Crm::Uon => uon::samples(),
            Crm::Bitrix24 => bitrix24::samples(),
        }
    }

    /// The operations of a CRM.
    pub fn routes(crm: Crm) -> Vec<Route> {
        match crm {
            Crm::RetailCrm => retailcrm::routes(),
            Crm::Kontur => kontur::routes(),
            Crm::Uon => uon::routes(),
            Crm::Bitrix24 => bitrix24::routes(),
        }
    }

    /// RetailCRM's account, from inside the process.
    pub fn retailcrm(&self) -> retailcrm::Access<'_> {
        retailcrm::Access::new(&self.hosts.retailcrm)
    }

    /// Kontur's workspace, from inside the process.
    pub fn kontur(&self) -> kontur::Access<'_> {
        kontur::Access::new(&self.hosts.kontur)
    }

    /// U-ON's account, from inside the process.
    pub fn uon(&self) -> uon::Access<'_> {
        uon::Access::new(&self.hosts.uon)
    }

    /// Bitrix24's portal, from inside the process.
    pub fn bitrix24(&self) -> bitrix24::Access<'_> {
        bitrix24::Access::new(&self.hosts.bitrix24)
    }

    /// Stops the sandbox and waits until its ports are free.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        for task in std::mem::take(&mut self.serving) {
            // Fails only after a panic of a connection, which was reported already.
            let _ = task.await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}
