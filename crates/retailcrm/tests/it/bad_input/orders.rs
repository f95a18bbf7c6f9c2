//! Orders and companies.

use vochi_crm_retailcrm::api::{
    CreateOrder, EditOrder, GetCorporateCustomer, GetOrder, ListCompanies, ListCorporateContacts,
    ListCorporateCustomers, ListOrders,
};
use vochi_crm_retailcrm::model::{CorporateCustomerId, OrderData, OrderId};

use super::table::{NO_CUSTOMER, NO_USER, Row, row};

pub(super) fn rows() -> Vec<Row> {
    let list = ListOrders::new;
    let order = OrderId::new(501);
    let named = || OrderData::new().with_external_id("vochi-call-1");
    vec![
        row(
            "ListOrders",
            "customer 0",
            "filter[customerId] is given no value",
            list().of_customer(NO_CUSTOMER),
        ),
        row(
            "ListOrders",
            "no name or number",
            "filter[customer] is given no value",
            list().of_name_or_phone(" "),
        ),
        row("ListOrders", "no ids", "filter[ids][] is given no value", list().with_ids([])),
        row(
            "ListOrders",
            "id 0",
            "filter[ids][] is given no value",
            list().with_ids([OrderId::new(0)]),
        ),
        row(
            "ListOrders",
            "manager 0",
            "filter[managers][] is given no value",
            list().with_managers([NO_USER]),
        ),
        row(
            "ListOrders",
            "no numbers",
            "filter[numbers][] is given no value",
            list().with_numbers([""]),
        ),
        row(
            "ListOrders",
            "no state",
            "filter[extendedStatus][] is given no value",
            list().with_statuses([""; 0]),
        ),
        row("ListOrders", "page 0", "counted from 1", list().with_page(0)),
        row("GetOrder", "no external id", "is no external id", GetOrder::by_external_id("")),
        row("GetOrder", "an empty shop", "site is empty", GetOrder::by_id(order).with_site("")),
        row("CreateOrder", "no external id", "no external id", CreateOrder::new(OrderData::new())),
        row(
            "CreateOrder",
            "a blank external id",
            "no external id",
            CreateOrder::new(named().with_external_id("\n")),
        ),
        row(
            "CreateOrder",
            "customer 0",
            "customer is 0",
            CreateOrder::new(named().with_customer(NO_CUSTOMER)),
        ),
        row(
            "CreateOrder",
            "manager 0",
            "manager is 0",
            CreateOrder::new(named().with_manager(NO_USER)),
        ),
        row(
            "CreateOrder",
            "an empty shop",
            "site is empty",
            CreateOrder::new(named()).with_site(""),
        ),
        row("EditOrder", "no change", "changes nothing", EditOrder::by_id(order, OrderData::new())),
        row(
            "EditOrder",
            "no external id",
            "is no external id",
            EditOrder::by_external_id("..", named()),
        ),
        row(
            "EditOrder",
            "customer 0",
            "customer is 0",
            EditOrder::by_id(order, named().with_customer(NO_CUSTOMER)),
        ),
        row(
            "EditOrder",
            "an empty shop",
            "site is empty",
            EditOrder::by_id(order, named()).with_site(""),
        ),
    ]
}

pub(super) fn of_companies() -> Vec<Row> {
    let list = ListCorporateCustomers::new;
    let company = CorporateCustomerId::new(5041);
    let contacts = || ListCorporateContacts::by_id(company);
    vec![
        row(
            "ListCorporateCustomers",
            "no contacts",
            "filter[contactIds][] is given no value",
            list().with_contacts([]),
        ),
        row(
            "ListCorporateCustomers",
            "contact 0",
            "filter[contactIds][] is given no value",
            list().with_contacts([NO_CUSTOMER]),
        ),
        row(
            "ListCorporateCustomers",
            "no names",
            "filter[nickName][] is given no value",
            list().with_nick_names([" "]),
        ),
        row(
            "ListCorporateCustomers",
            "no company",
            "filter[companyName] is given no value",
            list().with_company_name(""),
        ),
        row("ListCorporateCustomers", "page 0", "counted from 1", list().with_page(0)),
        row(
            "GetCorporateCustomer",
            "no external id",
            "is no external id",
            GetCorporateCustomer::by_external_id(""),
        ),
        row(
            "GetCorporateCustomer",
            "an empty shop",
            "site is empty",
            GetCorporateCustomer::by_id(company).with_site(""),
        ),
        row(
            "ListCorporateContacts",
            "no external id",
            "is no external id",
            ListCorporateContacts::by_external_id("."),
        ),
        row(
            "ListCorporateContacts",
            "customer 0",
            "filter[contactIds][] is given no value",
            contacts().with_customers([NO_CUSTOMER]),
        ),
        row("ListCorporateContacts", "an empty shop", "site is empty", contacts().with_site("")),
        row("ListCorporateContacts", "page 0", "counted from 1", contacts().with_page(0)),
        row(
            "ListCompanies",
            "no external id",
            "is no external id",
            ListCompanies::by_external_id(""),
        ),
        row(
            "ListCompanies",
            "an empty shop",
            "site is empty",
            ListCompanies::by_id(company).with_site(""),
        ),
        row(
            "ListCompanies",
            "page 0",
            "counted from 1",
            ListCompanies::by_id(company).with_page(0),
        ),
    ]
}
