//! Corporate customers: requests and answers.

use serde_json::json;
use vochi_crm_core::http::{Endpoint, Response};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, ErrorKind};
use vochi_crm_retailcrm::CorporateCustomers;
use vochi_crm_retailcrm::api::{
    GetCorporateCustomer, ListCompanies, ListCorporateContacts, ListCorporateCustomers,
};
use vochi_crm_retailcrm::model::{
    CompanyId, ContactId, ContragentType, CorporateCustomerId, CustomerId, CustomerKind, PageSize,
    UserId,
};

use super::fixture::{Fixture, assert_same};
use super::support::Bench;

const EXAMPLE: CorporateCustomerId = CorporateCustomerId::new(5041);
const SIXTY: CustomerId = CustomerId::new(60);

fn corporate(bench: &Bench) -> CorporateCustomers<'_> {
    bench.connector.client().corporate_customers()
}

fn list() -> ListCorporateCustomers {
    ListCorporateCustomers::new().with_contacts([SIXTY])
}

fn get() -> GetCorporateCustomer {
    GetCorporateCustomer::by_id(EXAMPLE).with_site("shop-one")
}

fn contacts() -> ListCorporateContacts {
    ListCorporateContacts::by_id(EXAMPLE).with_site("shop-one")
}

fn companies() -> ListCompanies {
    ListCompanies::by_id(EXAMPLE).with_site("shop-one")
}

#[test]
fn requests_go_out_as_documented() {
    for (request, name) in [
        (list().request(), "customers_corporate_list"),
        (get().request(), "customer_corporate_get"),
        (contacts().request(), "customer_corporate_contacts"),
        (companies().request(), "customer_corporate_companies"),
    ] {
        assert_same(&request.unwrap(), Fixture::open(name).request(None));
    }
}

#[test]
fn every_filter_has_its_documented_name() {
    let request = ListCorporateCustomers::new()
        .with_nick_names(["ООО"])
        .with_company_name("c")
        .with_contact_name("d")
        .with_name("e")
        .with_ids([EXAMPLE])
        .with_external_ids(["f"])
        .with_sites(["g"])
        .with_managers([UserId::new(7)])
        .with_page_size(PageSize::Twenty)
        .with_page(2);
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
    let some = ListCorporateContacts::by_external_id("a/b")
        .with_customers([SIXTY])
        .with_page_size(PageSize::Fifty)
        .request()
        .unwrap();
    assert_eq!(some.path(), "/api/v5/customers-corporate/a%2Fb/contacts");
    assert_eq!(
        some.query_string(),
        "by=externalId&filter%5BcontactIds%5D%5B%5D=60&limit=50&page=1"
    );
    let second = companies().with_page(2).request().unwrap();
    assert_eq!(second.query_string(), "by=id&site=shop-one&page=2");
}

#[test]
fn a_search_for_nothing_is_not_sent() {
    for request in [
        ListCorporateCustomers::new().with_contacts([]).request(),
        ListCorporateCustomers::new().with_name(" ").request(),
        GetCorporateCustomer::by_external_id("").request(),
        ListCompanies::by_external_id("..").request(),
    ] {
        assert_eq!(request.unwrap_err().kind(), ErrorKind::Input);
    }
}

#[tokio::test(start_paused = true)]
async fn the_company_of_a_caller_is_found_by_the_contact() {
    let fixture = Fixture::open("customers_corporate_list");
    let bench = Bench::new([fixture.answer("success"), fixture.answer("none")]);
    let found = corporate(&bench).of_contacts(&Cx::live(), [SIXTY]).await;
    let company = found.unwrap().remove(0);
    assert_eq!(company.id, EXAMPLE);
    assert_eq!(company.kind, Some(CustomerKind::Corporate));
    assert_eq!(company.display_name(), Some("ООО Пример"));
    assert_eq!(company.manager_id, Some(UserId::new(7)));
    assert_eq!(company.site.as_deref(), Some("shop-one"));
    let address = company.main_address.unwrap();
    assert_eq!(address.name.as_deref(), Some("Офис"));
    let contact = company.main_contact.unwrap();
    assert_eq!(contact.id, Some(ContactId::new(944)));
    assert_eq!(contact.customer.unwrap().id, Some(SIXTY));
    let stands_for = contact.companies[0].company.as_ref().unwrap();
    assert_eq!(stands_for.id, Some(CompanyId::new(771)));
    let nobody = corporate(&bench).of_contacts(&Cx::live(), [SIXTY]).await;
    assert!(nobody.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_companies_of_nobody_are_none_and_not_all() {
    let bench = Bench::new([]);
    let found = corporate(&bench).of_contacts(&Cx::live(), []).await;
    assert!(found.unwrap().is_empty());
    assert!(bench.played().is_empty());
}

#[test]
fn a_corporate_customer_is_called_by_its_nick_name_or_else_its_main_company() {
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
    let (area, cx) = (corporate(&bench), Cx::history());
    let one = area.get(&cx, &get()).await.unwrap();
    assert_eq!((one.id, one.companies.len()), (EXAMPLE, 0));
    let found = area.contacts(&cx, contacts()).all().await.unwrap();
    let people: Vec<(Option<bool>, Option<CustomerId>)> = found
        .iter()
        .map(|contact| (contact.is_main, contact.customer.as_ref().unwrap().id))
        .collect();
    assert_eq!(people, [(Some(true), Some(SIXTY)), (Some(false), Some(CustomerId::new(61))),]);
    let found = area.companies(&cx, companies()).all().await.unwrap();
    assert_eq!(found[0].id, Some(CompanyId::new(771)));
    assert_eq!(found[0].name.as_deref(), Some("ООО Пример"));
    assert_eq!(found[0].brand.as_deref(), Some("Пример"));
    assert_eq!((found[0].is_main, found[0].active), (Some(true), Some(true)));
    let contragent = found[0].contragent.as_ref().unwrap();
    assert_eq!(contragent.kind, Some(ContragentType::LegalEntity));
}

#[tokio::test(start_paused = true)]
async fn further_pages_of_companies_are_read() {
    let page = |number: u32| {
        let pagination = json!({"limit": 20, "currentPage": number, "totalPageCount": 2});
        let body = json!({"pagination": pagination, "companies": [{"id": number}]});
        Step::json(200, &body)
    };
    let bench = Bench::new([page(1), page(2)]);
    let area = corporate(&bench);
    let found = area.companies(&Cx::history(), companies()).all().await;
    assert_eq!(found.unwrap().len(), 2);
    assert!(bench.played()[1].line.ends_with("by=id&site=shop-one&page=2"));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_corporate_customer_is_not_found() {
    let cx = Cx::history();
    let bench = Bench::new([
        Fixture::open("customer_corporate_get").answer("not_found"),
        Fixture::open("customer_corporate_contacts").answer("not_found"),
    ]);
    let area = corporate(&bench);
    let error = area.get(&cx, &get()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = area.contacts(&cx, contacts()).all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
