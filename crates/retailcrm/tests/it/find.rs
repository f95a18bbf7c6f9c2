//! Lookups by number: customers, companies, managers.

use serde_json::{Value, json};
use vochi_crm_core::connector::{CustomerKind, Found};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Capability, CrmConnector as _, Cx, ErrorKind, Result, Warning, WarningKind};

use super::fixture::Fixture;
use super::support::{Bench, phone};

const NUMBER: &str = "+375291112233";
const BY_E164: &str = "GET /api/v5/customers?filter%5Bname%5D=%2B375291112233&limit=20&page=1";
const BY_DIGITS: &str = "GET /api/v5/customers?filter%5Bname%5D=375291112233&limit=20&page=1";
const BY_NATIONAL: &str = "GET /api/v5/customers?filter%5Bname%5D=291112233&limit=20&page=1";
const CARD: &str = "GET /api/v5/telephony/manager?phone=%2B375291112233&details=1&ignoreStatus=1";

fn companies_of(ids: &[u64]) -> String {
    let filter: Vec<String> =
        ids.iter().map(|id| format!("filter%5BcontactIds%5D%5B%5D={id}")).collect();
    format!("GET /api/v5/customers-corporate?{}&limit=100&page=1", filter.join("&"))
}

fn no_customers() -> Step {
    Fixture::open("customers_list").answer("none")
}

fn customers(rows: &Value) -> Step {
    Step::json(200, &json!({"success": true, "customers": rows}))
}

/// One customer with the number, with further fields.
fn ivan(more: &[(&str, Value)]) -> Step {
    let mut row = json!({
        "id": 60, "firstName": "Иван", "lastName": "Иванов", "phones": [{"number": NUMBER}],
    });
    for (name, value) in more {
        row[name] = value.clone();
    }
    customers(&json!([row]))
}

fn card() -> Step {
    Fixture::open("telephony_manager").answer("success_details")
}

fn unknown() -> Step {
    Fixture::open("telephony_manager").answer("unknown_phone")
}

fn companies(rows: &Value) -> Step {
    Step::json(200, &json!({"success": true, "customersCorporate": rows}))
}

fn no_companies() -> Step {
    Fixture::open("customers_corporate_list").answer("none")
}

fn denied() -> Step {
    Fixture::open("telephony_manager").answer("access_denied")
}

fn lines(bench: &Bench) -> Vec<String> {
    bench.played().into_iter().map(|one| one.line).collect()
}

async fn ask(bench: &Bench, numbers: &[&str]) -> Result<Vec<Found>> {
    let numbers: Vec<_> = numbers.iter().map(|number| phone(number)).collect();
    bench.connector.find(&Cx::live(), &numbers).await
}

async fn find(bench: &Bench) -> Found {
    ask(bench, &[NUMBER]).await.unwrap().remove(0)
}

#[tokio::test(start_paused = true)]
async fn caller_has_name_company_card_and_manager() {
    let company = Fixture::open("customers_corporate_list").answer("success");
    let bench = Bench::with(
        [ivan(&[("managerId", json!(7))]), card(), company],
        json!({"extensions": {"155": "7"}}),
        json!({}),
    );
    let found = find(&bench).await;
    assert_eq!(lines(&bench), [BY_E164, CARD, &companies_of(&[60])]);
    assert!(found.warnings.is_empty(), "{:?}", found.warnings);
    let [caller] = found.candidates.as_slice() else { panic!("{found:?}") };
    assert_eq!(caller.id, "60");
    assert_eq!(caller.kind, CustomerKind::Person);
    assert_eq!(caller.name.as_deref(), Some("Иван Иванов"));
    assert_eq!(caller.company.as_deref(), Some("ООО Пример"));
    assert_eq!(caller.url.as_deref(), Some("https://example.retailcrm.ru/customers/60"));
    let manager = caller.responsible.as_ref().unwrap();
    assert_eq!(manager.user_id.as_str(), "7");
    assert_eq!(manager.name.as_deref(), Some("Пётр Петров"));
    assert_eq!(manager.extension.as_ref().unwrap().as_str(), "155");
    assert!(bench.connector.capabilities().has(Capability::Find));
}

#[tokio::test(start_paused = true)]
async fn unknown_number_has_no_candidates() {
    let bench = Bench::new([no_customers(), no_customers(), no_customers(), unknown()]);
    let found = find(&bench).await;
    assert!(found.candidates.is_empty());
    assert!(found.warnings.is_empty());
    assert_eq!(lines(&bench), [BY_E164, BY_DIGITS, BY_NATIONAL, CARD]);
}

#[tokio::test(start_paused = true)]
async fn customer_of_the_manager_response_is_a_candidate() {
    let bench =
        Bench::new([no_customers(), no_customers(), no_customers(), card(), no_companies()]);
    let found = find(&bench).await;
    assert_eq!(found.candidates[0].id, "60");
    assert_eq!(found.candidates[0].name.as_deref(), Some("Иван Иванов"));
    let manager = found.candidates[0].responsible.as_ref().unwrap();
    assert_eq!(
        manager.extension.as_ref().unwrap().as_str(),
        "101",
        "the CRM's own where the directory has none"
    );

    let mut body = Fixture::open("telephony_manager").body("success_details");
    body["customer"]["phones"] = json!([{"number": "+375440000000"}]);
    let bench =
        Bench::new([no_customers(), no_customers(), no_customers(), Step::json(200, &body)]);
    let found = find(&bench).await;
    assert!(found.candidates.is_empty(), "the number belongs to another customer");
}

#[tokio::test(start_paused = true)]
async fn repeated_numbers_are_looked_up_once_in_order() {
    let other = "+375446370646";
    let bench = Bench::new([
        ivan(&[]),
        unknown(),
        no_companies(),
        no_customers(),
        no_customers(),
        no_customers(),
        unknown(),
    ]);
    let found = ask(&bench, &[NUMBER, other, NUMBER]).await.unwrap();
    assert_eq!(bench.played().len(), 7);
    let numbers: Vec<&str> = found.iter().map(|one| one.phone.e164()).collect();
    assert_eq!(numbers, [NUMBER, other, NUMBER]);
    assert_eq!(found[0], found[2]);
    assert!(found[1].candidates.is_empty());
    assert!(ask(&bench, &[]).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn find_is_not_cached() {
    let bench = Bench::new([
        no_customers(),
        no_customers(),
        no_customers(),
        unknown(),
        ivan(&[]),
        unknown(),
        no_companies(),
    ]);
    assert!(find(&bench).await.candidates.is_empty());
    assert_eq!(find(&bench).await.candidates.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn several_customers_have_their_own_companies() {
    let row = |id: u64, created: &str| {
        let phones = json!([{"number": NUMBER}]);
        json!({"id": id, "createdAt": created, "phones": phones, "email": "a@example.test"})
    };
    let both = || customers(&json!([row(1, "2026-01-01 10:00:00"), row(2, "2026-02-01 10:00:00")]));
    let bench = Bench::new([both(), unknown(), no_companies()]);
    assert_eq!(find(&bench).await.candidates.len(), 2);

    let one = json!({"id": 5, "nickName": "ООО Пример"});
    let other = json!({"id": 6, "nickName": null, "mainCompany": {"id": 9, "name": "ЧУП Образец"}});
    let bench = Bench::new([
        both(),
        unknown(),
        companies(&json!([one, other])),
        companies(&json!([])),
        companies(&json!([one, other])),
    ]);
    let found = find(&bench).await;
    let found_names: Vec<_> = found
        .candidates
        .iter()
        .map(|one| (one.id.as_str(), one.name.as_deref(), one.company.as_deref()))
        .collect();
    let name = Some("a@example.test");
    assert_eq!(
        found_names,
        [("2", name, None), ("1", name, Some("ООО Пример, ЧУП Образец"))],
        "the newest first"
    );
    let asked = lines(&bench);
    assert_eq!(asked[2..], [companies_of(&[2, 1]), companies_of(&[2]), companies_of(&[1])]);
}

#[tokio::test(start_paused = true)]
async fn customer_of_the_card_comes_first() {
    let row = |id: u64, created: &str| {
        let phones = json!([{"number": NUMBER}]);
        json!({"id": id, "createdAt": created, "phones": phones})
    };
    let rows = customers(&json!([
        row(59, "2026-03-01 10:00:00"),
        row(60, "2026-01-01 10:00:00"),
        row(61, "2026-02-01 10:00:00")
    ]));
    let one = json!({"id": 5, "nickName": "ООО Пример"});
    let bench = Bench::new([
        rows,
        card(),
        companies(&json!([one])),
        companies(&json!([])),
        companies(&json!([one])),
        companies(&json!([])),
    ]);
    let found = find(&bench).await;
    let found_names: Vec<_> =
        found.candidates.iter().map(|one| (one.id.as_str(), one.company.as_deref())).collect();
    assert_eq!(
        found_names,
        [("60", None), ("59", None), ("61", Some("ООО Пример"))],
        "the one the popup shows, then the newest; every company stays with its customer"
    );
}

#[tokio::test(start_paused = true)]
async fn missing_manager_name_is_read_once() {
    let user = Fixture::open("user_get").answer("success");
    let row = |id: u64| json!({"id": id, "managerId": 7, "phones": [{"number": NUMBER}]});
    let bench = Bench::new([customers(&json!([row(1), row(2)])), unknown(), user, no_companies()]);
    let found = find(&bench).await;
    assert_eq!(lines(&bench)[2], "GET /api/v5/users/7");
    let names: Vec<_> =
        found.candidates.iter().map(|one| one.responsible.as_ref().unwrap().name.clone()).collect();
    assert!(names[0].is_some());
    assert_eq!(names[0], names[1]);
}

#[tokio::test(start_paused = true)]
async fn unreadable_details_are_a_warning() {
    let bench = Bench::new([ivan(&[("managerId", json!(18))]), denied(), denied(), denied()]);
    let found = find(&bench).await;
    let caller = &found.candidates[0];
    assert_eq!(caller.name.as_deref(), Some("Иван Иванов"));
    let manager = caller.responsible.as_ref().unwrap();
    assert_eq!(manager.name, None);
    assert_eq!(manager.extension.as_ref().unwrap().as_str(), "151");
    assert_eq!((&caller.url, &caller.company), (&None, &None));
    let texts: Vec<&str> = found.warnings.iter().map(Warning::text).collect();
    assert_eq!(texts.len(), 3, "{texts:?}");
    assert!(texts[0].starts_with("cannot read the address of the customer's card"));
    assert!(texts[1].starts_with("cannot read the name of user 18"));
    assert!(texts[2].starts_with("cannot read the customer's company"));
    assert!(found.warnings.iter().all(|one| one.kind() == WarningKind::Incomplete));
}

#[tokio::test(start_paused = true)]
async fn failed_search_is_an_error() {
    let bench = Bench::new([denied()]);
    let error = ask(&bench, &[NUMBER]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    let page = Step::text(200, "text/html", "<html>");
    let bench = Bench::with([page], json!({"retries": 0}), json!({}));
    let error = ask(&bench, &[NUMBER]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test(start_paused = true)]
async fn invalid_card_url_is_left_out() {
    let mut body = Fixture::open("telephony_manager").body("success_details");
    for link in [json!("/customers/60"), json!(""), json!(null), json!(7)] {
        body["links"]["customerLink"] = link.clone();
        let bench = Bench::new([ivan(&[]), Step::json(200, &body), no_companies()]);
        assert_eq!(find(&bench).await.candidates[0].url, None, "{link}");
    }
}

/// A `telephony/manager` response with a manager without extension.
fn without_code(customer: bool) -> Step {
    let mut body = Fixture::open("telephony_manager").body("success_details");
    body["manager"]["code"] = json!("");
    if !customer {
        body["customer"] = json!([]);
    }
    Step::json(200, &body)
}

async fn responsible(bench: &Bench) -> Option<(String, Option<String>)> {
    let found = bench.connector.responsible(&Cx::live(), &phone(NUMBER)).await;
    found.unwrap().map(|one| {
        let extension = one.extension.map(|extension| extension.as_str().to_owned());
        (one.user_id.as_str().to_owned(), extension)
    })
}

fn is(user: &str, extension: Option<&str>) -> (String, Option<String>) {
    (user.to_owned(), extension.map(str::to_owned))
}

#[tokio::test(start_paused = true)]
async fn manager_without_extension_yields_to_the_card_manager() {
    let get = |manager: Value| {
        let customer = json!({"id": 60, "managerId": manager});
        Step::json(200, &json!({"success": true, "customer": customer}))
    };
    let bench = Bench::new([without_code(true), get(json!(18))]);
    assert_eq!(responsible(&bench).await, Some(is("18", Some("151"))));
    assert_eq!(lines(&bench), [CARD, "GET /api/v5/customers/60?by=id"]);

    for manager in [json!(7), json!(99), json!(null)] {
        let bench = Bench::new([without_code(true), get(manager)]);
        assert_eq!(responsible(&bench).await, Some(is("7", None)));
    }
    let gone = Fixture::open("customer_get").answer("not_found");
    let bench = Bench::new([without_code(true), gone]);
    assert_eq!(responsible(&bench).await, Some(is("7", None)));
    let bench = Bench::new([without_code(true), denied()]);
    assert_eq!(responsible(&bench).await, Some(is("7", None)));
}

#[tokio::test(start_paused = true)]
async fn missing_customer_is_searched_by_number() {
    let bench = Bench::new([without_code(false), ivan(&[("managerId", json!("16"))])]);
    assert_eq!(responsible(&bench).await, Some(is("16", Some("152"))));
    assert_eq!(lines(&bench), [CARD, BY_E164]);
    let bench = Bench::new([without_code(false), no_customers(), no_customers(), no_customers()]);
    assert_eq!(responsible(&bench).await, Some(is("7", None)));
}

#[tokio::test(start_paused = true)]
async fn manager_may_come_from_the_customer_card() {
    let body = json!({
        "success": true, "manager": [],
        "customer": {"id": 60, "phones": [{"number": "8 (029) 111-22-33"}]},
    });
    let card = json!({"success": true, "customer": {"id": 60, "managerId": 16}});
    let bench = Bench::new([Step::json(200, &body), Step::json(200, &card)]);
    assert_eq!(responsible(&bench).await, Some(is("16", Some("152"))));

    let bench = Bench::new([Step::json(200, &body), denied()]);
    let error = bench.connector.responsible(&Cx::live(), &phone(NUMBER)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth, "no manager is known then");
}
