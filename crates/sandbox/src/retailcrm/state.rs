//! State of the account.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::limits::{self, MAX_ENTRIES};
use crate::rate_window::RateWindow;
use crate::report::{CallRow, CustomerRow, Employee, LiveCall, LiveRow, Report, Responsible};

use super::files::StoredFile;
use super::filters::digits;
use super::journal::Journal;
use super::store::{Fields, Store, full_name, id_of, phones};
use super::{mapping, notes, seed};

/// Limit of requests per second from one address, except telephony (§1.5).
const GENERAL_PER_SECOND: usize = 10;
/// Limit of requests per second from one address under `/telephony/` (§1.5).
const TELEPHONY_PER_SECOND: usize = 40;

/// An employee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "they are the CRM's own fields")]
pub struct User {
    /// The CRM's id.
    pub id: u64,
    /// `Y-m-d H:i:s` in the account's zone.
    pub created_at: String,
    /// Whether the employee may sign in.
    pub active: bool,
    /// The email.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Patronymic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patronymic: Option<String>,
    /// Phone number in the employee's profile, not the extension.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// `free`, `busy`, `dinner` or `break`.
    pub status: String,
    /// Whether the employee is signed in now.
    pub online: bool,
    /// Whether the employee is an administrator.
    pub is_admin: bool,
    /// Whether the employee is a manager.
    pub is_manager: bool,
    pub(super) groups: Vec<Value>,
    /// Id in the CRM's message centre.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mg_user_id: Option<u64>,
}

impl User {
    /// Creates an active, free manager with this name.
    pub fn new(id: u64, first_name: impl Into<String>) -> Self {
        Self {
            id,
            created_at: "2025-05-25 12:49:00".into(),
            active: true,
            email: format!("user{id}@example.test"),
            first_name: first_name.into(),
            last_name: None,
            patronymic: None,
            phone: None,
            status: "free".into(),
            online: true,
            is_admin: false,
            is_manager: true,
            groups: vec![seed::group_of_user()],
            mg_user_id: None,
        }
    }

    pub(super) fn full_name(&self) -> String {
        let last = self.last_name.iter().map(String::as_str);
        std::iter::once(self.first_name.as_str()).chain(last).collect::<Vec<_>>().join(" ")
    }
}

/// Shops of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SiteAccess {
    /// All shops.
    Full,
    /// Shops with these codes.
    Selective(Vec<String>),
}

/// Whether the account's telephony module is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Telephony {
    /// Events and uploads are accepted.
    On,
    /// `Telephony not enabled`.
    Off,
}

/// An uploaded call of the history.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StoredCall {
    /// The uploaded object.
    pub sent: Value,
    /// The same in common terms.
    pub row: CallRow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bucket {
    General,
    Telephony,
}

impl Bucket {
    pub(super) fn of(path: &str) -> Self {
        if path.starts_with("/api/") && path.contains("/telephony/") {
            Self::Telephony
        } else {
            Self::General
        }
    }
}

/// State of the account.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(super) struct Account {
    /// Origin without a trailing slash.
    pub(super) url: String,
    /// Whether the account is missing, as at a wrong address.
    pub(super) closed: bool,
    /// The API key.
    pub(super) key: String,
    pub(super) scopes: Vec<String>,
    pub(super) site_access: SiteAccess,
    pub(super) telephony: Telephony,
    pub(super) users: Vec<User>,
    /// Extension and user id of the registered module.
    pub(super) additional_codes: Vec<(String, u64)>,
    pub(super) customers: Store,
    /// Customers who were merged, with those they were merged into: requests for them lead there.
    pub(super) merged: BTreeMap<u64, u64>,
    pub(super) corporates: Store,
    pub(super) notes: Store,
    pub(super) orders: Store,
    pub(super) tasks: Store,
    pub(super) files: Vec<StoredFile>,
    /// Id of the last upload; ids are not reused.
    pub(super) last_upload: u64,
    /// Integration modules by code, as sent.
    pub(super) modules: BTreeMap<String, Map<String, Value>>,
    /// Code of the telephony module.
    pub(super) telephony_module: String,
    /// Whether the account refuses the reference's minimal forms.
    pub(super) strict: bool,
    /// Whether the account has funds for another module or file.
    pub(super) has_funds: bool,
    /// Whether ids with two known forms are texts.
    pub(super) ids_as_text: bool,
    /// Whether an integration module is one text of JSON.
    pub(super) module_as_text: bool,
    /// Whether shops are a list instead of a map.
    pub(super) sites_as_list: bool,
    /// Codes of modules connected by the simple connection.
    pub(super) simple_connections: BTreeSet<String>,
    /// Source of the histories.
    pub(super) journal: Journal,
    pub(super) live: Vec<LiveRow>,
    pub(super) calls: Vec<StoredCall>,
    general: RateWindow,
    telephony_meter: RateWindow,
}

impl Account {
    pub(super) fn new(url: String) -> Self {
        Self {
            url,
            closed: false,
            key: seed::API_KEY.into(),
            scopes: seed::scopes(),
            site_access: SiteAccess::Full,
            telephony: Telephony::On,
            users: seed::users(),
            additional_codes: seed::additional_codes(),
            customers: Store::new(seed::NEXT_CUSTOMER_ID, seed::customers()),
            merged: BTreeMap::new(),
            corporates: Store::new(0, super::corporate::seed()),
            notes: Store::new(notes::LAST + 1, notes::seed()),
            orders: Store::new(seed::NEXT_ORDER_ID, super::orders::seed()),
            tasks: Store::new(seed::NEXT_TASK_ID, super::tasks::seed()),
            files: super::files::seed(),
            last_upload: 0,
            modules: BTreeMap::from([(seed::MODULE_CODE.to_owned(), seed::module())]),
            telephony_module: seed::MODULE_CODE.into(),
            strict: false,
            has_funds: true,
            ids_as_text: false,
            module_as_text: false,
            sites_as_list: false,
            simple_connections: BTreeSet::new(),
            journal: Journal::new(),
            live: Vec::new(),
            calls: Vec::new(),
            general: RateWindow::new(GENERAL_PER_SECOND),
            telephony_meter: RateWindow::new(TELEPHONY_PER_SECOND),
        }
    }

    /// Counts a request and returns the exceeded limit, if any.
    pub(super) fn over_limit(&mut self, request: &crate::wire::Request) -> Option<Bucket> {
        let bucket = Bucket::of(&request.path);
        let meter = match bucket {
            Bucket::General => &mut self.general,
            Bucket::Telephony => &mut self.telephony_meter,
        };
        if meter.admit(request.ip, request.at) { None } else { Some(bucket) }
    }

    /// Drops the oldest entries of every list beyond the limits. Their ids are not reused.
    pub(super) fn enforce_limits(&mut self) {
        limits::keep_newest(&mut self.live);
        limits::keep_newest(&mut self.calls);
        for store in [
            &mut self.customers,
            &mut self.corporates,
            &mut self.notes,
            &mut self.orders,
            &mut self.tasks,
        ] {
            store.enforce_limits();
        }
        self.journal.enforce_limits();
        limits::keep_newest_bytes(&mut self.files, |file| file.content.len());
        while self.modules.len() > MAX_ENTRIES {
            let mut codes = self.modules.keys();
            let code = codes.find(|code| **code != self.telephony_module).cloned();
            self.modules.remove(&code.unwrap_or_default());
        }
    }

    pub(super) fn user(&self, id: u64) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// The user of an extension; `None` if the user was removed.
    pub(super) fn user_of(&self, code: &str) -> Option<&User> {
        let (_, id) = self.additional_codes.iter().find(|(known, _)| known == code)?;
        self.user(*id)
    }

    pub(super) fn code_of(&self, user_id: u64) -> Option<&str> {
        let (code, _) = self.additional_codes.iter().find(|(_, id)| *id == user_id)?;
        Some(code)
    }

    /// Returns true if the key has access to this shop.
    pub(super) fn reaches_site(&self, code: &str) -> bool {
        let exists = seed::SITES.iter().any(|site| site.code == code);
        exists
            && match &self.site_access {
                SiteAccess::Full => true,
                SiteAccess::Selective(codes) => codes.iter().any(|open| open == code),
            }
    }

    /// Codes of the shops the key has access to.
    pub(super) fn open_sites(&self) -> impl Iterator<Item = &'static str> + '_ {
        let all = seed::SITES.iter().map(|site| site.code);
        all.filter(|code| self.reaches_site(code))
    }

    /// Finds a customer by digits: `+375 44 637-06-46` equals `375446370646`.
    pub(super) fn customer_by_phone(&self, phone: &str) -> Option<&Fields> {
        let wanted = digits(phone);
        let mut here = self.customers.iter().filter(|customer| !self.is_merged(customer));
        here.find(|customer| phones(customer).iter().any(|number| digits(number) == wanted))
    }

    pub(super) fn store_call(&mut self, sent: Value) {
        let text = |name: &str| sent.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| sent.get(name).and_then(Value::as_u64);
        let kind = text("type").unwrap_or_default();
        let of_user = || self.code_of(number("userId")?).map(str::to_owned);
        let row = CallRow {
            call_id: text("externalId"),
            direction: mapping::direction(&kind),
            phone: text("phone"),
            extension: text("code").or_else(of_user),
            outcome: mapping::outcome(&kind, &text("result").unwrap_or_default()),
            talk_seconds: number("duration"),
            wait_seconds: number("durationWaiting"),
            recording: text("recordUrl"),
            // This CRM's responses have no call id of its own.
            crm_call_id: None,
        };
        self.calls.push(StoredCall { sent, row });
    }

    pub(super) fn holds_call(&self, external_id: &str) -> bool {
        self.calls.iter().any(|call| call.row.call_id.as_deref() == Some(external_id))
    }

    pub(super) fn report(&self) -> Report {
        Report {
            calls: Some(self.calls.iter().rev().map(|call| call.row.clone()).collect()),
            live: Some(self.live.iter().rev().cloned().collect()),
            customers: Some(
                self.customers
                    .iter()
                    .rev()
                    .filter(|it| !self.is_merged(it))
                    .map(|it| self.customer_row(it))
                    .collect(),
            ),
            modules: Some(self.module_rows()),
            requests: 0,
            refused: Vec::new(),
        }
    }

    /// Calls with a popup and no `hangup` yet, newest first.
    pub(super) fn live_calls(&self) -> Vec<LiveCall> {
        let mut live: BTreeMap<&str, LiveCall> = BTreeMap::new();
        for row in &self.live {
            let Some(id) = row.call_id.as_deref() else {
                continue;
            };
            if row.r#type == "hangup" || self.holds_call(id) {
                live.remove(id);
                continue;
            }
            let shown_to = row.users.iter().filter_map(|id| self.employee(id.parse().ok()?));
            let phone = row.phone.as_deref();
            let call = live.entry(id).or_insert_with(|| LiveCall {
                call_id: id.to_owned(),
                direction: mapping::direction(&row.r#type),
                phone: phone.map(|it| format!("+{}", digits(it))),
                client: phone.and_then(|it| self.customer_by_phone(it)).map(full_name),
                employees: Vec::new(),
                since: row.at.parse().unwrap_or_default(),
            });
            for employee in shown_to {
                if !call.employees.contains(&employee) {
                    call.employees.push(employee);
                }
            }
        }
        let mut live: Vec<LiveCall> = live.into_values().collect();
        live.sort_by_key(|call| std::cmp::Reverse(call.since));
        live
    }

    pub(super) fn employee(&self, user_id: u64) -> Option<Employee> {
        let user = self.user(user_id)?;
        Some(Employee {
            user_id: user.id.to_string(),
            name: user.full_name(),
            extension: self.code_of(user.id).map(str::to_owned),
        })
    }

    fn customer_row(&self, customer: &Fields) -> CustomerRow {
        let manager = customer.get("managerId").and_then(Value::as_u64);
        CustomerRow {
            id: id_of(customer).to_string(),
            name: full_name(customer),
            phones: phones(customer),
            responsible: manager.and_then(|id| self.user(id)).map(|user| Responsible {
                user_id: user.id.to_string(),
                name: user.full_name(),
                extension: self.code_of(user.id).map(str::to_owned),
            }),
        }
    }
}
