//! The connector: popups, records and lookups.

use serde::{Deserialize, Serialize};
use vochi_crm_core::connector::{Context, Customer, CustomerKind};
use vochi_crm_core::spi::{
    self, CallSession, DueRecord, HistoryJob, LiveJob, LookupJob, RecordRepeat, StoredState,
};
use vochi_crm_core::{
    Account, CallEvent, CallRecord, Capabilities, Capability, CrmUserId, Cx, Direction, EventKind,
    Extension, Hub, Outcome, Party, PhoneNumber, Responsible, Result, Seconds, Text, WarningKind,
};

use crate::api::{self, AddCall, FindClients, ShowPopup};
use crate::{CRM, Client, Config, config};

/// What is stored of a call: the employees who have a popup.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Shown(Vec<Extension>);

impl StoredState for Shown {}

/// One account of the CRM.
#[derive(Debug)]
pub struct Connector {
    context: Context,
    client: Client,
}

impl Connector {
    /// Opens an account. Nothing is sent yet.
    ///
    /// # Errors
    /// `config`, with the key.
    pub fn open(hub: &Hub, account: Account, config: &Config) -> Result<Self> {
        config::check(&account)?;
        let client = Client::open(hub, &account, config)?;
        Ok(Self { context: Context::new(CRM, hub, account), client })
    }
}

struct Jobs<'a>(&'a Connector);

/// Warns that nothing is sent.
fn nothing<T>(cx: &Cx, why: &str) -> Option<T> {
    cx.warn(WarningKind::NothingToSend, why);
    None
}

impl LiveJob for Jobs<'_> {
    type State = Shown;
    type Request = (ShowPopup, Shown);

    fn prepare(
        &self,
        call: &mut CallSession<Shown>,
        event: &CallEvent,
    ) -> Result<Option<(ShowPopup, Shown)>> {
        if call.was_over() || *event.kind() != EventKind::Ringing {
            return Ok(None);
        }
        let Some(phone) = call.state().client().and_then(Party::number) else {
            return Ok(nothing(call.cx(), "no popup is shown: the number is unknown"));
        };
        let before = call.crm().clone();
        let mut new: Vec<Extension> = call.state().employees().into_iter().cloned().collect();
        new.retain(|extension| !before.0.contains(extension));
        let directory = self.0.context.account().directory();
        let users = new.iter().filter_map(|extension| directory.mapped_user(call.cx(), extension));
        let users: Vec<String> = users.map(|user| user.as_str().to_owned()).collect();
        if users.is_empty() {
            return Ok(nothing(call.cx(), "no popup is shown: every employee has one"));
        }
        call.crm_mut().0.extend(new);
        Ok(Some((ShowPopup { call: event.call_id().clone(), phone, users }, before)))
    }

    async fn send(
        &self,
        call: &mut CallSession<Shown>,
        (popup, before): (ShowPopup, Shown),
    ) -> Result<()> {
        let sent = self.0.client.send(call.cx(), &popup).await;
        if sent.is_err() {
            // A repeated event shows it to employees who may not have seen it.
            *call.crm_mut() = before;
        }
        sent
    }
}

impl HistoryJob for Jobs<'_> {
    type State = Shown;
    type Upload = AddCall;
    const REPEAT: RecordRepeat = RecordRepeat::Keyed;
    const BATCH: usize = 1;

    async fn prepare(
        &self,
        call: &mut CallSession<Shown>,
        record: &CallRecord,
    ) -> Result<Option<AddCall>> {
        let direction = match record.direction() {
            Direction::Inbound => "in",
            Direction::Outbound => "out",
            _ => return Ok(nothing(call.cx(), "internal calls are not recorded")),
        };
        let Some(phone) = record.client().number() else {
            return Ok(nothing(call.cx(), "the client's number is unknown"));
        };
        Ok(Some(AddCall {
            call_id: Text::new(self.0.context.account().external_id(record.call_id()))?,
            direction,
            phone,
            outcome: if record.outcome() == Outcome::Answered { "answered" } else { "missed" },
            talk_seconds: record.talk().map(Seconds::get),
        }))
    }

    async fn send(&self, cx: &Cx, due: &mut [DueRecord<Shown, AddCall>]) -> Result<()> {
        for record in due {
            self.0.client.send(cx, record.upload()).await?;
        }
        Ok(())
    }
}

impl LookupJob for Jobs<'_> {
    async fn find(&self, cx: &Cx, phone: PhoneNumber) -> Result<Vec<Customer>> {
        let found = self.0.client.send(cx, &FindClients(phone)).await?;
        let customer = |client: api::Client| {
            let mut customer = Customer::new(client.id.to_string(), CustomerKind::Person);
            customer.name = client.name;
            customer
        };
        Ok(found.good.into_iter().map(customer).collect())
    }

    async fn responsible(&self, cx: &Cx, phone: PhoneNumber) -> Result<Option<Responsible>> {
        let found = self.0.client.send(cx, &FindClients(phone)).await?;
        let Some(user) = found.good.into_iter().find_map(|client| client.user) else {
            return Ok(None);
        };
        let user = CrmUserId::new(user)?;
        let extension = self.0.context.account().directory().extension_of(&user).cloned();
        Ok(Some(Responsible::new(user, None, extension)))
    }
}

impl spi::Connector for Connector {
    const CAPABILITIES: Capabilities = Capabilities::new(&[
        Capability::Popups,
        Capability::History,
        Capability::Find,
        Capability::Responsible,
    ]);

    fn context(&self) -> &Context {
        &self.context
    }

    fn live(&self) -> impl LiveJob {
        Jobs(self)
    }

    fn history(&self) -> impl HistoryJob {
        Jobs(self)
    }

    fn lookup(&self) -> impl LookupJob {
        Jobs(self)
    }
}
