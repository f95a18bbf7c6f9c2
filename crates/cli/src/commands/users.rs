//! `users`: the CRM's users beside the configured extensions.

use serde::Serialize;
use vochi_crm::{CrmUserId, Extension, Result, Warning};

use crate::app::{App, Manner, Memory};
use crate::exit::Exit;
use crate::output::{Columns, Paint, Report, Tone, clean};

#[derive(Debug, Serialize)]
struct Listing {
    ok: bool,
    users: Vec<Row>,
    mismatches: Vec<Warning>,
}

#[derive(Debug, Serialize)]
struct Row {
    user_id: CrmUserId,
    name: String,
    extension: Option<Extension>,
    active: bool,
}

impl Report for Listing {
    fn human(&self, paint: Paint) -> String {
        let mut columns = Columns::new(["user", "name", "extension", "active"]);
        for user in &self.users {
            let extension = user.extension.as_ref().map_or("-", Extension::as_str);
            let active = if user.active { "yes" } else { "no" };
            columns.row([user.user_id.as_str(), &user.name, extension, active]);
        }
        let mut lines = vec![columns.to_string()];
        lines.extend(self.mismatches.iter().map(|mismatch| {
            format!("{} {}", paint.tone(Tone::Odd, "mismatch:"), clean(mismatch.text()))
        }));
        lines.join("\n")
    }
}

pub(super) async fn run(app: &App<'_>) -> Result<Exit> {
    let session = app.session(Memory::Own).await?;
    let cx = app.history();
    let list = app.in_time(&cx, Manner::Reads, session.connector.users(&cx)).await?;
    let users = list.users.into_iter().map(|user| Row {
        user_id: user.id,
        name: user.name,
        extension: user.extension,
        active: user.active,
    });
    let report = Listing { ok: true, users: users.collect(), mismatches: list.mismatches };
    Ok(app.show(&session, &report, Exit::Done))
}
