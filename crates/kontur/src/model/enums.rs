//! Kontur's enumerations: unknown values are kept when read and rejected when sent.

use vochi_crm_core::{Direction, Error, Result};

vochi_crm_core::open_word! {
    /// The direction of a whole call: a consultation inside an incoming call leaves it incoming.
    CallDirection {
        /// The client called.
        Inbound = "inbound",
        /// An employee called the client.
        Outbound = "outbound",
        /// A call among employees.
        Internal = "internal",
    }
}

vochi_crm_core::open_word! {
    /// The kind of event of a leg of a live call.
    LegEventType {
        /// The leg rings.
        Appeared = "appeared",
        /// The leg was answered or resumed: Kontur has no separate value for resuming.
        Connected = "connected",
        /// The leg was put on hold.
        Paused = "paused",
        /// The leg ended.
        Disconnected = "disconnected",
        /// An undocumented value, read but never sent.
        ///
        /// A leg ends by [`Disconnected`](Self::Disconnected), a call by call-finished.
        Finished = "finished",
    }
}

vochi_crm_core::open_word! {
    /// The status of an integration in a workspace. Responses may contain it as a number.
    InstanceStatus {
        /// Installed, not set up.
        NotConfigured = "notConfigured" | "0",
        /// Active.
        Active = "active" | "1",
        /// Paused.
        Paused = "paused" | "2",
        /// Active, with errors.
        HasErrors = "hasErrors" | "3",
        /// Failed.
        Failed = "failed" | "4",
    }
}

vochi_crm_core::open_word! {
    /// The trigger of a webhook.
    WebhookTrigger {
        /// A schedule.
        Schedule = "schedule",
        /// A change of an entity.
        EntityEvent = "entityEvent",
    }
}

vochi_crm_core::open_word! {
    /// The kind of a feed event.
    FeedEventType {
        /// An entity was created, changed or deleted.
        Change = "change",
        /// Two entities were linked.
        Link = "link",
        /// Two entities were unlinked.
        Unlink = "unlink",
    }
}

vochi_crm_core::open_word! {
    /// The kind of change of an entity.
    ChangeType {
        /// Created.
        Create = "create",
        /// Changed.
        Patch = "patch",
        /// Deleted.
        Delete = "delete",
        /// Restored.
        Restore = "restore",
    }
}

vochi_crm_core::open_word! {
    /// The kind of a phone number or e-mail address.
    ElementType {
        /// At work.
        Work = "work",
        /// Not specified.
        Unknown = "unknown",
    }
}

vochi_crm_core::open_word! {
    /// The code of an error (`status`). Kontur spells one of them in Pascal case.
    ErrorStatus {
        /// The call is unknown: it was never started, or its start was lost.
        CommunicationNotFound = "communicationNotFound",
        /// The entity is unknown. From call-redirect: no user is responsible.
        NotFound = "notFound",
        /// No connected integration supports the operation.
        NotSupported = "notSupported",
        /// The integration is not installed in the workspace.
        NotInstalled = "notInstalled",
        /// The integration is unknown.
        IntegrationNotFound = "IntegrationNotFound",
        /// The file is above 100 megabytes.
        FileTooLarge = "fileTooLarge",
        /// The request has invalid arguments.
        InvalidArgs = "invalidArgs",
    }
}

impl ErrorStatus {
    /// Returns the code of an error, if Kontur sent one.
    pub fn of_error(error: &Error) -> Option<Self> {
        error.code().map(Self::of)
    }
}

impl From<Direction> for CallDirection {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Inbound => Self::Inbound,
            Direction::Outbound => Self::Outbound,
            Direction::Internal => Self::Internal,
            other => Self::Other(other.as_str().to_owned()),
        }
    }
}

impl CallDirection {
    /// Rejects a direction unknown to Kontur.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self::Other(word) => Err(Error::input(format!("unsupported call direction {word:?}"))),
            _ => Ok(()),
        }
    }
}

impl LegEventType {
    /// Rejects an event unknown to Kontur or never sent.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self::Finished => Err(Error::input("unsupported leg event \"finished\"")
                .with_hint("end a leg with disconnected, a call with call-finished")),
            Self::Other(word) => Err(Error::input(format!("unsupported leg event {word:?}"))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_ignore_case_and_keep_unknown_ones() {
        for (value, status) in [
            (json!("active"), InstanceStatus::Active),
            (json!("Active"), InstanceStatus::Active),
            (json!("NOTCONFIGURED"), InstanceStatus::NotConfigured),
            (json!(3), InstanceStatus::HasErrors),
            (json!("4"), InstanceStatus::Failed),
            (json!("Melted"), InstanceStatus::Other("Melted".to_owned())),
        ] {
            let read: InstanceStatus = serde_json::from_value(value.clone()).unwrap();
            assert_eq!(read, status, "{value}");
        }
        assert!(serde_json::from_value::<InstanceStatus>(json!(null)).is_err());
    }

    #[test]
    fn every_common_direction_is_mapped() {
        for direction in Direction::ALL {
            assert!(CallDirection::from(*direction).check().is_ok());
        }
    }
}
