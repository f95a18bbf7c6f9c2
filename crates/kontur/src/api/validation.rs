//! Values that are never sent, because Kontur could only misread them.

use vochi_crm_core::{Error, Result};

/// Refuses a text that is present and blank.
pub(super) fn text(what: &str, text: Option<&str>) -> Result<()> {
    match text {
        Some(text) if text.trim().is_empty() => {
            Err(Error::input(format!("{what} is empty"))
                .with_hint("leave it out where there is none"))
        }
        _ => Ok(()),
    }
}
