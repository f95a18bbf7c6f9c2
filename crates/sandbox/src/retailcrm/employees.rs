//! Responses about employees and their groups (§4).

use http::StatusCode;
use serde_json::{Value, json};

use super::checks::RequestContext;
use super::filters::{self, By, Filter, Form};
use super::handlers::{Change, page_of};
use super::seed;
use super::state::User;
use super::store::{Fields, fields};
use crate::wire::Response;

pub(super) const FILTERS: &[Filter] = &[
    ("email", Form::Text, By::Is("email")),
    ("status", Form::Status, By::Is("status")),
    ("online", Form::Flag, By::Is("online")),
    ("active", Form::Flag, By::Is("active")),
    ("isManager", Form::Flag, By::Is("isManager")),
    ("isPosManager", Form::Flag, By::Check(|_, _, flag| flag == "0")),
    ("isAdmin", Form::Flag, By::Is("isAdmin")),
    ("groups", Form::Texts, By::Is("groups.code")),
    ("createdAtFrom", Form::Date, By::From("createdAt")),
    ("createdAtTo", Form::Date, By::Until("createdAt")),
];

impl RequestContext<'_> {
    /// The employee of the path.
    pub(super) fn user(&self) -> Option<&User> {
        self.account.user(self.thing.parse().ok()?)
    }
}

pub(super) fn list(cx: &RequestContext<'_>) -> Value {
    let users = cx.account.users.iter().map(|user| fields(json!(user)));
    let found: Vec<Fields> = users.filter(|it| filters::passes(cx, it)).collect();
    page_of(cx, "users", &found)
}

pub(super) fn one(cx: &RequestContext<'_>) -> Value {
    json!({"success": true, "user": cx.user()})
}

pub(super) fn status(cx: &RequestContext<'_>) -> (Response, Change) {
    let id = cx.user().map(|user| user.id).unwrap_or_default();
    let status = cx.parameter("status").unwrap_or_default().to_owned();
    let success = Response::json(StatusCode::OK, &json!({"success": true}));
    (success, Change::Status(id, status))
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
