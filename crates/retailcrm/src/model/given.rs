//! What is never sent, because the CRM could only misread it.

use vochi_crm_core::{Error, Result};

/// An id. The CRM has none that is 0: it would be read as no id at all.
pub(crate) fn id(what: &str, id: u64) -> Result<()> {
    if id == 0 {
        return Err(Error::input(format!("{what} is 0, which is no id")));
    }
    Ok(())
}

/// A text that may be left out, and says something where it is there.
pub(crate) fn text<'a>(what: &str, text: Option<&'a str>) -> Result<Option<&'a str>> {
    match text {
        Some(text) if text.trim().is_empty() => {
            Err(Error::input(format!("{what} is empty"))
                .with_hint("leave it out where there is none"))
        }
        text => Ok(text),
    }
}
