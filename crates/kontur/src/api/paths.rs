//! Every path in one table: the documentation is of 2022.

use vochi_crm_core::Result;
use vochi_crm_core::http::segment;

pub(super) const AUTHORIZE_PRIVATE: &str = "/authorization/authorize-private-integration";
pub(super) const AUTHORIZE_PUBLIC: &str = "/authorization/authorize-integration";

pub(super) const CALL_STARTED: &str = "/communications/callbacks/telephony/call-started";
pub(super) const CALL_EVENT: &str = "/communications/callbacks/telephony/call-event";
pub(super) const CALL_FINISHED: &str = "/communications/callbacks/telephony/call-finished";
pub(super) const CALL_FAILED: &str = "/communications/callbacks/telephony/call-failed";
pub(super) const CALL_RECORDING: &str = "/communications/callbacks/telephony/call-recording";
pub(super) const REGISTER_CALL: &str = "/communications/callbacks/telephony/register-call";
pub(super) const CALL_REDIRECT: &str = "/communications/callbacks/telephony/call-redirect";

pub(super) const EVENTS: &str = "/events";
pub(super) const COMPANIES: &str = "/companies";
pub(super) const CREATE_CONTACTS: &str = "/contacts/create";
pub(super) const FILES: &str = "/files";
pub(super) const UI_SETTINGS: &str = "/ui-settings";

pub(super) fn contact(id: &str) -> Result<String> {
    Ok(format!("/contacts/{}", segment(id)?))
}

pub(super) fn file(id: &str) -> Result<String> {
    Ok(format!("/files/{}", segment(id)?))
}

pub(super) fn file_meta(id: &str) -> Result<String> {
    Ok(format!("{}/meta", file(id)?))
}

pub(super) fn instance(id: &str) -> Result<String> {
    Ok(format!("/integrations/instances/{}", segment(id)?))
}

pub(super) fn setup(id: &str) -> Result<String> {
    Ok(format!("/integrations/{}/setup", segment(id)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stays_one_segment_of_the_path() {
        for (id, path) in [
            ("7c9e", Some("/files/7c9e")),
            ("a/b?c", Some("/files/a%2Fb%3Fc")),
            ("..", None),
            ("", None),
        ] {
            assert_eq!(file(id).ok().as_deref(), path, "{id}");
        }
    }
}
