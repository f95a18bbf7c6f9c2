//! The running sandbox.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

use crate::builder::Builder;
use crate::check::Check;
use crate::click::{Click, ClickAnswer, ClickError, ClickKind};
use crate::crm::Crm;
use crate::desk::{Desk, StandIn};
use crate::fault::Fault;
use crate::kontur::{self, Kontur};
use crate::record::{RecordedRequest, Refused};
use crate::report::Report;
use crate::retailcrm::{self, RetailCrm};

/// The stand-ins of one sandbox.
#[derive(Clone)]
pub(crate) struct Stands {
    retailcrm: Arc<Desk<RetailCrm>>,
    kontur: Arc<Desk<Kontur>>,
}

impl Stands {
    pub(crate) fn new(retailcrm: Arc<Desk<RetailCrm>>, kontur: Arc<Desk<Kontur>>) -> Self {
        Self { retailcrm, kontur }
    }

    pub(crate) fn desk(&self, crm: Crm) -> &Desk<dyn StandIn> {
        match crm {
            Crm::RetailCrm => &*self.retailcrm,
            Crm::Kontur => &*self.kontur,
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Desk<dyn StandIn>> {
        Crm::ALL.iter().map(|crm| self.desk(*crm))
    }

    pub(crate) fn reports(&self) -> Vec<(Crm, Url, Report)> {
        self.all().map(|desk| (desk.crm(), desk.url().clone(), desk.report())).collect()
    }

    pub(crate) fn state(&self) -> Value {
        let reports = self.reports().into_iter();
        reports.map(|(crm, _, report)| (crm.name().to_owned(), json!(report))).collect()
    }

    pub(crate) fn profiles(&self) -> Value {
        let profiles: Map<String, Value> = self
            .all()
            .map(|desk| (desk.crm().name().to_owned(), desk.stand_in().profile()))
            .collect();
        Value::Object(profiles)
    }

    pub(crate) fn reset(&self) {
        self.all().for_each(Desk::reset);
    }

    pub(crate) async fn click(&self, click: &Click) -> Result<ClickAnswer, ClickError> {
        if click.crm == Crm::Kontur {
            return kontur::press(&self.kontur, click).await;
        }
        if click.kind == ClickKind::Hangup {
            return Err(ClickError::Bad(format!("{} ends no calls", click.crm)));
        }
        let sent = self.desk(click.crm).stand_in().click(click);
        sent.map_err(ClickError::Bad)?.click().await
    }
}

/// Stand-ins of the CRMs, serving until dropped.
///
/// Dropping it stops the listeners and closes idle connections; [`shutdown`](Self::shutdown) also
/// waits for that.
pub struct Sandbox {
    page_url: Url,
    stands: Stands,
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
        stands: Stands,
        stop: watch::Sender<bool>,
        serving: Vec<JoinHandle<()>>,
    ) -> Self {
        Self { page_url, stands, stop, serving }
    }

    /// Settings for a sandbox; the defaults listen on free ports of `127.0.0.1`.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Where people look, and where `/state`, `/faults`, `/reset`, `/click` and `/account` are.
    pub fn page_url(&self) -> &Url {
        &self.page_url
    }

    /// The origin of one CRM: what a profile's `url` is.
    pub fn url(&self, crm: Crm) -> &Url {
        self.stands.desk(crm).url()
    }

    /// Complete settings of a profile per CRM, with the keys of the configuration file:
    /// `{"retailcrm": {"crm", "url", "api_key", …}}`. The credentials are invented.
    pub fn profiles(&self) -> Value {
        self.stands.profiles()
    }

    /// What `GET /state` answers: per CRM `calls`, `live`, `customers`, `modules`, `requests`,
    /// `refused`, each list newest first.
    pub fn state(&self) -> Value {
        self.stands.state()
    }

    /// Back to the first state: no calls, no faults, an empty log, full limits.
    pub fn reset(&self) {
        self.stands.reset();
    }

    /// Lets something go wrong. Faults of one CRM are used up in the order they were given.
    pub fn fault(&self, fault: Fault) {
        self.stands.desk(fault.crm).fault(fault);
    }

    /// Plays an employee clicking a number.
    ///
    /// # Errors
    /// When the CRM has no such employee, or the address does not answer.
    pub async fn click(&self, click: Click) -> Result<ClickAnswer, ClickError> {
        self.stands.click(&click).await
    }

    /// Every request a CRM received, in the order they came, refused and lost ones included.
    pub fn requests(&self, crm: Crm) -> Vec<RecordedRequest> {
        self.stands.desk(crm).requests()
    }

    /// Every request a check refused, in the order they came. An assertion that this is empty is
    /// the shortest proof that a client keeps to the reference.
    pub fn refused(&self, crm: Crm) -> Vec<Refused> {
        self.stands.desk(crm).refused()
    }

    /// The whole table of checks of a CRM.
    pub fn checks(crm: Crm) -> Vec<Check> {
        match crm {
            Crm::RetailCrm => retailcrm::checks(),
            Crm::Kontur => kontur::checks(),
        }
    }

    /// RetailCRM's account from inside.
    pub fn retailcrm(&self) -> retailcrm::Access<'_> {
        retailcrm::Access::new(&self.stands.retailcrm)
    }

    /// Kontur's workspace from inside.
    pub fn kontur(&self) -> kontur::Access<'_> {
        kontur::Access::new(&self.stands.kontur)
    }

    /// Stops, and waits until the ports are free again.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        for task in std::mem::take(&mut self.serving) {
            // It can only fail by a panic of a connection, which has been reported already.
            let _ = task.await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}
