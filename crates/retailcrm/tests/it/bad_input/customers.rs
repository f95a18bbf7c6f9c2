//! Customers and notes on them.

use vochi_crm_retailcrm::api::{
    CreateCustomer, CustomerFilter, CustomerNoteFilter, EditCustomer, GetCustomer, List,
};
use vochi_crm_retailcrm::model::{CustomerData, CustomerId, CustomerNoteId};

const NO_NOTES: [CustomerNoteId; 0] = [];
const NONE: [CustomerId; 0] = [];

use super::super::support::external_id;
use super::table::{Row, row};

const SIXTY: CustomerId = CustomerId::from_nonzero(std::num::NonZeroU64::new(60).unwrap());

pub(super) fn rows() -> Vec<Row> {
    let list = CustomerFilter::new;
    let notes = CustomerNoteFilter::new;
    let ivan = || CustomerData::new().first_name("Иван");
    vec![
        row("CustomerFilter", "no ids", "filter[ids][] has no value", List::new(list().ids(NONE))),
        row(
            "CustomerFilter",
            "no external id",
            "filter[externalIds][] has no value",
            List::new(list().external_ids([" "])),
        ),
        row("CustomerFilter", "no name", "filter[name] has no value", List::new(list().name(""))),
        row(
            "CustomerFilter",
            "a blank name",
            "filter[name] has no value",
            List::new(list().name("\t ")),
        ),
        row(
            "CustomerFilter",
            "no address",
            "filter[email] has no value",
            List::new(list().email("")),
        ),
        row(
            "CustomerFilter",
            "no shops",
            "filter[sites][] has no value",
            List::new(list().sites([""; 2])),
        ),
        row("CustomerFilter", "page 0", "counted from 1", List::new(list()).page(0)),
        row(
            "GetCustomer",
            "a way through the path",
            "cannot be part of a path",
            GetCustomer::new(external_id("..")),
        ),
        row(
            "CreateCustomer",
            "no first name",
            "missing first name",
            CreateCustomer::new(CustomerData::new()),
        ),
        row(
            "CreateCustomer",
            "a blank first name",
            "missing first name",
            CreateCustomer::new(ivan().first_name("\r\n")),
        ),
        row(
            "EditCustomer",
            "no change",
            "no field is set",
            EditCustomer::new(SIXTY, CustomerData::new()),
        ),
        row(
            "CustomerNoteFilter",
            "no ids",
            "filter[ids][] has no value",
            List::new(notes().ids(NO_NOTES)),
        ),
        row(
            "CustomerNoteFilter",
            "no text",
            "filter[text] has no value",
            List::new(notes().text(" ")),
        ),
        row("CustomerNoteFilter", "page 0", "counted from 1", List::new(notes()).page(0)),
    ]
}
