//! Leads (обращения).

use std::collections::BTreeMap;

use vochi_crm_core::{LocalTime, setters};

use super::{Digits, LeadId, LeadStatusId, OfficeId, SourceId, UserId, entity};

entity! {
    /// A lead (обращение). Times are local to the account.
    Lead {
        /// The id, for every path.
        id: own(LeadId) = "id",
        /// The number that users see.
        system_id: number = "id_system",
        /// The company's own number.
        internal_id: text = "id_internal",
        /// When it was created.
        created: time = "dat",
        /// When it became a lead.
        lead_since: time = "dat_lead",
        /// When it was changed.
        updated: time = "dat_updated",
        /// When the record was created.
        created_at: time = "created_at",
        /// The office.
        office_id: id(OfficeId) = "office_id",
        /// The responsible manager. It is written as `r_u_id`.
        manager_id: id(UserId) = "manager_id",
        /// The manager's last name.
        manager_surname: text = "manager_surname",
        /// The manager's first name.
        manager_name: text = "manager_name",
        /// The manager's patronymic.
        manager_patronymic: text = "manager_sname",
        /// The client. It is written as `r_cl_id`.
        client_id: id(UserId) = "client_id",
        /// The client's last name.
        client_surname: text = "client_surname",
        /// The client's first name.
        client_name: text = "client_name",
        /// The client's patronymic.
        client_patronymic: text = "client_sname",
        /// The client's number, as typed.
        client_phone: text = "client_phone",
        /// The client's mobile number, as typed.
        client_phone_mobile: text = "client_phone_mobile",
        /// The client's home number, as typed.
        client_phone_home: text = "client_phone_home",
        /// The client's e-mail address.
        client_email: text = "client_email",
        /// The client's company.
        client_company: text = "client_company",
        /// The source.
        source_id: id(SourceId) = "source_id",
        /// The name of the source.
        source: text = "source",
        /// The status.
        status_id: id(LeadStatusId) = "status_id",
        /// The name of the status.
        status: text = "status",
        /// The note. It is written as `note`.
        notes: text = "notes",
    }
}

setters! {
    /// A lead to create. One contact is required: a number or an e-mail address.
    #[derive(Default, PartialEq, Eq)]
    pub payload("snake_case") LeadData {
        /// The status.
        #[serde(rename = "status_id")]
        status: Option<LeadStatusId>,
        /// The client. Without it U-ON looks for one by contact, in an undocumented way.
        #[serde(rename = "r_cl_id")]
        client: Option<UserId>,
        /// The responsible manager. It is read as `manager_id`.
        #[serde(rename = "r_u_id")]
        manager: Option<UserId>,
        /// The name of the source.
        source: Option<String>,
        /// The client's number.
        #[serde(rename = "u_phone")]
        phone: Option<Digits>,
        /// The client's e-mail address.
        #[serde(rename = "u_email")]
        email: Option<String>,
        /// The client's last name.
        #[serde(rename = "u_surname")]
        surname: Option<String>,
        /// The client's first name.
        #[serde(rename = "u_name")]
        name: Option<String>,
        /// The office.
        #[serde(rename = "r_co_id")]
        office: Option<OfficeId>,
        /// When it was created, local to the account.
        #[serde(rename = "r_dat")]
        created: Option<LocalTime>,
        /// The note. It is read as `notes`.
        note: Option<String>,
        /// Suppresses the automatic comment and the automatic task for the manager.
        #[serde(rename = "ignore_actions_and_reminders", serialize_with = "one")]
        without_actions: bool,
        /// Suppresses notices to the client.
        #[serde(rename = "ignore_tourist_notification", serialize_with = "one")]
        without_client_notice: bool,
        /// Suppresses notices to the manager.
        #[serde(rename = "ignore_manager_notification", serialize_with = "one")]
        without_manager_notice: bool,
        /// A value of an additional field, by the field's id.
        #[serde(rename = "extended_fields")]
        extended_field: BTreeMap<String, String>,
    }
}

/// Writes a flag that is set as 1.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the field by reference")]
pub(super) fn one<S: serde::Serializer>(flag: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(u8::from(*flag))
}
