//! What came of a call that was handed to the CRM.

use std::time::Duration;

use serde::Serialize;
use vochi_crm::phone::{PhoneReader, PhoneRefusal};
use vochi_crm::{
    CallEvent, CallId, CallRecord, CallState, CrmCallId, Cx, Error, EventKind, Party, PhoneNumber,
    Receipt, Result, WarningKind,
};

use super::phone;
use crate::app::{App, Manner, Session};
use crate::output::{Paint, Report, Tone, Trouble, clean};

/// How long a popup is worth sending, where nobody says.
const POPUP_BUDGET: Duration = Duration::from_secs(10);
/// The same for the end of a call, which closes the popup.
pub(super) const END_BUDGET: Duration = Duration::from_secs(30);

/// What came of a call that was handed to the CRM.
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
    /// Whether the connector has said what became of a number that cannot be read.
    #[serde(skip)]
    told_of_number: bool,
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
            told_of_number: false,
        }
    }

    /// Notes the client, as far as it is a number.
    pub(super) fn set_client(&mut self, client: Option<&Party>) {
        self.phone = client.and_then(Party::number).or(self.phone);
    }

    /// Notes the CRM's id of the call.
    pub(super) fn set_crm_call_id(&mut self, id: Option<&CrmCallId>) {
        self.crm_call_id = id.cloned().or(self.crm_call_id.take());
    }

    /// Adds what came of one thing the CRM was told.
    pub(super) fn add(&mut self, receipt: &Receipt) {
        self.set_crm_call_id(receipt.crm_call_id());
        self.recorded |= receipt.recorded();
        self.requests += receipt.requests();
        for warning in receipt.warnings() {
            self.told_of_number |= warning.kind() == WarningKind::UnreadableNumber;
            match warning.kind() {
                // Scripts look for these.
                kind @ (WarningKind::RecordPending | WarningKind::FollowUpPending) => {
                    self.warn(&format!("{kind}: {}", warning.text()));
                }
                _ => self.warn(warning.text()),
            }
        }
    }

    /// Adds a warning, once.
    pub(super) fn warn(&mut self, warning: &str) {
        if !self.warnings.iter().any(|known| known == warning) {
            self.warnings.push(warning.to_owned());
        }
    }

    /// Warns of a client that is no number, unless the connector has said what became of it.
    pub(super) fn warn_of_number(&mut self, warning: Option<&str>) {
        if let Some(warning) = warning
            && (!self.told_of_number || warning.ends_with(SET_REGION))
        {
            self.warn(warning);
        }
    }
}

/// What came of a call in one of several accounts.
#[derive(Debug, Serialize)]
pub(super) struct ProfileDelivery {
    pub(super) profile: String,
    pub(super) ok: bool,
    crm_call_id: Option<CrmCallId>,
    pub(super) recorded: bool,
    pub(super) warnings: Vec<String>,
    error: Option<Trouble>,
}

impl Delivery {
    /// The same beside those of other accounts, for a call they have in common.
    pub(super) fn among_others(self, error: Option<Trouble>) -> ProfileDelivery {
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
    fn human(&self, paint: Paint) -> String {
        let what = match (self.requests, self.recorded) {
            (_, true) => "recorded",
            (0, false) => "nothing to send",
            (_, false) => "sent",
        };
        let mut line = vec![paint.tone(Tone::Good, what), format!("call {}", self.call_id)];
        line.extend(self.phone.map(|phone| phone.to_string()));
        line.push(format!("{} account {}", self.crm, self.profile));
        line.extend(self.crm_call_id.as_ref().map(|id| format!("CRM call {id}")));
        clean(&line.join("  ")).into_owned()
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// The end of a warning that says more than a connector, which does not know why a number is
/// unreadable.
const SET_REGION: &str = "set default_region to read national numbers";

/// Reads the client's number. What is none is kept, with a warning.
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

/// Names the option a value came from.
pub(super) fn option<T>(name: &str, value: Result<T>) -> Result<T> {
    value.map_err(|error| {
        let told = Error::new(error.kind(), format!("{name}: {}", error.message()));
        match error.hint() {
            Some(hint) => told.with_hint(hint.to_owned()),
            None => told,
        }
    })
}

/// What is remembered of a call.
pub(super) async fn remembered(session: &Session, cx: &Cx, call: &CallId) -> Result<CallState> {
    let account = session.profile.account.name();
    let open = session.hub.open_call(cx, account, call).await?;
    Ok(open.state().clone())
}

/// The circumstances of telling a live event.
pub(super) fn live(app: &App<'_>, event: &CallEvent) -> Cx {
    app.live(match event.kind() {
        EventKind::Ended { .. } => END_BUDGET,
        _ => POPUP_BUDGET,
    })
}

/// Tells the CRM what happened in a live call.
pub(super) async fn tell(
    app: &App<'_>,
    session: &Session,
    cx: &Cx,
    event: &CallEvent,
) -> Result<Receipt> {
    let work = session.connector.handle_event(cx, event);
    app.in_time(cx, Manner::Writes, work).await
}

/// Puts a finished call into the CRM's history.
pub(super) async fn settle(
    app: &App<'_>,
    session: &Session,
    record: CallRecord,
) -> Result<Receipt> {
    let cx = app.history();
    let records = [record];
    let work = async { Ok(session.connector.log_calls(&cx, &records).await) };
    let mut receipts = app.in_time(&cx, Manner::Writes, work).await?.into_iter();
    receipts.next().unwrap_or_else(|| Err(Error::internal("there is no receipt for the record")))
}
