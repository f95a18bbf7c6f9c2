//! Cards of live calls.

use std::fmt::{self, Write};

use serde_json::json;

use crate::pbx::PbxCall;
use crate::report::LiveCall;

use super::CrmView;
use super::markup::Escaped;

/// Writes the counters and a card for each live call.
pub(super) fn write(page: &mut String, view: &CrmView) -> fmt::Result {
    writeln!(
        page,
        "<p class=\"counters\">{} requests, {} of them refused</p>\n<section class=\"cards\">",
        view.report.requests,
        view.report.refused.len(),
    )?;
    if view.live.is_empty() {
        page.write_str("<p class=\"none\">no live call</p>\n")?;
    }
    for (call, pbx) in &view.live {
        card(page, view, call, pbx.as_ref())?;
    }
    page.write_str("</section>\n")
}

fn card(page: &mut String, view: &CrmView, call: &LiveCall, pbx: Option<&PbxCall>) -> fmt::Result {
    let answered = pbx.and_then(|call| call.answered_at);
    let phone = call.phone.as_deref().unwrap_or("hidden number");
    let client = call.client.as_deref().unwrap_or("unknown client");
    let way = if call.direction == Some("out") { "to" } else { "from" };
    let state = if answered.is_some() { "talking" } else { "live" };
    writeln!(
        page,
        "<article class=\"{state}\" data-call=\"{}\">\n<h3>{}</h3>\n<p>{way} {}</p>",
        Escaped(&call.call_id),
        Escaped(client),
        Escaped(phone),
    )?;
    for employee in &call.employees {
        let extension = employee.extension.as_deref().unwrap_or("–");
        writeln!(
            page,
            "<p class=\"employee\">{} · {}</p>",
            Escaped(&employee.name),
            Escaped(extension)
        )?;
    }
    let since = answered.unwrap_or(call.since);
    writeln!(
        page,
        "<p>{} <output class=\"running\" data-since=\"{since}\"></output> · since \
         <time datetime=\"{}\">{}</time></p>",
        if answered.is_some() { "talking" } else { "ringing" },
        call.since,
        call.since,
    )?;
    // Calls of other clients are theirs to end.
    if pbx.is_some() {
        page.write_str("<p>")?;
        if answered.is_none() {
            button(page, "Answer", view, call, "answer")?;
        }
        button(page, "Hang up", view, call, "hangup")?;
        page.write_str("</p>\n")?;
    }
    page.write_str("</article>\n")
}

fn button(
    page: &mut String,
    label: &str,
    view: &CrmView,
    call: &LiveCall,
    step: &str,
) -> fmt::Result {
    let body = json!({"crm": view.crm, "step": step, "call_id": call.call_id}).to_string();
    write!(page, "<button data-path=\"/call\" data-body=\"{}\">{label}</button> ", Escaped(&body))
}
