//! Orders and companies.

use vochi_crm_retailcrm::api::{
    CompanyFilter, ContactFilter, CorporateCustomerFilter, CreateOrder, EditOrder,
    GetCorporateCustomer, GetOrder, List, OrderFilter,
};
use vochi_crm_retailcrm::model::{CorporateCustomerId, CustomerId, OrderData, OrderId};

use super::super::support::external_id;
use super::table::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    let list = OrderFilter::new;
    let order = OrderId::new(501).unwrap();
    let named = || OrderData::new().external_id("vochi-call-1");
    vec![
        row(
            "OrderFilter",
            "no name or number",
            "filter[customer] has no value",
            List::new(list().customer(" ")),
        ),
        row(
            "OrderFilter",
            "no ids",
            "filter[ids][] has no value",
            List::new(list().ids([order; 0])),
        ),
        row(
            "OrderFilter",
            "no numbers",
            "filter[numbers][] has no value",
            List::new(list().numbers([""])),
        ),
        row(
            "OrderFilter",
            "no state",
            "filter[extendedStatus][] has no value",
            List::new(list().statuses([""; 0])),
        ),
        row("OrderFilter", "page 0", "counted from 1", List::new(list()).page(0)),
        row(
            "CreateOrder",
            "no external id",
            "missing external id",
            CreateOrder::new(OrderData::new()),
        ),
        row(
            "CreateOrder",
            "a blank external id",
            "missing external id",
            CreateOrder::new(named().external_id("\n")),
        ),
        row("EditOrder", "no change", "no field is set", EditOrder::new(order, OrderData::new())),
        row(
            "EditOrder",
            "no external id",
            "cannot be part of a path",
            EditOrder::new(external_id(".."), named()),
        ),
        row("GetOrder", "a dot", "cannot be part of a path", GetOrder::new(external_id("."))),
    ]
}

pub(super) fn of_companies() -> Vec<Row> {
    let list = CorporateCustomerFilter::new;
    let company = CorporateCustomerId::new(5041).unwrap();
    let none: [CustomerId; 0] = [];
    let contacts = || ContactFilter::new(company);
    vec![
        row(
            "CorporateCustomerFilter",
            "no contacts",
            "filter[contactIds][] has no value",
            List::new(list().contact_ids(none)),
        ),
        row(
            "CorporateCustomerFilter",
            "no names",
            "filter[nickName][] has no value",
            List::new(list().nick_names([" "])),
        ),
        row(
            "CorporateCustomerFilter",
            "no company",
            "filter[companyName] has no value",
            List::new(list().company_name("")),
        ),
        row("CorporateCustomerFilter", "page 0", "counted from 1", List::new(list()).page(0)),
        row(
            "GetCorporateCustomer",
            "a dot",
            "cannot be part of a path",
            GetCorporateCustomer::new(external_id(".")),
        ),
        row(
            "ContactFilter",
            "no external id",
            "cannot be part of a path",
            List::new(ContactFilter::new(external_id("."))),
        ),
        row("ContactFilter", "page 0", "counted from 1", List::new(contacts()).page(0)),
        row(
            "CompanyFilter",
            "page 0",
            "counted from 1",
            List::new(CompanyFilter::new(company)).page(0),
        ),
    ]
}
