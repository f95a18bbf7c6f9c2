//! The configuration of a U-ON account.

use vochi_crm_core::{Account, CrmUserId, Error, Result, Secret, choice, keys};

use crate::model::{LeadStatusId, OfficeId};

/// The address of U-ON's API.
pub const DEFAULT_URL: &str = "https://api.u-on.ru";

choice! {
    /// The encoding of written requests.
    pub enum BodyEncoding {
        /// JSON in UTF-8.
        Json = "json",
        /// A form, with phone numbers as digits only.
        Form = "form",
    }
}

keys! {
    /// What a U-ON account needs beside what every account has.
    ///
    /// ```
    /// let config: vochi_crm_uon::Config =
    ///     serde_json::from_str(r#"{"api_key": "invented-key", "account_id": "12345"}"#)?;
    /// assert!(!format!("{config:?}").contains("invented-key"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct Config {
        /// The address of the API.
        #[key(origin)]
        url: String = DEFAULT_URL,
        /// The API key, with both boxes, `GET?` and `POST?`, ticked.
        #[key(needed)]
        api_key: Option<Secret>,
        /// The number of the account: `12345`, or its subdomain `id12345`. Needed for links to
        /// client cards and for U-ON's requests to us.
        #[serde(deserialize_with = "vochi_crm_core::wire::id_or_none")]
        #[key(id)]
        account_id: Option<String>,
        /// Whether popups are HTML, with a link on the client's name, instead of plain text.
        html_popup: bool,
        /// The encoding of written requests. A form is for accounts that do not accept JSON.
        body_encoding: BodyEncoding,
        /// Whether a number that is not found is searched in its national spelling too (`8029…`,
        /// `8 9…`): one request more for each unknown caller.
        national_spellings: bool,
        /// The office in which clients are searched by phone; by default in all.
        #[serde(deserialize_with = "vochi_crm_core::wire::id_or_none")]
        #[key(id)]
        office_id: Option<String>,
        /// How many minutes after a missed call its task is due; 15 by default.
        task_minutes: Option<u32>,
    }
}

impl Config {
    /// The number of the account; `None` if it is not configured.
    ///
    /// # Errors
    /// `config` for anything but a number or a subdomain.
    pub(crate) fn account_number(&self) -> Result<Option<u64>> {
        let Some(text) = self.account_id.as_deref().map(str::trim) else {
            return Ok(None);
        };
        account_number(text).map(Some).ok_or_else(|| {
            Error::config(format!("invalid account {text:?}: must be a number or a subdomain"))
                .with_hint("write 12345 for the account at https://id12345.u-on.ru")
                .with_key("account_id")
        })
    }

    /// The office of searches by phone.
    pub(crate) fn office(&self) -> Result<Option<OfficeId>> {
        let office = self.office_id.as_deref();
        office.map(|id| id.parse().map_err(|error: Error| error.in_config("office_id"))).transpose()
    }

    /// The status of new leads (`lead_status`): U-ON names statuses by number.
    pub(crate) fn lead_status(account: &Account) -> Result<Option<LeadStatusId>> {
        let status = account.config().lead_status.as_deref();
        status
            .map(|status| {
                status.parse().map_err(|error: Error| {
                    error
                        .with_hint("write the number of a lead status; its names differ by account")
                        .in_config("lead_status")
                })
            })
            .transpose()
    }
}

/// The number of an account: `12345`, or `id12345` as in its subdomain.
pub(crate) fn account_number(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_suffix(".u-on.ru").unwrap_or(&text);
    let digits = text.strip_prefix("id").unwrap_or(text);
    digits.parse().ok().filter(|number| *number != 0)
}

/// Converts a user id of the common model.
///
/// # Errors
/// `config`: U-ON's user ids are positive numbers.
pub(crate) fn user_id(user: &CrmUserId) -> Result<crate::model::UserId> {
    let id = crate::model::UserId::try_from(user);
    id.map_err(|error| error.with_hint("write the `u_id` that U-ON shows for the manager"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_is_a_number_or_a_subdomain() {
        for (text, number) in [
            ("12345", Some(12345)),
            (" id12345 ", Some(12345)),
            ("ID12345.u-on.ru", Some(12345)),
            ("0", None),
            ("", None),
            ("id", None),
            ("shop", None),
            ("-5", None),
        ] {
            assert_eq!(account_number(text), number, "{text:?}");
        }
    }
}
