//! Checks that referenced objects exist: users, customers, orders, modules, shops.

use crate::check::{Detail, Source, answered, documented, guess};

use super::super::operations::Endpoint as E;
use super::values::CHOICE;
use super::{Refusal, RequestContext, Row};

const fn row(
    name: &'static str,
    source: Source,
    demands: &'static str,
    finds: fn(&RequestContext<'_>) -> Vec<Detail>,
) -> Row {
    Row::new(name, source, demands, Refusal::Says(404, "Not found"), finds)
}

/// Operations with a corporate customer in the path.
const OF_CORPORATE: &[E] = &[
    E::Corporate,
    E::CorporateContacts,
    E::CorporateCompanies,
    E::CorporateEdit,
    E::ContactCreate,
    E::ContactEdit,
    E::CompanyCreate,
    E::CompanyEdit,
];

/// A violation in these operations.
fn in_any(cx: &RequestContext<'_>, operations: &[E], missing: bool) -> Vec<Detail> {
    Detail::whole_if(missing && cx.is_any(operations))
}

pub(super) const KNOWN: &[Row] = &[
    row("user.known", answered("§1.4, §4"), "the user of this id exists", |cx| {
        in_any(cx, &[E::User, E::UserStatus], cx.user().is_none())
    }),
    row(
        "module.known",
        answered("§1.4, §2.4"),
        "a module of this code was written before it is read, or its scopes are updated",
        |cx| {
            let unknown = !cx.account.modules.contains_key(&cx.thing);
            in_any(cx, &[E::Module, E::ModuleScopes], unknown)
        },
    ),
    Row::new(
        "site.needed",
        documented("§1.9, §5, §6"),
        "site is given when the key reaches several shops and something is created or \
                 named by its externalId, which is what a missing `by` means",
        Refusal::Says(400, "Parameter 'site' is missing"),
        |cx| {
            let takes_site = cx.operation().is_some_and(|it| it.has("site"));
            let needed = takes_site && !cx.is(E::TaskEdit) && cx.parameter("by") != Some("id");
            let several = cx.account.open_sites().count() > 1;
            Detail::whole_if(needed && several && cx.parameter("site").is_none())
        },
    ),
    row(
        "customer.known",
        answered("§1.4, §5.2, §5.4"),
        "the customer of this id exists; a number without by=id is an externalId",
        // The response for a merged customer reports the merge itself.
        |cx| in_any(cx, &[E::Customer, E::CustomerEdit], cx.customer().is_none()),
    ),
    Row::new(
        "customer.not_merged",
        guess("§1.4, §5.4"),
        "a customer who was merged into another one is not edited any more",
        Refusal::Says(404, "An attempt was made to edit a nonexistent record"),
        |cx| {
            let merged = cx.customer().is_some_and(|it| cx.account.is_merged(it));
            in_any(cx, &[E::CustomerEdit], merged)
        },
    ),
    row(
        "corporate.known",
        answered("§1.4, §5.6"),
        "the corporate customer of this id exists",
        |cx| in_any(cx, OF_CORPORATE, cx.corporate().is_none()),
    ),
    row(
        "order.known",
        answered("§1.4, §6"),
        "the order of this id exists when it is read; a number without by=id is an externalId",
        |cx| in_any(cx, &[E::Order], cx.order().is_none()),
    ),
    Row::new(
        "order.known_to_edit",
        answered("§1.4, §6"),
        "the order of this id exists when it is edited",
        Refusal::Says(404, "Not found map"),
        |cx| in_any(cx, &[E::OrderEdit], cx.order().is_none()),
    ),
    row("task.known", answered("§1.4, §6"), "the task of this id exists", |cx| {
        in_any(cx, &[E::Task, E::TaskEdit], cx.task().is_none())
    }),
    row("file.known", answered("§1.4, §8"), "the file of this id exists", |cx| {
        let named = [E::File, E::FileDownload, E::FileEdit, E::FileDelete];
        in_any(cx, &named, cx.file().is_none())
    }),
    row(
        "contact.known",
        documented("§1.4, §5.6"),
        "the contact that is edited is the corporate customer's",
        |cx| in_any(cx, &[E::ContactEdit], cx.contact().is_none()),
    ),
    row(
        "company.known",
        documented("§1.4, §5.6"),
        "the company that is edited is the corporate customer's",
        |cx| in_any(cx, &[E::CompanyEdit], cx.company().is_none()),
    ),
    row("note.known", documented("§1.4, §5.5"), "the note that is deleted is there", |cx| {
        let deletes = matches!(cx.endpoint(), Some(E::NoteDelete(_)));
        Detail::whole_if(deletes && cx.note().is_none())
    }),
];

pub(super) const SITE: &[Row] = &[Row::new(
    "site.known",
    guess("§1.9, §5"),
    "the parameter site is a shop the key reaches",
    Refusal::Input,
    |cx| match cx.parameter("site") {
        Some(site) if !cx.account.reaches_site(site) => vec![Detail::new("site", CHOICE)],
        _ => Vec::new(),
    },
)];
