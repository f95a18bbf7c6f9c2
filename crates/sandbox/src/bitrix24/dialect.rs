//! Behaviour of Bitrix24 that is undocumented, or known in several forms.

use serde::Deserialize;

/// Code of an error of telephony (§17.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// `ERROR_CORE`, as documented.
    #[default]
    Core,
    /// The empty text, as seen live.
    Empty,
}

/// State of the portal as a whole (§1.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PortalState {
    /// It works.
    #[default]
    Active,
    /// `PORTAL_DELETED`.
    Deleted,
    /// `OVERLOAD_LIMIT`: blocked by Bitrix24.
    Blocked,
    /// `ACCESS_DENIED`: the tariff has no REST.
    WithoutRest,
    /// `PAYMENT_REQUIRED`.
    Unpaid,
}

/// Form of an event of Bitrix24 (§9.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventForm {
    /// Encoded brackets, with tokens.
    #[default]
    Usual,
    /// Raw brackets.
    RawBrackets,
    /// No `access_token`, `expires_in`, `scope` and `status`.
    WithoutTokens,
}

/// Behaviour of this CRM that is undocumented, or seen in several forms.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is one open question")]
pub struct Dialect {
    /// Code of telephony's errors.
    pub error_code: ErrorCode,
    /// Whether telephony's errors have the server's texts instead of the documented ones (§5, §7).
    pub server_texts: bool,
    /// Whether telephony refuses webhooks with `WRONG_AUTH_TYPE` (§17.1).
    pub refuse_webhooks: bool,
    /// Whether `app.info` answers a webhook (§12).
    pub app_info_of_webhook: bool,
    /// Whether `EXTERNAL_CALL_ID` is returned (§17.16).
    pub echo_external_id: bool,
    /// Whether the 30 minutes count from `CALL_START_DATE` (§17.4).
    pub age_by_start_date: bool,
    /// Whether an unknown `LINE_NUMBER` is refused (§17.5).
    pub refuse_unknown_lines: bool,
    /// Whether `CRM_CREATE` makes a contact and a deal instead of a lead (§17.9).
    pub without_leads: bool,
    /// Whether `CRM_CREATE` fails with `LEAD_CREATION_ERROR` (§4).
    pub lead_error: bool,
    /// Whether `finish` creates no activity (§5).
    pub activity_error: bool,
    /// Whether ids of entities are text in telephony and duplicates.
    pub text_ids: bool,
    /// Whether responses carry no operating time, as those of a self-hosted portal (§1.3).
    pub without_operating: bool,
    /// Whether errors of authorisation have the status 200, as on old portals (§1.4).
    pub errors_as_200: bool,
    /// Whether the user has no rights in the CRM (§10).
    pub deny_crm: bool,
    /// Whether the right to view the statistic is missing (§8).
    pub deny_statistic: bool,
    /// Whether the tokens of a code come without `expires` and `user_id`, as documented; an
    /// official client requires both (§3.2).
    pub short_tokens: bool,
    /// Status of the download of `RECORD_URL`; 0 for 200.
    pub download_status: u16,
    /// Form of the events.
    pub events: EventForm,
}
