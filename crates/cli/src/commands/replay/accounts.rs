//! The accounts to which replayed calls are sent.

use vochi_crm::asterisk::FinishedCall;
use vochi_crm::phone::PhoneReader;
use vochi_crm::{CallEvent, Error, Result};

use crate::app::{App, Session, StateScope};
use crate::commands::delivery::{Delivery, ProfileDelivery, live, log_call, notify};
use crate::config::Settings;
use crate::exit::Exit;
use crate::output::{DryRun, ErrorObject};

/// The accounts that get popups. Replayed calls may be long over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Popups {
    /// Those of CRMs on this machine.
    Local,
    /// All accounts.
    All,
}

/// The accounts to which replayed calls are sent.
pub(super) struct Accounts<'a> {
    app: &'a App<'a>,
    accounts: Vec<Account>,
}

struct Account {
    session: Session,
    has_popups: bool,
}

/// The results of a call in all accounts.
#[derive(Default)]
pub(super) struct Deliveries {
    pub(super) rows: Vec<ProfileDelivery>,
    /// The errors, each with the name of its profile.
    pub(super) failures: Vec<(String, Error)>,
}

impl<'a> Accounts<'a> {
    /// Opens the accounts of the profiles on the command line.
    ///
    /// # Errors
    /// `config`
    pub(super) async fn open(
        app: &'a App<'a>,
        settings: &Settings<'_>,
        popups: Popups,
    ) -> Result<Self> {
        let profiles = settings.requested()?;
        let secrets = profiles.iter().flat_map(|profile| &profile.secrets);
        app.add_secrets(secrets.cloned());
        let mut accounts = Vec::new();
        for profile in profiles {
            let has_popups = popups == Popups::All || profile.is_on_this_machine();
            let session = app.open(profile, settings, StateScope::Shared).await?;
            accounts.push(Account { session, has_popups });
        }
        let without = accounts.iter().filter(|account| !account.has_popups);
        let without: Vec<&str> = without.map(Account::name).collect();
        if !without.is_empty() {
            app.output.warn(&format!(
                "popups are not sent to {}: not on this machine; --popups sends them",
                without.join(", ")
            ));
        }
        Ok(Self { app, accounts })
    }

    /// Returns the number reader of the first account.
    pub(super) fn phones(&self) -> Option<PhoneReader> {
        let first = self.accounts.first()?;
        Some(first.session.profile.account.phones())
    }

    /// Sends a live event to every account that has popups. Errors become warnings, as the record is sent
    /// anyway.
    pub(super) async fn notify(&self, event: &CallEvent) {
        for account in self.accounts.iter().filter(|account| account.has_popups) {
            let cx = live(self.app, event);
            let about = format!(
                "call {}, profile {}: {}",
                event.call_id(),
                account.name(),
                event.kind().as_str()
            );
            match notify(self.app, &account.session, &cx, event).await {
                // The record repeats these warnings.
                Ok(receipt) => receipt
                    .warnings()
                    .iter()
                    .for_each(|warning| tracing::info!("{about}: {}", warning.text())),
                Err(error) => {
                    let message = self.app.redactor().mask_known(error.message());
                    self.app.output.warn(&format!("{about}: {message}"));
                }
            }
        }
    }

    /// Logs a finished call in every account; `warning` is about the client's number.
    pub(super) async fn record(&self, call: &FinishedCall, warning: Option<&str>) -> Deliveries {
        let record = call.record();
        let mut deliveries = Deliveries::default();
        for account in &self.accounts {
            let session = &account.session;
            let mut delivery = Delivery::new(session, record.call_id().as_str());
            delivery.set_crm_call_id(record.crm_call_id());
            let logged = log_call(self.app, session, record.clone()).await;
            let failure = logged.map(|receipt| delivery.add(&receipt)).err();
            delivery.warn_of_number(warning);
            let error_object =
                failure.as_ref().map(|error| ErrorObject::of(error, &self.app.redactor()));
            deliveries.rows.push(delivery.among_others(error_object));
            if let Some(error) = failure {
                deliveries.failures.push((account.name().to_owned(), error));
            }
        }
        deliveries
    }

    /// Adds the planned requests of all accounts to a dry run.
    pub(super) fn add_to_dry_run(&self, into: &mut DryRun) {
        for account in &self.accounts {
            account.session.add_to_dry_run(into);
        }
    }
}

impl Account {
    fn name(&self) -> &str {
        &self.session.profile.name
    }
}

impl Deliveries {
    /// Returns the exit code.
    pub(super) fn exit(&self) -> Exit {
        let exits = self.failures.iter().map(|(_, error)| Exit::of(error));
        exits.fold(Exit::Done, Exit::or_worse)
    }
}
