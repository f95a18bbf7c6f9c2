//! Each operation with each value it does not take.

use vochi_crm_retailcrm::api::{
    CreateTask, DeleteFile, EditFile, EditIntegrationModule, EditTask, GetFile, GetTask, GetUser,
    ListFiles, ListTasks, ListUserGroups, ListUsers, MOST_CALLS, SendCallEvent, SetUserStatus,
    UpdateModuleScopes, UploadCalls, UploadFile,
};
use vochi_crm_retailcrm::model::{
    CustomerId, FileId, OrderId, TaskData, TaskId, UserId, UserStatus,
};

use super::super::modules;
use super::super::operations::{Operation, call};
use super::super::support::{ext, phone};
use super::{customers, orders};

/// An operation with a value that cannot be sent.
pub(super) struct Row {
    pub(super) type_name: &'static str,
    pub(super) what: &'static str,
    pub(super) operation: Box<dyn Operation>,
    /// What the message says.
    pub(super) says: &'static str,
}

/// Operations without a row, and why.
pub(super) const TAKES_NOTHING_BAD: [(&str, &str); 8] = [
    ("GetApiVersions", "it takes nothing"),
    ("GetSystemInfo", "it takes nothing"),
    ("GetCredentials", "it takes nothing"),
    ("GetSettings", "it takes nothing"),
    ("ListSites", "it takes nothing"),
    ("FindManager", "a number is a number by its type"),
    ("ListHistory", "0 is the beginning, and times are times by their type"),
    ("GetIntegrationModule", "a code is one by its type"),
];

pub(super) const NO_USER: UserId = UserId::new(0);
pub(super) const NO_CUSTOMER: CustomerId = CustomerId::new(0);
const NO_FILE: FileId = FileId::new(0);
const NO_TASK: TaskId = TaskId::new(0);
const SEVEN: UserId = UserId::new(7);

pub(super) fn row(
    type_name: &'static str,
    what: &'static str,
    says: &'static str,
    operation: impl Operation + 'static,
) -> Row {
    Row { type_name, what, operation: Box::new(operation), says }
}

pub(super) fn rows() -> Vec<Row> {
    let mut all = calls();
    all.extend(users());
    all.extend(customers::rows());
    all.extend(orders::rows());
    all.extend(orders::of_companies());
    all.extend(files());
    all.extend(the_rest());
    all
}

fn calls() -> Vec<Row> {
    let event = || SendCallEvent::incoming(phone("+375291112233"));
    let rings = || event().with_code(ext("101"));
    let calls = |count: usize| UploadCalls::new((0..count).map(|n| call(&n.to_string())));
    vec![
        row("SendCallEvent", "nobody rings", "no employee", event()),
        row("SendCallEvent", "user 0", "no id", rings().with_user(NO_USER)),
        row(
            "SendCallEvent",
            "an empty call id",
            "callExternalId is empty",
            rings().with_call_external_id(" "),
        ),
        row("SendCallEvent", "an empty shop", "site is empty", rings().with_site("")),
        row("UploadCalls", "no call", "1 to 50 calls, not 0", calls(0)),
        row("UploadCalls", "51 calls", "1 to 50 calls, not 51", calls(MOST_CALLS + 1)),
        row(
            "UploadCalls",
            "an empty call id",
            "external id of a call is empty",
            UploadCalls::new([call("1"), call("")]),
        ),
        row(
            "UploadCalls",
            "a blank call id",
            "external id of a call is empty",
            UploadCalls::new([call(" \t")]),
        ),
        row(
            "UploadCalls",
            "user 0",
            "call 1: userId is 0",
            UploadCalls::new([call("1").with_user(NO_USER)]),
        ),
        row(
            "UploadCalls",
            "an empty shop",
            "call 1: site is empty",
            UploadCalls::new([call("1").with_site("")]),
        ),
        row(
            "UploadCalls",
            "an empty recording",
            "call 1: recordUrl is empty",
            UploadCalls::new([call("1").with_record_url("")]),
        ),
    ]
}

fn users() -> Vec<Row> {
    let word = |word: &str| SetUserStatus::new(SEVEN, UserStatus::Other(word.to_owned()));
    vec![
        row("ListUsers", "page 0", "counted from 1", ListUsers::new().with_page(0)),
        row("ListUserGroups", "page 0", "counted from 1", ListUserGroups::new().with_page(0)),
        row("GetUser", "user 0", "no id", GetUser::new(NO_USER)),
        row("SetUserStatus", "user 0", "no id", SetUserStatus::new(NO_USER, UserStatus::Free)),
        row("SetUserStatus", "no word", "status is empty", word("")),
        row("SetUserStatus", "a blank word", "status is empty", word(" \n")),
    ]
}

fn files() -> Vec<Row> {
    vec![
        row("UploadFile", "no bytes", "file is empty", UploadFile::new([])),
        row("EditFile", "no change", "changes nothing", EditFile::new(FileId::new(25))),
        row("EditFile", "file 0", "file is 0", EditFile::new(NO_FILE).with_filename("offer.pdf")),
        row(
            "EditFile",
            "an empty name",
            "filename is empty",
            EditFile::new(FileId::new(25)).with_filename(" "),
        ),
        row(
            "EditFile",
            "customer 0",
            "customer is 0",
            EditFile::new(FileId::new(25)).attached_to_customer(NO_CUSTOMER),
        ),
        row(
            "EditFile",
            "order 0",
            "order is 0",
            EditFile::new(FileId::new(25)).attached_to_order(OrderId::new(0)),
        ),
        row("GetFile", "file 0", "file is 0", GetFile::new(NO_FILE)),
        row("DeleteFile", "file 0", "file is 0", DeleteFile::new(NO_FILE)),
        row("ListFiles", "page 0", "counted from 1", ListFiles::new().with_page(0)),
        row(
            "ListFiles",
            "no name",
            "filter[filename] is given no value",
            ListFiles::new().with_filename(""),
        ),
    ]
}

fn the_rest() -> Vec<Row> {
    let task = || TaskData::new("x", SEVEN);
    let mut module = modules::plan().apply(None).unwrap().module;
    module.code = None;
    let mut no_base = modules::plan().apply(None).unwrap().module;
    no_base.base_url = Some(" ".to_owned());
    vec![
        row(
            "CreateTask",
            "no text",
            "what is to be done",
            CreateTask::new(TaskData::new(" \n", SEVEN)),
        ),
        row(
            "CreateTask",
            "nobody to do it",
            "do the task is 0",
            CreateTask::new(TaskData::new("x", NO_USER)),
        ),
        row(
            "CreateTask",
            "customer 0",
            "customer is 0",
            CreateTask::new(task().with_customer(NO_CUSTOMER)),
        ),
        row(
            "CreateTask",
            "order 0",
            "order is 0",
            CreateTask::new(task().with_order(OrderId::new(0))),
        ),
        row("CreateTask", "an empty shop", "site is empty", CreateTask::new(task()).with_site("")),
        row("GetTask", "task 0", "task is 0", GetTask::new(NO_TASK)),
        row("EditTask", "task 0", "task is 0", EditTask::new(NO_TASK, task())),
        row(
            "EditTask",
            "no text",
            "what is to be done",
            EditTask::new(TaskId::new(434), TaskData::new("", SEVEN)),
        ),
        row("ListTasks", "page 0", "counted from 1", ListTasks::new().with_page(0)),
        row(
            "ListTasks",
            "nobody",
            "filter[performers][] is given no value",
            ListTasks::new().of_performers([NO_USER]),
        ),
        row(
            "ListTasks",
            "no number of an order",
            "filter[orderNumber] is given no value",
            ListTasks::new().of_order_number(" "),
        ),
        row(
            "UpdateModuleScopes",
            "no scope",
            "none at all",
            UpdateModuleScopes::new(modules::code(), [""; 0]),
        ),
        row(
            "EditIntegrationModule",
            "no code",
            "is no module code",
            EditIntegrationModule::new(module),
        ),
        row(
            "EditIntegrationModule",
            "no address",
            "baseUrl: it is missing",
            EditIntegrationModule::new(no_base),
        ),
    ]
}
