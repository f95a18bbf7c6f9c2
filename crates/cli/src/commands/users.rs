//! `users`: the CRM's users beside the configured extensions.

use serde::Serialize;
use vochi_crm::{CrmUserId, Extension, Result, Warning};

use crate::app::{App, Manner, Memory};
use crate::exit::Exit;
use crate::output::{Columns, Paint, Report, Tone, clean};

#[derive(Debug, Serialize)]
struct Users {
    ok: bool,
    users: Vec<User>,
    mismatches: Vec<Warning>,
}

#[derive(Debug, Serialize)]
struct User {
    user_id: CrmUserId,
    name: String,
    extension: Option<Extension>,
    active: bool,
}

impl Report for Users {
    fn human(&self, paint: Paint) -> String {
        let mut columns = Columns::new(["user", "name", "extension", "active"]);
        for user in &self.users {
            let extension = user.extension.as_ref().map_or("-", Extension::as_str);
            let active = if user.active { "yes" } else { "no" };
            columns.row([user.user_id.as_str(), &user.name, extension, active]);
        }
        let mut text = columns.to_string();
        for mismatch in &self.mismatches {
            let lead = paint.tone(Tone::Odd, "mismatch:");
            text.push_str(&format!("\n{lead} {}", clean(mismatch.text())));
        }
        text
    }
}

pub(super) async fn run(app: &App<'_>) -> Result<Exit> {
    let session = app.session(Memory::Own).await?;
    let cx = app.history();
    let list = app
        .in_time(&cx, Manner::Reads, session.connector.users(&cx))
        .await?;
    let users = list.users.into_iter().map(|user| User {
        user_id: user.id,
        name: user.name,
        extension: user.extension,
        active: user.active,
    });
    let report = Users {
        ok: true,
        users: users.collect(),
        mismatches: list.mismatches,
    };
    Ok(app.show(&session, &report, &[], Exit::Done))
}
