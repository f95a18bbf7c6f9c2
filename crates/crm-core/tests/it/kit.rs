//! The common flows of connectors, with an invented CRM.

use std::collections::VecDeque;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use vochi_crm_core::connector::{Context, Customer, CustomerKind, SetupPlan};
use vochi_crm_core::spi::{
    self, CallSession, DueRecord, HistoryJob, LiveJob, LookupJob, RecordRepeat, StoredState,
};
use vochi_crm_core::{
    AccountConfig, CallEvent, CallId, CallRecord, Capabilities, CrmConnector as _, CrmName,
    CrmUser, CrmUserId, Cx, Direction, Effect, Error, ErrorKind, EventKind, Extension, Hub, Leg,
    OpenCall, Outcome, PhoneNumber, Receipt, Recorded, Responsible, Result, Seconds, Timestamp,
    WarningKind,
};

/// The stored state of a call: the employees with a popup.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Shown(Vec<String>);

impl StoredState for Shown {}

#[derive(Debug)]
struct Crm {
    context: Context,
    /// The sent requests.
    sent: Mutex<Vec<String>>,
    /// Errors of the next requests; `None`, or an empty queue, means success.
    faults: Mutex<VecDeque<Option<Error>>>,
    lookups: Mutex<usize>,
}

impl Crm {
    fn new() -> Self {
        let config = r#"{"extensions": {"151": "18", "152": "99"}}"#;
        let config: AccountConfig = serde_json::from_str(config).unwrap();
        let name = CrmName::new("invented").with_title("Invented CRM");
        Self {
            context: Context::new(name, &Hub::new().unwrap(), config.account("shop").unwrap()),
            sent: Mutex::default(),
            faults: Mutex::default(),
            lookups: Mutex::default(),
        }
    }

    fn failing(errors: impl IntoIterator<Item = Option<Error>>) -> Self {
        let crm = Self::new();
        crm.faults.lock().unwrap().extend(errors);
        crm
    }

    fn request(&self, what: String) -> Result<()> {
        self.sent.lock().unwrap().push(what);
        let fault = self.faults.lock().unwrap().pop_front();
        fault.flatten().map_or(Ok(()), Err)
    }

    fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().clone()
    }

    async fn open(&self) -> OpenCall {
        let (cx, call) = (Cx::live(), id("1"));
        self.context.hub().open_call(&cx, self.account(), &call).await.unwrap()
    }

    async fn shown(&self) -> Vec<String> {
        self.open().await.note::<Shown>().unwrap_or_default().0
    }
}

struct Job<'a>(&'a Crm);

impl LiveJob for Job<'_> {
    type State = Shown;
    type Request = (String, Shown);

    fn prepare(
        &self,
        call: &mut CallSession<Shown>,
        event: &CallEvent,
    ) -> Result<Option<(String, Shown)>> {
        if event.extra().get("broken").is_some() {
            return Err(Error::config("no request can be made"));
        }
        let before = call.crm().clone();
        let Some(extension) = event.legs().first().and_then(Leg::employee) else {
            call.cx().warn(WarningKind::NothingToSend, "no extension is known");
            return Ok(None);
        };
        call.crm_mut().0.push(extension.to_string());
        Ok(Some((format!("popup {extension}"), before)))
    }

    async fn send(
        &self,
        call: &mut CallSession<Shown>,
        (what, before): (String, Shown),
    ) -> Result<()> {
        let sent = self.0.request(what);
        if sent.is_err() {
            *call.crm_mut() = before;
        }
        sent
    }
}

impl HistoryJob for Job<'_> {
    type State = Shown;
    type Upload = String;
    const REPEAT: RecordRepeat = RecordRepeat::Keyed;
    const BATCH: usize = 3;

    async fn prepare(
        &self,
        call: &mut CallSession<Shown>,
        record: &CallRecord,
    ) -> Result<Option<String>> {
        if record.direction() == Direction::Internal {
            call.cx().warn(WarningKind::NothingToSend, "internal calls are not recorded");
            return Ok(None);
        }
        Ok(Some(record.call_id().to_string()))
    }

    async fn send(&self, _: &Cx, records: &mut [DueRecord<Shown, String>]) -> Result<()> {
        let calls: Vec<&str> = records.iter().map(|due| due.upload().as_str()).collect();
        self.0.request(format!("records {}", calls.join(" ")))
    }
}

impl LookupJob for Job<'_> {
    async fn begin(&self, cx: &Cx) -> Result<()> {
        cx.warn(WarningKind::Incomplete, "the index is old");
        self.0.request("index".to_owned())
    }

    async fn find(&self, cx: &Cx, phone: PhoneNumber) -> Result<Vec<Customer>> {
        *self.0.lookups.lock().unwrap() += 1;
        cx.warn(WarningKind::Incomplete, format!("no company of {phone}"));
        Ok(vec![Customer::new(phone.digits(), CustomerKind::Person)])
    }

    async fn responsible(&self, _: &Cx, _: PhoneNumber) -> Result<Option<Responsible>> {
        Err(Error::config("no responsible employee can be read"))
    }
}

impl spi::Connector for Crm {
    const CAPABILITIES: Capabilities = Capabilities::new(&[]);
    const OPTIONS: &'static [&'static str] = &["broken"];

    fn context(&self) -> &Context {
        &self.context
    }

    fn live(&self) -> impl LiveJob {
        Job(self)
    }

    fn history(&self) -> impl HistoryJob {
        Job(self)
    }

    fn lookup(&self) -> impl LookupJob {
        Job(self)
    }

    async fn users(&self, cx: &Cx) -> Result<Vec<CrmUser>> {
        cx.warn(WarningKind::Incomplete, "one user could not be read");
        Ok(vec![CrmUser::new(CrmUserId::new("18")?, "Anna", true)])
    }
}

fn id(call: &str) -> CallId {
    CallId::new(call).unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_millis(1_772_438_400_000 + seconds * 1000)
}

fn phone() -> PhoneNumber {
    "+375291112233".parse().unwrap()
}

fn ringing(extension: Option<&str>) -> CallEvent {
    let event = CallEvent::new(id("1"), at(0), EventKind::Ringing)
        .with_direction(Direction::Inbound)
        .with_client(phone());
    match extension {
        Some(text) => event.with_leg(Leg::to_employee(Extension::new(text).unwrap())),
        None => event,
    }
}

fn record(call: &str) -> CallRecord {
    CallRecord::new(id(call), Direction::Inbound, phone(), at(0), Outcome::Answered)
        .with_talk(Seconds::new(10))
}

fn kinds(receipt: &Receipt) -> Vec<WarningKind> {
    receipt.warnings().iter().map(vochi_crm_core::Warning::kind).collect()
}

fn refused() -> Error {
    Error::new(ErrorKind::Rejected, "invented")
}

#[tokio::test]
async fn warnings_are_scoped_to_one_operation() {
    let (crm, cx) = (Crm::new(), Cx::live());
    let first = crm.handle_event(&cx, &ringing(None)).await.unwrap();
    assert_eq!(kinds(&first), [WarningKind::NothingToSend]);
    let second = crm.handle_event(&cx, &ringing(Some("151"))).await.unwrap();
    assert_eq!(second.warnings(), []);
    assert!(cx.warnings().is_empty(), "the host's scope has no warnings");
}

#[tokio::test]
async fn unknown_option_warns_with_the_crm_title() {
    let event = ringing(Some("151")).with_extra("colour", "red");
    let receipt = Crm::new().handle_event(&Cx::live(), &event).await.unwrap();
    assert_eq!(receipt.warnings()[0].text(), "Invented CRM has no option colour: it was left out");
}

#[tokio::test]
async fn error_before_the_request_names_crm_and_account() {
    let crm = Crm::new();
    let event = ringing(Some("151")).with_extra("broken", true);
    let error = crm.handle_event(&Cx::live(), &event).await.unwrap_err();
    assert_eq!(error.crm().map(CrmName::as_str), Some("invented"));
    assert_eq!(error.account().map(vochi_crm_core::AccountName::as_str), Some("shop"));
    let open = crm.open().await;
    assert!(open.state().started_at().is_some(), "the event is stored");
    drop(open);
    let plan = SetupPlan::new(None);
    let error = crm.setup(&Cx::history(), &plan).await.unwrap_err();
    assert_eq!((error.kind(), error.crm().is_some()), (ErrorKind::Unsupported, true));
}

#[tokio::test]
async fn state_after_a_failed_request_is_stored() {
    let crm = Crm::failing([Some(refused())]);
    crm.handle_event(&Cx::live(), &ringing(Some("151"))).await.unwrap_err();
    assert_eq!(crm.shown().await, Vec::<String>::new());
    let _ = crm.handle_event(&Cx::live(), &ringing(Some("151"))).await.unwrap();
    assert_eq!(crm.shown().await, ["151"]);
    assert_eq!(crm.sent(), ["popup 151", "popup 151"]);
}

#[tokio::test]
async fn records_are_batched_and_repeats_sent_once() {
    let crm = Crm::new();
    let records = ["1", "2", "1", "3", "4"].map(record);
    let results = crm.log_calls(&Cx::history(), &records).await;
    assert_eq!(crm.sent(), ["records 1 2 3", "records 4"]);
    let receipts: Vec<Receipt> = results.into_iter().map(Result::unwrap).collect();
    assert!(receipts.iter().all(Receipt::recorded), "{receipts:?}");
    assert_eq!(kinds(&receipts[2]), [WarningKind::AlreadyRecorded]);
    assert!(kinds(&receipts[4]).is_empty());
}

#[tokio::test]
async fn records_refused_together_are_sent_one_by_one() {
    let crm = Crm::failing([Some(refused()), None, Some(refused()), None]);
    let results = crm.log_calls(&Cx::history(), &["1", "2", "3"].map(record)).await;
    assert_eq!(crm.sent(), ["records 1 2 3", "records 1", "records 2", "records 3"]);
    let recorded: Vec<bool> = results.iter().map(Result::is_ok).collect();
    assert_eq!(recorded, [true, false, true]);
}

#[tokio::test]
async fn lost_response_marks_the_record_as_maybe() {
    let lost = Error::new(ErrorKind::Timeout, "invented").with_effect(Effect::Maybe);
    let crm = Crm::failing([Some(lost)]);
    crm.log_calls(&Cx::history(), &[record("1")]).await.remove(0).unwrap_err();
    let open = crm.open().await;
    assert_eq!(open.state().recorded(), Recorded::Maybe);
}

#[tokio::test]
async fn unsupported_record_is_a_receipt_with_the_reason() {
    let crm = Crm::new();
    let internal = CallRecord::new(id("1"), Direction::Internal, phone(), at(0), Outcome::NoAnswer);
    let receipt = crm.log_calls(&Cx::history(), &[internal]).await.remove(0).unwrap();
    assert_eq!((receipt.recorded(), kinds(&receipt)), (false, vec![WarningKind::NothingToSend]));
    assert!(crm.sent().is_empty());
}

#[tokio::test]
async fn repeated_number_is_looked_up_once() {
    let crm = Crm::new();
    let other: PhoneNumber = "+375441112233".parse().unwrap();
    let found = crm.find(&Cx::live(), &[phone(), other, phone()]).await.unwrap();
    assert_eq!((*crm.lookups.lock().unwrap(), crm.sent().len()), (2, 1));
    assert_eq!(found[0], found[2]);
    for one in &found {
        let texts: Vec<&str> = one.warnings.iter().map(vochi_crm_core::Warning::text).collect();
        assert_eq!(texts, ["the index is old", &format!("no company of {}", one.phone)]);
    }
    assert_eq!(crm.find(&Cx::live(), &[]).await.unwrap(), []);
    assert_eq!(crm.sent().len(), 1, "no request without a number");
}

#[tokio::test]
async fn users_are_compared_with_the_directory() {
    let list = Crm::new().users(&Cx::history()).await.unwrap();
    assert_eq!(list.users[0].extension.as_ref().map(Extension::as_str), Some("151"));
    let texts: Vec<&str> = list.mismatches.iter().map(vochi_crm_core::Warning::text).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains("extension 152"), "{texts:?}");
    assert_eq!(texts[1], "one user could not be read");
}
