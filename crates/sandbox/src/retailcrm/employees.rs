//! Responses about employees and their groups (§4).

use serde_json::{Value, json};

use super::checks::RequestContext;
use super::handlers::page_of;
use super::seed;
use super::state::User;

pub(super) fn users(cx: &RequestContext<'_>) -> Value {
    let same = |name: &str, have: &str| {
        cx.parameter(&format!("filter[{name}]")).is_none_or(|wanted| wanted == have)
    };
    let flag = |have: bool| if have { "1" } else { "0" };
    let groups: Vec<&str> = cx.list("filter[groups]");
    let since = cx.parameter("filter[createdAtFrom]").unwrap_or_default();
    let until = cx.parameter("filter[createdAtTo]").map(|date| format!("{date} 23:59:59"));
    let in_groups = |user: &User| {
        groups.is_empty()
            || user.groups.iter().any(|group| {
                groups
                    .iter()
                    .any(|wanted| group.get("code").and_then(Value::as_str) == Some(wanted))
            })
    };
    let found: Vec<&User> = cx
        .account
        .users
        .iter()
        .filter(|user| {
            same("email", &user.email)
                && same("status", &user.status)
                && same("online", flag(user.online))
                && same("active", flag(user.active))
                && same("isManager", flag(user.is_manager))
                && same("isAdmin", flag(user.is_admin))
                && same("isPosManager", "0")
                && in_groups(user)
                // Dates of this form sort as text.
                && user.created_at.as_str() >= since
                && until.as_ref().is_none_or(|until| user.created_at <= *until)
        })
        .collect();
    page_of(cx, "users", &found)
}

pub(super) fn groups(cx: &RequestContext<'_>) -> Value {
    let group = json!({
        "id": 25,
        "name": "Менеджеры",
        "code": "manager",
        "signatureTemplate": "",
        "isManager": true,
        "isDeliveryMen": false,
        "deliveryTypes": [],
        "breakdownOrderTypes": [],
        "breakdownSites": [],
        "breakdownOrderMethods": [],
        "grantedOrderTypes": ["eshop-individual"],
        "grantedSites": [seed::SITE],
    });
    page_of(cx, "groups", &[group])
}
