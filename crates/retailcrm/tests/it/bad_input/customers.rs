//! Customers and notes on them.

use vochi_crm_retailcrm::api::{
    CreateCustomer, CreateCustomerNote, DeleteCustomerNote, EditCustomer, GetCustomer,
    ListCustomerNotes, ListCustomers,
};
use vochi_crm_retailcrm::model::{CustomerData, CustomerId, CustomerNoteId};

use super::table::{NO_CUSTOMER, NO_USER, Row, row};

const SIXTY: CustomerId = CustomerId::new(60);

#[expect(clippy::too_many_lines, reason = "one table")]
pub(super) fn rows() -> Vec<Row> {
    let list = ListCustomers::new;
    let notes = ListCustomerNotes::new;
    let ivan = || CustomerData::new().with_first_name("Иван");
    let note = || CreateCustomerNote::on(SIXTY, "x");
    vec![
        row("ListCustomers", "no ids", "filter[ids][] is given no value", list().with_ids([])),
        row(
            "ListCustomers",
            "id 0",
            "filter[ids][] is given no value",
            list().with_ids([NO_CUSTOMER]),
        ),
        row(
            "ListCustomers",
            "no external id",
            "filter[externalIds][] is given no value",
            list().with_external_ids([" "]),
        ),
        row("ListCustomers", "no name", "filter[name] is given no value", list().with_name("")),
        row(
            "ListCustomers",
            "a blank name",
            "filter[name] is given no value",
            list().with_name("\t "),
        ),
        row(
            "ListCustomers",
            "no address",
            "filter[email] is given no value",
            list().with_email(""),
        ),
        row(
            "ListCustomers",
            "no shops",
            "filter[sites][] is given no value",
            list().with_sites([""; 2]),
        ),
        row(
            "ListCustomers",
            "manager 0",
            "filter[managers][] is given no value",
            list().with_managers([NO_USER]),
        ),
        row("ListCustomers", "page 0", "counted from 1", list().with_page(0)),
        row("GetCustomer", "no external id", "is no external id", GetCustomer::by_external_id("")),
        row(
            "GetCustomer",
            "a way through the path",
            "is no external id",
            GetCustomer::by_external_id(".."),
        ),
        row(
            "GetCustomer",
            "an empty shop",
            "site is empty",
            GetCustomer::by_id(SIXTY).with_site(" "),
        ),
        row(
            "CreateCustomer",
            "no first name",
            "no first name",
            CreateCustomer::new(CustomerData::new()),
        ),
        row(
            "CreateCustomer",
            "a blank first name",
            "no first name",
            CreateCustomer::new(ivan().with_first_name("\r\n")),
        ),
        row(
            "CreateCustomer",
            "manager 0",
            "manager is 0",
            CreateCustomer::new(ivan().with_manager(NO_USER)),
        ),
        row(
            "CreateCustomer",
            "an empty shop",
            "site is empty",
            CreateCustomer::new(ivan()).with_site(""),
        ),
        row(
            "EditCustomer",
            "no change",
            "changes nothing",
            EditCustomer::by_id(SIXTY, CustomerData::new()),
        ),
        row(
            "EditCustomer",
            "no external id",
            "is no external id",
            EditCustomer::by_external_id("", ivan()),
        ),
        row(
            "EditCustomer",
            "manager 0",
            "manager is 0",
            EditCustomer::by_id(SIXTY, ivan().with_manager(NO_USER)),
        ),
        row(
            "EditCustomer",
            "an empty shop",
            "site is empty",
            EditCustomer::by_id(SIXTY, ivan()).with_site(""),
        ),
        row("ListCustomerNotes", "no ids", "filter[ids][] is given no value", notes().with_ids([])),
        row(
            "ListCustomerNotes",
            "id 0",
            "filter[ids][] is given no value",
            notes().with_ids([CustomerNoteId::new(0)]),
        ),
        row(
            "ListCustomerNotes",
            "customer 0",
            "filter[customerIds][] is given no value",
            notes().with_customers([NO_CUSTOMER]),
        ),
        row(
            "ListCustomerNotes",
            "manager 0",
            "filter[managerIds][] is given no value",
            notes().with_managers([NO_USER]),
        ),
        row(
            "ListCustomerNotes",
            "no text",
            "filter[text] is given no value",
            notes().with_text(" "),
        ),
        row("ListCustomerNotes", "page 0", "counted from 1", notes().with_page(0)),
        row("CreateCustomerNote", "no text", "says nothing", CreateCustomerNote::on(SIXTY, " \n ")),
        row(
            "CreateCustomerNote",
            "customer 0",
            "customer of a note is 0",
            CreateCustomerNote::on(NO_CUSTOMER, "x"),
        ),
        row(
            "CreateCustomerNote",
            "no external id",
            "is empty",
            CreateCustomerNote::on_external_id(" ", "x"),
        ),
        row(
            "CreateCustomerNote",
            "manager 0",
            "manager of a note is 0",
            note().with_manager(NO_USER),
        ),
        row("CreateCustomerNote", "an empty shop", "site is empty", note().with_site("")),
        row(
            "DeleteCustomerNote",
            "note 0",
            "no id",
            DeleteCustomerNote::new(CustomerNoteId::new(0)),
        ),
    ]
}
