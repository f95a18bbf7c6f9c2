//! Notifications: popups in a manager's browser.

use super::{NotificationId, UserId, entity};

entity! {
    /// A notification. No source shows one, so every field may be missing.
    Notification {
        /// The id.
        id: id(NotificationId) = "id",
        /// The text; HTML that was sent is decoded.
        text: text = "text",
        /// The manager who sees it.
        manager_id: id(UserId) = "manager_id",
    }
}
