//! Closed vocabularies of calls. The values of live hangups and of the history differ.

use serde::Serialize;

/// The result of a live call (`hangupStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub enum HangupStatus {
    /// An employee and the client talked.
    #[serde(rename = "answered")]
    Answered,
    /// Busy or declined.
    #[serde(rename = "busy")]
    Busy,
    /// The caller hung up first.
    #[serde(rename = "cancel")]
    Cancel,
    /// It could not be placed.
    #[serde(rename = "failed")]
    Failed,
    /// Not answered. The value ends in *-ed*.
    #[serde(rename = "no answered")]
    NoAnswered,
}

/// The type of a live call event (`type`). There is none for an answer or a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum CallEventType {
    /// The client calls; the popup is shown to employees.
    In,
    /// An employee calls the client.
    Out,
    /// The call ended; the popup closes.
    Hangup,
}

/// The direction of a call in the history (`type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum CallDirection {
    /// The client called.
    In,
    /// The company called.
    Out,
}

/// The result of a call in the history (`result`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub enum CallResult {
    /// An employee and the client talked.
    #[serde(rename = "answered")]
    Answered,
    /// Busy or declined.
    #[serde(rename = "busy")]
    Busy,
    /// It could not be placed.
    #[serde(rename = "failed")]
    Failed,
    /// Not answered. The value does not end in *-ed*.
    #[serde(rename = "no answer")]
    NoAnswer,
    /// Forbidden.
    #[serde(rename = "not allowed")]
    NotAllowed,
    /// Any other result.
    #[serde(rename = "unknown")]
    Unknown,
}
