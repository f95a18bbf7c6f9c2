//! `changes`: lists customers created or changed in the CRM.

use serde::Serialize;
use vochi_crm::Result;
use vochi_crm::connector::Cursor;

use super::card::{self, Card};
use crate::app::{Access, App, StateScope};
use crate::args::{ChangesArgs, Format};
use crate::exit::Exit;
use crate::output::{Report, Style, Tone, escape_controls};

/// The line of a changed customer.
#[derive(Debug, Serialize)]
struct Changed {
    ok: bool,
    customer: Card,
}

/// The last line.
#[derive(Debug, Serialize)]
struct End {
    ok: bool,
    /// The cursor of the next run.
    cursor: String,
    /// The number of customers printed.
    customers: usize,
}

impl Report for Changed {
    fn human(&self, _: Style) -> String {
        card::row("-", Some(&self.customer))
    }
}

impl Report for End {
    fn human(&self, style: Style) -> String {
        format!("{} {}", style.tone(Tone::Bold, "cursor:"), escape_controls(&self.cursor))
    }
}

pub(super) async fn run(app: &App<'_>, args: &ChangesArgs) -> Result<Exit> {
    let session = app.session(StateScope::Run).await?;
    let since = args.since.as_ref().map(Cursor::new);
    let cx = app.history();
    let work = session.connector.changes(&cx, since.as_ref());
    let changes = app.within_deadline(&cx, Access::Read, work).await?;
    let end = End {
        ok: true,
        cursor: changes.cursor.as_str().to_owned(),
        customers: changes.customers.len(),
    };
    if !app.global.dry_run {
        if app.output.format() == Format::Human && end.customers > 0 {
            app.output.line(&card::heads());
        }
        for customer in changes.customers {
            app.output.report(&Changed { ok: true, customer: customer.into() });
        }
    }
    Ok(app.show(&session, &end, Exit::Done))
}
