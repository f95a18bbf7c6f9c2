//! Contacts and companies.

use vochi_crm_kontur::api::{CreateCompany, CreateContacts, NewContact, NewElement, PatchContact};
use vochi_crm_kontur::model::ElementType;

use super::super::operations::table::{contact, number};
use super::table::{Row, row};

/// A number of no sort.
fn sortless() -> NewElement {
    NewElement::phone(number()).with_type(ElementType::Other(String::new()))
}

pub(super) fn rows() -> Vec<Row> {
    let mut all = new_ones();
    all.extend(changes());
    all
}

fn new_ones() -> Vec<Row> {
    let mir = || CreateCompany::new("Мир");
    let ivan = || NewContact::new("Иван");
    let one = |contact| CreateContacts::new([contact]);
    let address = "a number or address of a client is empty";
    let sort = "the sort of a number or address is empty";
    let company = |what, says, company| row("CreateCompany", what, says, company);
    let contacts = |what, says, contacts| row("CreateContacts", what, says, contacts);
    vec![
        company("no name", "the name of a company is empty", CreateCompany::new("")),
        company("a blank name", "the name of a company is empty", CreateCompany::new("\r\n\u{a0}")),
        company("an empty inn", "the inn of a company is empty", mir().with_inn(" ")),
        company("an empty kpp", "the kpp of a company is empty", mir().with_kpp("")),
        company("an empty region", "the region of a company is empty", mir().with_region_code("")),
        company(
            "an empty description",
            "the description of a company is empty",
            mir().with_description("\t"),
        ),
        company("a number of no sort", sort, mir().with_phone(sortless())),
        contacts("nobody", "no contact to make", CreateContacts::new([])),
        contacts("no name", "the name of a contact is empty", one(NewContact::new(" "))),
        contacts(
            "one of two without a name",
            "the name of a contact is empty",
            CreateContacts::new([ivan(), NewContact::new("")]),
        ),
        contacts(
            "an empty position",
            "the position of a contact is empty",
            one(ivan().with_position("")),
        ),
        contacts(
            "an empty region",
            "the region of a contact is empty",
            one(ivan().with_region_code(" ")),
        ),
        contacts("an empty address", address, one(ivan().with_email(NewElement::email(" ")))),
        contacts("a number of no sort", sort, one(ivan().with_phone(sortless()))),
    ]
}

fn changes() -> Vec<Row> {
    let patch = || PatchContact::new(contact());
    let empty = "writes an empty text";
    let change = |what, says, change| row("PatchContact", what, says, change);
    vec![
        change("no change", "changes nothing", patch()),
        change("an empty name", empty, patch().with_name("")),
        change("an empty position", empty, patch().with_position(" ")),
        change("an empty region", empty, patch().with_region_code("\n")),
        change(
            "an empty address",
            "adds a number or address",
            patch().adding_email(&NewElement::email("")),
        ),
        change(
            "a number of no sort",
            "adds a number or address",
            patch().adding_phone(&sortless()),
        ),
        change(
            "one bad change among good ones",
            empty,
            patch().with_name("").with_position("директор"),
        ),
    ]
}
