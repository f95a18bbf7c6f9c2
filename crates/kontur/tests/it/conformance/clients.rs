//! Contacts and companies, as a person.

use vochi_crm_core::http::Repeat::{Keyed, Safe, Unsafe};
use vochi_crm_core::testing::conformance::Needs::Field;
use vochi_crm_core::testing::conformance::SPECIAL_TEXT;
use vochi_crm_kontur::api::{
    CreateCompany, CreateContacts, GetContact, NewContact, NewElement, PatchContact,
};
use vochi_crm_kontur::model::{ElementId, ElementType};

use super::super::support::text;
use super::calls::{BY_TYPE, Operation};
use super::values::{contact, number};

pub(super) fn all() -> Vec<Operation> {
    let without_kind = || NewElement::phone(number()).kind(ElementType::Other(String::new()));
    let special =
        || NewElement::email(SPECIAL_TEXT).kind(ElementType::Other(SPECIAL_TEXT.to_owned()));
    let mir = |name: &str| CreateCompany::new(text(name));
    let ivan = |name: &str| NewContact::new(text(name));
    let one = |contact| CreateContacts::new().items([contact]);
    let new = || one(ivan("Иван Иванов").phones([NewElement::phone(number())]));
    let patch = || PatchContact::new(contact());
    let phone = ElementId::new("0efd0000-7777-4a4a-8b8b-000000000701").unwrap();
    let address = "phone or e-mail of a client must not be empty";
    let kind = "kind of a phone or e-mail must not be empty";
    let adds = "the value and kind of a phone or e-mail";
    vec![
        Operation::new(Safe, Field, GetContact(contact()))
            .samples(&["contacts-get"])
            .raw(&["customFields"])
            .required(&["id"])
            .always_valid(BY_TYPE),
        Operation::new(Keyed, Field, patch().position(text("директор")))
            .variant("replacing")
            .samples(&["contacts-patch"])
            .raw(&["customFields"])
            .required(&["id"])
            .refuses("no change", "it contains no operation", patch())
            .refuses("an empty e-mail", adds, patch().add_email(&NewElement::email("")))
            .refuses("a number without a kind", adds, patch().add_phone(&without_kind()))
            .refuses(
                "one invalid change among valid ones",
                adds,
                patch().add_email(&NewElement::email("")).position(text("директор")),
            )
            .special(patch().name(text(SPECIAL_TEXT)).add_email(&special())),
        Operation::new(Unsafe, Field, patch().remove_phone(&phone)).variant("removing"),
        Operation::new(Unsafe, Field, new())
            .rows("items", new(), |contacts| contacts)
            .samples(&["contacts-create-batch"])
            .carries(&[("items.*.id", "items.*")])
            .raw(&["items.*.customFields"])
            .required(&["items"])
            .refuses("no contact", "the list is empty", CreateContacts::new())
            .refuses("an empty e-mail", address, one(ivan("Иван").emails([NewElement::email(" ")])))
            .refuses("a number without a kind", kind, one(ivan("Иван").phones([without_kind()])))
            .refuses(
                "one of two without a kind",
                kind,
                CreateContacts::new().items([ivan("Иван"), ivan("Иван").phones([without_kind()])]),
            )
            .special(one(ivan(SPECIAL_TEXT).position(text(SPECIAL_TEXT)).emails([special()]))),
        Operation::new(Unsafe, Field, mir("Новая компания"))
            .samples(&["companies-create"])
            .raw(&["customFields"])
            .required(&["id"])
            .refuses("a number without a kind", kind, mir("Мир").phones([without_kind()]))
            .special(mir(SPECIAL_TEXT).inn(text(SPECIAL_TEXT)).description(text(SPECIAL_TEXT))),
    ]
}
