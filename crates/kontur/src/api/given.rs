//! What is never sent, because the CRM could only misread it.

use vochi_crm_core::{Error, Result};

/// Refuses a text that is there and says nothing.
pub(super) fn text(what: &str, text: Option<&str>) -> Result<()> {
    match text {
        Some(text) if text.trim().is_empty() => {
            Err(Error::input(format!("{what} is empty"))
                .with_hint("leave it out where there is none"))
        }
        _ => Ok(()),
    }
}
