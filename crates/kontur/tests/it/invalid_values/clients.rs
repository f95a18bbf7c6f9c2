//! Invalid contacts and companies.

use vochi_crm_kontur::api::{CreateCompany, CreateContacts, NewContact, NewElement, PatchContact};
use vochi_crm_kontur::model::ElementType;

use super::super::operations::table::{contact, number};
use super::super::support::text;
use super::table::{Row, row};

/// Returns an element without a kind.
fn without_kind() -> NewElement {
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
    let address = "phone or e-mail of a client must not be empty";
    let kind = "kind of a phone or e-mail must not be empty";
    let company = |what, says, company| row("CreateCompany", what, says, company);
    let contacts = |what, says, contacts| row("CreateContacts", what, says, contacts);
    vec![
        company("a number without a kind", kind, mir().phones([without_kind()])),
        contacts("no contact", "the list is empty", CreateContacts::new()),
        contacts("an empty e-mail", address, one(ivan().emails([NewElement::email(" ")]))),
        contacts("a number without a kind", kind, one(ivan().phones([without_kind()]))),
        contacts(
            "one of two without a kind",
            kind,
            CreateContacts::new().items([ivan(), ivan().phones([without_kind()])]),
        ),
    ]
}

fn changes() -> Vec<Row> {
    let patch = || PatchContact::new(contact());
    let adds = "the value and kind of a phone or e-mail";
    let change = |what, says, change| row("PatchContact", what, says, change);
    vec![
        change("no change", "it contains no operation", patch()),
        change("an empty e-mail", adds, patch().add_email(&NewElement::email(""))),
        change("a number without a kind", adds, patch().add_phone(&without_kind())),
        change(
            "one invalid change among valid ones",
            adds,
            patch().add_email(&NewElement::email("")).position(text("директор")),
        ),
    ]
}
