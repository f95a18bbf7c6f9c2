//! Recordings of calls.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::error::{Error, Result};

/// The recording of a call or leg.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Recording {
    /// An address that the CRM or a browser can open without signing in.
    Url(Url),
    /// A file on this machine, to be uploaded.
    File(PathBuf),
}

impl Recording {
    /// Creates a recording from a web address.
    ///
    /// ```
    /// use vochi_crm_core::Recording;
    /// assert!(Recording::url("https://pbx.example.test/rec/5d1f0b7e.mp3").is_ok());
    /// assert!(Recording::url("/var/spool/rec.mp3").is_err());
    /// ```
    pub fn url(address: &str) -> Result<Self> {
        match Url::parse(address.trim()) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Self::Url(url)),
            _ => Err(Error::input("invalid recording address: must be an http or https URL")
                .with_hint("write the absolute address, as https://pbx.example.test/rec/1.mp3")),
        }
    }
}
