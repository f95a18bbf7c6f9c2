//! `route`: prints the extension of the responsible manager of a number.

use std::time::Duration;

use serde::Serialize;
use vochi_crm::phone::PhoneReader;
use vochi_crm::{CrmUserId, Error, Extension, PhoneNumber, Result};

use super::phone;
use crate::app::{Access, App, StateScope};
use crate::args::RouteArgs;
use crate::exit::Exit;
use crate::output::{Report, Style};

/// The default timeout; short, as a caller is waiting.
const TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Debug, Serialize)]
struct Route {
    ok: bool,
    found: bool,
    phone: PhoneNumber,
    extension: Option<Extension>,
    user_id: Option<CrmUserId>,
    name: Option<String>,
}

impl Report for Route {
    /// Returns only the extension, so that a dial plan can use the output as it is.
    fn human(&self, _: Style) -> String {
        self.extension.as_ref().map(ToString::to_string).unwrap_or_default()
    }
}

pub(super) async fn run(app: &App<'_>, args: &RouteArgs) -> Result<Exit> {
    let session = app.session(StateScope::Run).await?;
    let phone = number(session.profile.account.phones(), &args.phone)?;
    let cx = app.live(TIMEOUT);
    let work = session.connector.responsible(&cx, &phone);
    let responsible = app.within_deadline(&cx, Access::Read, work).await?;
    let (extension, user_id, name) = match responsible {
        Some(one) => (one.extension, Some(one.user_id), one.name),
        None => (None, None, None),
    };
    let found = extension.is_some();
    let route = Route { ok: true, found, phone, extension, user_id, name };
    Ok(app.show(&session, &route, if found { Exit::Done } else { Exit::NotFound }))
}

/// Reads a number; an unreadable one is an error.
pub(super) fn number(phones: PhoneReader, raw: &str) -> Result<PhoneNumber> {
    let reading = phones.read(raw).map_err(|error| {
        let (what, hint) = phone::refusal(&error);
        Error::input(what).with_hint(hint)
    })?;
    Ok(reading.number())
}
