//! HTML page of the sandbox.

use std::fmt::{self, Display, Write};

use url::Url;

use crate::crm::Crm;
use crate::record::Refused;
use crate::report::{CallRow, CustomerRow, LiveRow, ModuleRow, Report};

/// Seconds between reloads of the page.
const REFRESH_SECONDS: u8 = 3;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.4rem;margin-bottom:0}h2{font-size:1.2rem;margin-top:2.5rem}\
h3{font-size:1rem;margin:1.5rem 0 .4rem}\
p{margin:.2rem 0;opacity:.75}.none{font-style:italic}\
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}\
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;\
border-bottom:1px solid #8884}\
th{font-weight:600;opacity:.75;white-space:nowrap}\
.refused h3,.refused .status{color:#c33}";

/// Text escaped for HTML.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for symbol in self.0.chars() {
            match symbol {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

pub(crate) fn render(reports: &[(Crm, Url, Report)]) -> String {
    let mut page = String::new();
    // Writing into a `String` cannot fail.
    let _ = write(&mut page, reports);
    page
}

fn write(page: &mut String, reports: &[(Crm, Url, Report)]) -> fmt::Result {
    write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"refresh\" content=\"{REFRESH_SECONDS}\">\n\
         <title>vochi-crm sandbox</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>vochi-crm sandbox</h1>\n\
         <p>Stand-ins of CRMs. Everything here is invented. Newest first.</p>\n",
    )?;
    for (crm, url, report) in reports {
        write!(
            page,
            "<h2>{}</h2>\n<p>{} · {} requests, {} of them refused</p>\n",
            title(*crm),
            Escaped(url.as_str()),
            report.requests,
            report.refused.len(),
        )?;
        if let Some(rows) = &report.calls {
            table(page, "calls", "Calls", CALLS, rows.iter().map(call))?;
        }
        if let Some(rows) = &report.live {
            table(page, "live", "Popups", LIVE, rows.iter().map(live))?;
        }
        if let Some(rows) = &report.customers {
            table(page, "customers", "Customers", CUSTOMERS, rows.iter().map(customer))?;
        }
        if let Some(rows) = &report.modules {
            table(page, "modules", "Modules", MODULES, rows.iter().map(module))?;
        }
        table(page, "refused", "Refused requests", REFUSED, report.refused.iter().map(refused))?;
    }
    page.write_str("</body>\n</html>\n")
}

fn title(crm: Crm) -> &'static str {
    match crm {
        Crm::RetailCrm => "RetailCRM",
        Crm::Kontur => "Kontur.CRM",
    }
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
            let class = if *head == "Status" { " class=\"status\"" } else { "" };
            write!(page, "<td{class}>{}</td>", Escaped(&cell))?;
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
