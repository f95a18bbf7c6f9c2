//! A user to write.

use std::collections::BTreeMap;

use vochi_crm_core::setters;

use super::{OfficeId, UserId};

setters! {
    /// A client to create or change. Nothing is required by U-ON; fields that are not set keep their
    /// values.
    ///
    /// ```
    /// use vochi_crm_uon::model::{UserData, UserId};
    /// let data = UserData::new().surname("Иванов").phone("+375291112233").manager(UserId::new(2)?);
    /// assert_eq!(
    ///     serde_json::to_string(&data).unwrap(),
    ///     r#"{"u_surname":"Иванов","u_phone":"+375291112233","u_manager_id":2}"#,
    /// );
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    #[derive(Default, PartialEq, Eq)]
    pub payload UserData {
        /// 1 a person, 2 a company, 3 an agency.
        #[serde(rename = "u_type")]
        kind: Option<u8>,
        /// The company.
        #[serde(rename = "u_company")]
        company: Option<String>,
        /// The position in it.
        #[serde(rename = "u_position")]
        position: Option<String>,
        /// The last name.
        #[serde(rename = "u_surname")]
        surname: Option<String>,
        /// The first name.
        #[serde(rename = "u_name")]
        name: Option<String>,
        /// The patronymic.
        #[serde(rename = "u_sname")]
        patronymic: Option<String>,
        /// The first phone number.
        #[serde(rename = "u_phone")]
        phone: Option<String>,
        /// The mobile number.
        #[serde(rename = "u_phone_mobile")]
        phone_mobile: Option<String>,
        /// The home number.
        #[serde(rename = "u_phone_home")]
        phone_home: Option<String>,
        /// The e-mail address.
        #[serde(rename = "u_email")]
        email: Option<String>,
        /// The birthday, as `1990-01-31`.
        #[serde(rename = "u_birthday")]
        birthday: Option<String>,
        /// `м` or `ж`; it is read as a number.
        #[serde(rename = "u_sex")]
        sex: Option<String>,
        /// The address.
        #[serde(rename = "u_address")]
        address: Option<String>,
        /// The name in Telegram.
        #[serde(rename = "u_telegram")]
        telegram: Option<String>,
        /// The number in WhatsApp.
        #[serde(rename = "u_whatsapp")]
        whatsapp: Option<String>,
        /// The number in Viber.
        #[serde(rename = "u_viber")]
        viber: Option<String>,
        /// The ids of labels, separated by commas.
        #[serde(rename = "u_labels")]
        labels: Option<String>,
        /// The office.
        #[serde(rename = "u_office_id")]
        office: Option<OfficeId>,
        /// The responsible manager. It is read as `manager_id`.
        #[serde(rename = "u_manager_id")]
        manager: Option<UserId>,
        /// The note.
        #[serde(rename = "u_note")]
        note: Option<String>,
        /// A value of an additional field, by the field's id.
        #[serde(rename = "extended_fields")]
        extended_field: BTreeMap<String, String>,
    }
}
