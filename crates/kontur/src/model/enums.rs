//! Kontur's enumerations: open when they are read, a known word when they are sent.

use vochi_crm_core::{Direction, Error, Result};

vochi_crm_core::open_word! {
    /// The direction of a call. It belongs to the whole call: a consultation inside an incoming call
    /// leaves it incoming.
    CallDirection {
        /// The client called.
        Inbound = "inbound",
        /// An employee called the client.
        Outbound = "outbound",
        /// Employees among themselves.
        Internal = "internal",
    }
}

vochi_crm_core::open_word! {
    /// What happened to a leg of a live call.
    LegEventType {
        /// It rings.
        Appeared = "appeared",
        /// It was picked up, or came off hold: there is no word for that.
        Connected = "connected",
        /// It was put on hold.
        Paused = "paused",
        /// It was hung up.
        Disconnected = "disconnected",
        /// Only in the list of words, without a meaning. It is read, never sent: a leg
        /// ends by [`Disconnected`](Self::Disconnected), a call by call-finished.
        Finished = "finished",
    }
}

vochi_crm_core::open_word! {
    /// How an integration stands in a workspace. Answers may write it as a number.
    InstanceStatus {
        /// Installed, not set up.
        NotConfigured = "notConfigured" | "0",
        /// It works.
        Active = "active" | "1",
        /// Switched off for a while.
        Paused = "paused" | "2",
        /// It works, with errors.
        HasErrors = "hasErrors" | "3",
        /// It does not work.
        Failed = "failed" | "4",
    }
}

vochi_crm_core::open_word! {
    /// What triggers a webhook.
    WebhookTrigger {
        /// The clock.
        Schedule = "schedule",
        /// A change of something in the CRM.
        EntityEvent = "entityEvent",
    }
}

vochi_crm_core::open_word! {
    /// The kind of an event of the feed.
    FeedEventType {
        /// Something was made, changed or deleted.
        Change = "change",
        /// Two things were tied together.
        Link = "link",
        /// Two things were untied.
        Unlink = "unlink",
    }
}

vochi_crm_core::open_word! {
    /// How something was changed.
    ChangeType {
        /// It was made.
        Create = "create",
        /// It was changed.
        Patch = "patch",
        /// It was deleted.
        Delete = "delete",
        /// It came back.
        Restore = "restore",
    }
}

vochi_crm_core::open_word! {
    /// The kind of a number or address.
    ElementType {
        /// At work.
        Work = "work",
        /// Not specified.
        Unknown = "unknown",
    }
}

vochi_crm_core::open_word! {
    /// The code of a refusal (`status` of an error). Kontur spells one of them in Pascal case.
    ErrorStatus {
        /// Unknown call: it was never started, or its start was lost.
        CommunicationNotFound = "communicationNotFound",
        /// No such entity. From call-redirect: no user is responsible.
        NotFound = "notFound",
        /// Nothing is connected that could do it.
        NotSupported = "notSupported",
        /// The integration is not installed in the workspace.
        NotInstalled = "notInstalled",
        /// No such integration.
        IntegrationNotFound = "IntegrationNotFound",
        /// The file is above 100 megabytes.
        FileTooLarge = "fileTooLarge",
        /// The request asks for something that cannot be.
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
    /// Refuses what Kontur would not understand.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self::Other(word) => {
                Err(Error::input(format!("Kontur has no call direction {word:?}")))
            }
            _ => Ok(()),
        }
    }
}

impl LegEventType {
    /// Refuses what Kontur would not understand.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self::Finished => Err(Error::input("no leg is ever sent as finished")
                .with_hint("a leg ends by disconnected, a call by call-finished")),
            Self::Other(word) => Err(Error::input(format!("Kontur has no leg event {word:?}"))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_read_in_any_case_and_unknown_ones_kept() {
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
    fn every_direction_of_the_common_model_has_a_word() {
        for direction in Direction::ALL {
            assert!(CallDirection::from(*direction).check().is_ok());
        }
    }
}
