//! Tables of a CRM's content.

use std::fmt::{self, Write};

use crate::record::Refused;
use crate::report::{CallRow, CustomerRow, LiveRow, ModuleRow, Report};

use super::markup::Escaped;

/// Writes a table for each list of a report.
pub(super) fn write(page: &mut String, report: &Report) -> fmt::Result {
    if let Some(rows) = &report.calls {
        table(page, "calls", "Calls", CALLS, rows.iter().map(call))?;
    }
    if let Some(rows) = &report.live {
        table(page, "live", "Popups", LIVE, rows.iter().map(live))?;
    }
    table(page, "refused", "Refused requests", REFUSED, report.refused.iter().map(refused))?;
    if let Some(rows) = &report.customers {
        table(page, "customers", "Customers", CUSTOMERS, rows.iter().map(customer))?;
    }
    if let Some(rows) = &report.modules {
        table(page, "modules", "Modules", MODULES, rows.iter().map(module))?;
    }
    Ok(())
}

fn table(
    page: &mut String,
    class: &str,
    title: &str,
    heads: &[&str],
    rows: impl ExactSizeIterator<Item = Vec<String>>,
) -> fmt::Result {
    write!(page, "<section class=\"{class}\">\n<h3>{title} ({})</h3>\n", rows.len())?;
    if rows.len() == 0 {
        return page.write_str("<p class=\"none\">none</p>\n</section>\n");
    }
    page.write_str("<div class=\"wide\"><table>\n<tr>")?;
    for head in heads {
        write!(page, "<th>{head}</th>")?;
    }
    page.write_str("</tr>\n")?;
    for row in rows {
        page.write_str("<tr>")?;
        for (head, cell) in heads.iter().zip(row) {
            let cell = Escaped(&cell);
            match *head {
                "At" => write!(page, "<td><time datetime=\"{cell}\">{cell}</time></td>")?,
                "Status" => write!(page, "<td class=\"status\">{cell}</td>")?,
                _ => write!(page, "<td>{cell}</td>")?,
            }
        }
        page.write_str("</tr>\n")?;
    }
    page.write_str("</table></div>\n</section>\n")
}

fn or_dash<T: ToString>(value: Option<&T>) -> String {
    value.map_or_else(|| "–".to_owned(), ToString::to_string)
}

const CALLS: &[&str] =
    &["Call", "Direction", "Phone", "Extension", "Outcome", "Talk, s", "Wait, s", "Recording"];

fn call(row: &CallRow) -> Vec<String> {
    vec![
        or_dash(row.call_id.as_ref()),
        or_dash(row.direction.as_ref()),
        or_dash(row.phone.as_ref()),
        or_dash(row.extension.as_ref()),
        or_dash(row.outcome.as_ref()),
        or_dash(row.talk_seconds.as_ref()),
        or_dash(row.wait_seconds.as_ref()),
        or_dash(row.recording.as_ref()),
    ]
}

const LIVE: &[&str] = &["At", "Call", "Event", "Phone", "Extensions", "Shown to", "Ended"];

fn live(row: &LiveRow) -> Vec<String> {
    vec![
        row.at.clone(),
        or_dash(row.call_id.as_ref()),
        row.r#type.clone(),
        or_dash(row.phone.as_ref()),
        row.codes.join(", "),
        row.users.join(", "),
        or_dash(row.hangup_status.as_ref()),
    ]
}

const CUSTOMERS: &[&str] = &["Id", "Name", "Phones", "Responsible", "Extension"];

fn customer(row: &CustomerRow) -> Vec<String> {
    let responsible = row.responsible.as_ref();
    vec![
        row.id.clone(),
        row.name.clone(),
        row.phones.join(", "),
        or_dash(responsible.map(|it| &it.name)),
        or_dash(responsible.and_then(|it| it.extension.as_ref())),
    ]
}

const MODULES: &[&str] = &["Code", "Name", "Active", "Extensions"];

fn module(row: &ModuleRow) -> Vec<String> {
    let extensions: Vec<String> =
        row.extensions.iter().map(|(code, user)| format!("{code} → {user}")).collect();
    vec![
        row.code.clone(),
        or_dash(row.name.as_ref()),
        if row.active { "yes" } else { "no" }.to_owned(),
        extensions.join(", "),
    ]
}

const REFUSED: &[&str] = &["Status", "Request", "Why"];

fn refused(row: &Refused) -> Vec<String> {
    vec![row.status.to_string(), format!("{} {}", row.method, row.path), row.why.clone()]
}
