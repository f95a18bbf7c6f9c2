//! An invented CRM and its connector.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use vochi_crm_core::connector::Context;
use vochi_crm_core::pending::{self, Mode, PendingItem, Settled};
use vochi_crm_core::spi::{
    self, CallSession, DueRecord, FollowUpCall, FollowUpJob, HistoryJob, LiveJob, RecordRepeat,
    follow_up,
};
use vochi_crm_core::state::{CallStore, MemoryCallStore};
use vochi_crm_core::{
    AccountConfig, AccountName, CallEvent, CallId, CallRecord, Capabilities, Clock,
    CrmConnector as _, CrmName, Cx, Effect, Error, ErrorKind, Hub, Receipt, Result, Timestamp,
    TryAgain,
};

/// The outcome of the next write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Done,
    Down,
    Limited,
    Refused,
    /// Applied, but the response is lost.
    ResponseLost,
    /// Not applied, and no response shows that.
    RequestLost,
    /// Applied, but the process is killed before the response arrives.
    Killed,
    /// The process is killed before the request is applied.
    KilledBefore,
}

/// How the CRM treats a repeated record.
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

/// The contents of the CRM, and the number of requests.
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
    context: Context,
    ledger: Arc<Mutex<Ledger>>,
    clock: Arc<TestClock>,
    class: PhantomData<C>,
}

impl<C: Class> Crm<C> {
    pub(super) fn new(fates: impl IntoIterator<Item = Fate>) -> Self {
        Self::with(fates, "{}", Arc::new(MemoryCallStore::new()))
    }

    /// Creates follow-ups of missed calls.
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
        let account = config.account("shop").unwrap();
        Self {
            context: Context::new(CrmName::new("invented"), &hub, account),
            hub,
            ledger: Arc::new(Mutex::new(ledger)),
            clock,
            class: PhantomData,
        }
    }

    pub(super) fn name(&self) -> &AccountName {
        self.context.account().name()
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

    /// Logs a record in a process that is killed.
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

    /// A write request.
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

/// Live calls: the CRM has no requests for them.
struct Live;

impl LiveJob for Live {
    type State = ();
    type Request = ();

    fn prepare(&self, _: &mut CallSession<()>, _: &CallEvent) -> Result<Option<()>> {
        Ok(None)
    }

    async fn send(&self, _: &mut CallSession<()>, (): ()) -> Result<()> {
        Ok(())
    }
}

struct History<'a, C>(&'a Crm<C>);

impl<C: Class> HistoryJob for History<'_, C> {
    type State = ();
    type Upload = String;
    const REPEAT: RecordRepeat = C::REPEAT;

    async fn prepare(
        &self,
        _: &mut CallSession<()>,
        record: &CallRecord,
    ) -> Result<Option<String>> {
        Ok(Some(record.call_id().to_string()))
    }

    async fn send(&self, _: &Cx, records: &mut [DueRecord<(), String>]) -> Result<()> {
        let call = records[0].upload().clone();
        self.0.ledger(|ledger| ledger.sends += 1);
        let record = |ledger: &mut Ledger| {
            if C::REPEAT != RecordRepeat::Keyed || !ledger.calls.contains(&call) {
                ledger.calls.push(call);
            }
        };
        self.0.write(record).await
    }

    async fn is_recorded(&self, _: &Cx, records: &[DueRecord<(), String>]) -> Result<bool> {
        let there = self.0.ledger(|ledger| {
            ledger.looks += 1;
            ledger.calls.contains(records[0].upload())
        });
        Ok(there)
    }

    async fn follow_up(&self, cx: &Cx, call: &CallId) {
        follow_up(self.0, &self.0.context, cx, call).await;
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
    ) -> Result<Option<String>> {
        // A lookup takes time, in which other tasks run.
        tokio::time::sleep(Duration::from_millis(10)).await;
        Ok(Some(format!("{}: {}", self.context.account().task_text(), call.number.e164())))
    }

    async fn send_task(&self, _: &Cx, task: &String) -> Result<()> {
        self.write(|ledger| ledger.tasks.push(task.clone())).await
    }
}

impl<C: Class> spi::Connector for Crm<C> {
    const CAPABILITIES: Capabilities = Capabilities::new(&[]);

    fn context(&self) -> &Context {
        &self.context
    }

    fn live(&self) -> impl LiveJob {
        Live
    }

    fn history(&self) -> impl HistoryJob {
        History(self)
    }
}
