//! The operations that read each fixture, and the indispensable parts of a response.

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde_json::Value;
use vochi_crm_core::Result;
use vochi_crm_core::http::{self, Operation, Response};
use vochi_crm_core::wire::Items;
use vochi_crm_retailcrm::api::{
    CompanyFilter, ContactFilter, CorporateCustomerFilter, CreateCustomer, CreateCustomerNote,
    CreateOrder, CreateTask, CustomerFilter, CustomerNoteFilter, EditCustomer, EditFile,
    EditIntegrationModule, EditOrder, FindManager, GetApiVersions, GetCorporateCustomer,
    GetCredentials, GetCustomer, GetIntegrationModule, GetOrder, GetSettings, GetSystemInfo,
    GetUser, ListCustomersHistory, ListOrdersHistory, ListSites, OrderFilter, SendCallEvent,
    SetUserStatus, UploadCalls, UploadFile, UserFilter, UserGroupFilter,
};
use vochi_crm_retailcrm::model::{
    CorporateCustomerId, CustomerData, CustomerId, FileId, ModuleCode, OrderData, OrderId,
    TaskData, UserId, UserStatus,
};

use super::super::support::{ext, list, phone, text};
use super::super::{modules, operations};

/// Fixtures that are not responses to an operation, with their readers.
const ELSEWHERE: [(&str, &str); 8] = [
    ("errors_common", "has refusals only: mutations/refusals.rs"),
    ("telephony_setting_v4_legacy", "an older API that is not spoken"),
    ("inbound_change_user_status", "a request to us: inbound/mutated.rs"),
    ("inbound_make_call", "a request to us: inbound/mutated.rs"),
    ("inbound_module_activity", "a request to us: inbound/mutated.rs"),
    ("inbound_module_settings", "a request to us: inbound/mutated.rs"),
    ("inbound_simple_connection", "a request to us: inbound/mutated.rs"),
    ("inbound_trigger_webhook", "a request to us: inbound/mutated.rs"),
];

/// An operation's output for a response.
#[derive(Debug)]
pub(super) struct Seen {
    /// The whole output, as printed by `Debug`.
    pub(super) whole: String,
    /// The readable rows of a list, and the number of unreadable ones.
    pub(super) rows: Vec<String>,
    pub(super) broken: usize,
}

type Output<E> = <<E as Operation>::Output as http::Output>::Value;

type Reader = Box<dyn Fn(&Value) -> Result<Seen>>;

/// How the responses of a fixture are read.
pub(super) struct Case {
    pub(super) fixture: &'static str,
    pub(super) read: Reader,
    /// The place of the list, in a response that is one.
    pub(super) list: Option<&'static str>,
    /// Indispensable places: without them there is no result.
    pub(super) vital: &'static [&'static str],
    /// Pairs of places: without the first there is no second. `*` is any index.
    pub(super) carries: &'static [(&'static str, &'static str)],
    /// Places with unchanged values, so that a number and its text differ.
    pub(super) raw: &'static [&'static str],
}

impl Case {
    fn vital(mut self, places: &'static [&'static str]) -> Self {
        self.vital = places;
        self
    }

    fn carries(mut self, places: &'static [(&'static str, &'static str)]) -> Self {
        self.carries = places;
        self
    }

    fn raw(mut self, places: &'static [&'static str]) -> Self {
        self.raw = places;
        self
    }
}

fn one<E>(fixture: &'static str, operation: E) -> Case
where
    E: Operation + 'static,
    Output<E>: Debug,
{
    let read = move |body: &Value| {
        let output = operation.decode(&Response::ok_json(body))?;
        Ok(Seen { whole: format!("{output:?}"), rows: Vec::new(), broken: 0 })
    };
    Case { fixture, read: Box::new(read), list: None, vital: &[], carries: &[], raw: &[] }
}

fn page<E, T>(
    fixture: &'static str,
    list: &'static str,
    operation: E,
    rows: fn(Output<E>) -> Items<T>,
) -> Case
where
    E: Operation + 'static,
    Output<E>: Debug,
    T: Debug + 'static,
{
    let read = move |body: &Value| {
        let output = operation.decode(&Response::ok_json(body))?;
        let whole = format!("{output:?}");
        let items = rows(output);
        Ok(Seen {
            whole,
            rows: items.good.iter().map(|row| format!("{row:?}")).collect(),
            broken: items.broken.len(),
        })
    };
    Case { fixture, read: Box::new(read), list: Some(list), vital: &[], carries: &[], raw: &[] }
}

/// Every fixture with responses to an operation.
pub(super) fn cases() -> Vec<Case> {
    let mut all = of_the_account();
    all.extend(of_customers());
    all.extend(of_work());
    all.extend(of_calls());
    all
}

fn of_the_account() -> Vec<Case> {
    let seven = UserId::new(7).unwrap();
    let code = ModuleCode::new("vochi-telephony").unwrap();
    let module = modules::plan().apply(None).unwrap().module;
    vec![
        one("api_versions", GetApiVersions),
        one("system_info", GetSystemInfo),
        one("credentials", GetCredentials),
        one("settings", GetSettings).raw(&["settings"]),
        page("reference_sites", "sites", ListSites, |answer| answer.sites)
            // In a map the key replaces it.
            .carries(&[("sites.*.code", "sites.*")]),
        page("users_list", "users", list(UserFilter::new()), |page| page.items)
            .carries(&[("users.*.id", "users.*")]),
        // The requested entity, and its id.
        one("user_get", GetUser(seven)).vital(&["user", "user.id"]),
        one("user_status", SetUserStatus::new(seven, UserStatus::Busy)),
        page("user_groups", "groups", list(UserGroupFilter::new()), |page| page.items),
        // The requested entity; all parts of a module are optional.
        one("integration_module_get", GetIntegrationModule::new(code))
            .vital(&["integrationModule"])
            .carries(HALF_AN_EXTENSION),
        one("integration_module_edit", EditIntegrationModule::new(module)),
    ]
}

/// An incomplete pair of user and extension is kept for writing, but not returned.
const HALF_AN_EXTENSION: &[(&str, &str)] = &[
    (
        "integrationModule.integrations.telephony.additionalCodes.*.code",
        "integrationModule.integrations.telephony.additionalCodes.*",
    ),
    (
        "integrationModule.integrations.telephony.additionalCodes.*.userId",
        "integrationModule.integrations.telephony.additionalCodes.*",
    ),
];

fn of_customers() -> Vec<Case> {
    let sixty = CustomerId::new(60).unwrap();
    let company = CorporateCustomerId::new(5041).unwrap();
    let data = CustomerData::new().first_name("Иван");
    vec![
        page("customers_list", "customers", list(CustomerFilter::new()), |page| page.items)
            .carries(&[("customers.*.id", "customers.*")])
            .raw(&["customers.*.customFields"]),
        one("customer_get", GetCustomer::new(sixty))
            .vital(&["customer", "customer.id"])
            .raw(&["customer.customFields"]),
        // The id of a new customer is indispensable.
        one("customer_create", CreateCustomer::new(data.clone())).vital(&["id"]),
        one("customer_edit", EditCustomer::new(sixty, data)),
        page("customers_notes_list", "notes", list(CustomerNoteFilter::new()), |page| page.items)
            .carries(&[("notes.*.id", "notes.*")]),
        // As for a customer.
        one("customer_note_create", CreateCustomerNote::new(text("x"), sixty)).vital(&["id"]),
        page(
            "customers_corporate_list",
            "customersCorporate",
            list(CorporateCustomerFilter::new()),
            |page| page.items,
        )
        .carries(&[("customersCorporate.*.id", "customersCorporate.*")])
        .raw(&["customersCorporate.*.customFields"]),
        one("customer_corporate_get", GetCorporateCustomer::new(company))
            .vital(&["customerCorporate", "customerCorporate.id"])
            .raw(&["customerCorporate.customFields"]),
        page(
            "customer_corporate_contacts",
            "contacts",
            list(ContactFilter::new(company)),
            |page| page.items,
        ),
        page(
            "customer_corporate_companies",
            "companies",
            list(CompanyFilter::new(company)),
            |page| page.items,
        )
        .raw(&["companies.*.customFields"]),
        // A history without a list is an error: an empty one would stop the reader forever. The id
        // is a change's position.
        page("customers_history", "history", ListCustomersHistory::whole(), |page| page.history)
            .vital(&["history"])
            .carries(&[("history.*.id", "history.*")])
            .raw(HISTORIC),
    ]
}

/// Old and new value of a change, and the fields of its entity.
const HISTORIC: &[&str] = &[
    "history.*.oldValue",
    "history.*.newValue",
    "history.*.customer",
    "history.*.order",
    "history.*.combinedTo",
];

fn of_work() -> Vec<Case> {
    let order = OrderId::new(501).unwrap();
    let data = OrderData::new().external_id("vochi-call-1");
    vec![
        page("orders_list", "orders", list(OrderFilter::new()), |page| page.items)
            .carries(&[("orders.*.id", "orders.*")])
            .raw(&["orders.*.customFields"]),
        one("order_get", GetOrder::new(order))
            .vital(&["order", "order.id"])
            .raw(&["order.customFields"]),
        // The id is in two places, and the order is also identified by its external id.
        one("order_create", CreateOrder::new(data.clone()))
            .carries(&[("order.id", "order")])
            .raw(&["order.customFields"]),
        one("order_edit", EditOrder::new(order, data))
            .carries(&[("order.id", "order")])
            .raw(&["order.customFields"]),
        page("orders_history", "history", ListOrdersHistory::whole(), |page| page.history)
            .vital(&["history"])
            .carries(&[("history.*.id", "history.*")])
            .raw(HISTORIC),
        // As for a customer.
        one("task_create", CreateTask::new(TaskData::new(text("x"), UserId::new(7).unwrap())))
            .vital(&["id"]),
        // A file without an id can neither be named nor attached.
        one("files_upload", UploadFile::new(*b"x")).vital(&["file", "file.id"]),
        one("files_edit", EditFile::new(FileId::new(25).unwrap()).filename(text("x"))),
    ]
}

fn of_calls() -> Vec<Case> {
    let rings = SendCallEvent::incoming(phone("+375291112233")).codes([ext("101")]);
    let manager = FindManager::new(phone("+375291112233")).details();
    vec![
        one("telephony_call_event", rings),
        one("telephony_calls_upload", UploadCalls::new().calls([operations::call("1")])),
        // A manager without an identifying field.
        one("telephony_manager", manager).carries(&[("manager.id", "manager")]),
    ]
}

#[test]
fn every_fixture_is_used() {
    let folder = format!("{}/../../fixtures/retailcrm", env!("CARGO_MANIFEST_DIR"));
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let read: BTreeSet<String> = cases()
        .iter()
        .map(|case| case.fixture)
        .chain(ELSEWHERE.iter().map(|(fixture, _)| *fixture))
        .map(str::to_owned)
        .collect();
    assert_eq!(read, files);
}
