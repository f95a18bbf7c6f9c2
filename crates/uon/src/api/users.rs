//! `user`: clients, and employees as records of the same table.

use std::borrow::Cow;

use vochi_crm_core::http::{ApiRequest, Operation};
use vochi_crm_core::{Error, Result, Text, setters};

use super::response::{Created, Done, Many, One, get, page, paged, post, post_some, reads, writes};
use crate::model::{Date, Digits, OfficeId, User, UserData, UserId};

setters! {
    /// Finds users by phone (`GET user/phone/{phone}`), by digits.
    ///
    /// Which spellings U-ON matches is not documented;
    /// [`Client::users_by_phone`](crate::Client::users_by_phone) searches several and verifies the
    /// results.
    pub struct FindUsersByPhone {
        phone: String,
        /// Only users of this office.
        office: Option<OfficeId>,
    }
}

impl Operation for FindUsersByPhone {
    reads!(Many<User>, "user/phone/{phone}");

    fn request(&self) -> Result<ApiRequest> {
        let digits = Digits::of(&self.phone)?;
        let office = self.office.map(|office| format!("/{office}")).unwrap_or_default();
        Ok(get(&format!("user/phone/{}{office}", digits.as_str())))
    }
}

/// Finds users by e-mail address (`POST user/email`).
#[derive(Clone, Debug)]
pub struct FindUsersByEmail(pub Text);

impl Operation for FindUsersByEmail {
    reads!(Many<User>, "user/email");

    fn request(&self) -> Result<ApiRequest> {
        // Two public clients name the field differently.
        post("user/email", &serde_json::json!({"email": self.0, "u_email": self.0}))
    }
}

setters! {
    /// Finds users by a contact other than a phone (`POST user/search`).
    ///
    /// U-ON ignores a filter it does not know and returns everybody, so there is none for phones.
    #[derive(Default)]
    pub payload("snake_case") SearchUsers {
        /// The passport.
        passport: Option<String>,
        /// The passport for travel abroad.
        zagran_passport: Option<String>,
        /// The page in VK.
        vkontakte: Option<String>,
        /// The page in Facebook.
        facebook: Option<String>,
        /// The page in OK.
        odnoklassniki: Option<String>,
        /// The name in Telegram.
        telegram: Option<String>,
        /// The name in MAX.
        max: Option<String>,
        /// The number in WhatsApp.
        whatsapp: Option<String>,
        /// The number in Viber.
        viber: Option<String>,
        /// The name in Instagram.
        instagram: Option<String>,
        /// The ids of labels, separated by commas.
        label_ids: Option<String>,
        /// 1 finds parts of values too.
        part_match: Option<u8>,
        /// The page, from 1.
        page: u32 = 1u32,
    }
}

impl Operation for SearchUsers {
    reads!(Many<User>, "user/search");

    fn request(&self) -> Result<ApiRequest> {
        page(self.page)?;
        let values = [
            &self.passport,
            &self.zagran_passport,
            &self.vkontakte,
            &self.facebook,
            &self.odnoklassniki,
            &self.telegram,
            &self.max,
            &self.whatsapp,
            &self.viber,
            &self.instagram,
            &self.label_ids,
        ];
        if values.into_iter().flatten().all(|value| value.trim().is_empty()) {
            return Err(Error::input("cannot search users: no contact is set")
                .with_hint("without a contact U-ON would return everybody"));
        }
        post("user/search", self)
    }
}

/// Reads a user (`GET user/{id}`).
#[derive(Clone, Copy, Debug)]
pub struct GetUser(pub UserId);

impl Operation for GetUser {
    reads!(One<User>, "user/{id}");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get(&format!("user/{}", self.0)))
    }
}

setters! {
    /// Lists users (`GET users/{page}`), a hundred a page.
    #[derive(Copy, Default)]
    pub struct ListUsers {
        /// The page, from 1.
        page: u32 = 1u32,
    }
}

impl Operation for ListUsers {
    reads!(Many<User>, "users/{page}");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get(&format!("users/{}", page(self.page)?)))
    }
}

setters! {
    /// Lists users changed on days from `from` to `until`, both included
    /// (`GET user/updated/{from}/{to}/{page}`).
    #[derive(Copy)]
    pub struct ListUpdatedUsers {
        from: Date,
        until: Date,
        /// The page, from 1.
        page: u32 = 1u32,
    }
}

impl Operation for ListUpdatedUsers {
    reads!(Many<User>, "user/updated/{from}/{to}/{page}");

    fn request(&self) -> Result<ApiRequest> {
        let (from, until) = (self.from, self.until);
        Ok(get(&format!("user/updated/{from}/{until}/{}", page(self.page)?)))
    }
}

paged!(ListUsers, ListUpdatedUsers, SearchUsers);

setters! {
    /// Creates a user (`POST user/create`). No idempotency key: a lost response ends with effect
    /// `maybe`. A search may miss the new user for about a second.
    pub struct CreateUser {
        data: UserData,
    }
}

impl Operation for CreateUser {
    writes!(Created<User>, "user/create", Unsafe);

    fn request(&self) -> Result<ApiRequest> {
        post_some("user/create", &self.data)
    }
}

setters! {
    /// Changes a user (`POST user/update/{id}`). Fields that are not set keep their values.
    pub struct UpdateUser {
        user: UserId,
        data: UserData,
    }
}

impl Operation for UpdateUser {
    writes!(Done, "user/update/{id}", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        post_some(&format!("user/update/{}", self.user), &self.data)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.user.to_string().into())
    }
}
