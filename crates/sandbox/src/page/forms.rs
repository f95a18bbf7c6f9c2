//! Forms: ring, click, break the next request, reset.

use std::fmt::{self, Write};

use crate::report::Employee;

use super::CrmView;
use super::markup::Escaped;

/// Faults to choose from: the label, and the members of the body of `POST /faults`.
const FAULTS: &[(&str, &str)] = &[
    ("503", r#"{"status":503}"#),
    ("429", r#"{"status":429}"#),
    ("500 with an HTML page", r#"{"status":500,"body":"<h1>Internal error</h1>"}"#),
    ("lost response", r#"{"lose":"answer"}"#),
    ("lost request", r#"{"lose":"request"}"#),
    ("5 s late", r#"{"delay_ms":5000}"#),
];

pub(super) fn write(page: &mut String, view: &CrmView) -> fmt::Result {
    let name = view.crm.name();
    let customers = view.report.customers.as_deref().unwrap_or_default();
    write!(page, "<datalist id=\"{name}-phones\">")?;
    for customer in customers {
        for phone in &customer.phones {
            write!(
                page,
                "<option value=\"{}\">{}</option>",
                Escaped(phone),
                Escaped(&customer.name)
            )?;
        }
    }
    page.write_str("</datalist>\n<div class=\"forms\">\n")?;
    let phone = format!(
        "<label>Phone <input name=\"phone\" type=\"tel\" required list=\"{name}-phones\" \
         placeholder=\"+375291112233\"></label>"
    );

    open(page, view, "Ring", "/call", r#"{"step":"ring"}"#)?;
    page.write_str(&phone)?;
    select(page, view, "extension", |employee| employee.extension.as_deref())?;
    page.write_str("<button>Ring</button></form>\n")?;

    open(page, view, "Click", "/click", "{}")?;
    select(page, view, "user_id", |employee| Some(&employee.user_id))?;
    page.write_str(&phone)?;
    let to = view.click_url.as_deref().unwrap_or_default();
    writeln!(
        page,
        "<label>Address <input name=\"to\" type=\"url\" required value=\"{}\"></label>\
         <button>Click</button></form>",
        Escaped(to)
    )?;

    open(page, view, "Break the next request", "/faults", "{}")?;
    page.write_str("<label>With <select data-members>")?;
    for (label, members) in FAULTS {
        write!(page, "<option value=\"{}\">{label}</option>", Escaped(members))?;
    }
    page.write_str(
        "</select></label><label>Path begins with <input name=\"path\" placeholder=\"any\">\
         </label><button>Break</button></form>\n\
         <form data-path=\"/reset\" data-body=\"{}\"><button>Reset everything</button></form>\n\
         </div>\n",
    )
}

fn open(page: &mut String, view: &CrmView, title: &str, path: &str, body: &str) -> fmt::Result {
    write!(
        page,
        "<form data-path=\"{path}\" data-crm=\"{}\" data-body=\"{}\"><b>{title}</b>",
        view.crm.name(),
        Escaped(body)
    )
}

fn select<'a>(
    page: &mut String,
    view: &'a CrmView,
    name: &str,
    value: impl Fn(&'a Employee) -> Option<&'a str>,
) -> fmt::Result {
    write!(page, "<label>Employee <select name=\"{name}\">")?;
    for employee in &view.employees {
        let Some(value) = value(employee) else {
            continue;
        };
        let extension = employee.extension.as_deref().unwrap_or("–");
        write!(
            page,
            "<option value=\"{}\">{} · {}</option>",
            Escaped(value),
            Escaped(extension),
            Escaped(&employee.name)
        )?;
    }
    page.write_str("</select></label>")
}
