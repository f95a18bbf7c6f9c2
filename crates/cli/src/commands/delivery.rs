//! Sends events and records to a CRM and collects the results.

use std::time::Duration;

use serde::Serialize;
use vochi_crm::phone::{PhoneReader, PhoneRefusal};
use vochi_crm::{
    CallEvent, CallId, CallRecord, CallState, CrmCallId, Cx, Error, EventKind, Party, PhoneNumber,
    Receipt, Result, WarningKind,
};

use super::phone;
use crate::app::{Access, App, Session};
use crate::output::{ErrorObject, Report, Style, Tone, escape_controls};

/// The default timeout of a popup.
const POPUP_BUDGET: Duration = Duration::from_secs(10);
/// The default timeout of an end event, which closes the popup.
pub(super) const END_BUDGET: Duration = Duration::from_secs(30);

/// The result of a call event or record.
#[derive(Debug, Serialize)]
pub(super) struct Delivery {
    ok: bool,
    crm: &'static str,
    profile: String,
    call_id: String,
    phone: Option<PhoneNumber>,
    crm_call_id: Option<CrmCallId>,
    recorded: bool,
    requests: u32,
    warnings: Vec<String>,
    /// True if the connector has warned of an unreadable number.
    #[serde(skip)]
    has_number_warning: bool,
}

impl Delivery {
    pub(super) fn new(session: &Session, call_id: &str) -> Self {
        Self {
            ok: true,
            crm: session.profile.crm.name(),
            profile: session.profile.name.clone(),
            call_id: call_id.to_owned(),
            phone: None,
            crm_call_id: None,
            recorded: false,
            requests: 0,
            warnings: Vec::new(),
            has_number_warning: false,
        }
    }

    /// Sets the client's number, if it has one.
    pub(super) fn set_client(&mut self, client: Option<&Party>) {
        self.phone = client.and_then(Party::number).or(self.phone);
    }

    /// Sets the CRM's id of the call.
    pub(super) fn set_crm_call_id(&mut self, id: Option<&CrmCallId>) {
        self.crm_call_id = id.cloned().or(self.crm_call_id.take());
    }

    /// Adds the result of one event or record.
    pub(super) fn add(&mut self, receipt: &Receipt) {
        self.set_crm_call_id(receipt.crm_call_id());
        self.recorded |= receipt.recorded();
        self.requests += receipt.requests();
        for warning in receipt.warnings() {
            self.has_number_warning |= warning.kind() == WarningKind::UnreadableNumber;
            match warning.kind() {
                // Scripts recognise these by their code.
                kind @ (WarningKind::RecordPending | WarningKind::FollowUpPending) => {
                    self.warn(&format!("{kind}: {}", warning.text()));
                }
                _ => self.warn(warning.text()),
            }
        }
    }

    /// Adds a warning, unless it is there already.
    pub(super) fn warn(&mut self, warning: &str) {
        if !self.warnings.iter().any(|known| known == warning) {
            self.warnings.push(warning.to_owned());
        }
    }

    /// Warns of an unreadable number, unless the connector has.
    pub(super) fn warn_of_number(&mut self, warning: Option<&str>) {
        if let Some(warning) = warning
            && (!self.has_number_warning || warning.ends_with(SET_REGION))
        {
            self.warn(warning);
        }
    }
}

/// The result of a call in one of several accounts.
#[derive(Debug, Serialize)]
pub(super) struct ProfileDelivery {
    pub(super) profile: String,
    pub(super) ok: bool,
    crm_call_id: Option<CrmCallId>,
    pub(super) recorded: bool,
    pub(super) warnings: Vec<String>,
    error: Option<ErrorObject>,
}

impl Delivery {
    /// Converts the result into one of several for the same call.
    pub(super) fn among_others(self, error: Option<ErrorObject>) -> ProfileDelivery {
        ProfileDelivery {
            profile: self.profile,
            ok: error.is_none(),
            crm_call_id: self.crm_call_id,
            recorded: self.recorded,
            warnings: self.warnings,
            error,
        }
    }
}

impl Report for Delivery {
    fn human(&self, style: Style) -> String {
        let what = match (self.requests, self.recorded) {
            (_, true) => "recorded",
            (0, false) => "nothing to send",
            (_, false) => "sent",
        };
        let mut line = vec![style.tone(Tone::Success, what), format!("call {}", self.call_id)];
        line.extend(self.phone.map(|phone| phone.to_string()));
        line.push(format!("{} account {}", self.crm, self.profile));
        line.extend(self.crm_call_id.as_ref().map(|id| format!("CRM call {id}")));
        escape_controls(&line.join("  ")).into_owned()
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// The end of a warning that says more than the connector's own.
const SET_REGION: &str = "set default_region to read national numbers";

/// Reads the client's number. An unreadable one is kept as text, with a warning.
pub(super) fn client(phones: PhoneReader, raw: &str) -> (Party, Option<String>) {
    let party = Party::read(&phones, raw);
    let warning = match &party {
        Party::Raw(_) => phones.read(raw).err().map(|error| {
            let (what, _) = phone::refusal(&error);
            match error.reason() {
                PhoneRefusal::NoRegion => format!("{what}; it is kept as it is; {SET_REGION}"),
                _ => format!("{what}; it is kept as it is"),
            }
        }),
        _ => None,
    };
    (party, warning)
}

/// Puts the name of the option in front of the error of its value.
pub(super) fn option<T>(name: &str, value: Result<T>) -> Result<T> {
    value.map_err(|error| {
        let named = Error::new(error.kind(), format!("{name}: {}", error.message()));
        match error.hint() {
            Some(hint) => named.with_hint(hint.to_owned()),
            None => named,
        }
    })
}

/// Returns the stored state of a call.
pub(super) async fn remembered(session: &Session, cx: &Cx, call: &CallId) -> Result<CallState> {
    let account = session.profile.account.name();
    let open = session.hub.open_call(cx, account, call).await?;
    Ok(open.state().clone())
}

/// Returns the context for sending a live event.
pub(super) fn live(app: &App<'_>, event: &CallEvent) -> Cx {
    app.live(match event.kind() {
        EventKind::Ended { .. } => END_BUDGET,
        _ => POPUP_BUDGET,
    })
}

/// Sends a live event to the CRM.
pub(super) async fn notify(
    app: &App<'_>,
    session: &Session,
    cx: &Cx,
    event: &CallEvent,
) -> Result<Receipt> {
    let work = session.connector.handle_event(cx, event);
    app.within_deadline(cx, Access::Write, work).await
}

/// Logs a finished call in the CRM's history.
pub(super) async fn log_call(
    app: &App<'_>,
    session: &Session,
    record: CallRecord,
) -> Result<Receipt> {
    let cx = app.history();
    let records = [record];
    let work = async { Ok(session.connector.log_calls(&cx, &records).await) };
    let mut receipts = app.within_deadline(&cx, Access::Write, work).await?.into_iter();
    receipts
        .next()
        .unwrap_or_else(|| Err(Error::internal("the connector returned no receipt for the record")))
}
