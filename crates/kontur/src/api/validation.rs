//! Checks of values that Kontur would misread.

use vochi_crm_core::{Error, Result};

/// Rejects a text that is present and blank.
pub(super) fn text(what: &str, text: Option<&str>) -> Result<()> {
    match text {
        Some(text) if text.trim().is_empty() => {
            Err(Error::input(format!("{what} must not be empty")).with_hint("leave it out"))
        }
        _ => Ok(()),
    }
}
