//! Values of responses that are returned, typed or as JSON.

use serde_json::{Value, json};
use vochi_crm_core::http::{Operation, Response};
use vochi_crm_retailcrm::api::{FindManager, ListCustomersHistory, ListOrdersHistory};
use vochi_crm_retailcrm::model::{
    CorporateCustomerId, Customer, CustomerId, CustomerKind, Order, OrderId, Task,
};

use super::support::phone;

fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    let text = value.to_string();
    serde_json::from_value(value).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn order_histories_keep_item_payment_and_ancestor() {
    let item = json!({"id": 9, "offer": {"id": 3}});
    let payment = json!({"id": 4, "status": "paid"});
    let body = json!({"success": true, "history": [
        {"id": 1, "field": "item", "order": {"id": 501}, "item": item},
        {"id": 2, "field": "payments", "order": {"id": 501}, "payment": payment},
        {"id": 3, "created": true, "order": {"id": 502}, "ancestor": {"id": 501, "site": "shop"}},
    ]});
    let read = ListOrdersHistory::whole().decode(&Response::ok_json(&body));
    let history = read.unwrap().history.good;
    let [first, second, third] = history.as_slice() else {
        panic!("three records: {history:?}");
    };
    assert_eq!(first.item, item);
    assert_eq!((&first.payment, &first.ancestor), (&Value::Null, &None));
    assert_eq!(second.payment, payment);
    let ancestor = third.ancestor.as_ref().expect("missing ancestor");
    assert_eq!(ancestor.id, Some(OrderId::new(501).unwrap()));
    assert_eq!(ancestor.fields["site"], "shop");
}

#[test]
fn customer_histories_keep_the_address() {
    let address = json!({"id": 77, "city": "Минск"});
    let record =
        json!({"id": 1, "field": "address.city", "customer": {"id": 60}, "address": address});
    let body = json!({"success": true, "history": [record]});
    let read = ListCustomersHistory::whole().decode(&Response::ok_json(&body));
    assert_eq!(read.unwrap().history.good[0].address, address);
}

#[test]
fn company_is_not_returned_as_a_customer_id() {
    let company = json!({"type": "customer_corporate", "id": "62", "site": "shop"});
    for link in [
        read::<Order>(json!({"id": 1, "customer": company})).customer,
        read::<Task>(json!({"id": 1, "customer": company})).customer,
    ] {
        let link = link.expect("missing link");
        assert_eq!(link.kind, Some(CustomerKind::Corporate));
        assert_eq!(link.id, None, "62 is not the id of a person");
        assert_eq!(link.corporate_id, Some(CorporateCustomerId::new(62).unwrap()));
        assert_eq!(link.site.as_deref(), Some("shop"));
    }
}

#[test]
fn person_and_an_untyped_link_have_a_customer_id() {
    for link in [json!({"id": 62}), json!({"type": "customer", "id": "62"})] {
        let order = read::<Order>(json!({"id": 1, "customer": link}));
        let read = order.customer.expect("missing link");
        assert_eq!(read.id, Some(CustomerId::new(62).unwrap()), "{link}");
        assert_eq!(read.corporate_id, None, "{link}");
    }
    let unknown = json!({"id": 1, "customer": {"type": "robot", "id": 62}});
    let link = read::<Order>(unknown).customer.expect("missing link");
    assert_eq!((link.id, link.corporate_id), (None, None), "{link:?}");
    assert_eq!(link.kind, Some(CustomerKind::Other("robot".to_owned())));
}

#[test]
fn patronymic_of_the_manager_customer_is_kept() {
    let body = json!({"success": true, "customer": {"id": "60", "patronymic": "Иванович"}});
    let request = FindManager::new(phone("+375291112233")).details();
    let customer = request.decode(&Response::ok_json(&body)).unwrap().customer;
    let customer = customer.expect("missing customer");
    assert_eq!(customer.patronymic.as_deref(), Some("Иванович"));
}

#[test]
fn custom_fields_given_as_a_list_are_kept() {
    let nps = json!({"code": "nps", "value": 9});
    let fields = json!([nps, "urgent"]);
    let kept = [
        read::<Customer>(json!({"id": 60, "customFields": fields})).custom_fields,
        read::<Order>(json!({"id": 1, "customFields": fields})).custom_fields,
    ];
    for kept in kept {
        assert_eq!(json!(kept), json!({"nps": nps, "1": "urgent"}), "{fields}");
    }
}

#[test]
fn full_name_has_the_given_name_first() {
    let names = json!({"id": 60, "firstName": "Иван", "lastName": "Иванов"});
    assert_eq!(read::<Customer>(names.clone()).display_name(), "Иван Иванов");
    assert_eq!(read::<Order>(names).full_name().as_deref(), Some("Иван Иванов"));
}
