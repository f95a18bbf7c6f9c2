//! Contacts and companies.

use vochi_crm_kontur::api::{CreateCompany, CreateContacts, NewContact, NewElement, PatchContact};
use vochi_crm_kontur::model::ElementType;

use super::super::operations::table::{contact, number};
use super::super::support::text;
use super::table::{Row, row};

/// A number of no sort.
fn sortless() -> NewElement {
    NewElement::phone(number()).kind(ElementType::Other(String::new()))
}

pub(super) fn rows() -> Vec<Row> {
    let mut all = new_ones();
    all.extend(changes());
    all
}

fn new_ones() -> Vec<Row> {
    let mir = || CreateCompany::new(text("Мир"));
    let ivan = || NewContact::new(text("Иван"));
    let one = |contact| CreateContacts::new().items([contact]);
    let address = "a number or address of a client is empty";
    let sort = "the sort of a number or address is empty";
    let company = |what, says, company| row("CreateCompany", what, says, company);
    let contacts = |what, says, contacts| row("CreateContacts", what, says, contacts);
    vec![
        company("a number of no sort", sort, mir().phones([sortless()])),
        contacts("no contact", "no contact to make", CreateContacts::new()),
        contacts("an empty address", address, one(ivan().emails([NewElement::email(" ")]))),
        contacts("a number of no sort", sort, one(ivan().phones([sortless()]))),
        contacts(
            "one of two with a number of no sort",
            sort,
            CreateContacts::new().items([ivan(), ivan().phones([sortless()])]),
        ),
    ]
}

fn changes() -> Vec<Row> {
    let patch = || PatchContact::new(contact());
    let adds = "adds a number or address";
    let change = |what, says, change| row("PatchContact", what, says, change);
    vec![
        change("no change", "changes nothing", patch()),
        change("an empty address", adds, patch().add_email(&NewElement::email(""))),
        change("a number of no sort", adds, patch().add_phone(&sortless())),
        change(
            "one bad change among good ones",
            adds,
            patch().add_email(&NewElement::email("")).position(text("директор")),
        ),
    ]
}
