//! Customers, companies, and notes on them.

use vochi_crm_core::http::Repeat::{Keyed, Unsafe};
use vochi_crm_core::testing::conformance::Needs::{Field, Object, Success};
use vochi_crm_core::testing::conformance::SPECIAL_TEXT;
use vochi_crm_retailcrm::api::{
    CompanyFilter, ContactFilter, CorporateCustomerFilter, CreateCustomer, CreateCustomerNote,
    CustomerFilter, CustomerNoteFilter, DeleteCustomerNote, EditCustomer, GetCorporateCustomer,
    GetCustomer, ListCustomersHistory,
};
use vochi_crm_retailcrm::model::{
    AddressData, CorporateCustomerId, CustomerData, CustomerId, CustomerNoteId, HistoryCursor,
    UserId,
};

use super::super::support::{external_id, list, phone, text};
use super::operations::{BY_TYPE, Operation, get, page};

/// Old and new value of a change, and the fields of its entity.
pub(super) const HISTORIC: &[&str] = &[
    "history.*.oldValue",
    "history.*.newValue",
    "history.*.customer",
    "history.*.order",
    "history.*.combinedTo",
];

pub(super) const SINCE_THE_BEGINNING: &str =
    "0 is the beginning, and times are times by their type";

pub(super) fn all() -> Vec<Operation> {
    let mut all = reads();
    all.extend(companies());
    all.extend(writes());
    all
}

fn reads() -> Vec<Operation> {
    let sixty = CustomerId::new(60).unwrap();
    let with = CustomerFilter::new;
    let notes = CustomerNoteFilter::new;
    let (no_ids, no_notes): ([CustomerId; 0], [CustomerNoteId; 0]) = ([], []);
    vec![
        page(with())
            .samples(&["customers_list"])
            .carries(&[("customers.*.id", "customers.*")])
            .raw(&["customers.*.customFields"])
            .refuses("no ids", "filter[ids][] has no value", list(with().ids(no_ids)))
            .refuses(
                "no external id",
                "filter[externalIds][] has no value",
                list(with().external_ids([" "])),
            )
            .refuses("no name", "filter[name] has no value", list(with().name("")))
            .refuses("a blank name", "filter[name] has no value", list(with().name("\t ")))
            .refuses("no address", "filter[email] has no value", list(with().email("")))
            .refuses("no shops", "filter[sites][] has no value", list(with().sites([""; 2])))
            .special(list(with().name(SPECIAL_TEXT).sites([SPECIAL_TEXT]))),
        get(GetCustomer::new(sixty))
            .samples(&["customer_get"])
            .required(&["customer", "customer.id"])
            .raw(&["customer.customFields"])
            .refuses(
                "a way through the path",
                "cannot be part of a path",
                GetCustomer::new(external_id("..")),
            )
            .special(GetCustomer::new(external_id(SPECIAL_TEXT).site(text(SPECIAL_TEXT)))),
        page(notes())
            .samples(&["customers_notes_list"])
            .carries(&[("notes.*.id", "notes.*")])
            .refuses("no ids", "filter[ids][] has no value", list(notes().ids(no_notes)))
            .refuses("no text", "filter[text] has no value", list(notes().text(" "))),
        // A history without a list is an error: an empty one would stop the reader forever. The id
        // is a change's position.
        Operation::list("history", ListCustomersHistory::since(HistoryCursor::new(2691)), |page| {
            page.history
        })
        .samples(&["customers_history"])
        .required(&["history"])
        .carries(&[("history.*.id", "history.*")])
        .raw(HISTORIC)
        .always_valid(SINCE_THE_BEGINNING),
    ]
}

fn companies() -> Vec<Operation> {
    let company = CorporateCustomerId::new(5041).unwrap();
    let with = CorporateCustomerFilter::new;
    let no_contacts: [CustomerId; 0] = [];
    vec![
        page(with())
            .samples(&["customers_corporate_list"])
            .carries(&[("customersCorporate.*.id", "customersCorporate.*")])
            .raw(&["customersCorporate.*.customFields"])
            .refuses(
                "no contacts",
                "filter[contactIds][] has no value",
                list(with().contact_ids(no_contacts)),
            )
            .refuses("no names", "filter[nickName][] has no value", list(with().nick_names([" "])))
            .refuses(
                "no company",
                "filter[companyName] has no value",
                list(with().company_name("")),
            ),
        get(GetCorporateCustomer::new(company))
            .samples(&["customer_corporate_get"])
            .required(&["customerCorporate", "customerCorporate.id"])
            .raw(&["customerCorporate.customFields"])
            .refuses(
                "a dot",
                "cannot be part of a path",
                GetCorporateCustomer::new(external_id(".")),
            ),
        page(ContactFilter::new(company)).samples(&["customer_corporate_contacts"]).refuses(
            "no external id",
            "cannot be part of a path",
            list(ContactFilter::new(external_id("."))),
        ),
        page(CompanyFilter::new(company))
            .samples(&["customer_corporate_companies"])
            .raw(&["companies.*.customFields"]),
    ]
}

fn writes() -> Vec<Operation> {
    let sixty = CustomerId::new(60).unwrap();
    let ivan = || CustomerData::new().first_name("Иван").phones([phone("+375291112233")]);
    let manager = CustomerData::new().manager_id(UserId::new(7).unwrap());
    let number = CustomerData::new().phones([phone("+375291112233")]);
    let special = CustomerData::new()
        .first_name(SPECIAL_TEXT)
        .email(SPECIAL_TEXT)
        .address(AddressData::new(SPECIAL_TEXT))
        .add_tags([SPECIAL_TEXT])
        .custom_field(SPECIAL_TEXT, SPECIAL_TEXT);
    vec![
        // The id of what is new is required.
        Operation::new(Unsafe, Field, CreateCustomer::new(ivan()))
            .samples(&["customer_create"])
            .required(&["id"])
            .refuses(
                "no first name",
                "missing first name",
                CreateCustomer::new(CustomerData::new()),
            )
            .refuses(
                "a blank first name",
                "missing first name",
                CreateCustomer::new(ivan().first_name("\r\n")),
            )
            .special(CreateCustomer::new(special.clone()).site(text(SPECIAL_TEXT))),
        Operation::new(Keyed, Object, EditCustomer::new(sixty, manager))
            .variant("the manager")
            .samples(&["customer_edit"])
            .refuses("no change", "no field is set", EditCustomer::new(sixty, CustomerData::new()))
            .special(EditCustomer::new(external_id(SPECIAL_TEXT), special)),
        // A repeat may add numbers twice.
        Operation::new(Unsafe, Object, EditCustomer::new(sixty, number)).variant("a number"),
        Operation::new(Unsafe, Field, CreateCustomerNote::new(text("Важно"), sixty))
            .samples(&["customer_note_create"])
            .required(&["id"])
            .always_valid(BY_TYPE)
            .special(CreateCustomerNote::new(text(SPECIAL_TEXT), sixty)),
        Operation::new(Keyed, Success, DeleteCustomerNote(CustomerNoteId::new(301).unwrap()))
            .always_valid(BY_TYPE),
    ]
}
