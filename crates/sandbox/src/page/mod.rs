//! HTML page of the sandbox: a tab per CRM with cards of live calls, forms and tables.
//!
//! The page is served once. `page.js` fetches `/content` every second and replaces what changed;
//! forms stay, so that a person may go on typing.

mod cards;
mod forms;
mod markup;
mod tables;

use std::fmt::{self, Write};

use serde_json::{Map, Value, json};
use url::Url;

use crate::crm::Crm;
use crate::pbx::PbxCall;
use crate::report::{Employee, LiveCall, Report};

use markup::Escaped;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the page shows of one CRM.
pub(crate) struct CrmView {
    pub(crate) crm: Crm,
    pub(crate) url: Url,
    pub(crate) report: Report,
    /// Calls in progress; with the PBX's view if the page rang them.
    pub(crate) live: Vec<(LiveCall, Option<PbxCall>)>,
    pub(crate) employees: Vec<Employee>,
    /// The address that clicks go to, if the integration registered one.
    pub(crate) click_url: Option<String>,
}

/// The page, with the content as it is now.
pub(crate) fn page(views: &[CrmView]) -> String {
    let mut page = String::new();
    // Writing into a `String` cannot fail.
    let _ = write_page(&mut page, views);
    page
}

/// The changing part of each CRM, as HTML by name.
pub(crate) fn content(views: &[CrmView]) -> Value {
    let content = views.iter().map(|view| (view.crm.name().to_owned(), json!(content_of(view))));
    Value::Object(content.collect::<Map<_, _>>())
}

fn content_of(view: &CrmView) -> String {
    let mut content = String::new();
    let _ = cards::write(&mut content, view);
    let _ = tables::write(&mut content, &view.report);
    content
}

fn write_page(page: &mut String, views: &[CrmView]) -> fmt::Result {
    write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>vochi-crm sandbox</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header><h1>vochi-crm sandbox</h1>\n\
         <p>Stand-ins of CRMs. Everything here is invented. Newest first.</p>\n<nav>",
    )?;
    for view in views {
        write!(page, "<a href=\"#{}\">{}</a>", view.crm.name(), title(view.crm))?;
    }
    page.write_str("</nav>\n<p id=\"message\" role=\"status\"></p></header>\n")?;
    for view in views {
        let name = view.crm.name();
        writeln!(page, "<main id=\"crm-{name}\">\n<h2>{}</h2>", title(view.crm))?;
        writeln!(page, "<p class=\"address\">{}</p>", Escaped(view.url.as_str()))?;
        forms::write(page, view)?;
        writeln!(page, "<div data-content=\"{name}\">{}</div>\n</main>", content_of(view))?;
    }
    writeln!(page, "<script>{SCRIPT}</script>\n</body>\n</html>")
}

fn title(crm: Crm) -> &'static str {
    match crm {
        Crm::RetailCrm => "RetailCRM",
        Crm::Kontur => "Kontur.CRM",
        Crm::Uon => "U-ON.Travel",
        Crm::Bitrix24 => "Bitrix24",
    }
}
