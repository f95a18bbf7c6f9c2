//! Corporate customers: requests and responses.

use serde_json::json;
use vochi_crm_core::http::{Operation, Response};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, ErrorKind};
use vochi_crm_retailcrm::CorporateCustomers;
use vochi_crm_retailcrm::api::{
    CompanyFilter, ContactFilter, CorporateCustomerFilter, GetCorporateCustomer, List,
};
use vochi_crm_retailcrm::model::{
    CompanyId, ContactId, ContragentType, CorporateCustomer, CorporateCustomerId, CustomerId,
    CustomerKind, EntityRef, PageSize, UserId,
};

use super::fixture::{Fixture, assert_same};
use super::support::{Bench, external_id, list, text};

const EXAMPLE: CorporateCustomerId =
    CorporateCustomerId::from_nonzero(std::num::NonZeroU64::new(5041).unwrap());
const SIXTY: CustomerId = CustomerId::from_nonzero(std::num::NonZeroU64::new(60).unwrap());

fn corporate(bench: &Bench) -> CorporateCustomers<'_> {
    bench.connector.client().corporate_customers()
}

fn companies_of_sixty() -> List<CorporateCustomerFilter> {
    list(CorporateCustomerFilter::new().contact_ids([SIXTY]))
}

fn example() -> EntityRef<CorporateCustomer> {
    EntityRef::from(EXAMPLE).site(text("shop-one"))
}

fn get() -> GetCorporateCustomer {
    GetCorporateCustomer::new(example())
}

fn contacts() -> List<ContactFilter> {
    list(ContactFilter::new(example()))
}

fn companies() -> List<CompanyFilter> {
    list(CompanyFilter::new(example()))
}

#[test]
fn requests_match_the_documentation() {
    for (request, name) in [
        (companies_of_sixty().request(), "customers_corporate_list"),
        (get().request(), "customer_corporate_get"),
        (contacts().request(), "customer_corporate_contacts"),
        (companies().request(), "customer_corporate_companies"),
    ] {
        assert_same(&request.unwrap(), Fixture::open(name).request(None));
    }
}

#[test]
fn every_filter_has_its_documented_name() {
    let filter = CorporateCustomerFilter::new()
        .nick_names(["ООО"])
        .company_name("c")
        .contact_name("d")
        .name("e")
        .ids([EXAMPLE])
        .external_ids(["f"])
        .sites(["g"])
        .managers([UserId::new(7).unwrap()]);
    let request = list(filter).page_size(PageSize::Twenty).page(2);
    let query = request.request().unwrap().query_string();
    let pairs = super::support::form(&query);
    let pairs: Vec<(&str, &str)> =
        pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        pairs,
        [
            ("filter[nickName][]", "ООО"),
            ("filter[companyName]", "c"),
            ("filter[contactName]", "d"),
            ("filter[name]", "e"),
            ("filter[ids][]", "5041"),
            ("filter[externalIds][]", "f"),
            ("filter[sites][]", "g"),
            ("filter[managers][]", "7"),
            ("limit", "20"),
            ("page", "2"),
        ]
    );
    let some = list(ContactFilter::new(external_id("a/b")).contact_ids([SIXTY]))
        .page_size(PageSize::Fifty)
        .request()
        .unwrap();
    assert_eq!(some.path(), "/api/v5/customers-corporate/a%2Fb/contacts");
    assert_eq!(
        some.query_string(),
        "by=externalId&filter%5BcontactIds%5D%5B%5D=60&limit=50&page=1"
    );
    let second = companies().page(2).request().unwrap();
    assert_eq!(second.query_string(), "by=id&site=shop-one&page=2");
}

#[tokio::test(start_paused = true)]
async fn company_of_a_caller_is_found_by_contact() {
    let fixture = Fixture::open("customers_corporate_list");
    let bench = Bench::new([fixture.answer("success"), fixture.answer("none")]);
    let found = corporate(&bench).of_contacts(&Cx::live(), [SIXTY]).await;
    let company = found.unwrap().remove(0);
    assert_eq!(company.id, EXAMPLE);
    assert_eq!(company.kind, Some(CustomerKind::Corporate));
    assert_eq!(company.display_name(), Some("ООО Пример"));
    assert_eq!(company.manager_id, Some(UserId::new(7).unwrap()));
    assert_eq!(company.site.as_deref(), Some("shop-one"));
    let address = company.main_address.unwrap();
    assert_eq!(address.name.as_deref(), Some("Офис"));
    let contact = company.main_contact.unwrap();
    assert_eq!(contact.id, Some(ContactId::new(944).unwrap()));
    assert_eq!(contact.customer.unwrap().id, Some(SIXTY));
    let stands_for = contact.companies[0].company.as_ref().unwrap();
    assert_eq!(stands_for.id, Some(CompanyId::new(771).unwrap()));
    let none = corporate(&bench).of_contacts(&Cx::live(), [SIXTY]).await;
    assert!(none.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn no_contacts_have_no_companies() {
    let bench = Bench::new([]);
    let found = corporate(&bench).of_contacts(&Cx::live(), []).await;
    assert!(found.unwrap().is_empty());
    assert!(bench.played().is_empty());
}

#[test]
fn display_name_is_nick_name_or_main_company() {
    let company = json!({"id": 771, "name": "ООО Пример"});
    for (nick_name, main_company, name) in [
        (json!("Пример"), company.clone(), Some("Пример")),
        (json!(""), company.clone(), Some("ООО Пример")),
        (json!(null), company, Some("ООО Пример")),
        (json!(null), json!([]), None),
        (json!(null), json!({"id": 771}), None),
    ] {
        let body = json!({"customerCorporate": {
            "id": "5041", "nickName": nick_name, "mainCompany": main_company,
        }});
        let read = get().decode(&Response::ok_json(&body)).unwrap();
        assert_eq!(read.display_name(), name);
    }
}

#[tokio::test(start_paused = true)]
async fn contacts_and_companies_are_read() {
    let bench = Bench::new([
        Fixture::open("customer_corporate_get").answer("success"),
        Fixture::open("customer_corporate_contacts").answer("success"),
        Fixture::open("customer_corporate_companies").answer("success"),
    ]);
    let (client, cx) = (bench.connector.client(), Cx::history());
    let one = client.send(&cx, get()).await.unwrap();
    assert_eq!((one.id, one.companies.len()), (EXAMPLE, 0));
    let found = client.list(&cx, contacts()).all().await.unwrap();
    let people: Vec<(Option<bool>, Option<CustomerId>)> = found
        .iter()
        .map(|contact| (contact.is_main, contact.customer.as_ref().unwrap().id))
        .collect();
    assert_eq!(
        people,
        [(Some(true), Some(SIXTY)), (Some(false), Some(CustomerId::new(61).unwrap())),]
    );
    let found = client.list(&cx, companies()).all().await.unwrap();
    assert_eq!(found[0].id, Some(CompanyId::new(771).unwrap()));
    assert_eq!(found[0].name.as_deref(), Some("ООО Пример"));
    assert_eq!(found[0].brand.as_deref(), Some("Пример"));
    assert_eq!((found[0].is_main, found[0].active), (Some(true), Some(true)));
    let contragent = found[0].contragent.as_ref().unwrap();
    assert_eq!(contragent.kind, Some(ContragentType::LegalEntity));
}

#[tokio::test(start_paused = true)]
async fn all_pages_of_companies_are_read() {
    let page = |number: u32| {
        let pagination = json!({"limit": 20, "currentPage": number, "totalPageCount": 2});
        let body = json!({"pagination": pagination, "companies": [{"id": number}]});
        Step::json(200, &body)
    };
    let bench = Bench::new([page(1), page(2)]);
    let client = bench.connector.client();
    let found = client.list(&Cx::history(), companies()).all().await;
    assert_eq!(found.unwrap().len(), 2);
    assert!(bench.played()[1].line.ends_with("by=id&site=shop-one&page=2"));
}

#[tokio::test(start_paused = true)]
async fn unknown_corporate_customer_is_not_found() {
    let cx = Cx::history();
    let bench = Bench::new([
        Fixture::open("customer_corporate_get").answer("not_found"),
        Fixture::open("customer_corporate_contacts").answer("not_found"),
    ]);
    let client = bench.connector.client();
    let error = client.send(&cx, get()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = client.list(&cx, contacts()).all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
