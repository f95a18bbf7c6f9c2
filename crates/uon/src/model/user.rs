//! Users: clients and employees, in one table.

use super::{OfficeId, SourceId, UserId, entity};

entity! {
    /// A client, or an employee.
    User {
        /// The id.
        id: own(UserId) = "u_id",
        /// The id across accounts.
        global_id: number = "global_u_id",
        /// 1 a person, 2 a company, 3 an agency; 0 an employee.
        kind: number = "u_type",
        /// The kind of a tourist.
        tourist_kind: number = "tourist_kind",
        /// The last name.
        surname: text = "u_surname",
        /// The first name.
        name: text = "u_name",
        /// The patronymic.
        patronymic: text = "u_sname",
        /// The last name in Latin letters.
        surname_latin: text = "u_surname_en",
        /// The first name in Latin letters.
        name_latin: text = "u_name_en",
        /// The company.
        company: text = "u_company",
        /// The position in it.
        position: text = "u_position",
        /// The taxpayer number of the company.
        inn: text = "u_inn",
        /// The e-mail address.
        email: text = "u_email",
        /// The first phone number, as typed.
        phone: text = "u_phone",
        /// The mobile number, as typed.
        phone_mobile: text = "u_phone_mobile",
        /// The home number, as typed.
        phone_home: text = "u_phone_home",
        /// The fax number, as typed.
        fax: text = "u_fax",
        /// The birthday.
        birthday: time = "u_birthday",
        /// 0 unknown, 1 male, 2 female. It is written as a letter.
        sex: number = "u_sex",
        /// The address.
        address: text = "address",
        /// The note.
        note: text = "u_note",
        /// The discount.
        discount: text = "u_discount",
        /// The address of the photo.
        image: text = "u_image",
        /// The responsible manager. It is written as `u_manager_id`.
        manager_id: id(UserId) = "manager_id",
        /// The office.
        office_id: id(OfficeId) = "office_id",
        /// The source.
        source_id: id(SourceId) = "source_id",
        /// The role. Its numbers differ by account.
        role_id: number = "role_id",
        /// Whether the user is active.
        active: flag = "active",
        /// Whether the user is deleted.
        deleted: flag = "deleted",
        /// The offset from UTC, as `+3`.
        timezone: text = "timezone",
        /// The inner number of an employee, as typed. Not known to be an extension of the PBX.
        inner_number: text = "ip_internal_number",
        /// 1 free, 2 busy, 3 away.
        manager_status: number = "u_manager_status",
        /// The nationality.
        nationality: text = "nationality",
        /// The id of the nationality.
        nationality_id: number = "nationality_id",
        /// The name in Telegram.
        telegram: text = "u_telegram",
        /// The name in MAX.
        max: text = "u_max",
        /// The number in `WhatsApp`.
        whatsapp: text = "u_whatsapp",
        /// The number in Viber.
        viber: text = "u_viber",
        /// The name in Instagram.
        instagram: text = "u_instagram",
        /// The page in VK.
        vk: text = "u_social_vk",
        /// The page in Facebook.
        facebook: text = "u_social_fb",
        /// The page in OK.
        ok: text = "u_social_ok",
        /// When the user was changed.
        updated: time = "u_date_update",
        /// Whether the user has a cabinet.
        cabinet_created: flag = "cabinet_created",
        /// When the cabinet was created.
        cabinet_created_date: time = "cabinet_created_date",
    }
}

impl User {
    /// First name, patronymic and last name; without them the company, the e-mail address, or the
    /// id.
    pub fn display_name(&self) -> String {
        let known = self.full_name().or_else(|| self.company.clone());
        known.or_else(|| self.email.clone()).unwrap_or_else(|| format!("Пользователь {}", self.id))
    }

    /// First name, patronymic and last name, without the missing ones.
    pub fn full_name(&self) -> Option<String> {
        join([&self.name, &self.patronymic, &self.surname])
    }

    /// Last name, first name and patronymic, as U-ON writes them.
    pub fn formal_name(&self) -> Option<String> {
        join([&self.surname, &self.name, &self.patronymic])
    }

    /// The three phone numbers, as typed.
    pub fn phones(&self) -> impl Iterator<Item = &str> {
        [&self.phone, &self.phone_mobile, &self.phone_home]
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    /// Returns true for an employee who works: active and not deleted.
    pub fn is_at_work(&self) -> bool {
        self.active != Some(false) && self.deleted != Some(true)
    }
}

fn join(parts: [&Option<String>; 3]) -> Option<String> {
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
