//! Odd values that are sent unchanged, since only the CRM knows whether it accepts them, and values
//! that cannot be constructed.

use vochi_crm_core::{ErrorKind, Extension, LocalTime};
use vochi_crm_retailcrm::api::{
    CreateCustomer, CreateCustomerNote, CreateTask, CustomerFilter, EditCustomer, GetCustomer,
    ListCustomersHistory, OrderFilter, SendCallEvent, SetUserStatus, UploadCalls,
};
use vochi_crm_retailcrm::model::{
    AddressData, CustomerData, CustomerId, HistoryCursor, ModuleCode, PhoneText, TaskData, UserId,
    UserStatus,
};

use super::super::operations::{Operation, call};
use super::super::support::{ext, external_id, form, list, phone, text};

/// Line breaks, a zero byte, an escape, both text directions, every special character.
const NASTY: &str = "a\r\nX-Evil: 1\u{0}\u{1b}[31m\u{202e}ё&=+%#?/\\\"'[]{}\u{1f4de}";

fn local(text: &str) -> LocalTime {
    text.parse().unwrap()
}

/// Operations with that text wherever they accept one.
fn nasty() -> Vec<Box<dyn Operation>> {
    let (customer, user) = (CustomerId::new(60).unwrap(), UserId::new(7).unwrap());
    let data = CustomerData::new()
        .first_name(NASTY)
        .email(NASTY)
        .address(AddressData::new(NASTY))
        .add_tags([NASTY])
        .custom_field(NASTY, NASTY);
    let rings = SendCallEvent::incoming(phone("+375291112233"))
        .codes([ext("101")])
        .call_external_id(text(NASTY));
    vec![
        Box::new(rings),
        Box::new(UploadCalls::new().calls([call(NASTY).site(text(NASTY)).record_url(text(NASTY))])),
        Box::new(SetUserStatus::new(user, UserStatus::Other(NASTY.to_owned()))),
        Box::new(GetCustomer::new(external_id(NASTY).site(text(NASTY)))),
        Box::new(list(CustomerFilter::new().name(NASTY).sites([NASTY]))),
        Box::new(list(OrderFilter::new().customer(NASTY).statuses([NASTY]))),
        Box::new(CreateCustomer::new(data.clone()).site(text(NASTY))),
        Box::new(EditCustomer::new(external_id(NASTY), data)),
        Box::new(CreateCustomerNote::new(text(NASTY), customer)),
        Box::new(CreateTask::new(TaskData::new(text(NASTY), user).commentary(NASTY))),
    ]
}

#[test]
fn control_characters_are_encoded() {
    for operation in nasty() {
        let request = operation.request().unwrap();
        let body = request.body_ref().encode();
        let body = std::str::from_utf8(&body).unwrap();
        for part in [request.path(), &request.query_string(), body] {
            let plain = part.chars().all(|c| c.is_ascii_graphic());
            assert!(plain, "{}: {part:?}", operation.name());
        }
        let mut texts = form(&request.query_string());
        texts.extend(form(body));
        let unchanged = |text: &str| {
            let json = serde_json::to_string(NASTY).unwrap();
            text == NASTY || text.contains(&json)
        };
        let whole = texts.iter().any(|(_, text)| unchanged(text));
        assert!(whole, "{}: the text has changed: {texts:?}", operation.name());
    }
}

#[test]
fn long_id_list_is_one_request() {
    let ids = (1..=51).map(|id| CustomerId::new(id).unwrap());
    let request = list(CustomerFilter::new().ids(ids)).request().unwrap();
    let pairs = form(&request.query_string());
    let sent = pairs.iter().filter(|(name, _)| name == "filter[ids][]");
    assert_eq!(sent.count(), 51, "ids are not limited; pages limit the responses");
}

#[test]
fn reversed_time_span_is_sent() {
    let (late, early) = (local("2026-03-02 11:00:00"), local("0001-01-01 00:00:00"));
    let orders = list(OrderFilter::new().created_from(late).created_until(early));
    let customers = list(CustomerFilter::new().registered_from(late).registered_to(early));
    let history = ListCustomersHistory::from_time(late).until(early);
    let whole = ListCustomersHistory::since(HistoryCursor::new(0));
    let all: [&dyn Operation; 4] = [&orders, &customers, &history, &whole];
    for operation in all {
        assert!(operation.request().is_ok(), "{}", operation.name());
    }
}

#[test]
fn task_due_time_is_to_the_minute() {
    let due = |time: &str| {
        let data = TaskData::new(text("x"), UserId::new(7).unwrap()).datetime(local(time));
        let body = CreateTask::new(data).request().unwrap().body_ref().encode();
        let fields = form(std::str::from_utf8(&body).unwrap());
        let task: serde_json::Value = serde_json::from_str(&fields[0].1).unwrap();
        task["datetime"].as_str().unwrap().to_owned()
    };
    for (time, sent) in [
        ("2026-03-14 11:20:59", "2026-03-14 11:20"),
        ("9999-12-31 23:59:59", "9999-12-31 23:59"),
        ("-000044-03-15 12:34:56", "-044-03-15 12:34"),
    ] {
        assert_eq!(due(time), sent);
    }
}

#[test]
fn invalid_values_cannot_be_constructed() {
    for text in ["", " ", "+", "MTS", "()-"] {
        assert_eq!(PhoneText::digits_of(text), None, "{text:?}");
    }
    for text in ["", "2026-02-30 11:00", "2026-13-01 11:00", "10000-01-01 00:00", "now"] {
        let error = text.parse::<LocalTime>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{text:?}");
    }
    for text in ["", " ", "..", "a/b", "a b", "код", "a\n"] {
        let error = ModuleCode::new(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{text:?}");
    }
    for text in ["", " ", "1\u{0}1"] {
        let error = Extension::new(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{text:?}");
    }
}
