//! `changes`: customers that were created or changed in the CRM.

use serde::Serialize;
use vochi_crm::Result;
use vochi_crm::connector::Cursor;

use super::card::{self, Card};
use crate::app::{App, Manner, Memory};
use crate::args::{ChangesArgs, Format};
use crate::exit::Exit;
use crate::output::{Paint, Report, Tone, clean};

/// A customer that changed.
#[derive(Debug, Serialize)]
struct Changed {
    ok: bool,
    customer: Card,
}

/// The last line.
#[derive(Debug, Serialize)]
struct End {
    ok: bool,
    /// Where the next run goes on.
    cursor: String,
    /// How many customers stand before it.
    customers: usize,
}

impl Report for Changed {
    fn human(&self, _: Paint) -> String {
        card::row("-", Some(&self.customer))
    }
}

impl Report for End {
    fn human(&self, paint: Paint) -> String {
        format!("{} {}", paint.tone(Tone::Strong, "cursor:"), clean(&self.cursor))
    }
}

pub(super) async fn run(app: &App<'_>, args: &ChangesArgs) -> Result<Exit> {
    let session = app.session(Memory::Own).await?;
    let since = args.since.as_ref().map(Cursor::new);
    let cx = app.history();
    let work = session.connector.changes(&cx, since.as_ref());
    let changes = app.in_time(&cx, Manner::Reads, work).await?;
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
