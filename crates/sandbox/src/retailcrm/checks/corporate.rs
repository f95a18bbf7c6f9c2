//! Checks of `customerCorporate`, `contact` and `company` (§5.6).
//!
//! Contacts and companies have paths of their own, and are parts of a new corporate customer.

use crate::check::{documented, guess};
use crate::schema::{Object, field};

use super::super::corporate::company_ref;
use super::super::journal::Subject;
use super::super::store::{id_of, objects};
use super::Endpoint::{
    CompanyCreate, CompanyEdit, ContactCreate, ContactEdit, CorporateCreate, CorporateEdit,
};
use super::kinds::{
    FLAG, MOMENT, NUMBER, OBJECT, OBJECTS, SOURCE, TEXT, TEXTS, USER, WHOLE, choice,
};
use super::links::{NAMED_BY_ID, SET_ONE};
use super::values::{CHOICE, TAKEN, list_of};
use super::{Field, Kind, Refusal, RequestContext, Schema, When};

const FREE: Kind = Kind::new("one that no other corporate customer of the shop has", |it, cx| {
    let own = cx.corporate().map(id_of);
    cx.is_free(Subject::Corporate, it, own, cx.site().as_deref())
})
.accepting(r#""free-1""#)
.says(TAKEN);

pub(super) const CORPORATE: Schema = Schema::new(
    "corporate",
    Refusal::EntityMap,
    |cx| cx.objects_of(&[CorporateCreate, CorporateEdit]),
    &[
        field("type").form(choice(&["customer_corporate"]), documented("§5.6")),
        field("externalId").form(TEXT, documented("§5.6")).value(FREE, guess("§5.6")),
        field("nickName")
            .required(guess("§5.6"))
            .when(&[When::On(&[CorporateCreate])])
            .form(TEXT, documented("§5.6")),
        field("createdAt").form(MOMENT, documented("§5.6")),
        field("managerId").form(WHOLE, documented("§5.6")).value(USER, guess("§5.6")),
        field("vip").form(FLAG, documented("§5.6")),
        field("bad").form(FLAG, documented("§5.6")),
        field("source").form(SOURCE, documented("§5.6")),
        field("addTags").form(TEXTS, documented("§5.6")),
        field("removeTags").form(TEXTS, documented("§5.6")),
        field("customFields").form(OBJECT, documented("§5.6")),
        field("personalDiscount").form(NUMBER, documented("§5.6")),
        // These have their own paths later.
        field("customerContacts")
            .form(OBJECTS.accepting(r#"[{"customer": {"id": 61}}]"#), documented("§5.6"))
            .known_in(&[CorporateCreate])
            .each_known(CONTACT_FIELDS),
        field("companies")
            .form(OBJECTS.accepting(r#"[{"name": "ООО Проба"}]"#), documented("§5.6"))
            .known_in(&[CorporateCreate])
            .each_known(COMPANY_FIELDS),
        field("addresses").form(OBJECTS, documented("§5.6")).known_in(&[CorporateCreate]),
    ],
)
.of(&[CorporateCreate, CorporateEdit])
// The official Python client repeats the id of the path.
.known(guess("§5.6"))
.ignoring(&["id"], &[CorporateEdit])
.not_blank(guess("§5.6"));

/// The parts in their own requests, or inside a new corporate customer.
fn parts<'a>(cx: &'a RequestContext<'_>, own: &[super::Endpoint], name: &str) -> Vec<Object<'a>> {
    let whole = cx.objects_of(&[CorporateCreate]);
    let inside = whole.iter().flat_map(|it| it.each(name));
    cx.objects_of(own).into_iter().chain(inside).collect()
}

const CUSTOMER: Kind = Kind::new("a customer that exists", |it, cx| {
    cx.account.resolve(Subject::Customer, it, None).is_some()
})
.example(r#"{"id": 61}"#, r#"[{"id": 4711}, {"externalId": "ext-99"}]"#)
.says(CHOICE);

const COMPANY_REFS: Kind = Kind::new("a list of companies by their id", |it, _| {
    list_of(it, |it| company_ref(it).is_some())
})
.example(r#"[{"id": 771}]"#, r#"[[771], {"id": 771}]"#)
.with_blank("[]");

const OWN_COMPANIES: Kind = Kind::new("the corporate customer's companies", |it, cx| {
    let has = |id| {
        let corporate = cx.corporate();
        corporate.is_some_and(|it| objects(it, "companies").any(|it| id_of(it) == id))
    };
    it.as_array().into_iter().flatten().filter_map(company_ref).all(has)
})
.example(r#"[{"company": {"id": 771}}]"#, r#"[[{"id": 772}]]"#)
.with_blank("[]")
.says(CHOICE);

const CONTACT_FIELDS: &[Field] = &[
    field("isMain").form(FLAG, documented("§5.6")),
    field("customer")
        .required(guess("§5.6"))
        .when(&[When::On(&[ContactCreate, CorporateCreate])])
        .says(SET_ONE)
        .form(NAMED_BY_ID, guess("§5.6"))
        .value(CUSTOMER, guess("§5.6"))
        .blank_elsewhere(|_, _| true)
        .inside(&[field("id"), field("externalId"), field("site")]),
    field("companies").form(COMPANY_REFS, documented("§5.6")).value(OWN_COMPANIES, guess("§5.6")),
];

pub(super) const CONTACT: Schema = Schema::new(
    "contact",
    Refusal::EntityMap,
    |cx| parts(cx, &[ContactCreate, ContactEdit], "customerContacts"),
    CONTACT_FIELDS,
)
.of(&[ContactCreate, ContactEdit, CorporateCreate])
.whole_in(&[ContactCreate, ContactEdit])
.known(guess("§5.6"))
.ignoring(&["id"], &[])
.not_blank(guess("§5.6"));

const COMPANY_FIELDS: &[Field] = &[
    field("isMain").form(FLAG, documented("§5.6")),
    field("externalId").form(TEXT, documented("§5.6")),
    field("active").form(FLAG, documented("§5.6")),
    field("name")
        .required(guess("§5.6"))
        .when(&[When::On(&[CompanyCreate, CorporateCreate])])
        .form(TEXT, documented("§5.6")),
    field("brand").form(TEXT, documented("§5.6")),
    field("site").form(TEXT, documented("§5.6")),
    field("contragent").form(OBJECT, documented("§5.6")),
    field("address").form(OBJECT, documented("§5.6")),
    field("customFields").form(OBJECT, documented("§5.6")),
];

pub(super) const COMPANY: Schema = Schema::new(
    "company",
    Refusal::EntityMap,
    |cx| parts(cx, &[CompanyCreate, CompanyEdit], "companies"),
    COMPANY_FIELDS,
)
.of(&[CompanyCreate, CompanyEdit, CorporateCreate])
.whole_in(&[CompanyCreate, CompanyEdit])
.known(guess("§5.6"))
.ignoring(&["id"], &[])
.not_blank(guess("§5.6"));
