//! Closed vocabularies of calls. The words of a live hangup and of the history differ.

use serde::Serialize;

/// How a live call ended (`hangupStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum HangupStatus {
    /// Somebody talked.
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
    /// Nobody answered. Note the *-ed*.
    #[serde(rename = "no answered")]
    NoAnswered,
}

/// What happens to a live call (`type`). There is no event for an answer or a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CallEventType {
    /// The client calls; employees are shown the popup.
    In,
    /// An employee calls the client.
    Out,
    /// The call ended; the popup closes.
    Hangup,
}

/// Who called whom, in the history (`type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CallDirection {
    /// The client called.
    In,
    /// The company called.
    Out,
}

/// How a call of the history ended (`result`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum CallResult {
    /// Somebody talked.
    #[serde(rename = "answered")]
    Answered,
    /// Busy or declined.
    #[serde(rename = "busy")]
    Busy,
    /// It could not be placed.
    #[serde(rename = "failed")]
    Failed,
    /// Nobody answered. Note: without *-ed*.
    #[serde(rename = "no answer")]
    NoAnswer,
    /// Forbidden.
    #[serde(rename = "not allowed")]
    NotAllowed,
    /// Anything else.
    #[serde(rename = "unknown")]
    Unknown,
}
