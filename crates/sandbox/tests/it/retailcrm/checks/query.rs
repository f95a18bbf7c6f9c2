//! Checks of query values.

use super::{CHOICE, Case, INVALID, case, input, says};
use crate::support::{MANAGER, Wire};

pub(super) fn cases() -> Vec<Case> {
    let users = |query: &str| Wire::get(&format!("/api/v5/users?{query}"));
    let manager = |query: &str| Wire::get(&format!("{MANAGER}?{query}"));
    vec![
        case("query.limit", users("limit=10"), 400, input("limit", CHOICE)),
        case("query.limit", users("limit=250"), 400, input("limit", CHOICE)),
        case("query.page", users("page=0"), 400, input("page", INVALID)),
        // The plus was not encoded, so it arrives as a space.
        case("query.phone_form", manager("phone=+375291112233"), 400, input("phone", INVALID)),
        case("query.phone_form", manager("phone=%2B000"), 400, input("phone", INVALID)),
        case(
            "query.flag",
            manager("phone=375291112233&details=true"),
            400,
            input("details", CHOICE),
        ),
        case("query.filter_map", users("filter=active"), 400, input("filter", INVALID)),
        case(
            "query.filter_known",
            users("filter[phone]=1"),
            400,
            input("children[phone]", INVALID),
        ),
        case(
            "query.filter_value",
            users("filter[active]=true"),
            400,
            input("children[active]", INVALID),
        ),
        case(
            "query.filter_value",
            users("filter[createdAtFrom]=25.05.2025"),
            400,
            input("children[createdAtFrom]", INVALID),
        ),
        case("user.known", Wire::get("/api/v5/users/4711"), 404, says("Not found")),
    ]
}
