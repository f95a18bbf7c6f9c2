//! Checks that referenced objects exist: users, customers, orders, modules, shops.

use crate::check::{Check, Detail};

use super::endpoint::Endpoint;
use super::values::CHOICE;
use super::{Refusal, Row};

const NOT_FOUND: Refusal = Refusal::Says(404, "Not found");

fn whole_if(wrong: bool) -> Vec<Detail> {
    if wrong { vec![Detail::whole()] } else { Vec::new() }
}

pub(super) const KNOWN: &[Row] = &[
    Row {
        check: Check::answered("user.known", "§1.4, §4", "the user of this id exists"),
        refusal: NOT_FOUND,
        finds: |cx| {
            whole_if(match cx.endpoint() {
                Some(Endpoint::User(id) | Endpoint::UserStatus(id)) => {
                    cx.account.user(id).is_none()
                }
                _ => false,
            })
        },
    },
    Row {
        check: Check::answered(
            "module.known",
            "§1.4, §2.4",
            "a module of this code was written before it is read, or its scopes are updated",
        ),
        refusal: NOT_FOUND,
        finds: |cx| {
            let read = cx.is(Endpoint::Module) || cx.is(Endpoint::ModuleScopes);
            whole_if(read && !cx.account.modules.contains_key(&cx.thing))
        },
    },
    Row {
        check: Check::documented(
            "site.needed",
            "§1.9, §5, §6",
            "site is given when the key reaches several shops and something is created or named \
             by its externalId, which is what a missing `by` means",
        ),
        refusal: Refusal::Says(400, "Parameter 'site' is missing"),
        finds: |cx| {
            let named = matches!(
                cx.endpoint(),
                Some(
                    Endpoint::Customer
                        | Endpoint::CustomerEdit
                        | Endpoint::Order
                        | Endpoint::OrderEdit
                )
            ) || cx.endpoint().is_some_and(Endpoint::of_corporate);
            let by_their_id = named && cx.parameter("by") != Some("id");
            let several = cx.account.open_sites().count() > 1;
            let created = matches!(
                cx.endpoint(),
                Some(
                    Endpoint::CustomerCreate
                        | Endpoint::CustomersUpload
                        | Endpoint::CorporateCreate
                        | Endpoint::NoteCreate(_)
                        | Endpoint::OrderCreate
                        | Endpoint::TaskCreate
                )
            );
            let needed = by_their_id || created;
            whole_if(needed && several && cx.parameter("site").is_none())
        },
    },
    Row {
        check: Check::answered(
            "customer.known",
            "§1.4, §5.2, §5.4",
            "the customer of this id exists; a number without by=id is an externalId",
        ),
        refusal: NOT_FOUND,
        finds: |cx| {
            let named = matches!(cx.endpoint(), Some(Endpoint::Customer | Endpoint::CustomerEdit));
            // The response for a merged customer reports the merge itself.
            whole_if(named && cx.customer().is_none())
        },
    },
    Row {
        check: Check::guess(
            "customer.not_merged",
            "§1.4, §5.4",
            "a customer who was merged into another one is not edited any more",
        ),
        refusal: Refusal::Says(404, "An attempt was made to edit a nonexistent record"),
        finds: |cx| {
            let merged = cx.customer().is_some_and(|it| it.combined_to.is_some());
            whole_if(cx.is(Endpoint::CustomerEdit) && merged)
        },
    },
    Row {
        check: Check::answered(
            "corporate.known",
            "§1.4, §5.6",
            "the corporate customer of this id exists",
        ),
        refusal: NOT_FOUND,
        finds: |cx| {
            let named = cx.endpoint().is_some_and(Endpoint::of_corporate);
            whole_if(named && cx.corporate().is_none())
        },
    },
    Row {
        check: Check::answered(
            "order.known",
            "§1.4, §6",
            "the order of this id exists when it is read; a number without by=id is an externalId",
        ),
        refusal: NOT_FOUND,
        finds: |cx| whole_if(cx.is(Endpoint::Order) && cx.order().is_none()),
    },
    Row {
        check: Check::answered(
            "order.known_to_edit",
            "§1.4, §6",
            "the order of this id exists when it is edited",
        ),
        refusal: Refusal::Says(404, "Not found map"),
        finds: |cx| whole_if(cx.is(Endpoint::OrderEdit) && cx.order().is_none()),
    },
    Row {
        check: Check::answered("task.known", "§1.4, §6", "the task of this id exists"),
        refusal: NOT_FOUND,
        finds: |cx| {
            let named = matches!(cx.endpoint(), Some(Endpoint::Task | Endpoint::TaskEdit));
            whole_if(named && cx.task().is_none())
        },
    },
    Row {
        check: Check::answered("file.known", "§1.4, §8", "the file of this id exists"),
        refusal: NOT_FOUND,
        finds: |cx| {
            let named = matches!(
                cx.endpoint(),
                Some(
                    Endpoint::File
                        | Endpoint::FileDownload
                        | Endpoint::FileEdit
                        | Endpoint::FileDelete
                )
            );
            whole_if(named && cx.file().is_none())
        },
    },
    Row {
        check: Check::documented(
            "contact.known",
            "§1.4, §5.6",
            "the contact that is edited is the corporate customer's",
        ),
        refusal: NOT_FOUND,
        finds: |cx| whole_if(cx.is(Endpoint::ContactEdit) && cx.contact().is_none()),
    },
    Row {
        check: Check::documented(
            "company.known",
            "§1.4, §5.6",
            "the company that is edited is the corporate customer's",
        ),
        refusal: NOT_FOUND,
        finds: |cx| whole_if(cx.is(Endpoint::CompanyEdit) && cx.company().is_none()),
    },
    Row {
        check: Check::documented("note.known", "§1.4, §5.5", "the note that is deleted is there"),
        refusal: NOT_FOUND,
        finds: |cx| {
            whole_if(match cx.endpoint() {
                Some(Endpoint::NoteDelete(subject)) => cx.note(subject).is_none(),
                _ => false,
            })
        },
    },
];

pub(super) const SITE: &[Row] = &[Row {
    check: Check::guess("site.known", "§1.9, §5", "the parameter site is a shop the key reaches"),
    refusal: Refusal::Input,
    finds: |cx| match cx.parameter("site") {
        Some(site) if !cx.account.reaches_site(site) => vec![Detail::new("site", CHOICE)],
        _ => Vec::new(),
    },
}];
