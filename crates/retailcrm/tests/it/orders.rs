//! Orders and tasks.

use serde_json::{Value, json};
use vochi_crm_core::http::{Operation, Response};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, Effect, ErrorKind, LocalTime};
use vochi_crm_retailcrm::api::{CreateOrder, CreateTask, EditOrder, GetOrder, OrderFilter};
use vochi_crm_retailcrm::model::{
    CustomerId, EntityRef, Order, OrderData, OrderId, PageSize, PhoneText, TaskData, TaskId, UserId,
};

use super::fixture::{Fixture, assert_same};
use super::support::{Bench, external_id, form, list, phone, text};

const CALL: &str = "vochi-call-pbx1-1773474900.42";

fn new_order() -> CreateOrder {
    let data = OrderData::new()
        .external_id(CALL)
        .order_method("phone")
        .first_name("Иван")
        .phone(PhoneText::from(phone("+375291112233")))
        .customer(EntityRef::from(CustomerId::new(60).unwrap()))
        .manager_id(UserId::new(7).unwrap())
        .manager_comment("Заявка со звонка");
    CreateOrder::new(data).site(text("shop-one"))
}

fn in_shop() -> EntityRef<Order> {
    EntityRef::from(OrderId::new(501).unwrap()).site(text("shop-one"))
}

fn new_comment() -> EditOrder {
    let data = OrderData::new().manager_comment("Перезвонить после 15:00");
    EditOrder::new(in_shop(), data)
}

fn new_task() -> CreateTask {
    let customer = EntityRef::from(CustomerId::new(60).unwrap()).site(text("shop-one"));
    let data = TaskData::new(text("Перезвонить: пропущенный звонок"), UserId::new(7).unwrap())
        .commentary("+375296254070, 14.03.2026 10:20")
        .datetime("2026-03-14 11:20:59".parse::<LocalTime>().unwrap())
        .customer(customer)
        .phone(PhoneText::from(phone("+375296254070")))
        .phone_site(text("shop-one"));
    CreateTask::new(data).site(text("shop-one"))
}

fn field(request: &impl Operation, name: &str) -> Value {
    let body = request.request().unwrap().body_ref().encode();
    let fields = form(std::str::from_utf8(&body).unwrap());
    let (_, text) = fields.into_iter().find(|(field, _)| field == name).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn reads_match_the_documentation() {
    let fixture = Fixture::open("orders_list");
    let twenty = |filter| list(filter).page_size(PageSize::Twenty);
    let sixty = CustomerId::new(60).unwrap();
    let of_customer = twenty(OrderFilter::new().customer_id(sixty)).page(1);
    assert_same(&of_customer.request().unwrap(), fixture.request(None));
    let by_phone = twenty(OrderFilter::new().customer("+375291112233"));
    assert_same(&by_phone.request().unwrap(), fixture.request(Some("by_name_or_phone")));
    let get = GetOrder::new(in_shop());
    assert_same(&get.request().unwrap(), Fixture::open("order_get").request(None));
    let ours = GetOrder::new(external_id(CALL)).request().unwrap();
    assert_eq!(ours.path(), format!("/api/v5/orders/{CALL}"));
    assert_eq!(ours.query_string(), "by=externalId");
}

#[test]
fn writes_match_the_documentation() {
    for (name, request) in [
        ("order_create", new_order().request()),
        ("order_edit", new_comment().request()),
        ("task_create", new_task().request()),
    ] {
        let request = request.unwrap();
        let fixture = Fixture::open(name);
        let wanted = fixture.request(None);
        assert_same(&request, wanted);
        let body = request.body_ref().encode();
        assert_eq!(std::str::from_utf8(&body).unwrap(), wanted["wire_body"], "{name}");
    }
}

#[test]
fn every_filter_has_the_crms_name() {
    let filter = OrderFilter::new()
        .ids([OrderId::new(1).unwrap(), OrderId::new(2).unwrap()])
        .external_ids(["a"])
        .numbers(["501A"])
        .sites(["shop-one"])
        .managers([UserId::new(7).unwrap()])
        .statuses(["new"])
        .created_from("2026-03-14 00:00".parse::<LocalTime>().unwrap())
        .created_until("2026-03-15 00:00".parse::<LocalTime>().unwrap());
    let query = list(filter).request().unwrap().query_string();
    let pairs = form(&query);
    let pairs: Vec<(&str, &str)> =
        pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        pairs,
        [
            ("filter[ids][]", "1"),
            ("filter[ids][]", "2"),
            ("filter[externalIds][]", "a"),
            ("filter[numbers][]", "501A"),
            ("filter[sites][]", "shop-one"),
            ("filter[managers][]", "7"),
            ("filter[extendedStatus][]", "new"),
            ("filter[createdAtFrom]", "2026-03-14 00:00:00"),
            ("filter[createdAtTo]", "2026-03-15 00:00:00"),
            ("limit", "100"),
        ]
    );
    let none: [OrderId; 0] = [];
    for hollow in [OrderFilter::new().ids(none), OrderFilter::new().customer(" ")] {
        assert_eq!(list(hollow).request().unwrap_err().kind(), ErrorKind::Input);
    }
}

#[test]
fn every_field_of_a_new_order_has_the_crms_name() {
    let data = OrderData::new()
        .external_id(CALL)
        .order_type("eshop-individual")
        .status("new")
        .last_name("Иванов")
        .patronymic("Иванович")
        .email("ivanov@example.test")
        .customer(EntityRef::from(CustomerId::new(60).unwrap()).site(text("shop-one")))
        .customer_comment("Да")
        .custom_field("from_call", true);
    assert_eq!(
        field(&CreateOrder::new(data), "order"),
        json!({
            "externalId": CALL,
            "orderType": "eshop-individual",
            "status": "new",
            "lastName": "Иванов",
            "patronymic": "Иванович",
            "email": "ivanov@example.test",
            "customer": {"id": 60, "site": "shop-one"},
            "customerComment": "Да",
            "customFields": {"from_call": true},
        })
    );
    let data = TaskData::new(text("Call back"), UserId::new(7).unwrap())
        .order(EntityRef::from(OrderId::new(501).unwrap()));
    assert_eq!(
        field(&CreateTask::new(data), "task"),
        json!({"text": "Call back", "performerId": 7, "order": {"id": 501}})
    );
}

fn assert_whole(order: &Order) {
    assert_eq!(order.id, OrderId::new(501).unwrap());
    assert_eq!(order.number.as_deref(), Some("501A"));
    assert_eq!(order.external_id.as_deref(), Some(CALL));
    assert_eq!(order.site.as_deref(), Some("shop-one"));
    assert_eq!(order.status.as_deref(), Some("new"));
    assert_eq!(order.order_type.as_deref(), Some("eshop-individual"));
    assert_eq!(order.order_method.as_deref(), Some("phone"));
    assert_eq!(order.created_at.unwrap().to_string(), "2026-03-14 10:45:00");
    assert_eq!(order.status_updated_at, order.created_at);
    assert_eq!(order.manager_id, Some(UserId::new(7).unwrap()));
    let customer = order.customer.as_ref().unwrap();
    assert_eq!(customer.id, Some(CustomerId::new(60).unwrap()));
    assert_eq!(order.contact.as_ref(), Some(customer));
    assert_eq!(order.full_name().as_deref(), Some("Иван Иванов"));
    assert_eq!(order.phone.as_deref(), Some("+375291112233"));
    assert_eq!(order.sum.as_deref(), Some("0"));
    assert_eq!(order.total_sum.as_deref(), Some("0"));
    assert_eq!(order.currency.as_deref(), Some("BYN"));
}

#[test]
fn orders_with_empty_php_maps_are_read() {
    let read = |name| {
        let body = Fixture::open("orders_list").body(name);
        let page = list(OrderFilter::new()).decode(&Response::ok_json(&body)).unwrap();
        assert_eq!(page.items.broken, []);
        page.items.good
    };
    let usual = read("success");
    assert_whole(&usual[0]);
    assert!(usual[0].custom_fields.is_empty());
    let other = read("success_payments_as_list");
    assert_whole(&other[0]);
    assert_eq!(other[0].custom_fields["a"], "b");
    assert!(read("none").is_empty());
}

#[tokio::test(start_paused = true)]
async fn orders_are_listed_over_all_pages() {
    let page = |page: u32, orders| {
        let pagination = json!({"currentPage": page, "totalPageCount": 2});
        let body = json!({"success": true, "orders": orders, "pagination": pagination});
        Step::json(200, &body)
    };
    let bench = Bench::new([
        page(1, json!([{"id": 1}, {"number": "no id"}])),
        page(2, json!([{"id": "2"}])),
    ]);
    let client = bench.connector.client();
    let request = OrderFilter::new().customer_id(CustomerId::new(60).unwrap());
    let all = client.list(&Cx::history(), request).all().await.unwrap();
    let ids: Vec<u64> = all.iter().map(|order| order.id.get()).collect();
    assert_eq!(ids, [1, 2]);
    assert!(bench.played()[1].line.ends_with("limit=100&page=2"));
}

#[tokio::test(start_paused = true)]
async fn orders_and_tasks_are_read_created_and_changed() {
    let bench = Bench::new(
        ["order_get", "order_create", "order_edit", "task_create"]
            .map(|file| Fixture::open(file).answer("success")),
    );
    let (client, cx) = (bench.connector.client(), Cx::history());
    let get = GetOrder::new(in_shop());
    assert_whole(&client.send(&cx, &get).await.unwrap());
    let made = client.send(&cx, &new_order()).await.unwrap();
    assert_eq!(made.id, Some(OrderId::new(501).unwrap()));
    assert_whole(made.order.as_ref().unwrap());
    let edited = client.send(&cx, &new_comment()).await.unwrap();
    assert_eq!(edited.id, Some(OrderId::new(501).unwrap()));
    let task = client.send(&cx, &new_task()).await.unwrap();
    assert_eq!(task, TaskId::new(434).unwrap());
}

#[tokio::test(start_paused = true)]
async fn every_refusal_of_the_fixtures_is_classified() {
    for (file, name, kind, fields) in [
        ("order_get", "not_found", ErrorKind::NotFound, 0),
        ("order_create", "missing_parameter", ErrorKind::Rejected, 0),
        ("order_create", "validation_list_form", ErrorKind::Rejected, 1),
        ("order_edit", "not_found", ErrorKind::NotFound, 0),
        ("order_edit", "validation", ErrorKind::Rejected, 1),
        ("task_create", "validation", ErrorKind::Rejected, 1),
    ] {
        let bench = Bench::new([Fixture::open(file).answer(name)]);
        let (client, cx) = (bench.connector.client(), Cx::history());
        let get = GetOrder::new(OrderId::new(501).unwrap());
        let result = match file {
            "order_get" => client.send(&cx, &get).await.map(drop),
            "order_create" => client.send(&cx, &new_order()).await.map(drop),
            "order_edit" => client.send(&cx, &new_comment()).await.map(drop),
            _ => client.send(&cx, &new_task()).await.map(drop),
        };
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (kind, Effect::NotApplied), "{file} {name}");
        assert_eq!(error.fields().len(), fields, "{file} {name}");
    }
}
