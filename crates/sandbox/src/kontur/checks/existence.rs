//! Checks that referenced objects exist and are in a valid state.

use crate::check::Check;

use super::super::communications::{Communication, raw};
use super::super::files::StoredFile;
use super::super::seed::INSTANCE_ID;
use super::super::state::id_of;
use super::{Endpoint, Mismatch, Refusal, RequestContext, Row};

const NOT_FOUND: Refusal = Refusal::Conflict("notFound");
const NO_CALL: Refusal = Refusal::Conflict("communicationNotFound");

fn if_so(wrong: bool, field: &str, says: impl FnOnce() -> String) -> Vec<Mismatch> {
    if wrong { vec![Mismatch::new(field, says())] } else { Vec::new() }
}

pub(super) const KNOWN: &[Row] = &[
    Row {
        check: Check::answered("instance.known", "§9", "the instance is the integration's own"),
        refusal: NOT_FOUND,
        finds: |cx| {
            let id = &cx.names.thing;
            let named = cx.is(Endpoint::Instance) || cx.is(Endpoint::InstancePatch);
            if_so(named && id != INSTANCE_ID, "", || format!("IntegrationInstance {id} not found"))
        },
    },
    Row {
        check: Check::answered("integration.known", "§9", "setup is of the integration itself"),
        refusal: Refusal::Conflict("IntegrationNotFound"),
        finds: |cx| {
            let other = cx.is(Endpoint::Setup) && cx.names.thing != INSTANCE_ID;
            if_so(other, "", || "Integration not found".into())
        },
    },
    Row {
        check: Check::answered(
            "ui_settings.known",
            "§9",
            "the telephony in the key is the workspace's main one",
        ),
        refusal: NOT_FOUND,
        finds: |cx| {
            let id = cx.parameter("key").and_then(|it| it.rsplit('=').next());
            let id = id.unwrap_or_default();
            let other = cx.is(Endpoint::UiSettings) && id != INSTANCE_ID;
            if_so(other, "key", || format!("Telephony {id} not found"))
        },
    },
    Row {
        check: Check::guess("contact.known", "§11", "the contact of this id exists"),
        refusal: NOT_FOUND,
        finds: |cx| {
            let id = &cx.names.thing;
            let named = cx.is(Endpoint::Contact) || cx.is(Endpoint::ContactPatch);
            let known = cx.workspace.contacts.iter().any(|it| id_of(it) == id);
            if_so(named && !known, "", || format!("Contact {id} not found"))
        },
    },
    Row {
        check: Check::guess("company.known", "§11", "the companies a contact is linked with exist"),
        refusal: NOT_FOUND,
        finds: |cx| {
            let body = cx.of(Endpoint::ContactsCreate);
            let items = body.iter().flat_map(|it| it.each("items"));
            let links = items.filter_map(|it| it.inside("links"));
            let ids = links.flat_map(|it| {
                let ids = it.map.get("companyIds").and_then(|ids| ids.as_array());
                ids.cloned().unwrap_or_default()
            });
            let companies = &cx.workspace.companies;
            let mut unknown = ids.filter(|id| !companies.iter().any(|it| it.get("id") == Some(id)));
            let unknown = unknown.next();
            if_so(unknown.is_some(), "links.companyIds", || {
                format!("Company {} not found", unknown.unwrap_or_default())
            })
        },
    },
    Row {
        check: Check::guess(
            "file.known",
            "§10",
            "the file of this id exists: under the id of the upload for a day, then under the one \
             it was bound with",
        ),
        refusal: NOT_FOUND,
        finds: |cx| {
            let id = &cx.names.thing;
            let named = cx.is(Endpoint::File) || cx.is(Endpoint::FileMeta);
            let known = cx.workspace.file(id, cx.request.at).is_some();
            if_so(named && !known, "", || format!("File {id} not found"))
        },
    },
];

pub(super) const CALLS: &[Row] = &[
    Row {
        check: Check::answered(
            "communication.known",
            "§5, §7",
            "the call exists: from a system call or call-started; register-call alone needs no \
             earlier word, but a communicationId it names has to be the CRM's",
        ),
        refusal: NO_CALL,
        finds: |cx| {
            let (id, external_id) = (cx.text("communicationId"), cx.text("externalId"));
            let begins = cx.is(Endpoint::CallStarted) || cx.is(Endpoint::RegisterCall);
            let named = cx.telephony_body().is_some() && !(begins && id.is_none());
            if_so(named && cx.call().is_none(), "communicationId", || {
                let id = id.or(external_id).unwrap_or_default();
                format!("Communication not found. Id: {id}")
            })
        },
    },
    Row {
        check: Check::guess(
            "communication.same",
            "§6.1",
            "communicationId and externalId are of one and the same call",
        ),
        refusal: NO_CALL,
        finds: |cx| {
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
            if_so(apart, "externalId", || format!("Communication not found. Id: {id}"))
        },
    },
    Row {
        check: Check::guess("member.user_known", "§6, §11", "userId is a user of the workspace"),
        refusal: NOT_FOUND,
        finds: |cx| {
            let members = cx.members();
            let mut ids = members.iter().filter_map(|it| it.text("userId"));
            let unknown = ids.find(|id| cx.workspace.user(id).is_none());
            if_so(unknown.is_some(), "userId", || {
                format!("User {} not found", unknown.unwrap_or_default())
            })
        },
    },
    Row {
        check: Check::documented(
            "leg.of_this_call",
            "§6.1",
            "ids of legs are unique in the workspace, not only in a call",
        ),
        refusal: Refusal::Conflict("invalidArgs"),
        finds: |cx| {
            let own = cx.call().map(|call| call.id.as_str());
            let others = || cx.workspace.calls.iter().filter(|call| Some(call.id.as_str()) != own);
            let legs = cx.legs();
            let mut ids = legs.iter().filter_map(|it| it.text(leg_id(cx)));
            let taken = ids.find(|id| others().any(|call| call.has_leg(id)));
            if_so(taken.is_some(), leg_id(cx), || {
                format!("CallItem {} belongs to another call", taken.unwrap_or_default())
            })
        },
    },
    Row {
        check: Check::guess(
            "event.before_the_end",
            "§6.3, §13",
            "no event comes after call-finished",
        ),
        refusal: Refusal::Conflict("invalidArgs"),
        finds: |cx| {
            let over = cx.call().is_some_and(Communication::is_over);
            if_so(cx.is(Endpoint::CallEvent) && over, "type", || "Communication is finished".into())
        },
    },
    Row {
        check: Check::documented(
            "call_failed.of_a_click",
            "§7",
            "call-failed is for a call that began with a system call",
        ),
        refusal: Refusal::Conflict("invalidArgs"),
        finds: |cx| {
            let clicked = cx.call().is_some_and(|call| call.click.is_some());
            if_so(cx.is(Endpoint::CallFailed) && !clicked, "communicationId", || {
                "Communication was not requested".into()
            })
        },
    },
];

pub(super) const RECORDINGS: &[Row] = &[
    Row {
        check: Check::guess(
            "recording.leg_known",
            "§6.1, §7",
            "call-recording names a known leg of the call",
        ),
        refusal: NOT_FOUND,
        finds: |cx| {
            let id = cx.text("externalCallItemId").unwrap_or_default();
            let known = cx.call().is_some_and(|call| call.has_leg(id));
            let wrong = cx.is(Endpoint::CallRecording) && !known;
            if_so(wrong, "externalCallItemId", || format!("CallItem {id} not found"))
        },
    },
    Row {
        check: Check::documented(
            "recording.uploaded",
            "§7.1, §10",
            "a recording's file was uploaded before",
        ),
        refusal: NOT_FOUND,
        finds: |cx| no_good(cx, |file| file.is_none()),
    },
    Row {
        check: Check::guess(
            "recording.once",
            "§7.1",
            "a file is bound once, also when it is the same request again",
        ),
        refusal: NOT_FOUND,
        finds: |cx| no_good(cx, |file| file.is_some_and(|it| it.bound_id.is_some())),
    },
    Row {
        check: Check::documented(
            "recording.in_time",
            "§7.1, §10",
            "a file is bound within a day of its upload",
        ),
        refusal: NOT_FOUND,
        finds: |cx| {
            let at = cx.request.at;
            no_good(cx, |file| file.is_some_and(|it| !it.is_fresh(at)))
        },
    },
    Row {
        check: Check::guess(
            "recording.as_uploaded",
            "§7, §10",
            "fileName, contentType and contentLength are those of the upload",
        ),
        refusal: NOT_FOUND,
        finds: |cx| {
            let files = cx.recordings();
            let other = files.iter().find(|it| {
                let id = it.text("fileId").unwrap_or_default();
                let length = it.text("contentLength").and_then(|it| it.parse().ok());
                cx.workspace.uploaded(id).is_some_and(|file| {
                    it.text("fileName") != Some(&file.name)
                        || it.text("contentType") != Some(&file.content_type)
                        || length != Some(file.content.len())
                })
            });
            if_so(other.is_some(), "recordings", || "File not found".into())
        },
    },
];

fn leg_id(cx: &RequestContext<'_>) -> &'static str {
    if cx.is(Endpoint::RegisterCall) { "id" } else { "externalCallItemId" }
}

/// The first file that cannot be bound.
fn no_good(cx: &RequestContext<'_>, wrong: impl Fn(Option<&StoredFile>) -> bool) -> Vec<Mismatch> {
    let one = cx.of(Endpoint::CallRecording);
    let one = one.and_then(|it| it.text("recordingFileId"));
    let files = cx.recordings();
    let many = files.iter().filter_map(|it| it.text("fileId"));
    let mut ids = one.into_iter().chain(many);
    let found = ids.find(|id| wrong(cx.workspace.uploaded(id)));
    if_so(found.is_some(), "fileId", || format!("File {} not found", found.unwrap_or_default()))
}
