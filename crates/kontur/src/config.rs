//! The configuration of a Kontur.CRM account.

use http::HeaderName;
use vochi_crm_core::account::UnknownCaller;
use vochi_crm_core::config::{Kind, Setting};
use vochi_crm_core::http::auth::HeaderKey;
use vochi_crm_core::{Account, Error, Result, Secret, choice, keys};

use crate::client::given;
use crate::model::{InstanceId, PhoneForm};

keys! {
    /// What a Kontur.CRM account needs beside what every account has.
    ///
    /// The documentation leaves much open. Every point it leaves open is a switch here, with the
    /// careful choice as its default.
    ///
    /// ```
    /// use vochi_crm_kontur::{Config, RedirectBy};
    /// let config: Config = serde_json::from_str(
    ///     r#"{"workspace": "vochi-demo", "api_key": "invented-key", "redirect_by": "line"}"#,
    /// )?;
    /// assert_eq!(config.url, "https://crm.kontur.ru");
    /// assert_eq!(config.redirect_by, RedirectBy::Line);
    /// assert!(!format!("{config:?}").contains("invented-key"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Config {
        /// Kontur's address.
        #[key(origin)]
        url: String = DEFAULT_URL,
        /// The workspace: its Latin name or its id. The response to the authorisation names it.
        #[key(id, needed)]
        workspace: String,
        /// The integration's ApiKey. It only gets access keys.
        #[key(needed, or("access_key"), carrier("x-xcom-integration-apikey"))]
        api_key: Option<Secret>,
        /// The secret of a public integration, as `id=value`; it says which workspace is meant. A
        /// private integration has none.
        #[key(carrier("x-xcom-integration-secret"))]
        integration_secret: Option<Secret>,
        /// A ready access key instead of `api_key`, for trials: it lives 20 minutes and nothing
        /// renews it.
        #[key(carrier("x-xcom-accesskey"))]
        access_key: Option<Secret>,
        /// A person's key for the feed of events, contacts and companies, whose samples are written
        /// with one. Whether an access key opens them is not known; without a bearer it is tried.
        #[key(carrier("authorization"))]
        bearer: Option<Secret>,
        /// The id of the integration in the workspace. The response to the authorisation names it.
        instance_id: Option<InstanceId>,
        /// The number call-redirect is asked with: the client's, or the account's own (the line).
        redirect_by: RedirectBy,
        /// How numbers are written: digits with the country code, or the same with a plus.
        phone_form: PhoneForm,
        /// The form of the call's id that continues a call: as Kontur returned it, or as the PBX
        /// knows it.
        continue_by: ContinueBy,
        /// Whether a live event whose response was lost is sent again.
        lost_events: LostEvents,
        /// Which legs of an answered call are registered.
        register_legs: RegisterLegs,
    }
}

/// Kontur's address where `url` is not set.
pub const DEFAULT_URL: &str = "https://crm.kontur.ru";

impl Config {
    /// Checks what only Kontur decides: keys, and what it has no operation for.
    pub(crate) fn check(&self, account: &Account) -> Result<()> {
        let headers =
            [("api_key", &self.api_key), ("integration_secret", &self.integration_secret)];
        for (key, secret) in headers {
            if let Some(secret) = secret {
                HeaderKey::new(HeaderName::from_static("x-key"), secret)
                    .map_err(|error| error.with_key(key))?;
            }
        }
        if let Some(secret) = given(self.integration_secret.as_ref()) {
            let (id, value) = secret.expose().split_once('=').unwrap_or_default();
            if id.trim().is_empty() || value.trim().is_empty() {
                return Err(Error::config("must be an id and a value")
                    .with_hint("write it as id=value, as secretKey=…")
                    .with_key("integration_secret"));
            }
        }
        let unknown = account.config().unknown_caller;
        if [unknown.inbound, unknown.outbound].iter().any(|it| *it != UnknownCaller::None) {
            return Err(Error::config("Kontur deals with unknown callers itself")
                .with_hint("write none: what it makes of a call from an unknown number is its own")
                .with_key("unknown_caller"));
        }
        if account.config().missed_task {
            return Err(Error::config("Kontur has no tasks this version could make")
                .with_hint("write false")
                .with_key("missed_task"));
        }
        Ok(())
    }
}

impl Setting for InstanceId {
    const KIND: Kind = Kind::Id;
}

impl Setting for PhoneForm {
    const KIND: Kind = Kind::Choice(&["digits", "plus"]);
}

choice! {
    /// The number call-redirect is asked with. The documentation calls it the phone of the responsible
    /// employee, who is to be found; a deal's card holds the client's.
    pub enum RedirectBy {
        /// The client's.
        Client = "client",
        /// The company's own, the one that was called.
        Line = "line",
    }
}

choice! {
    /// Which form of the call's id continues a call (events, the end, a recording). Samples send on
    /// what call-started returned, with its prefix.
    pub enum ContinueBy {
        /// As Kontur returned it.
        Returned = "returned",
        /// As the PBX knows it.
        Raw = "raw",
    }
}

choice! {
    /// Whether a live event whose response was lost is sent again. Its time stays the same, so Kontur
    /// could recognise a repeat; whether it does is not documented.
    pub enum LostEvents {
        /// No: rather a line too few than one too many. Register-call brings the facts.
        Drop = "drop",
        /// Yes: Kontur knows repeats by their time.
        Repeat = "repeat",
    }
}

choice! {
    /// Which legs of an answered call are registered. Of an unanswered call, all are.
    pub enum RegisterLegs {
        /// All, also those that only rang.
        All = "all",
        /// Only those that were answered, so that a ring group does not fill the card.
        Answered = "answered",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_phone_form_are_those_it_is_read_from() {
        let Kind::Choice(words) = PhoneForm::KIND else { panic!("{:?}", PhoneForm::KIND) };
        let read = |word: &&str| serde_json::from_value::<PhoneForm>((*word).into()).unwrap();
        let read: Vec<PhoneForm> = words.iter().map(read).collect();
        assert_eq!(read, [PhoneForm::default(), PhoneForm::Plus]);
    }
}
