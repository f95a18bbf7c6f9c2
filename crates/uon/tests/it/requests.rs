//! Requests as the fixtures show them.

use serde_json::Value;
use vochi_crm_core::http::{ApiRequest, Operation, RawRequest};
use vochi_crm_core::{Cx, LocalTime, Seconds, SecretUrl, Text};
use vochi_crm_uon::api::{
    CloseReminder, CreateLead, CreateNotification, CreateReminder, CreateRequestAction,
    CreateSource, CreateUser, CreateWebhook, DeleteWebhook, FindUsersByEmail, FindUsersByPhone,
    GetLead, GetManager, GetNotification, GetRequest, GetUser, ListCalls, ListClientLeads,
    ListClientRequests, ListCompanies, ListLeadStatuses, ListManagers, ListNotifications,
    ListOfficeManagers, ListOffices, ListPaymentStatuses, ListReminders, ListRequestActions,
    ListRequestCalls, ListRequestReminders, ListRequestStatuses, ListSources, ListUpdatedLeads,
    ListUpdatedUsers, ListUserCalls, ListUsers, ListWebhooks, LogCall, SearchLeads, SearchRequests,
    SearchUsers, UpdateLead, UpdateRequest, UpdateUser, UpdateWebhook,
};
use vochi_crm_uon::model::{
    ActionType, CallData, CallDirection, Date, Digits, HookType, LeadData, LeadId, LeadStatusId,
    Minute, NotificationId, OfficeId, ReminderData, ReminderId, RequestActionData, RequestId,
    RequestStatusId, UserData, UserId, WebhookData, WebhookId,
};

use super::support::{Bench, KEY, fixture, phone, success};

pub(crate) fn local(text: &str) -> LocalTime {
    text.parse().unwrap()
}

fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

fn user(id: u64) -> UserId {
    UserId::new(id).unwrap()
}

/// A fixture and the request of our operation.
type Case = (&'static str, ApiRequest);

fn case(name: &'static str, operation: impl Operation) -> Case {
    (name, operation.request().unwrap())
}

fn reads() -> Vec<Case> {
    let (lead, request) = (LeadId::new(12).unwrap(), RequestId::new(12).unwrap());
    let office = OfficeId::new(1).unwrap();
    let day = |text| Date::from(local(text));
    let (from, until) = (day("2025-08-01"), day("2025-08-31"));
    let minute = |text| Minute::from(local(text));
    vec![
        case("user_phone", FindUsersByPhone::new("+375 (29) 111-22-33")),
        case("user_phone_office", FindUsersByPhone::new("375291112233").office(office)),
        case("user_email", FindUsersByEmail(text("ivan@example.com"))),
        case("user_search", SearchUsers::new().telegram("@ivan_example").part_match(0)),
        case("user_get", GetUser(user(7))),
        case("users_page", ListUsers::new()),
        case("user_updated", ListUpdatedUsers::new(from, until)),
        case("manager", ListManagers),
        case("manager_get", GetManager(user(2))),
        case("manager_office", ListOfficeManagers(office)),
        case("call_history_page", ListCalls::new()),
        case("call_history_by_user", ListUserCalls::new(user(7))),
        case("call_history_by_request", ListRequestCalls::new(request)),
        case("notification_get", GetNotification(NotificationId::new(18).unwrap())),
        case("notifications_page", ListNotifications::new()),
        case("lead_get", GetLead(lead)),
        case("lead_by_client", ListClientLeads::new(user(7))),
        case("lead_by_client_page", ListClientLeads::new(user(7)).page(2u32)),
        case("leads_updated", ListUpdatedLeads::new(from, until)),
        case(
            "lead_search",
            SearchLeads::new()
                .client_ids("7")
                .status_ids("1,2")
                .created_from(minute("2025-08-01 00:00"))
                .created_until(minute("2025-08-31 23:59")),
        ),
        case("request_get", GetRequest(RequestId::new(21).unwrap())),
        case("request_by_client", ListClientRequests::new(user(7))),
        case("request_search", SearchRequests::new().client_ids("7").status_ids("1,7")),
        case("request_action_by_request", ListRequestActions(request)),
        case("reminder_by_request", ListRequestReminders(request)),
        case(
            "reminder_page",
            ListReminders::new()
                .user(user(2))
                .from(minute("2025-08-28 00:00"))
                .until(minute("2025-08-29 00:00")),
        ),
        case("company", ListCompanies),
        case("company_office", ListOffices),
        case("source", ListSources),
        case("status", ListRequestStatuses),
        case("status_lead", ListLeadStatuses),
        case("status_pay", ListPaymentStatuses),
        case("webhook_page", ListWebhooks::new()),
    ]
}

/// What a test does with each documented write.
pub(crate) trait Visit {
    /// Takes the write of a fixture.
    fn write<O: Operation + 'static>(&mut self, fixture: &'static str, operation: O);
}

/// Every documented write.
pub(crate) fn visit_writes(visit: &mut impl Visit) {
    let call = |number: &str, start: &str, direction, talk: u32, status: &str| {
        CallData::new(phone(number), local(start), direction)
            .duration(Seconds::new(talk))
            .note(format!("Статус: {status}"))
    };
    let (incoming, outgoing) = (CallDirection::Incoming, CallDirection::Outgoing);
    let (client, other) = ("+375291112233", "+375296254070");
    let answered = call(client, "2025-08-28 14:52:10", incoming, 120, "отвеченный");
    let link = "https://pbx.example.com/recordings/1756381930.52";
    let answered = answered.manager(user(2)).record_link(text(link));
    visit.write("call_history_create", LogCall::new(answered));
    let missed = call(other, "2025-08-28 15:00:00", incoming, 0, "неотвеченный");
    visit.write("call_history_create_missed", LogCall::new(missed));
    let out = call(other, "2025-08-28 15:05:00", outgoing, 65, "отвеченный");
    visit.write("call_history_create_outgoing", LogCall::new(out.manager(user(4))));
    let plain = format!("Входящий звонок {other} → 151");
    visit.write("notification_create", CreateNotification::new(plain, user(2)));
    let data = UserData::new()
        .kind(1)
        .surname("Иванов")
        .name("Иван")
        .patronymic("Иванович")
        .phone(client)
        .manager(user(2))
        .note("Создан по звонку");
    visit.write("user_create", CreateUser::new(data));
    visit.write("user_update", UpdateUser::new(user(7), UserData::new().manager(user(2))));
    let field = UserData::new().extended_field("199889", "Звонил 28.08");
    visit.write("user_update_extended_field", UpdateUser::new(user(7), field));
    let lead = LeadData::new()
        .status(LeadStatusId::new(1).unwrap())
        .client(user(7))
        .source("Входящий звонок")
        .phone(Digits::from(phone(client)))
        .note("Звонок на линию 0001")
        .without_actions();
    visit.write("lead_create", CreateLead::new(lead));
    let lead = LeadId::new(12).unwrap();
    let status = UpdateLead::new(lead).status(LeadStatusId::new(5).unwrap());
    visit.write("request_update_lead_status", status);
    visit.write("request_update_manager", UpdateLead::new(lead).manager(user(2)));
    let request = UpdateRequest::new(RequestId::new(21).unwrap());
    let status = request.status(RequestStatusId::new(2).unwrap());
    visit.write("request_update_request_status", status);
    let at = local("2025-08-28 14:54:10");
    let words = text("Входящий звонок +375291112233, 2 мин 00 с");
    let action = RequestActionData::new(lead, ActionType::Call, at, words);
    let action = action.timezone("+03:00").author(user(2));
    visit.write("request_action_create", CreateRequestAction::new(action));
    let words = text("Исходящий звонок +375291112233");
    let action = RequestActionData::new(user(7), ActionType::Call, at, words);
    visit.write("request_action_create_tourist", CreateRequestAction::new(action));
    let reminder = ReminderData::new(
        ActionType::Call,
        local("2025-08-28 15:15:00"),
        local("2025-08-28 16:15:00"),
        text("Пропущенный входящий звонок от +375296254070"),
        user(2),
        user(2),
    );
    visit.write("reminder_create", CreateReminder::new(reminder.client(user(7)).lead(lead)));
    let done_at = local("2025-08-28 15:20:00");
    let close = CloseReminder::new(ReminderId::new(61).unwrap(), user(2), done_at);
    visit.write("reminder_close", close);
    visit.write("source_create", CreateSource(text("Телефония")));
    let url = |secret| SecretUrl::new(format!("https://pbx.example.com/uon/webhook/{secret}"));
    let hook = WebhookData::new(HookType::PhoneClicked, url("SECRETPATH")).note("vochi-crm");
    visit.write("webhook_create", CreateWebhook::new(hook));
    let id = WebhookId::new(15).unwrap();
    let hook = WebhookData::new(HookType::PhoneClicked, url("NEWSECRET"));
    visit.write("webhook_update", UpdateWebhook::new(id, hook));
    visit.write("webhook_delete", DeleteWebhook(id));
}

struct Requests(Vec<Case>);

impl Visit for Requests {
    fn write<O: Operation>(&mut self, fixture: &'static str, operation: O) {
        self.0.push(case(fixture, operation));
    }
}

#[test]
fn requests_match_the_documentation() {
    let mut cases = Requests(reads());
    visit_writes(&mut cases);
    for (name, request) in cases.0 {
        let wanted = fixture(name).request(None).clone();
        let path = wanted["path"].as_str().unwrap().replacen("/TESTKEY000000000000", "", 1);
        assert_eq!(request.method().as_str(), wanted["method"], "{name}");
        assert_eq!(request.path(), path, "{name}");
        assert_eq!(request.query_string(), "", "{name}");
        assert_eq!(request.body_ref().content_type(), wanted["content_type"].as_str(), "{name}");
        let body = request.body_ref().encode();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let wanted = if wanted["body"] == "" { Value::Null } else { wanted["body"].clone() };
        assert_eq!(body, wanted, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn key_is_the_first_segment_of_the_path_and_the_page_the_last() {
    let bench = Bench::new([success(), success()]);
    let client = bench.connector.client();
    client.send(&Cx::history(), ListClientLeads::new(user(7)).page(3u32)).await.unwrap();
    assert_eq!(bench.played()[0].line, format!("GET /{KEY}/lead-by-client/7/3.json"));
}

#[tokio::test(start_paused = true)]
async fn raw_request_gets_the_missing_ending() {
    for path in ["/countries", "/countries.json", "/countries/"] {
        let bench = Bench::new([super::support::answer("countries_key_check", "key_ok")]);
        let raw = RawRequest::new(ApiRequest::get(path));
        let found = bench.connector.client().raw(&Cx::history(), raw).await.unwrap();
        assert_eq!(found["records"][1]["name"], "Беларусь");
        assert_eq!(bench.lines(), ["GET countries"], "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn other_operations_are_reached_with_a_raw_request() {
    for (name, response) in [
        ("extended_field_page", "records"),
        ("extended_field_create", "created"),
        ("user_label", "records"),
        ("user_list_obsolete", "list"),
    ] {
        let fixture = fixture(name);
        let bench = Bench::new([super::support::answer(name, response)]);
        let path = fixture.request(None)["path"].as_str().unwrap();
        let path = path.replacen("/TESTKEY000000000000", "", 1);
        let request = match fixture.request(None)["method"].as_str() {
            Some("GET") => ApiRequest::get(path),
            _ => ApiRequest::post(path).json(&fixture.request(None)["body"]).unwrap(),
        };
        let client = bench.connector.client();
        let found = client.raw(&Cx::history(), RawRequest::new(request)).await.unwrap();
        assert_eq!(found, fixture.body(response), "{name}");
    }
}
