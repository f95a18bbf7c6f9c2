//! Checks of the participants and ids of legs.

use serde_json::Value;

use crate::check::Check;

use super::values::{Fields, one_of};
use super::{Endpoint, Row, problem};

pub(super) const MEMBER: &[&str] = &["type", "userId"];

pub(super) const TYPE: Row = problem(
    Check::documented(
        "member.type_choice",
        "§4, §6",
        "from and to are objects whose type is client or user",
    ),
    |cx| {
        let to = "Xcom.Api.Models.Communications.CallMemberType";
        let members = cx.members();
        let mut found: Vec<_> = members
            .iter()
            .flat_map(|it| it.converts("type", to, one_of(&["client", "user"])))
            .collect();
        for leg in cx.legs() {
            for end in ["from", "to"] {
                found.extend(leg.converts(
                    end,
                    "Xcom.Api.Models.Communications.CallMember",
                    Value::is_object,
                ));
            }
        }
        found
    },
);

pub(super) const CLIENT_WITHOUT_USER: Row =
    problem(Check::guess("member.client_without_user", "§6", "a client has no userId"), |cx| {
        let members = cx.members();
        let wrong =
            members.iter().filter(|it| it.text("type") == Some("client") && it.has("userId"));
        wrong.flat_map(|it| it.at("userId", "A client has no userId.")).collect()
    });

pub(super) const PAIR: Row = problem(
    Check::guess(
        "member.pair",
        "§6",
        "a leg is between two: client and user, or two users who are not the same",
    ),
    |cx| {
        let legs = cx.legs();
        let alone = legs.iter().filter(|leg| {
            let (Some(from), Some(to)) = (leg.inside("from"), leg.inside("to")) else {
                return false;
            };
            let who = |it: &Fields<'_>| {
                let named = if it.text("type") == Some("client") { "" } else { "userId" };
                (it.text("type").map(str::to_owned), it.text(named).map(str::to_owned))
            };
            let unknown_users = from.text("type") == Some("user") && !from.has("userId");
            who(&from) == who(&to) && !unknown_users
        });
        alone.flat_map(|leg| leg.at("to", "A leg has two participants.")).collect()
    },
);

pub(super) const NO_SLASH: Row =
    problem(Check::documented("leg.no_slash", "§1.4, §6.1", "ids of legs have no slash"), |cx| {
        let body = cx.telephony_body().filter(|_| !cx.is(Endpoint::RegisterCall));
        let mut found = Vec::new();
        for object in body.into_iter().chain(cx.items()) {
            for name in ["id", "externalCallItemId", "realtimeCallItemId"] {
                if object.text(name).is_some_and(|it| it.contains('/')) {
                    found.extend(object.at(name, "The id has a slash."));
                }
            }
        }
        found
    });
