//! Users, the application and the portal.

use super::{UserId, entity};

entity! {
    /// A user of the portal.
    User {
        /// The id.
        id: own(UserId) = "ID",
        /// Whether the user may log in.
        active: flag = "ACTIVE",
        /// The given name.
        name: text = "NAME",
        /// The second name.
        second_name: text = "SECOND_NAME",
        /// The family name.
        last_name: text = "LAST_NAME",
        /// The e-mail address.
        email: text = "EMAIL",
        /// The inner number; absent, `null` and empty are none.
        inner_phone: text = "UF_PHONE_INNER",
        /// The office number.
        work_phone: text = "WORK_PHONE",
        /// The mobile number.
        mobile: text = "PERSONAL_MOBILE",
        /// The position.
        position: text = "WORK_POSITION",
        /// The departments.
        departments: texts = "UF_DEPARTMENT",
        /// The type, as `employee`.
        user_type: text = "USER_TYPE",
        /// Whether the user is online.
        online: flag = "IS_ONLINE",
        /// When the user was last active.
        last_activity: time = "LAST_ACTIVITY_DATE",
    }
}

impl User {
    /// The name, given name first; without one, the e-mail address or the id.
    pub fn display_name(&self) -> String {
        let parts = [&self.name, &self.last_name].into_iter().flatten();
        let name = parts.map(|part| part.trim()).collect::<Vec<_>>().join(" ");
        let or_email = if name.is_empty() { self.email.clone() } else { Some(name) };
        or_email.unwrap_or_else(|| self.id.to_string())
    }
}

entity! {
    /// The user whose rights the client has.
    Profile {
        /// The id.
        id: own(UserId) = "ID",
        /// Whether the user is an administrator.
        admin: flag = "ADMIN",
        /// The given name.
        name: text = "NAME",
        /// The family name.
        last_name: text = "LAST_NAME",
        /// The gender.
        gender: text = "PERSONAL_GENDER",
        /// The time zone.
        time_zone: text = "TIME_ZONE",
    }
}

entity! {
    /// Whether a method exists, and may be called.
    MethodState {
        /// Whether the portal has the method.
        exists: flag = "isExisting",
        /// Whether the scopes of the client allow it.
        available: flag = "isAvailable",
    }
}

entity! {
    /// The application.
    AppInfo {
        /// The id.
        id: number = "ID",
        /// The code.
        code: text = "CODE",
        /// The version.
        version: number = "VERSION",
        /// The status: `L` local, `F` free, `D` demo, `T` trial, `P` paid.
        status: text = "STATUS",
        /// Whether the installation is complete; no events come before.
        installed: flag = "INSTALLED",
        /// Whether the paid period is over.
        payment_expired: flag = "PAYMENT_EXPIRED",
        /// The days left of the paid period.
        days: number = "DAYS",
        /// The language of the portal.
        language: text = "LANGUAGE_ID",
        /// The plan of the portal.
        license: text = "LICENSE",
        /// The type of the plan.
        license_type: text = "LICENSE_TYPE",
        /// The family of the plan: `ent` is Enterprise, with the larger quota.
        license_family: text = "LICENSE_FAMILY",
        /// The scopes, as some portals list them for a webhook.
        scopes: texts = "SCOPE",
    }
}
