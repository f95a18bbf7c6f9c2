//! Every operation of the client, with sendable values.

use std::collections::BTreeSet;
use std::fmt::Debug;

use vochi_crm_core::http::{self, Access, ApiRequest, Output, Repeat, Response};
use vochi_crm_core::{Cx, LocalTime, Result};
use vochi_crm_retailcrm::Client;
use vochi_crm_retailcrm::api::{
    CompanyFilter, ContactFilter, CorporateCustomerFilter, CreateCustomer, CreateCustomerNote,
    CreateOrder, CreateTask, CustomerFilter, CustomerNoteFilter, DeleteCustomerNote, DeleteFile,
    EditCustomer, EditFile, EditIntegrationModule, EditOrder, EditTask, FileFilter, FindManager,
    GetApiVersions, GetCorporateCustomer, GetCredentials, GetCustomer, GetFile,
    GetIntegrationModule, GetOrder, GetSettings, GetSystemInfo, GetTask, GetUser,
    ListCustomersHistory, ListOrdersHistory, ListSites, OrderFilter, SendCallEvent, SetUserStatus,
    TaskFilter, UpdateModuleScopes, UploadCalls, UploadFile, UserFilter, UserGroupFilter,
};
use vochi_crm_retailcrm::model::{
    CallDirection, CallResult, CallUpload, CorporateCustomerId, CustomerData, CustomerId,
    CustomerNoteId, EntityRef, FileId, HangupStatus, HistoryCursor, ModuleCode, OrderData, OrderId,
    TaskData, TaskId, UserId, UserStatus,
};

use super::modules;
use super::support::{ext, list, phone, text};

/// An operation that returns text, so that one table contains all of them.
#[async_trait::async_trait]
pub(crate) trait Operation: Send + Sync {
    fn name(&self) -> &'static str;
    fn repeat(&self) -> Repeat;
    fn access(&self) -> Access;
    fn request(&self) -> Result<ApiRequest>;
    fn planned(&self) -> Response;
    fn decode(&self, answer: &Response) -> Result<String>;
    async fn send(&self, client: &Client, cx: &Cx) -> Result<String>;
}

#[async_trait::async_trait]
impl<E: http::Operation> Operation for E
where
    <E::Output as Output>::Value: Debug,
{
    fn name(&self) -> &'static str {
        E::NAME
    }

    fn repeat(&self) -> Repeat {
        http::Operation::repeat(self)
    }

    fn access(&self) -> Access {
        http::Operation::access(self)
    }

    fn request(&self) -> Result<ApiRequest> {
        http::Operation::request(self)
    }

    fn planned(&self) -> Response {
        http::Operation::planned(self)
    }

    fn decode(&self, answer: &Response) -> Result<String> {
        http::Operation::decode(self, answer).map(|output| format!("{output:?}"))
    }

    async fn send(&self, client: &Client, cx: &Cx) -> Result<String> {
        let output = client.send(cx, self).await?;
        Ok(format!("{output:?}"))
    }
}

/// One row of the table.
pub(crate) struct Row {
    /// The type in `src/api`, with a description of this value.
    pub(crate) name: &'static str,
    pub(crate) operation: Box<dyn Operation>,
    /// Its repeat class.
    pub(crate) repeats: Repeat,
    /// True if its response must have content, such as the id of a new entity.
    pub(crate) demands: bool,
}

impl Row {
    /// Creates a row of `Type` or `Type, description`.
    fn new(name: &'static str, repeats: Repeat, operation: impl Operation + 'static) -> Self {
        Self { name, operation: Box::new(operation), repeats, demands: false }
    }

    fn demanding(mut self) -> Self {
        self.demands = true;
        self
    }

    pub(crate) fn type_name(&self) -> &'static str {
        self.name.split(',').next().unwrap_or_default()
    }
}

pub(crate) fn call(id: &str) -> CallUpload {
    CallUpload::new(
        "2026-03-14 10:15:00".parse::<LocalTime>().unwrap(),
        CallDirection::In,
        phone("+375291112233"),
        CallResult::Answered,
        text(id),
    )
    .code(ext("101"))
}

/// Every operation. `every_operation_is_in_the_table` reports missing ones.
pub(crate) fn all() -> Vec<Row> {
    let mut rows = reads();
    rows.extend(writes());
    rows
}

fn reads() -> Vec<Row> {
    use Repeat::Safe;
    let module = ModuleCode::new("vochi-telephony").unwrap();
    let corporate = CorporateCustomerId::new(5041).unwrap();
    let history = HistoryCursor::new(2691);
    vec![
        Row::new("GetApiVersions", Safe, GetApiVersions),
        Row::new("GetSystemInfo", Safe, GetSystemInfo),
        Row::new("GetCredentials", Safe, GetCredentials),
        Row::new("GetSettings", Safe, GetSettings),
        Row::new("ListSites", Safe, ListSites),
        Row::new("UserFilter", Safe, list(UserFilter::new())),
        Row::new("GetUser", Safe, GetUser(UserId::new(7).unwrap())).demanding(),
        Row::new("UserGroupFilter", Safe, list(UserGroupFilter::new())),
        Row::new("FindManager", Safe, FindManager::new(phone("+375291112233"))),
        Row::new("CustomerFilter", Safe, list(CustomerFilter::new())),
        Row::new("GetCustomer", Safe, GetCustomer::new(CustomerId::new(60).unwrap())).demanding(),
        Row::new("CustomerNoteFilter", Safe, list(CustomerNoteFilter::new())),
        Row::new("CorporateCustomerFilter", Safe, list(CorporateCustomerFilter::new())),
        Row::new("GetCorporateCustomer", Safe, GetCorporateCustomer::new(corporate)).demanding(),
        Row::new("ContactFilter", Safe, list(ContactFilter::new(corporate))),
        Row::new("CompanyFilter", Safe, list(CompanyFilter::new(corporate))),
        Row::new("OrderFilter", Safe, list(OrderFilter::new())),
        Row::new("GetOrder", Safe, GetOrder::new(OrderId::new(501).unwrap())).demanding(),
        Row::new("FileFilter", Safe, list(FileFilter::new())),
        Row::new("GetFile", Safe, GetFile(FileId::new(25).unwrap())).demanding(),
        Row::new("TaskFilter", Safe, list(TaskFilter::new())),
        Row::new("GetTask", Safe, GetTask(TaskId::new(434).unwrap())).demanding(),
        Row::new("ListHistory, of customers", Safe, ListCustomersHistory::since(history)),
        Row::new("ListHistory, of orders", Safe, ListOrdersHistory::since(history)),
        Row::new("GetIntegrationModule", Safe, GetIntegrationModule::new(module)).demanding(),
    ]
}

fn writes() -> Vec<Row> {
    use Repeat::{Keyed, Unsafe};
    let client = || phone("+375291112233");
    let (user, customer, order) =
        (UserId::new(7).unwrap(), CustomerId::new(60).unwrap(), OrderId::new(501).unwrap());
    let rings = SendCallEvent::incoming(client()).codes([ext("101")]);
    let hangs_up = SendCallEvent::hangup(client(), HangupStatus::Busy).user_ids([user]);
    let new_customer = CustomerData::new().first_name("Иван").phones([client()]);
    let new_order =
        OrderData::new().external_id("vochi-call-1").customer(EntityRef::from(customer));
    let comment = OrderData::new().manager_comment("Перезвонить");
    let manager = CustomerData::new().manager_id(user);
    let number = CustomerData::new().phones([client()]);
    let registered = modules::plan().apply(None).unwrap().module;
    let offer = EditFile::new(FileId::new(25).unwrap()).filename(text("offer.pdf"));
    vec![
        Row::new("SendCallEvent, ringing", Unsafe, rings),
        Row::new("SendCallEvent, hangup", Unsafe, hangs_up),
        Row::new("UploadCalls", Keyed, UploadCalls::new().calls([call("pbx1-1")])),
        Row::new("SetUserStatus", Keyed, SetUserStatus::new(user, UserStatus::Busy)),
        Row::new("CreateCustomer", Unsafe, CreateCustomer::new(new_customer)).demanding(),
        Row::new("EditCustomer, the manager", Keyed, EditCustomer::new(customer, manager)),
        // A repeat may add numbers twice.
        Row::new("EditCustomer, a number", Unsafe, EditCustomer::new(customer, number)),
        Row::new("CreateCustomerNote", Unsafe, CreateCustomerNote::new(text("Важно"), customer))
            .demanding(),
        Row::new(
            "DeleteCustomerNote",
            Keyed,
            DeleteCustomerNote(CustomerNoteId::new(301).unwrap()),
        ),
        Row::new("CreateOrder", Unsafe, CreateOrder::new(new_order)),
        Row::new("EditOrder", Keyed, EditOrder::new(order, comment)),
        Row::new("CreateTask", Unsafe, CreateTask::new(TaskData::new(text("Перезвонить"), user)))
            .demanding(),
        Row::new(
            "EditTask",
            Keyed,
            EditTask::new(TaskId::new(434).unwrap(), TaskData::new(text("Перезвонить"), user)),
        ),
        Row::new("UploadFile", Unsafe, UploadFile::new(*b"invented bytes")).demanding(),
        Row::new("EditFile", Keyed, offer),
        Row::new("DeleteFile", Keyed, DeleteFile(FileId::new(25).unwrap())),
        Row::new("EditIntegrationModule", Keyed, EditIntegrationModule::new(registered)),
        Row::new(
            "UpdateModuleScopes",
            Keyed,
            UpdateModuleScopes::new(modules::code()).scopes([text("telephony_write")]),
        )
        .demanding(),
    ]
}

/// The operation types in the sources.
fn named_in_the_sources() -> BTreeSet<String> {
    let folder = format!("{}/src/api", env!("CARGO_MANIFEST_DIR"));
    let mut names = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for line in source.lines().filter(|line| line.starts_with("impl")) {
            let found = line.split_once(" Operation for ").or(line.split_once("impl Filter for "));
            if let Some((_, name)) = found {
                let end = name.find(|c: char| !c.is_alphanumeric()).unwrap_or(name.len());
                names.insert(name[..end].to_owned());
            }
        }
    }
    // It is in the table once for each filter.
    assert!(names.remove("List"));
    names
}

#[test]
fn every_operation_is_in_the_table() {
    let rows = all();
    let named: BTreeSet<String> = rows.iter().map(|row| row.type_name().to_owned()).collect();
    assert_eq!(named, named_in_the_sources());
}

#[test]
fn every_operation_declares_its_repeat_class() {
    for row in all() {
        let (name, operation) = (row.name, &row.operation);
        assert_eq!(operation.repeat(), row.repeats, "{name}");
        let reads = operation.access() == Access::Read;
        assert_eq!(reads, row.repeats == Repeat::Safe, "{name}");
        let request = operation.request().unwrap();
        assert_eq!(request.method() == "GET", reads, "{name}");
    }
}

#[test]
fn every_operation_decodes_its_planned_response() {
    for row in all() {
        let read = row.operation.decode(&row.operation.planned());
        assert!(read.is_ok(), "{}: {read:?}", row.name);
    }
}
