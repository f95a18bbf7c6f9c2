//! Checks of every operation: scope, method, parameters, filters.

use vochi_crm_sandbox::{Crm, Route, Sandbox};

use super::{CHOICE, Case, EXTRA, INVALID, case, entity, input, says};
use crate::support::{Wire, upload};

/// A request with these parameters and the required one.
fn request(route: &Route, parameters: &str) -> Wire {
    let object = route.required.map_or(String::new(), |name| format!("{name}={{}}&"));
    bare(route, &(object + parameters))
}

fn bare(route: &Route, parameters: &str) -> Wire {
    let path = route.path.replace("{id}", "7").replace('*', "60");
    match route.method {
        "GET" => Wire::get(&format!("{path}?{parameters}")),
        _ => Wire::post(&path, parameters),
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for route in &Sandbox::routes(Crm::RetailCrm) {
        let has = |name| route.parameters.contains(&name);
        if !route.scope.is_empty() {
            let denied = case("key.scope", bare(route, ""), 403, says("Access denied."));
            cases.push(Case { without_scope: route.scope, ..denied });
        }
        let mut add = |row, wire, status, body| cases.push(case(row, wire, status, body));
        let other = if route.method == "GET" { "POST" } else { "GET" };
        for verb in [other, "PUT"] {
            add("verb", bare(route, "").verb(verb), 405, says("Method Not Allowed"));
        }
        if route.method == "POST" {
            // In the query of a POST only the key is read, also of an upload.
            let mut wire = request(route, "");
            wire.target += "?filename=1.mp3";
            let wire = if route.path.ends_with("/files/upload") {
                Wire { target: wire.target, ..upload("RIFF") }
            } else {
                wire
            };
            add("parameter.known", wire, 400, input("filename", EXTRA));
        }
        // The body of an uploaded file is no form.
        if route.path.ends_with("/files/upload") {
            continue;
        }
        add("parameter.known", request(route, "astray=1"), 400, input("astray", EXTRA));
        if let Some(name) = route.required {
            let missing = || says(&format!("Parameter '{name}' is missing"));
            add("parameter.given", bare(route, ""), 400, missing());
            if route.writes {
                let wire = bare(route, &format!("{name}=[1]"));
                add("parameter.written_object", wire, 400, entity(name, INVALID));
                let wire = bare(route, &format!("{name}[id]=1"));
                let text = format!("Input value \"{name}\" contains a non-scalar value.");
                add("parameter.scalar", wire, 400, says(&text));
            }
        }
        if has("by") {
            add("query.by.form", request(route, "by=phone"), 400, input("by", CHOICE));
        }
        if has("entityBy") {
            add(
                "query.entityBy.form",
                request(route, "entityBy=phone"),
                400,
                input("entityBy", CHOICE),
            );
        }
        // An edit of a task is not about a shop.
        if has("site") && !route.path.ends_with("/tasks/*/edit") {
            add("site.needed", request(route, ""), 400, says("Parameter 'site' is missing"));
        }
        if has("limit") {
            add("query.limit.form", request(route, "limit=10"), 400, input("limit", CHOICE));
            add("query.page.form", request(route, "page=0"), 400, input("page", INVALID));
        }
        let history = route.path.ends_with("/history");
        let text = if history { "Значение недопустимо." } else { INVALID };
        if has("filter") {
            add(
                "query.filter.form",
                request(route, "filter=active"),
                400,
                input("filter", INVALID),
            );
            let unknown = request(route, "filter[unknown]=1");
            add("query.filter_known", unknown, 400, input("children[unknown]", text));
        }
        for (filter, wrong) in &route.filters {
            let name = filter.split(['[', ']']).nth(1).unwrap_or_default();
            let field = format!("children[{name}]");
            let wire = request(route, &format!("{filter}={wrong}"));
            add("query.filter_value", wire, 400, input(&field, text));
            // A list is written with brackets, another value without.
            let plain = format!("filter[{name}]");
            let other = if *filter == plain { format!("{plain}[]") } else { plain };
            let wire = request(route, &format!("{other}=1"));
            add("query.filter_known", wire, 400, input(&field, text));
        }
    }
    cases
}
