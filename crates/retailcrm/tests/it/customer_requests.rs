//! Requests about customers and notes, compared with the fixtures.

use serde_json::{Value, json};
use vochi_crm_core::LocalTime;
use vochi_crm_core::http::Operation;
use vochi_crm_retailcrm::api::{
    CreateCustomer, CreateCustomerNote, CustomerFilter, CustomerNoteFilter, EditCustomer,
    GetCustomer,
};
use vochi_crm_retailcrm::model::{
    AddressData, ContragentData, ContragentType, CustomerData, CustomerId, CustomerNoteId,
    PageSize, UserId,
};

use super::customers::{SIXTY, create, create_note, edit, get, notes};
use super::fixture::{Fixture, assert_same};
use super::support::{external_id, list, phone, text};

/// The JSON of the only form field.
fn sent(operation: &impl Operation, field: &str) -> Value {
    let body = operation.request().unwrap().body_ref().encode();
    let fields = super::support::form(std::str::from_utf8(&body).unwrap());
    let (_, text) = fields.into_iter().find(|(name, _)| name == field).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn reads_match_the_documentation() {
    let fixture = Fixture::open("customers_list");
    let by_name = list(CustomerFilter::new().name("+375291112233")).page_size(PageSize::Twenty);
    assert_same(&by_name.request().unwrap(), fixture.request(None));
    let by_ids = list(CustomerFilter::new().ids([SIXTY, CustomerId::new(61).unwrap()]));
    let wire_query = fixture.request(Some("by_ids"))["wire_query"].clone();
    assert_eq!(
        by_ids.request().unwrap().query_string(),
        format!("{}&page=1", wire_query.as_str().unwrap()),
        "page 1 is what the fixture leaves to the CRM"
    );
    for (request, name) in
        [(get().request(), "customer_get"), (notes().request(), "customers_notes_list")]
    {
        assert_same(&request.unwrap(), Fixture::open(name).request(None));
    }
}

#[test]
fn writes_match_the_fixtures() {
    for (request, name) in [
        (create().request(), "customer_create"),
        (edit().request(), "customer_edit"),
        (create_note().request(), "customer_note_create"),
    ] {
        let (request, fixture) = (request.unwrap(), Fixture::open(name));
        let wanted = fixture.request(None);
        assert_same(&request, wanted);
        let body = request.body_ref().encode();
        assert_eq!(std::str::from_utf8(&body).unwrap(), wanted["wire_body"]);
    }
}

#[test]
fn every_filter_has_its_documented_name() {
    let day: LocalTime = "2026-03-02 11:00:00".parse().unwrap();
    let customers = CustomerFilter::new()
        .external_ids(["a&b"])
        .email("a@example.test")
        .sites(["one", "two"])
        .managers([UserId::new(7).unwrap()])
        .is_contact(false)
        .is_contact(true)
        .registered_from(day)
        .registered_to(day);
    let customers = list(customers).page_size(PageSize::Fifty).page(3);
    let notes = CustomerNoteFilter::new()
        .ids([CustomerNoteId::new(301).unwrap()])
        .customer_external_ids(["e"])
        .manager_ids([UserId::new(7).unwrap()])
        .text("x");
    for (request, pairs) in [
        (
            customers.request(),
            vec![
                ("filter[externalIds][]", "a&b"),
                ("filter[email]", "a@example.test"),
                ("filter[sites][]", "one"),
                ("filter[sites][]", "two"),
                ("filter[managers][]", "7"),
                ("filter[isContact]", "1"),
                ("filter[dateFrom]", "2026-03-02"),
                ("filter[dateTo]", "2026-03-02"),
                ("limit", "50"),
                ("page", "3"),
            ],
        ),
        (
            list(notes).request(),
            vec![
                ("filter[ids][]", "301"),
                ("filter[customerExternalIds][]", "e"),
                ("filter[managerIds][]", "7"),
                ("filter[text]", "x"),
                ("limit", "100"),
                ("page", "1"),
            ],
        ),
    ] {
        let query = request.unwrap().query_string();
        let read = super::support::form(&query);
        let read: Vec<(&str, &str)> =
            read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(read, pairs);
    }
}

#[test]
fn requests_always_have_the_kind_of_id() {
    let by_shop = GetCustomer::new(external_id("a/b")).request().unwrap();
    assert_eq!(by_shop.path(), "/api/v5/customers/a%2Fb");
    assert_eq!(by_shop.query_string(), "by=externalId");
    let changed = CustomerData::new().email("a@example.test");
    let edit = EditCustomer::new(external_id("ext-60"), changed).request().unwrap();
    assert_eq!(edit.path(), "/api/v5/customers/ext-60/edit");
    let body = edit.body_ref().encode();
    assert!(body.starts_with(b"by=externalId&customer="), "{body:?}");
    let note = CreateCustomerNote::new(text("Перезвонить"), external_id("ext-60"));
    assert_eq!(
        sent(&note, "note"),
        json!({"text": "Перезвонить", "customer": {"externalId": "ext-60"}})
    );
}

#[test]
fn every_written_field_has_its_documented_name() {
    let data = CustomerData::new()
        .first_name("Анна")
        .patronymic("Петровна")
        .email("a@example.test")
        .phones([phone("+375291112233")])
        .phones([phone("+375291112233")])
        .contragent(ContragentData::from(ContragentType::Entrepreneur))
        .address(AddressData::new("Минск, Немига 1"))
        .add_tags(["new"])
        .remove_tags(["old"])
        .custom_field("source_pbx", "pbx1")
        .custom_field("visits", 3);
    let wanted = json!({
        "firstName": "Анна",
        "patronymic": "Петровна",
        "email": "a@example.test",
        "phones": [{"number": "+375291112233"}],
        "contragent": {"contragentType": "enterpreneur"},
        "address": {"text": "Минск, Немига 1"},
        "addTags": ["new"],
        "removeTags": ["old"],
        "customFields": {"source_pbx": "pbx1", "visits": 3},
    });
    assert_eq!(sent(&CreateCustomer::new(data.clone()), "customer"), wanted);
    assert_eq!(sent(&EditCustomer::new(SIXTY, data), "customer"), wanted);
}

#[test]
fn contact_filter_is_optional() {
    let request = list(CustomerFilter::new().is_contact(false)).request().unwrap();
    assert_eq!(request.query_string(), "filter%5BisContact%5D=0&limit=100&page=1");
}
