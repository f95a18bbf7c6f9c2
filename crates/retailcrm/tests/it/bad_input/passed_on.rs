//! Values that look odd and go out all the same, in one piece: only the CRM knows whether it takes
//! them. And values that cannot even be written down.

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

/// Line breaks, a zero byte, an escape, both directions of writing, every special character.
const NASTY: &str = "a\r\nX-Evil: 1\u{0}\u{1b}[31m\u{202e}ё&=+%#?/\\\"'[]{}\u{1f4de}";

fn local(text: &str) -> LocalTime {
    text.parse().unwrap()
}

/// Operations with that text wherever they take one.
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
fn control_characters_break_no_request() {
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
        let told = |text: &str| {
            let json = serde_json::to_string(NASTY).unwrap();
            text == NASTY || text.contains(&json)
        };
        let whole = texts.iter().any(|(_, text)| told(text));
        assert!(whole, "{}: the text has changed: {texts:?}", operation.name());
    }
}

#[test]
fn a_long_list_of_ids_goes_out_as_one_request() {
    let ids = (1..=51).map(|id| CustomerId::new(id).unwrap());
    let request = list(CustomerFilter::new().ids(ids)).request().unwrap();
    let pairs = form(&request.query_string());
    let sent = pairs.iter().filter(|(name, _)| name == "filter[ids][]");
    assert_eq!(sent.count(), 51, "no source limits ids; pages limit the answers");
}

#[test]
fn a_time_span_that_ends_before_it_begins_is_asked_for() {
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
fn a_task_is_due_to_the_minute_in_any_year() {
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
fn what_is_no_number_time_code_or_extension_cannot_be_written_down() {
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
