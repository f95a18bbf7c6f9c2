//! An invented CRM and its connector.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use vochi_crm_core::follow_up::{Duty, FollowUpCall, FollowUpJob, follow_up};
use vochi_crm_core::pending::{self, Mode, PendingItem, PendingKind, Settled};
use vochi_crm_core::retry::{RecordAttempt, RecordJob, RecordRepeat, record_once};
use vochi_crm_core::state::{CallStore, MemoryCallStore};
use vochi_crm_core::{
    Account, AccountConfig, AccountName, CallId, CallRecord, Capabilities, Clock, CrmConnector,
    CrmName, Cx, Effect, Error, ErrorKind, Hub, Receipt, Recorded, Result, Timestamp, TryAgain,
    Warning,
};

/// What becomes of the next request that writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Done,
    Down,
    Limited,
    Refused,
    /// Carried out, and the response is lost.
    ResponseLost,
    /// Not carried out, and nothing shows that.
    RequestLost,
    /// Carried out, and the process is killed before the response comes.
    Killed,
    /// The process is killed before it is carried out.
    KilledBefore,
}

/// What the CRM makes of a record that is sent twice.
pub(super) trait Class: Send + Sync + std::fmt::Debug + 'static {
    const REPEAT: RecordRepeat;
}

#[derive(Debug)]
pub(super) struct Keyed;
#[derive(Debug)]
pub(super) struct LookFirst;
#[derive(Debug)]
pub(super) struct Never;

impl Class for Keyed {
    const REPEAT: RecordRepeat = RecordRepeat::Keyed;
}
impl Class for LookFirst {
    const REPEAT: RecordRepeat = RecordRepeat::LookFirst;
}
impl Class for Never {
    const REPEAT: RecordRepeat = RecordRepeat::Never;
}

/// What stands in the CRM, and how often it was asked.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) calls: Vec<String>,
    pub(super) customers: Vec<String>,
    pub(super) tasks: Vec<String>,
    pub(super) sends: usize,
    pub(super) looks: usize,
    fates: VecDeque<Fate>,
}

#[derive(Debug)]
struct TestClock(Mutex<Timestamp>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

#[derive(Debug)]
pub(super) struct Crm<C> {
    pub(super) hub: Hub,
    account: Account,
    ledger: Arc<Mutex<Ledger>>,
    clock: Arc<TestClock>,
    class: PhantomData<C>,
}

impl<C: Class> Crm<C> {
    pub(super) fn new(fates: impl IntoIterator<Item = Fate>) -> Self {
        Self::with(fates, "{}", Arc::new(MemoryCallStore::new()))
    }

    /// With follow-ups after missed calls.
    pub(super) fn following_up(fates: impl IntoIterator<Item = Fate>) -> Self {
        let config = r#"{"missed_task": true, "unknown_caller": "client"}"#;
        Self::with(fates, config, Arc::new(MemoryCallStore::new()))
    }

    pub(super) fn with(
        fates: impl IntoIterator<Item = Fate>,
        config: &str,
        store: Arc<dyn CallStore>,
    ) -> Self {
        let clock = Arc::new(TestClock(Mutex::new(super::at(0))));
        let hub = Hub::builder().store(store).clock(clock.clone()).build().unwrap();
        let config: AccountConfig = serde_json::from_str(config).unwrap();
        let ledger = Ledger { fates: fates.into_iter().collect(), ..Ledger::default() };
        Self {
            hub,
            account: config.account("shop").unwrap(),
            ledger: Arc::new(Mutex::new(ledger)),
            clock,
            class: PhantomData,
        }
    }

    pub(super) fn name(&self) -> &AccountName {
        self.account.name()
    }

    pub(super) fn pass(&self, time: Duration) {
        let mut now = self.clock.0.lock().unwrap();
        *now = now.plus(time);
    }

    pub(super) fn ledger<T>(&self, read: impl FnOnce(&mut Ledger) -> T) -> T {
        read(&mut self.ledger.lock().unwrap())
    }

    pub(super) async fn log(&self, record: CallRecord) -> Result<Receipt> {
        self.log_calls(&Cx::history(), &[record]).await.remove(0)
    }

    /// Logs a record in a process that is killed by a fate.
    pub(super) async fn log_killed(&self, record: CallRecord) {
        let gone = tokio::time::timeout(Duration::from_secs(5), self.log(record)).await;
        assert!(gone.is_err(), "the process was not killed: {gone:?}");
    }

    pub(super) async fn settle(&self, call: &CallId, mode: Mode) -> Vec<Settled> {
        pending::settle(self, &self.hub, &Cx::history(), call, mode).await.unwrap()
    }

    pub(super) async fn pending(&self) -> Vec<PendingItem> {
        self.hub.pending(&Cx::history(), self.name()).await.unwrap()
    }

    /// A request that writes.
    async fn write(&self, done: impl FnOnce(&mut Ledger) + Send) -> Result<()> {
        let fate = self.ledger(|ledger| ledger.fates.pop_front().unwrap_or(Fate::Done));
        if matches!(fate, Fate::Done | Fate::ResponseLost | Fate::Killed) {
            self.ledger(done);
        }
        let error = |kind, effect| Err(Error::new(kind, "invented").with_effect(effect));
        match fate {
            Fate::Done => Ok(()),
            Fate::Down => error(ErrorKind::Unavailable, Effect::NotApplied),
            Fate::Limited => error(ErrorKind::RateLimited, Effect::NotApplied),
            Fate::Refused => {
                Err(Error::new(ErrorKind::Rejected, "invented").with_try_again(TryAgain::Never))
            }
            Fate::ResponseLost | Fate::RequestLost => error(ErrorKind::Timeout, Effect::Maybe),
            Fate::Killed | Fate::KilledBefore => std::future::pending().await,
        }
    }
}

struct Job<'a, C> {
    crm: &'a Crm<C>,
    call: String,
}

impl<C: Class> RecordJob for Job<'_, C> {
    type Sent = ();
    const REPEAT: RecordRepeat = C::REPEAT;

    async fn send(&mut self, _: &Cx) -> Result<()> {
        let call = self.call.clone();
        self.crm.ledger(|ledger| ledger.sends += 1);
        let record = |ledger: &mut Ledger| {
            if C::REPEAT != RecordRepeat::Keyed || !ledger.calls.contains(&call) {
                ledger.calls.push(call);
            }
        };
        self.crm.write(record).await
    }

    async fn find(&mut self, _: &Cx) -> Result<Option<()>> {
        let there = self.crm.ledger(|ledger| {
            ledger.looks += 1;
            ledger.calls.contains(&self.call)
        });
        Ok(there.then_some(()))
    }
}

impl<C: Class> FollowUpJob for Crm<C> {
    type Customer = String;
    type Task = String;

    async fn find(&self, _: &Cx, call: &FollowUpCall<'_>) -> Result<Option<String>> {
        let number = call.number.e164().to_owned();
        let known = self.ledger(|ledger| ledger.customers.contains(&number));
        Ok(known.then_some(number))
    }

    async fn create(&self, _: &Cx, call: &FollowUpCall<'_>) -> Result<String> {
        let number = call.number.e164().to_owned();
        let customer = number.clone();
        self.write(|ledger| ledger.customers.push(customer)).await?;
        Ok(number)
    }

    async fn task(
        &self,
        _: &Cx,
        call: &FollowUpCall<'_>,
        _: Option<String>,
        _: &mut Vec<Warning>,
    ) -> Result<Option<String>> {
        // What is looked up for it takes time, in which others go on.
        tokio::time::sleep(Duration::from_millis(10)).await;
        Ok(Some(format!("{}: {}", self.account.task_text(), call.number.e164())))
    }

    async fn send_task(&self, _: &Cx, task: &String) -> Result<()> {
        self.write(|ledger| ledger.tasks.push(task.clone())).await
    }
}

#[async_trait::async_trait]
impl<C: Class> CrmConnector for Crm<C> {
    fn crm(&self) -> CrmName {
        CrmName::new("invented")
    }

    fn account(&self) -> &AccountName {
        self.name()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::new(&[])
    }

    async fn log_calls(&self, cx: &Cx, records: &[CallRecord]) -> Vec<Result<Receipt>> {
        let mut results = Vec::new();
        for record in records {
            results.push(self.log_one(cx, record).await);
        }
        results
    }
}

impl<C: Class> Crm<C> {
    async fn log_one(&self, cx: &Cx, record: &CallRecord) -> Result<Receipt> {
        let (hub, call) = (&self.hub, record.call_id());
        let mut open = hub.open_call(cx, self.name(), call).await?;
        let pending = hub.pending_call(cx, self.name(), call).await?;
        let follow_up_only = pending.is_some_and(|pending| !pending.has(PendingKind::Record));
        if open.state().recorded() != Recorded::Yes && !follow_up_only {
            let duties = Duty::of(self.account.config(), record);
            let attempt =
                RecordAttempt::begin(hub, cx, self.name(), record, &duties, C::REPEAT).await?;
            let mut job = Job { crm: self, call: call.to_string() };
            if let Err(error) = record_once(&mut job, cx, std::slice::from_ref(&attempt)).await {
                attempt.failed(hub, cx, self.name(), &error).await;
                return Err(error);
            }
            open.state_mut().set_recorded(Recorded::Yes);
            drop(open.save(&()).await);
            attempt.recorded(hub, cx, self.name(), true).await;
        }
        drop(open);
        let warnings = follow_up(self, hub, cx, &self.account, call).await;
        Ok(Receipt::of_record(record).as_recorded().with_warnings(warnings))
    }
}
