//! Operations that change nothing.

use vochi_crm_core::http::{self, Repeat::Safe};
use vochi_crm_core::testing::conformance::Needs::{Object, Success};
use vochi_crm_core::testing::conformance::{self, SPECIAL_TEXT};
use vochi_crm_core::{LocalTime, Text};
use vochi_crm_uon::api::{
    Entity, FindUsersByEmail, FindUsersByPhone, GetLead, GetManager, GetNotification, GetRequest,
    GetUser, ListCalls, ListClientLeads, ListClientRequests, ListCompanies, ListLeadStatuses,
    ListManagers, ListNotifications, ListOfficeManagers, ListOffices, ListPaymentStatuses,
    ListReminders, ListRequestActions, ListRequestCalls, ListRequestReminders, ListRequestStatuses,
    ListSources, ListUpdatedLeads, ListUpdatedUsers, ListUserCalls, ListUsers, ListWebhooks, Many,
    One, Paged, SearchLeads, SearchRequests, SearchUsers,
};
use vochi_crm_uon::model::{Date, LeadId, NotificationId, OfficeId, RequestId, UserId};

use super::UOn;

pub(super) type Operation = conformance::Operation<UOn>;

pub(super) const BY_TYPE: &str = "ids are positive and texts not blank by their types";
const NO_VALUES: &str = "it has no values";

/// A client, an employee, and the entities of lists without their id are none.
const USERS: &[(&str, &str)] = &[("users.*.u_id", "users.*")];
const RECORDS: &[(&str, &str)] = &[("records.*.id", "records.*")];

/// A list under a field.
fn many<T, O>(place: &'static str, operation: O) -> Operation
where
    T: Entity + std::fmt::Debug,
    O: http::Operation<Output = Many<T>> + Clone + 'static,
{
    plain(operation.clone()).rows(place, operation, |found| found.items)
}

/// A read with several forms of responses.
fn plain<O>(operation: O) -> Operation
where
    O: http::Operation + 'static,
    <O::Output as http::Output>::Value: std::fmt::Debug,
{
    Operation::new(Safe, Success, operation).recovers(&["404"])
}

fn one<T, O>(operation: O) -> Operation
where
    T: Entity + std::fmt::Debug,
    O: http::Operation<Output = One<T>> + 'static,
{
    Operation::new(Safe, Object, operation).recovers(&["404"]).always_valid(BY_TYPE)
}

trait FromPageOne {
    /// The list refuses page 0.
    fn paged<L>(self, list: L) -> Self
    where
        L: Paged + http::Operation + 'static,
        <L::Output as http::Output>::Value: std::fmt::Debug;
}

impl FromPageOne for Operation {
    fn paged<L>(self, list: L) -> Self
    where
        L: Paged + http::Operation + 'static,
        <L::Output as http::Output>::Value: std::fmt::Debug,
    {
        self.refuses("page 0", "counted from 1", list.on_page(0))
    }
}

pub(super) fn user(id: u64) -> UserId {
    UserId::new(id).unwrap()
}

fn date(text: &str) -> Date {
    Date::from(text.parse::<LocalTime>().unwrap())
}

pub(super) fn all() -> Vec<Operation> {
    let mut all = users();
    all.extend(cases());
    all.extend(calls_and_tasks());
    all.extend(dictionaries());
    all
}

fn users() -> Vec<Operation> {
    let by_phone = FindUsersByPhone::new("375291112233");
    let search = || SearchUsers::new().telegram("@ivan_example").part_match(0);
    let updated = ListUpdatedUsers::new(date("2025-08-01"), date("2025-08-31"));
    vec![
        many("users", by_phone.clone()).samples(&["user_phone"]).carries(USERS).refuses(
            "no digits",
            "must contain digits",
            FindUsersByPhone::new("anonymous"),
        ),
        many("users", by_phone.office(OfficeId::new(1).unwrap()))
            .variant("in an office")
            .samples(&["user_phone_office"])
            .carries(USERS),
        plain(FindUsersByEmail(Text::new("ivan@example.com").unwrap()))
            .samples(&["user_email"])
            .carries(&[("users.*.u_id", "users.*"), ("*.u_id", "*")])
            .reads_by_post()
            .always_valid(BY_TYPE)
            .special(FindUsersByEmail(Text::new(SPECIAL_TEXT).unwrap())),
        many("users", search())
            .samples(&["user_search"])
            .carries(USERS)
            .reads_by_post()
            .paged(search())
            .refuses("no contact", "no contact is set", SearchUsers::new().max(" "))
            .special(search().telegram(SPECIAL_TEXT)),
        one(GetUser(user(7))).samples(&["user_get"]).carries(&[
            ("user.u_id", "user"),
            ("user.*.u_id", "user.*"),
            ("users.*.u_id", "users.*"),
        ]),
        many("users", ListUsers::new())
            .samples(&["users_page"])
            .carries(USERS)
            .paged(ListUsers::new()),
        many("users", updated).samples(&["user_updated"]).carries(USERS).paged(updated),
        many("users", ListManagers).samples(&["manager"]).carries(USERS).always_valid(NO_VALUES),
        one(GetManager(user(2))).samples(&["manager_get"]).carries(&[("user.u_id", "user")]),
        many("users", ListOfficeManagers(OfficeId::new(1).unwrap()))
            .samples(&["manager_office"])
            .carries(USERS)
            .always_valid(BY_TYPE),
    ]
}

fn cases() -> Vec<Operation> {
    const LEADS: &[(&str, &str)] = &[("leads.*.id", "leads.*")];
    const REQUESTS: &[(&str, &str)] = &[("requests.*.id", "requests.*")];
    let of_client = ListClientLeads::new(user(7));
    let updated = ListUpdatedLeads::new(date("2025-08-01"), date("2025-08-31"));
    let requests = ListClientRequests::new(user(7));
    vec![
        one(GetLead(LeadId::new(12).unwrap()))
            .samples(&["lead_get"])
            .carries(&[("lead.*.id", "lead.*")]),
        many("leads", of_client)
            // The second one is the end of the list.
            .samples(&["lead_by_client", "lead_by_client_page"])
            .carries(LEADS)
            .paged(of_client),
        many("leads", updated).samples(&["leads_updated"]).carries(LEADS).paged(updated),
        many("leads", SearchLeads::new().client_ids("7"))
            .samples(&["lead_search"])
            .carries(LEADS)
            .reads_by_post()
            .paged(SearchLeads::new())
            .special(SearchLeads::new().client_ids(SPECIAL_TEXT)),
        one(GetRequest(RequestId::new(21).unwrap()))
            .samples(&["request_get"])
            .carries(&[("request.*.id", "request.*")]),
        many("requests", requests)
            .samples(&["request_by_client"])
            .carries(REQUESTS)
            .paged(requests),
        many("requests", requests.page(2u32))
            .variant("page 2")
            .samples(&["request_by_client_page"])
            .carries(REQUESTS),
        many("requests", SearchRequests::new().client_ids("7"))
            .samples(&["request_search"])
            .carries(REQUESTS)
            .reads_by_post()
            .paged(SearchRequests::new())
            .special(SearchRequests::new().r_id_internal(SPECIAL_TEXT)),
    ]
}

fn calls_and_tasks() -> Vec<Operation> {
    let request = RequestId::new(12).unwrap();
    let (by_user, by_request) = (ListUserCalls::new(user(7)), ListRequestCalls::new(request));
    vec![
        plain(ListCalls::new()).samples(&["call_history_page"]).paged(ListCalls::new()),
        plain(by_user).samples(&["call_history_by_user"]).paged(by_user),
        plain(by_request).samples(&["call_history_by_request"]).paged(by_request),
        one(GetNotification(NotificationId::new(18).unwrap())).samples(&["notification_get"]),
        many("notifications", ListNotifications::new())
            .samples(&["notifications_page"])
            .reads_by_post()
            .paged(ListNotifications::new()),
        plain(ListRequestActions(request))
            .samples(&["request_action_by_request"])
            .always_valid(BY_TYPE),
        many("reminder", ListRequestReminders(request))
            .samples(&["reminder_by_request"])
            .always_valid(BY_TYPE),
        plain(ListReminders::new().user(user(2)))
            .samples(&["reminder_page"])
            .reads_by_post()
            .paged(ListReminders::new()),
        plain(ListWebhooks::new())
            .samples(&["webhook_page"])
            .carries(&[("records.*.id", "records.*"), ("webhooks.*.id", "webhooks.*")])
            .paged(ListWebhooks::new()),
    ]
}

fn dictionaries() -> Vec<Operation> {
    vec![
        many("records", ListCompanies)
            .samples(&["company"])
            .carries(RECORDS)
            .always_valid(NO_VALUES),
        many("records", ListOffices)
            .samples(&["company_office"])
            .carries(RECORDS)
            .always_valid(NO_VALUES),
        many("records", ListLeadStatuses)
            .samples(&["status_lead"])
            .carries(RECORDS)
            .always_valid(NO_VALUES),
        many("records", ListRequestStatuses)
            .samples(&["status"])
            .carries(RECORDS)
            .always_valid(NO_VALUES),
        many("records", ListPaymentStatuses)
            .samples(&["status_pay"])
            .carries(RECORDS)
            .always_valid(NO_VALUES),
        many("records", ListSources).samples(&["source"]).carries(RECORDS).always_valid(NO_VALUES),
    ]
}
