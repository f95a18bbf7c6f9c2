//! Odd values that are sent unchanged, since only the CRM knows whether it accepts them, and values
//! that cannot be constructed.

use vochi_crm_core::http::Operation;
use vochi_crm_core::{ErrorKind, Extension, LocalTime};
use vochi_crm_retailcrm::api::{CreateTask, CustomerFilter, ListCustomersHistory, OrderFilter};
use vochi_crm_retailcrm::model::{
    CustomerId, HistoryCursor, ModuleCode, PhoneText, TaskData, UserId,
};

use super::support::{form, list, text};

fn local(text: &str) -> LocalTime {
    text.parse().unwrap()
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
    let requests = [orders.request(), customers.request(), history.request(), whole.request()];
    for request in requests {
        assert!(request.is_ok(), "{request:?}");
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
