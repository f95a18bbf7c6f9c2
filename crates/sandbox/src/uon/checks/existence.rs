//! Checks that referenced records exist.

use crate::check::{Detail, documented, guess};

use super::super::account::{List, is_manager, number};
use super::super::operations::Run;
use super::{Endpoint as E, Refusal, RequestContext, Row};

/// The record of the path.
pub(super) const PATH: &[Row] = &[Row::new(
    "id.known",
    guess("§3.2"),
    "the record that is changed or deleted exists",
    Refusal::NotFound,
    |cx| {
        let Some(operation) = cx.operation() else { return Vec::new() };
        let changes = matches!(operation.run, Run::Change(_));
        let Some(id) = cx.id().filter(|_| changes) else { return Vec::new() };
        let known = cx.account.record(operation.list, id).is_some();
        Detail::whole_if(!(known || cx.is(&[E::RequestUpdate]) && is_deal(cx, id)))
    },
)];

/// Records that fields refer to.
pub(super) const BODY: &[Row] = &[
    Row::new(
        "manager.known",
        guess("§10"),
        "a manager is one of the account's, by u_id; 0 is none",
        Refusal::Ignored,
        |cx| {
            let fields = ["manager_id", "u_manager_id", "r_u_id", "created_u_id", "done_u_id"];
            let employee = |id| cx.account.record(List::Users, id).is_some_and(is_manager);
            unknown(cx, &fields, employee)
        },
    ),
    Row::new("client.known", guess("§7.5, §7.7"), "a client exists", Refusal::Ignored, |cx| {
        unknown(cx, &["r_cl_id", "tr_id"], |id| cx.account.record(List::Users, id).is_some())
    }),
    Row::new(
        "request.known",
        guess("§7.7, §7.8"),
        "the lead or request of an action or a reminder exists",
        Refusal::Ignored,
        |cx| unknown(cx, &["r_id"], |id| is_deal(cx, id)),
    ),
    Row::new(
        "status.known",
        guess("§7.9"),
        "a status is one of the account's for this kind of record",
        Refusal::Ignored,
        |cx| {
            let of = |name, list| unknown(cx, &[name], |id| cx.account.record(list, id).is_some());
            let mut found = of("lead_status_id", List::LeadStatuses);
            found.extend(of("request_status_id", List::RequestStatuses));
            if cx.is(&[E::LeadCreate]) {
                found.extend(of("status_id", List::LeadStatuses));
            }
            found
        },
    ),
    Row::new(
        "status.of_the_record",
        documented("§7.6, §10"),
        "lead_status_id is sent for a lead, request_status_id for a request",
        Refusal::Ignored,
        |cx| {
            let id = cx.id().unwrap_or_default();
            let misses = |name: &str, list| {
                cx.body.contains_key(name) && cx.account.record(list, id).is_none()
            };
            let those = [("lead_status_id", List::Leads), ("request_status_id", List::Requests)];
            let those = those.into_iter().filter(|_| cx.is(&[E::RequestUpdate]));
            those
                .filter(|(name, list)| misses(name, *list))
                .map(|(name, _)| Detail::new(name, ""))
                .collect()
        },
    ),
];

fn is_deal(cx: &RequestContext<'_>, id: i64) -> bool {
    [List::Leads, List::Requests].iter().any(|list| cx.account.record(*list, id).is_some())
}

/// The fields with an id of no record; other values have rules of their own.
fn unknown(cx: &RequestContext<'_>, fields: &[&str], known: impl Fn(i64) -> bool) -> Vec<Detail> {
    let written = cx.operation().is_some_and(|it| it.endpoint != E::Read);
    let id = |name: &&&str| cx.body.get(**name).and_then(number).filter(|id| *id > 0);
    let fields = fields.iter().filter(|_| written);
    fields
        .filter(|name| id(name).is_some_and(|id| !known(id)))
        .map(|name| Detail::new(*name, ""))
        .collect()
}
