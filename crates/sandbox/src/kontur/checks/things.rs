//! Whether what a request names exists, and is in the state for it.

use crate::check::Check;

use super::super::communications::{Communication, raw};
use super::super::files::StoredFile;
use super::super::first::INSTANCE_ID;
use super::super::state::id_of;
use super::{Endpoint, Found, Refusal, Row, Seen};

const NOT_FOUND: Refusal = Refusal::Conflict("notFound");
const NO_CALL: Refusal = Refusal::Conflict("communicationNotFound");

fn if_so(wrong: bool, field: &str, says: impl FnOnce() -> String) -> Vec<Found> {
    if wrong { vec![Found::new(field, says())] } else { Vec::new() }
}

pub(super) const KNOWN: &[Row] = &[
    Row {
        check: Check::answered("instance.known", "§9", "the instance is the integration's own"),
        refusal: NOT_FOUND,
        finds: |seen| {
            let id = &seen.names.thing;
            let named = seen.is(Endpoint::Instance) || seen.is(Endpoint::InstancePatch);
            if_so(named && id != INSTANCE_ID, "", || format!("IntegrationInstance {id} not found"))
        },
    },
    Row {
        check: Check::answered("integration.known", "§9", "setup is of the integration itself"),
        refusal: Refusal::Conflict("IntegrationNotFound"),
        finds: |seen| {
            let other = seen.is(Endpoint::Setup) && seen.names.thing != INSTANCE_ID;
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
        finds: |seen| {
            let id = seen.parameter("key").and_then(|it| it.rsplit('=').next());
            let id = id.unwrap_or_default();
            let other = seen.is(Endpoint::UiSettings) && id != INSTANCE_ID;
            if_so(other, "key", || format!("Telephony {id} not found"))
        },
    },
    Row {
        check: Check::guess("contact.known", "§11", "the contact of this id exists"),
        refusal: NOT_FOUND,
        finds: |seen| {
            let id = &seen.names.thing;
            let named = seen.is(Endpoint::Contact) || seen.is(Endpoint::ContactPatch);
            let known = seen.workspace.contacts.iter().any(|it| id_of(it) == id);
            if_so(named && !known, "", || format!("Contact {id} not found"))
        },
    },
    Row {
        check: Check::guess("company.known", "§11", "the companies a contact is linked with exist"),
        refusal: NOT_FOUND,
        finds: |seen| {
            let body = seen.of(Endpoint::ContactsCreate);
            let items = body.iter().flat_map(|it| it.each("items"));
            let links = items.filter_map(|it| it.inside("links"));
            let ids = links.flat_map(|it| {
                let ids = it.map.get("companyIds").and_then(|ids| ids.as_array());
                ids.cloned().unwrap_or_default()
            });
            let companies = &seen.workspace.companies;
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
        finds: |seen| {
            let id = &seen.names.thing;
            let named = seen.is(Endpoint::File) || seen.is(Endpoint::FileMeta);
            let known = seen.workspace.file(id, seen.request.at).is_some();
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
        finds: |seen| {
            let (id, told) = (seen.text("communicationId"), seen.text("externalId"));
            let begins = seen.is(Endpoint::CallStarted) || seen.is(Endpoint::RegisterCall);
            let named = seen.told().is_some() && !(begins && id.is_none());
            if_so(named && seen.call().is_none(), "communicationId", || {
                let id = id.or(told).unwrap_or_default();
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
        finds: |seen| {
            let (Some(id), Some(told)) = (seen.text("communicationId"), seen.text("externalId"))
            else {
                return Vec::new();
            };
            let by_theirs = seen.workspace.call_of(told);
            let has_another = |call: &Communication| {
                call.external_id.as_deref().is_some_and(|it| it != raw(told))
            };
            let apart =
                by_theirs.is_some_and(|call| call.id != id) || seen.call().is_some_and(has_another);
            if_so(apart, "externalId", || format!("Communication not found. Id: {id}"))
        },
    },
    Row {
        check: Check::guess("member.user_known", "§6, §11", "userId is a user of the workspace"),
        refusal: NOT_FOUND,
        finds: |seen| {
            let members = seen.members();
            let mut ids = members.iter().filter_map(|it| it.text("userId"));
            let unknown = ids.find(|id| seen.workspace.user(id).is_none());
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
        finds: |seen| {
            let own = seen.call().map(|call| call.id.as_str());
            let others =
                || seen.workspace.calls.iter().filter(|call| Some(call.id.as_str()) != own);
            let legs = seen.legs();
            let mut ids = legs.iter().filter_map(|it| it.text(leg_id(seen)));
            let taken = ids.find(|id| others().any(|call| call.has_leg(id)));
            if_so(taken.is_some(), leg_id(seen), || {
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
        finds: |seen| {
            let over = seen.call().is_some_and(Communication::is_over);
            if_so(seen.is(Endpoint::CallEvent) && over, "type", || {
                "Communication is finished".into()
            })
        },
    },
    Row {
        check: Check::documented(
            "call_failed.of_a_click",
            "§7",
            "call-failed is for a call that began with a system call",
        ),
        refusal: Refusal::Conflict("invalidArgs"),
        finds: |seen| {
            let clicked = seen.call().is_some_and(|call| call.click.is_some());
            if_so(seen.is(Endpoint::CallFailed) && !clicked, "communicationId", || {
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
            "call-recording names a leg of the call that was told before",
        ),
        refusal: NOT_FOUND,
        finds: |seen| {
            let id = seen.text("externalCallItemId").unwrap_or_default();
            let known = seen.call().is_some_and(|call| call.has_leg(id));
            let wrong = seen.is(Endpoint::CallRecording) && !known;
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
        finds: |seen| no_good(seen, |file| file.is_none()),
    },
    Row {
        check: Check::guess(
            "recording.once",
            "§7.1",
            "a file is bound once, also when it is the same request again",
        ),
        refusal: NOT_FOUND,
        finds: |seen| no_good(seen, |file| file.is_some_and(|it| it.bound_id.is_some())),
    },
    Row {
        check: Check::documented(
            "recording.in_time",
            "§7.1, §10",
            "a file is bound within a day of its upload",
        ),
        refusal: NOT_FOUND,
        finds: |seen| {
            let at = seen.request.at;
            no_good(seen, |file| file.is_some_and(|it| !it.is_fresh(at)))
        },
    },
    Row {
        check: Check::guess(
            "recording.as_uploaded",
            "§7, §10",
            "fileName, contentType and contentLength are those of the upload",
        ),
        refusal: NOT_FOUND,
        finds: |seen| {
            let files = seen.recordings();
            let other = files.iter().find(|it| {
                let id = it.text("fileId").unwrap_or_default();
                let length = it.text("contentLength").and_then(|it| it.parse().ok());
                seen.workspace.uploaded(id).is_some_and(|file| {
                    it.text("fileName") != Some(&file.name)
                        || it.text("contentType") != Some(&file.content_type)
                        || length != Some(file.content.len())
                })
            });
            if_so(other.is_some(), "recordings", || "File not found".into())
        },
    },
];

fn leg_id(seen: &Seen<'_>) -> &'static str {
    if seen.is(Endpoint::RegisterCall) { "id" } else { "externalCallItemId" }
}

/// The first file that is to be bound and cannot be.
fn no_good(seen: &Seen<'_>, wrong: impl Fn(Option<&StoredFile>) -> bool) -> Vec<Found> {
    let one = seen.of(Endpoint::CallRecording);
    let one = one.and_then(|it| it.text("recordingFileId"));
    let files = seen.recordings();
    let many = files.iter().filter_map(|it| it.text("fileId"));
    let mut ids = one.into_iter().chain(many);
    let found = ids.find(|id| wrong(seen.workspace.uploaded(id)));
    if_so(found.is_some(), "fileId", || format!("File {} not found", found.unwrap_or_default()))
}
