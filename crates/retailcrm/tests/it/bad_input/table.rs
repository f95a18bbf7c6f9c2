//! Each operation with each invalid value.

use vochi_crm_retailcrm::api::{
    EditFile, EditIntegrationModule, FileFilter, MOST_CALLS, SendCallEvent, SetUserStatus,
    TaskFilter, UpdateModuleScopes, UploadCalls, UploadFile, UserFilter, UserGroupFilter,
};
use vochi_crm_retailcrm::model::{FileId, UserId, UserStatus};

use super::super::modules;
use super::super::operations::{Operation, call};
use super::super::support::{list, phone};
use super::{customers, orders};

/// An operation with a value that cannot be sent.
pub(super) struct Row {
    pub(super) type_name: &'static str,
    pub(super) what: &'static str,
    pub(super) operation: Box<dyn Operation>,
    /// A part of the message.
    pub(super) says: &'static str,
}

/// Operations without a row, with the reason.
pub(super) const TAKES_NOTHING_BAD: [(&str, &str); 16] = [
    ("GetApiVersions", "it takes nothing"),
    ("GetSystemInfo", "it takes nothing"),
    ("GetCredentials", "it takes nothing"),
    ("GetSettings", "it takes nothing"),
    ("ListSites", "it takes nothing"),
    ("FindManager", "a number is a number by its type"),
    ("ListHistory", "0 is the beginning, and times are times by their type"),
    ("GetIntegrationModule", "a code is one by its type"),
    ("GetUser", "an id is positive by its type"),
    ("GetTask", "an id is positive by its type"),
    ("GetFile", "an id is positive by its type"),
    ("DeleteFile", "an id is positive by its type"),
    ("DeleteCustomerNote", "an id is positive by its type"),
    ("CreateCustomerNote", "ids are positive and texts not blank by their types"),
    ("CreateTask", "ids are positive and texts not blank by their types"),
    ("EditTask", "ids are positive and texts not blank by their types"),
];

const SEVEN: UserId = UserId::from_nonzero(std::num::NonZeroU64::new(7).unwrap());

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
    let calls = |count: usize| UploadCalls::new().calls((0..count).map(|n| call(&n.to_string())));
    vec![
        row("SendCallEvent", "no employee", "no employee", event()),
        row("UploadCalls", "no call", "of 0 calls: must be 1 to 50", calls(0)),
        row("UploadCalls", "51 calls", "of 51 calls: must be 1 to 50", calls(MOST_CALLS + 1)),
    ]
}

fn users() -> Vec<Row> {
    let word = |word: &str| SetUserStatus::new(SEVEN, UserStatus::Other(word.to_owned()));
    vec![
        row("UserFilter", "page 0", "counted from 1", list(UserFilter::new()).page(0)),
        row("UserGroupFilter", "page 0", "counted from 1", list(UserGroupFilter::new()).page(0)),
        row("SetUserStatus", "no word", "must not be empty", word("")),
        row("SetUserStatus", "a blank word", "must not be empty", word(" \n")),
    ]
}

fn files() -> Vec<Row> {
    vec![
        row("UploadFile", "no bytes", "it is empty", UploadFile::new([])),
        row("EditFile", "no change", "no field is set", EditFile::new(FileId::new(25).unwrap())),
        row("FileFilter", "page 0", "counted from 1", list(FileFilter::new()).page(0)),
        row(
            "FileFilter",
            "no name",
            "filter[filename] has no value",
            list(FileFilter::new().filename("")),
        ),
    ]
}

fn the_rest() -> Vec<Row> {
    let mut module = modules::plan().apply(None).unwrap().module;
    module.code = None;
    let mut no_base = modules::plan().apply(None).unwrap().module;
    no_base.base_url = Some(" ".to_owned());
    vec![
        row("TaskFilter", "page 0", "counted from 1", list(TaskFilter::new()).page(0)),
        row(
            "TaskFilter",
            "no number of an order",
            "filter[orderNumber] has no value",
            list(TaskFilter::new().order_number(" ")),
        ),
        row(
            "UpdateModuleScopes",
            "no scope",
            "none is given",
            UpdateModuleScopes::new(modules::code()),
        ),
        row(
            "EditIntegrationModule",
            "no code",
            "invalid module code",
            EditIntegrationModule::new(module),
        ),
        row(
            "EditIntegrationModule",
            "no address",
            "baseUrl: missing",
            EditIntegrationModule::new(no_base),
        ),
    ]
}
