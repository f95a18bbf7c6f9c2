//! Customers and notes: responses and refusals.

use serde_json::{Value, json};
use vochi_crm_core::http::{Operation, Response};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, Effect, ErrorKind};
use vochi_crm_retailcrm::Client;
use vochi_crm_retailcrm::api::{
    CreateCustomer, CreateCustomerNote, CustomerFilter, CustomerNoteFilter, DeleteCustomerNote,
    EditCustomer, GetCustomer, List,
};
use vochi_crm_retailcrm::model::{
    ContragentType, Customer, CustomerData, CustomerId, CustomerKind, CustomerNoteId, EntityRef,
    PageSize, Sex, UserId,
};

use super::fixture::Fixture;
use super::support::{Bench, list, phone, success, text};

pub(super) const SIXTY: CustomerId =
    CustomerId::from_nonzero(std::num::NonZeroU64::new(60).unwrap());

fn client(bench: &Bench) -> &Client {
    bench.connector.client()
}

pub(super) fn sixty() -> EntityRef<Customer> {
    EntityRef::from(SIXTY).site(text("shop-one"))
}

pub(super) fn get() -> GetCustomer {
    GetCustomer::new(sixty())
}

pub(super) fn create() -> CreateCustomer {
    let data = CustomerData::new()
        .external_id("vochi-375291112233")
        .first_name("Иван")
        .last_name("Иванов")
        .phones([phone("+375291112233")])
        .manager_id(UserId::new(7).unwrap());
    CreateCustomer::new(data).site(text("shop-one"))
}

pub(super) fn edit() -> EditCustomer {
    let changed = CustomerData::new().manager_id(UserId::new(8).unwrap());
    EditCustomer::new(sixty(), changed)
}

pub(super) fn create_note() -> CreateCustomerNote {
    CreateCustomerNote::new(text("Пропущенный звонок 14.03.2026 10:20"), SIXTY)
        .manager_id(UserId::new(7).unwrap())
        .site(text("shop-one"))
}

pub(super) fn notes() -> List<CustomerNoteFilter> {
    list(CustomerNoteFilter::new().customer_ids([SIXTY])).page_size(PageSize::Twenty)
}

#[tokio::test(start_paused = true)]
async fn customers_are_read_with_their_numbers_as_typed() {
    let fixture = Fixture::open("customers_list");
    let bench = Bench::new([fixture.answer("found_verify_phones_yourself")]);
    let all = client(&bench).list(&Cx::history(), CustomerFilter::new()).all().await.unwrap();
    assert_eq!(all.len(), 2);
    let (ivan, petr) = (&all[0], &all[1]);
    assert_eq!(ivan.id, SIXTY);
    assert_eq!(ivan.kind, Some(CustomerKind::Person));
    assert_eq!(ivan.external_id.as_deref(), Some("ext-60"));
    assert_eq!(ivan.site.as_deref(), Some("shop-one"));
    assert_eq!(ivan.manager_id, Some(UserId::new(7).unwrap()));
    assert_eq!(ivan.is_contact, Some(false));
    assert_eq!(
        ivan.created_at.map(|time| time.to_string()).as_deref(),
        Some("2026-02-06 08:51:50")
    );
    assert_eq!(ivan.presumable_sex, Some(Sex::Male));
    assert_eq!(ivan.contragent.as_ref().unwrap().kind, Some(ContragentType::Individual));
    assert_eq!(ivan.orders_count, Some(0));
    assert_eq!(ivan.total_sum.as_deref(), Some("0"));
    assert!(ivan.custom_fields.is_empty());
    assert_eq!(ivan.display_name(), "Иван Иванов");
    assert_eq!(petr.phones, ["8 (029) 111-22-33", "375296254070"]);
    assert_eq!(petr.custom_fields["source_pbx"], "pbx1");
}

#[test]
fn odd_forms_of_values_are_read() {
    let body = json!({"success": "true", "customer": {
        "id": "60", "type": "robot", "managerId": "7", "vip": 1, "email": "", "phones": {
            "0": {"number": 375_291_112_233_u64}, "1": {"number": null},
        },
        "tags": {"0": {"name": "new", "attached": true}}, "customFields": null,
        "contragent": [], "address": {"text": "Минск"}, "createdAt": "0000-00-00 00:00:00",
        "totalSumm": 10.5, "ordersCount": "3", "segments": null, "unheardOf": {},
    }});
    let read = get().decode(&Response::ok_json(&body)).unwrap();
    assert_eq!(read.id, SIXTY);
    assert_eq!(read.kind, Some(CustomerKind::Other("robot".to_owned())));
    assert_eq!(read.manager_id, Some(UserId::new(7).unwrap()));
    assert_eq!(read.vip, Some(true));
    assert_eq!(read.email, None);
    assert_eq!(read.phones, ["375291112233"]);
    assert_eq!(read.tags[0].name.as_deref(), Some("new"));
    assert_eq!(read.address.as_ref().unwrap().text.as_deref(), Some("Минск"));
    assert_eq!(read.contragent, None);
    assert_eq!(read.created_at, None);
    assert_eq!(read.total_sum.as_deref(), Some("10.5"));
    assert_eq!(read.orders_count, Some(3));
    assert_eq!(read.display_name(), "375291112233");
}

#[tokio::test(start_paused = true)]
async fn unreadable_customer_keeps_the_others_and_later_pages() {
    let page = |number: u32, customers: Value| {
        let pagination = json!({"limit": 100, "currentPage": number, "totalPageCount": 2});
        let body = json!({"success": true, "pagination": pagination, "customers": customers});
        Step::json(200, &body)
    };
    let bench = Bench::new([
        page(1, json!([{"firstName": "без номера"}, {"id": 60}])),
        page(2, json!([{"id": 61}])),
    ]);
    let all = client(&bench).list(&Cx::history(), CustomerFilter::new()).all().await.unwrap();
    let ids: Vec<u64> = all.iter().map(|customer| customer.id.get()).collect();
    assert_eq!(ids, [60, 61]);
    assert_eq!(bench.played()[1].line, "GET /api/v5/customers?limit=100&page=2");
}

#[tokio::test(start_paused = true)]
async fn merged_customer_is_followed_once() {
    let fixture = Fixture::open("customer_get");
    let found = || fixture.answer("success");
    let merged = || fixture.answer("merged_into_another");
    let bench = Bench::new([merged(), found()]);
    let customer = client(&bench).customers().get(&Cx::live(), sixty()).await;
    assert_eq!(customer.unwrap().id, SIXTY);
    let lines: Vec<String> = bench.played().into_iter().map(|one| one.line).collect();
    assert_eq!(
        lines,
        [
            "GET /api/v5/customers/60?by=id&site=shop-one",
            "GET /api/v5/customers/61?by=id&site=shop-one",
        ]
    );
    let bench = Bench::new([merged(), merged(), found()]);
    let error = client(&bench).customers().get(&Cx::live(), sixty()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.fields()["combinedTo"], "61");
    assert_eq!(bench.script.left(), 1, "once");
}

#[tokio::test(start_paused = true)]
async fn merge_without_a_target_is_not_followed() {
    for other in [json!(null), json!([]), json!({"site": "shop-one"}), json!("61")] {
        let body = json!({"success": false, "errorMsg": "Not found", "combinedTo": other});
        let bench = Bench::new([Step::json(404, &body), success()]);
        let outcome = client(&bench).customers().get(&Cx::live(), sixty()).await;
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(bench.script.left(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn writes_return_the_written_values() {
    let bench = Bench::new([
        Fixture::open("customer_create").answer("success"),
        Fixture::open("customer_edit").answer("success"),
        Fixture::open("customer_edit").answer("success_with_state"),
        Fixture::open("customer_note_create").answer("success"),
        success(),
    ]);
    let (client, cx) = (client(&bench), Cx::history());
    assert_eq!(client.send(&cx, &create()).await.unwrap().get(), 62);
    let edited = client.send(&cx, &edit()).await.unwrap();
    assert_eq!((edited.id, edited.state), (Some(SIXTY), None));
    let edited = client.send(&cx, &edit()).await.unwrap();
    assert_eq!(edited.state.as_deref(), Some("updated"));
    let note = client.send(&cx, &create_note()).await.unwrap();
    assert_eq!(note, CustomerNoteId::new(302).unwrap());
    let delete = DeleteCustomerNote(note);
    client.send(&cx, &delete).await.unwrap();
    let played = bench.played();
    assert_eq!(
        (played[4].line.as_str(), played[4].body.as_str()),
        ("POST /api/v5/customers/notes/302/delete", "")
    );
}

#[tokio::test(start_paused = true)]
async fn notes_have_author_text_and_customer() {
    let bench = Bench::new([Fixture::open("customers_notes_list").answer("success")]);
    let found = client(&bench).list(&Cx::history(), notes()).all().await;
    let note = found.unwrap().remove(0);
    assert_eq!(note.id, CustomerNoteId::new(301).unwrap());
    assert_eq!(note.manager_id, Some(UserId::new(7).unwrap()));
    assert_eq!(note.text.as_deref(), Some("Перезвонить"));
    let about = note.customer.unwrap();
    assert_eq!((about.id, about.site.as_deref()), (Some(SIXTY), Some("shop-one")));
    assert_eq!(note.created_at.unwrap().to_string(), "2026-03-14 10:40:00");
}

#[tokio::test(start_paused = true)]
async fn refusals_keep_field_errors() {
    let cx = Cx::history();
    for (fixture, name, kind, field) in [
        ("customer_create", "missing_parameter", ErrorKind::Rejected, None),
        ("customer_create", "missing_external_id", ErrorKind::Rejected, None),
        ("customer_create", "validation_map", ErrorKind::Rejected, Some("firstName")),
        ("customer_create", "access_denied", ErrorKind::Auth, None),
        ("customer_edit", "not_found", ErrorKind::NotFound, None),
        ("customer_edit", "no_such_record", ErrorKind::NotFound, None),
        ("customer_note_create", "validation", ErrorKind::Rejected, Some("customer")),
        ("customers_list", "bad_filter", ErrorKind::Rejected, Some("children[attachments]")),
        ("customers_list", "access_denied", ErrorKind::Auth, None),
    ] {
        let bench = Bench::new([Fixture::open(fixture).answer(name)]);
        let client = client(&bench);
        let error = match fixture {
            "customer_create" => client.send(&cx, &create()).await.unwrap_err(),
            "customer_edit" => client.send(&cx, &edit()).await.unwrap_err(),
            "customer_note_create" => client.send(&cx, &create_note()).await.unwrap_err(),
            _ => client.list(&cx, CustomerFilter::new()).all().await.unwrap_err(),
        };
        assert_eq!(error.kind(), kind, "{fixture}: {name}");
        assert_eq!(error.effect(), Effect::NotApplied, "{fixture}: {name}");
        assert_eq!(error.attempts(), 1, "{fixture}: {name}");
        let named = error.fields().keys().next().map(String::as_str);
        assert_eq!(named, field, "{fixture}: {name}");
    }
}

#[tokio::test(start_paused = true)]
async fn common_refusals_are_the_same_for_customers() {
    for (name, _) in Fixture::open("errors_common").responses() {
        let steps = (0..4).map(|_| Fixture::open("errors_common").answer(&name));
        let bench = Bench::new(steps);
        let read = client(&bench).customers().get(&Cx::history(), sixty()).await.unwrap_err();
        let sent_again = matches!(
            read.kind(),
            ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Decode
        );
        assert_eq!(read.attempts() > 1, sent_again, "{name}: {read}");
        let steps = (0..4).map(|_| Fixture::open("errors_common").answer(&name));
        let bench = Bench::new(steps);
        let write = client(&bench).send(&Cx::history(), &create()).await.unwrap_err();
        assert_eq!(write.kind(), read.kind(), "{name}");
        assert_eq!(
            write.attempts() > 1,
            write.kind() == ErrorKind::RateLimited,
            "{name}: nothing is made twice"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn lost_response_is_maybe_and_only_plain_edits_are_retried() {
    let lost = || Step::json(500, &json!({}));
    let cx = Cx::history();
    let bench = Bench::new([lost(), success()]);
    let error = client(&bench).send(&cx, &create()).await.unwrap_err();
    assert_eq!((error.effect(), bench.script.left()), (Effect::Maybe, 1));
    let bench = Bench::new([lost(), success()]);
    let changed = CustomerData::new().phones([phone("+375291112233")]);
    let with_phone = EditCustomer::new(SIXTY, changed);
    let error = client(&bench).send(&cx, &with_phone).await.unwrap_err();
    assert_eq!((error.effect(), bench.script.left()), (Effect::Maybe, 1));
    let bench = Bench::new([lost(), success()]);
    client(&bench).send(&cx, &edit()).await.unwrap();
    assert_eq!(bench.script.left(), 0);
}
