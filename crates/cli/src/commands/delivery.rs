//! What came of a call that was handed to the CRM.

use serde::{Deserialize, Serialize};
use vochi_crm::phone::PhoneReader;
use vochi_crm::{
    AccountName, CallId, CallState, CrmCallId, Error, Hub, Party, PhoneNumber, Receipt, Result,
    Warning, WarningKind,
};

use super::phone;
use crate::app::Session;
use crate::output::{Paint, Report, Tone, clean};

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
    warnings: Vec<Warning>,
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
            self.warn(warning.clone());
        }
    }

    /// Adds a warning, once.
    pub(super) fn warn(&mut self, warning: Warning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Warns of a client that is no number, unless the connector has said what became of it.
    pub(super) fn warn_unless_told(&mut self, warning: Option<Warning>) {
        if let Some(warning) = warning
            && !self
                .warnings
                .iter()
                .any(|known| known.kind() == warning.kind())
        {
            self.warn(warning);
        }
    }

    pub(super) fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

impl Report for Delivery {
    fn human(&self, paint: Paint) -> String {
        let what = match (self.requests, self.recorded) {
            (_, true) => "recorded",
            (0, false) => "nothing to send",
            (_, false) => "sent",
        };
        let mut line = vec![
            paint.tone(Tone::Good, what),
            format!("call {}", self.call_id),
        ];
        line.extend(self.phone.map(|phone| phone.to_string()));
        line.push(format!("{} account {}", self.crm, self.profile));
        line.extend(self.crm_call_id.as_ref().map(|id| format!("CRM call {id}")));
        clean(&line.join("  ")).into_owned()
    }
}

/// Reads the client's number. What is none is kept, with a warning.
pub(super) fn client(phones: PhoneReader, raw: &str) -> (Party, Option<Warning>) {
    let party = Party::read(&phones, raw);
    let warning = match &party {
        Party::Raw(_) => phones.read(raw).err().map(|error| {
            let (what, _) = phone::refusal(&error);
            Warning::new(WarningKind::UnreadableNumber, format!("{what}; it is kept as it is"))
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
pub(super) async fn remembered(
    hub: &Hub,
    account: &AccountName,
    call: &CallId,
) -> Result<Option<CallState>> {
    let slot = hub.store().open(account.as_str(), call.as_str()).await?;
    Ok(slot
        .document()
        .and_then(|document| CallState::deserialize(document).ok()))
}
