//! The accounts a recording is played into.

use vochi_crm::asterisk::FinishedCall;
use vochi_crm::phone::PhoneReader;
use vochi_crm::{CallEvent, Error, Result};

use crate::app::{App, Memory, Session};
use crate::commands::delivery::{Delivery, ProfileDelivery, live, settle, tell};
use crate::config::Settings;
use crate::exit::Exit;
use crate::output::{Rehearsal, Trouble};

/// Where popups of calls that may be long over are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Popups {
    /// In CRMs on this machine.
    Here,
    /// In every CRM.
    Everywhere,
}

/// The accounts a recording is played into.
pub(super) struct Accounts<'a> {
    app: &'a App<'a>,
    accounts: Vec<Account>,
}

struct Account {
    session: Session,
    has_popups: bool,
}

/// What came of a call in every account.
#[derive(Default)]
pub(super) struct Handed {
    pub(super) deliveries: Vec<ProfileDelivery>,
    /// What went wrong, by profile.
    pub(super) failures: Vec<(String, Error)>,
}

impl<'a> Accounts<'a> {
    /// Opens the accounts of the profiles asked for.
    ///
    /// # Errors
    /// `config`
    pub(super) async fn open(
        app: &'a App<'a>,
        settings: &Settings<'_>,
        popups: Popups,
    ) -> Result<Self> {
        let profiles = settings.asked()?;
        let secrets = profiles.iter().flat_map(|profile| &profile.secrets);
        app.conceal(secrets.cloned());
        let mut accounts = Vec::new();
        for profile in profiles {
            let has_popups = popups == Popups::Everywhere || profile.is_on_this_machine();
            let session = app.open(profile, settings, Memory::Shared).await?;
            accounts.push(Account { session, has_popups });
        }
        let without = accounts.iter().filter(|account| !account.has_popups);
        let without: Vec<&str> = without.map(Account::name).collect();
        if !without.is_empty() {
            app.output.warn(&format!(
                "popups are not shown in {}, which is not on this machine; --popups shows them",
                without.join(", ")
            ));
        }
        Ok(Self { app, accounts })
    }

    /// How the first account reads numbers.
    pub(super) fn phones(&self) -> Option<PhoneReader> {
        let first = self.accounts.first()?;
        Some(first.session.profile.account.phones())
    }

    /// Tells every account that has popups what happened in a live call. The record matters more:
    /// what fails here is told and passed over.
    pub(super) async fn tell(&self, event: &CallEvent) {
        for account in self.accounts.iter().filter(|account| account.has_popups) {
            let cx = live(self.app, event);
            let about = format!(
                "call {}, profile {}: {}",
                event.call_id(),
                account.name(),
                event.kind().as_str()
            );
            match tell(self.app, &account.session, &cx, event).await {
                // The record has the same ones again.
                Ok(receipt) => receipt
                    .warnings()
                    .iter()
                    .for_each(|warning| tracing::info!("{about}: {}", warning.text())),
                Err(error) => {
                    let told = self.app.redactor().mask_known(error.message());
                    self.app.output.warn(&format!("{about}: {told}"));
                }
            }
        }
    }

    /// Records a finished call in every account; `odd` is what is to be said of its client.
    pub(super) async fn record(&self, call: &FinishedCall, odd: Option<&str>) -> Handed {
        let record = call.record();
        let mut handed = Handed::default();
        for account in &self.accounts {
            let session = &account.session;
            let mut delivery = Delivery::new(session, record.call_id().as_str());
            delivery.set_crm_call_id(record.crm_call_id());
            let settled = settle(self.app, session, record.clone()).await;
            let failure = settled.map(|receipt| delivery.add(&receipt)).err();
            delivery.warn_of_number(odd);
            let trouble = failure.as_ref().map(|error| Trouble::of(error, &self.app.redactor()));
            handed.deliveries.push(delivery.among_others(trouble));
            if let Some(error) = failure {
                handed.failures.push((account.name().to_owned(), error));
            }
        }
        handed
    }

    /// What a dry run would have sent.
    pub(super) fn rehearsed(&self, into: &mut Rehearsal) {
        for account in &self.accounts {
            account.session.rehearsed(into);
        }
    }
}

impl Account {
    fn name(&self) -> &str {
        &self.session.profile.name
    }
}

impl Handed {
    /// How a run ends in which that happened.
    pub(super) fn exit(&self) -> Exit {
        let exits = self.failures.iter().map(|(_, error)| Exit::of(error));
        exits.fold(Exit::Done, Exit::or_graver)
    }
}
