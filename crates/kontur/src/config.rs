//! The configuration of a Kontur.CRM account.

use http::HeaderName;
use vochi_crm_core::account::UnknownCaller;
use vochi_crm_core::config::{Kind, Setting};
use vochi_crm_core::http::auth::HeaderKey;
use vochi_crm_core::{Account, Error, Result, Secret, choice, keys};

use crate::client::non_blank;
use crate::model::{InstanceId, PhoneForm};

keys! {
    /// The configuration of a Kontur.CRM account beside the common account keys.
    ///
    /// Each behaviour that the vendor's documentation leaves open is a switch, with the cautious
    /// choice as its default.
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
        /// Kontur's base URL.
        #[key(origin)]
        url: String = DEFAULT_URL,
        /// The workspace: its Latin name or its id. The authorization response contains it.
        #[key(id, needed)]
        workspace: String,
        /// The integration's ApiKey. It is used only to obtain access keys.
        #[key(needed, or("access_key"), carrier("x-xcom-integration-apikey"))]
        api_key: Option<Secret>,
        /// The secret of a public integration, as `id=value`; it identifies the workspace. A
        /// private integration has none.
        #[key(carrier("x-xcom-integration-secret"))]
        integration_secret: Option<Secret>,
        /// A ready access key instead of `api_key`, for trials: it lives 20 minutes and is not
        /// renewed.
        #[key(carrier("x-xcom-accesskey"))]
        access_key: Option<Secret>,
        /// A personal key for the event feed, contacts and companies. The vendor's samples use one;
        /// without it the access key is tried.
        #[key(carrier("authorization"))]
        bearer: Option<Secret>,
        /// The id of the integration in the workspace. The authorization response contains it.
        instance_id: Option<InstanceId>,
        /// The number sent with call-redirect: the client's, or the account's own (the line).
        redirect_by: RedirectBy,
        /// The format of phone numbers: digits with the country code, or the same with a plus.
        phone_form: PhoneForm,
        /// The call id sent in follow-up requests: as Kontur returned it, or the PBX's own.
        continue_by: ContinueBy,
        /// Handling of a live event with a lost response: drop it, or send it again.
        lost_events: LostEvents,
        /// The legs of an answered call that are registered.
        register_legs: RegisterLegs,
    }
}

/// Kontur's base URL if `url` is not set.
pub const DEFAULT_URL: &str = "https://crm.kontur.ru";

impl Config {
    /// Checks keys and rejects settings Kontur has no operation for.
    pub(crate) fn check(&self, account: &Account) -> Result<()> {
        let headers =
            [("api_key", &self.api_key), ("integration_secret", &self.integration_secret)];
        for (key, secret) in headers {
            if let Some(secret) = secret {
                HeaderKey::new(HeaderName::from_static("x-key"), secret)
                    .map_err(|error| error.with_key(key))?;
            }
        }
        if let Some(secret) = non_blank(self.integration_secret.as_ref()) {
            let (id, value) = secret.expose().split_once('=').unwrap_or_default();
            if id.trim().is_empty() || value.trim().is_empty() {
                return Err(Error::config("must have the form id=value")
                    .with_hint("write it as id=value, for example secretKey=…")
                    .with_key("integration_secret"));
            }
        }
        let unknown = account.config().unknown_caller;
        if [unknown.inbound, unknown.outbound].iter().any(|it| *it != UnknownCaller::None) {
            return Err(Error::config("unsupported: Kontur handles unknown callers itself")
                .with_hint("set it to none")
                .with_key("unknown_caller"));
        }
        if account.config().missed_task {
            return Err(Error::config("unsupported: Kontur has no documented way to create tasks")
                .with_hint("set it to false")
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
    /// The number sent with call-redirect.
    ///
    /// The documentation calls it the phone of the responsible employee, who is the result of the
    /// request; a deal holds the client's number.
    pub enum RedirectBy {
        /// The client's number.
        Client = "client",
        /// The company's own number that was called.
        Line = "line",
    }
}

choice! {
    /// The call id in follow-up requests (events, the end, a recording).
    ///
    /// Samples send what call-started returned, with its prefix.
    pub enum ContinueBy {
        /// The id Kontur returned.
        Returned = "returned",
        /// The PBX's id.
        Raw = "raw",
    }
}

choice! {
    /// Handling of a live event with a lost response.
    ///
    /// The time stays the same, so Kontur could detect a repeat; it is not documented whether it
    /// does.
    pub enum LostEvents {
        /// Do not send it again: a missing entry is better than a duplicate. register-call sends
        /// the complete data.
        Drop = "drop",
        /// Send it again, assuming that Kontur detects repeats by their time.
        Repeat = "repeat",
    }
}

choice! {
    /// The legs of an answered call that are registered. All legs of an unanswered call are
    /// registered.
    pub enum RegisterLegs {
        /// All legs, including those that only rang.
        All = "all",
        /// Answered legs only, to keep the card short after a ring group.
        Answered = "answered",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_form_choices_match_deserializer() {
        let Kind::Choice(words) = PhoneForm::KIND else { panic!("{:?}", PhoneForm::KIND) };
        let read = |word: &&str| serde_json::from_value::<PhoneForm>((*word).into()).unwrap();
        let read: Vec<PhoneForm> = words.iter().map(read).collect();
        assert_eq!(read, [PhoneForm::default(), PhoneForm::Plus]);
    }
}
