//! Checks that referenced objects exist and are in a valid state.

use crate::check::{Check, Detail};

use super::super::communications::{Communication, raw};
use super::super::files::StoredFile;
use super::super::operations::Takes;
use super::super::seed::INSTANCE_ID;
use super::super::state::find;
use super::{Endpoint, Finds, Refusal, RequestContext, Row, row};

use Endpoint as E;

const NO_CALL: Refusal = Refusal::Conflict("communicationNotFound");
const INVALID: Refusal = Refusal::Conflict("invalidArgs");

const fn not_found(check: Check, finds: Finds) -> Row {
    row(check, Refusal::Conflict("notFound"), finds)
}

pub(super) const KNOWN: &[Row] = &[
    not_found(
        Check::answered("instance.known", "§9", "the instance is the integration's own"),
        |cx| {
            let own = cx.thing == INSTANCE_ID;
            unknown_id(cx, &[E::Instance, E::InstancePatch], "IntegrationInstance", own)
        },
    ),
    row(
        Check::answered("integration.known", "§9", "setup is of the integration itself"),
        Refusal::Conflict("IntegrationNotFound"),
        |cx| {
            let other = cx.is(&[E::Setup]) && cx.thing != INSTANCE_ID;
            Detail::says_if(other, "", || "Integration not found".into())
        },
    ),
    not_found(
        Check::answered(
            "ui_settings.known",
            "§9",
            "the telephony in the key is the workspace's main one",
        ),
        |cx| {
            let key = cx.query.get("key").and_then(|it| it.as_str());
            let id = key.and_then(|it| it.rsplit('=').next()).unwrap_or_default();
            let other = cx.is(&[E::UiSettings]) && id != INSTANCE_ID;
            Detail::says_if(other, "key", || format!("Telephony {id} not found"))
        },
    ),
    not_found(Check::guess("contact.known", "§11", "the contact of this id exists"), |cx| {
        let known = find(&cx.workspace.contacts, &cx.thing).is_some();
        unknown_id(cx, &[E::Contact, E::ContactPatch], "Contact", known)
    }),
    not_found(
        Check::guess("company.known", "§11", "the companies a contact is linked with exist"),
        |cx| {
            let body = cx.body_of(&[E::ContactsCreate]);
            let items = body.iter().flat_map(|it| it.each("items"));
            let links = items.filter_map(|it| it.inside("links")?.fields.get("companyIds"));
            let mut ids = links.filter_map(|ids| ids.as_array()).flatten();
            let companies = &cx.workspace.companies;
            let unknown = ids.find(|id| !companies.iter().any(|it| it.get("id") == Some(id)));
            let says = unknown.map(|id| format!("Company {id} not found"));
            says.map(|it| Detail::new("links.companyIds", it)).into_iter().collect()
        },
    ),
    not_found(
        Check::guess(
            "file.known",
            "§10",
            "the file of this id exists: under the id of the upload for a day, then under the one \
             it was bound with",
        ),
        |cx| {
            let known = cx.workspace.file(&cx.thing, cx.request.at).is_some();
            unknown_id(cx, &[E::File, E::FileMeta], "File", known)
        },
    ),
];

pub(super) const CALLS: &[Row] = &[
    row(
        Check::answered(
            "communication.known",
            "§5, §7",
            "the call exists: from a system call or call-started; register-call alone needs no \
             earlier word, but a communicationId it names has to be the CRM's",
        ),
        NO_CALL,
        |cx| {
            let id = cx.text("communicationId");
            let begins = cx.is(&[E::CallStarted, E::RegisterCall]);
            let named = cx.takes(Takes::Call) && !(begins && id.is_none());
            Detail::says_if(named && cx.call().is_none(), "communicationId", || {
                let id = id.or(cx.text("externalId")).unwrap_or_default();
                format!("Communication not found. Id: {id}")
            })
        },
    ),
    row(
        Check::guess(
            "communication.same",
            "§6.1",
            "communicationId and externalId are of one and the same call",
        ),
        NO_CALL,
        |cx| {
            let (Some(id), Some(external_id)) = (cx.text("communicationId"), cx.text("externalId"))
            else {
                return Vec::new();
            };
            let by_theirs = cx.workspace.call_of(external_id);
            let has_another = |call: &Communication| {
                call.external_id.as_deref().is_some_and(|it| it != raw(external_id))
            };
            let apart =
                by_theirs.is_some_and(|call| call.id != id) || cx.call().is_some_and(has_another);
            Detail::says_if(apart, "externalId", || format!("Communication not found. Id: {id}"))
        },
    ),
    not_found(
        Check::guess("member.user_known", "§6, §11", "userId is a user of the workspace"),
        |cx| {
            let legs = cx.legs();
            let members = legs.iter().flat_map(|leg| [leg.inside("from"), leg.inside("to")]);
            let ids = members.filter_map(|it| it?.text("userId"));
            first_unknown(ids, "userId", "User", |id| cx.workspace.user(id).is_none())
        },
    ),
    row(
        Check::documented(
            "leg.of_this_call",
            "§6.1",
            "ids of legs are unique in the workspace, not only in a call",
        ),
        INVALID,
        |cx| {
            let name = if cx.is(&[E::RegisterCall]) { "id" } else { "externalCallItemId" };
            let own = cx.call().map(|call| call.id.as_str());
            let others = || cx.workspace.calls.iter().filter(|call| Some(call.id.as_str()) != own);
            let legs = cx.legs();
            let mut ids = legs.iter().filter_map(|it| it.text(name));
            let taken = ids.find(|id| others().any(|call| call.has_leg(id)));
            Detail::says_if(taken.is_some(), name, || {
                format!("CallItem {} belongs to another call", taken.unwrap_or_default())
            })
        },
    ),
    row(
        Check::guess("event.before_the_end", "§6.3, §13", "no event comes after call-finished"),
        INVALID,
        |cx| {
            let over = cx.is(&[E::CallEvent]) && cx.call().is_some_and(Communication::is_over);
            Detail::says_if(over, "type", || "Communication is finished".into())
        },
    ),
    row(
        Check::documented(
            "call_failed.of_a_click",
            "§7",
            "call-failed is for a call that began with a system call",
        ),
        INVALID,
        |cx| {
            let clicked = cx.call().is_some_and(|call| call.click.is_some());
            Detail::says_if(cx.is(&[E::CallFailed]) && !clicked, "communicationId", || {
                "Communication was not requested".into()
            })
        },
    ),
];

pub(super) const RECORDINGS: &[Row] = &[
    not_found(
        Check::guess(
            "recording.leg_known",
            "§6.1, §7",
            "call-recording names a known leg of the call",
        ),
        |cx| {
            let id = cx.text("externalCallItemId").unwrap_or_default();
            let known = cx.call().is_some_and(|call| call.has_leg(id));
            Detail::says_if(cx.is(&[E::CallRecording]) && !known, "externalCallItemId", || {
                format!("CallItem {id} not found")
            })
        },
    ),
    not_found(
        Check::documented(
            "recording.uploaded",
            "§7.1, §10",
            "a recording's file was uploaded before",
        ),
        |cx| no_good(cx, |file| file.is_none()),
    ),
    not_found(
        Check::guess(
            "recording.once",
            "§7.1",
            "a file is bound once, also when it is the same request again",
        ),
        |cx| no_good(cx, |file| file.is_some_and(|it| it.bound_id.is_some())),
    ),
    not_found(
        Check::documented(
            "recording.in_time",
            "§7.1, §10",
            "a file is bound within a day of its upload",
        ),
        |cx| no_good(cx, |file| file.is_some_and(|it| !it.is_fresh(cx.request.at))),
    ),
    not_found(
        Check::guess(
            "recording.as_uploaded",
            "§7, §10",
            "fileName, contentType and contentLength are those of the upload",
        ),
        |cx| {
            let other = cx.recordings().iter().any(|it| {
                let length = it.text("contentLength").and_then(|it| it.parse().ok());
                let file = cx.workspace.uploaded(it.text("fileId").unwrap_or_default());
                file.is_some_and(|file| {
                    it.text("fileName") != Some(&file.name)
                        || it.text("contentType") != Some(&file.content_type)
                        || length != Some(file.content.len())
                })
            });
            Detail::says_if(other, "recordings", || "File not found".into())
        },
    ),
];

/// The violation of an unknown id in the path of these operations.
fn unknown_id(cx: &RequestContext<'_>, of: &[Endpoint], what: &str, known: bool) -> Vec<Detail> {
    Detail::says_if(cx.is(of) && !known, "", || format!("{what} {} not found", cx.thing))
}

/// The violation of the first unknown id.
fn first_unknown<'a>(
    mut ids: impl Iterator<Item = &'a str>,
    field: &str,
    what: &str,
    unknown: impl Fn(&str) -> bool,
) -> Vec<Detail> {
    let found = ids.find(|id| unknown(id));
    found.map(|id| Detail::new(field, format!("{what} {id} not found"))).into_iter().collect()
}

/// The first file that cannot be bound.
fn no_good(cx: &RequestContext<'_>, wrong: impl Fn(Option<&StoredFile>) -> bool) -> Vec<Detail> {
    let one = cx.body_of(&[E::CallRecording]);
    let one = one.iter().filter_map(|it| it.text("recordingFileId"));
    let files = cx.recordings();
    let ids = one.chain(files.iter().filter_map(|it| it.text("fileId")));
    first_unknown(ids, "fileId", "File", |id| wrong(cx.workspace.uploaded(id)))
}
