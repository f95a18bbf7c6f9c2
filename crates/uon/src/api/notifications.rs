//! `notification`: popups in a manager's browser.

use vochi_crm_core::http::{ApiRequest, Operation};
use vochi_crm_core::{Error, Result, setters};

use super::response::{Created, Many, One, get, page, paged, post, post_empty, reads, writes};
use crate::model::{Notification, NotificationId, UserId};

setters! {
    /// Shows a popup to one manager (`POST notification/create`). A repeat shows it twice.
    pub struct CreateNotification {
        /// The text; U-ON shows HTML in it.
        text: String,
        manager: UserId,
    }
}

impl Operation for CreateNotification {
    writes!(Created<Notification>, "notification/create", Unsafe);

    fn request(&self) -> Result<ApiRequest> {
        if self.text.trim().is_empty() {
            return Err(Error::input("cannot show a popup: the text is blank"));
        }
        let manager = self.manager.to_string();
        post("notification/create", &serde_json::json!({"text": self.text, "manager_id": manager}))
    }
}

/// Reads a notification (`GET notification/{id}`).
#[derive(Clone, Copy, Debug)]
pub struct GetNotification(pub NotificationId);

impl Operation for GetNotification {
    reads!(One<Notification>, "notification/{id}");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get(&format!("notification/{}", self.0)))
    }
}

setters! {
    /// Lists notifications (`POST notifications/{page}`).
    #[derive(Copy, Default)]
    pub struct ListNotifications {
        /// The page, from 1.
        page: u32 = 1u32,
    }
}

impl Operation for ListNotifications {
    reads!(Many<Notification>, "notifications/{page}");

    fn request(&self) -> Result<ApiRequest> {
        Ok(post_empty(&format!("notifications/{}", page(self.page)?)))
    }
}

paged!(ListNotifications);
