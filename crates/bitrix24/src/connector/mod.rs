//! Bitrix24 as a connector: maps the common model to Bitrix24's terms.

use vochi_crm_core::connector::Context;
use vochi_crm_core::retry::RecordRepeat;
use vochi_crm_core::spi::{self, CallSession, DueRecord, HistoryJob, LiveJob};
use vochi_crm_core::{Account, CallEvent, CallRecord, Capabilities, Cx, Hub, Result};

use crate::{CRM, Client, Config};

/// One Bitrix24 portal behind [`CrmConnector`](vochi_crm_core::CrmConnector). Cheap to clone.
#[derive(Clone, Debug)]
pub struct Connector {
    client: Client,
    context: Context,
}

impl Connector {
    /// Creates a connector from configuration. It sends nothing yet.
    ///
    /// # Errors
    /// `config`; the message begins with the invalid key.
    pub fn open(hub: &Hub, account: Account, config: &Config) -> Result<Self> {
        let client = Client::open(hub, &account, config)?;
        Ok(Self { client, context: Context::new(CRM, hub, account) })
    }

    /// The typed client.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

struct Jobs<'a>(&'a Context);

impl LiveJob for Jobs<'_> {
    type State = ();
    type Request = ();

    fn prepare(&self, _: &mut CallSession<()>, _: &CallEvent) -> Result<Option<()>> {
        Err(self.0.unsupported("live calls"))
    }

    async fn send(&self, _: &mut CallSession<()>, (): ()) -> Result<()> {
        Err(self.0.unsupported("live calls"))
    }
}

impl HistoryJob for Jobs<'_> {
    type State = ();
    type Upload = ();
    const REPEAT: RecordRepeat = RecordRepeat::Never;

    async fn prepare(&self, _: &mut CallSession<()>, _: &CallRecord) -> Result<Option<()>> {
        Err(self.0.unsupported("records"))
    }

    async fn send(&self, _: &Cx, _: &mut [DueRecord<(), ()>]) -> Result<()> {
        Err(self.0.unsupported("records"))
    }
}

impl spi::Connector for Connector {
    const CAPABILITIES: Capabilities = Capabilities::new(&[]);

    fn context(&self) -> &Context {
        &self.context
    }

    fn live(&self) -> impl LiveJob {
        Jobs(&self.context)
    }

    fn history(&self) -> impl HistoryJob {
        Jobs(&self.context)
    }
}
