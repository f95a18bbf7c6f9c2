//! `users`: lists the CRM's users with their configured extensions.

use serde::Serialize;
use vochi_crm::{CrmUserId, Extension, Result, Warning};

use crate::app::{Access, App, StateScope};
use crate::exit::Exit;
use crate::output::{Columns, Report, Style, Tone, escape_controls};

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
    fn human(&self, style: Style) -> String {
        let mut columns = Columns::new(["user", "name", "extension", "active"]);
        for user in &self.users {
            let extension = user.extension.as_ref().map_or("-", Extension::as_str);
            let active = if user.active { "yes" } else { "no" };
            columns.row([user.user_id.as_str(), &user.name, extension, active]);
        }
        let mut lines = vec![columns.to_string()];
        lines.extend(self.mismatches.iter().map(|mismatch| {
            format!(
                "{} {}",
                style.tone(Tone::Warning, "mismatch:"),
                escape_controls(mismatch.text())
            )
        }));
        lines.join("\n")
    }
}

pub(super) async fn run(app: &App<'_>) -> Result<Exit> {
    let session = app.session(StateScope::Run).await?;
    let cx = app.history();
    let list = app.within_deadline(&cx, Access::Read, session.connector.users(&cx)).await?;
    let users = list.users.into_iter().map(|user| Row {
        user_id: user.id,
        name: user.name,
        extension: user.extension,
        active: user.active,
    });
    let report = Listing { ok: true, users: users.collect(), mismatches: list.mismatches };
    Ok(app.show(&session, &report, Exit::Done))
}
