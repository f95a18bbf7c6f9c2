//! The fields of new entities of the CRM.

use std::collections::BTreeMap;

use serde_json::Value;
use vochi_crm_core::{Text, setters};

use super::{
    ActivityDirection, ActivityType, CompanyId, ContactId, EntityId, EntityTypeId, Moment, UserId,
    YesNo,
};

setters! {
    /// A phone or e-mail address to write.
    pub payload("SCREAMING_SNAKE_CASE") NewMultiField {
        value: Text,
        /// The kind: `WORK` by default, `MOBILE`, `HOME`, `FAX`, `PAGER`, `MAILING`, `OTHER`.
        value_type: String = "WORK".to_owned(),
    }
}

setters! {
    /// The fields of a new contact.
    #[derive(Default)]
    pub payload("SCREAMING_SNAKE_CASE") ContactData {
        /// The given name.
        name: Option<Text>,
        /// The second name.
        second_name: Option<Text>,
        /// The family name.
        last_name: Option<Text>,
        /// The type, by the portal's code.
        type_id: Option<Text>,
        /// The source, by the portal's code.
        source_id: Option<Text>,
        /// The responsible user.
        assigned_by_id: Option<UserId>,
        /// The company.
        company_id: Option<CompanyId>,
        /// The phones.
        phone: Vec<NewMultiField>,
        /// The e-mail addresses.
        email: Vec<NewMultiField>,
        /// The system that creates it.
        originator_id: Option<Text>,
        /// Its id in that system.
        origin_id: Option<Text>,
        /// Any other field, by its name.
        #[serde(flatten)]
        field: BTreeMap<String, Value>,
    }
}

setters! {
    /// The fields of a new lead.
    #[derive(Default)]
    pub payload("SCREAMING_SNAKE_CASE") LeadData {
        /// The title.
        title: Option<Text>,
        /// The given name.
        name: Option<Text>,
        /// The family name.
        last_name: Option<Text>,
        /// The status, by the portal's code.
        status_id: Option<Text>,
        /// The source, by the portal's code.
        source_id: Option<Text>,
        /// The responsible user.
        assigned_by_id: Option<UserId>,
        /// The contact.
        contact_id: Option<ContactId>,
        /// The company.
        company_id: Option<CompanyId>,
        /// A comment.
        comments: Option<Text>,
        /// The phones.
        phone: Vec<NewMultiField>,
        /// The e-mail addresses.
        email: Vec<NewMultiField>,
        /// The system that creates it.
        originator_id: Option<Text>,
        /// Its id in that system.
        origin_id: Option<Text>,
        /// Any other field, by its name.
        #[serde(flatten)]
        field: BTreeMap<String, Value>,
    }
}

setters! {
    /// The fields of a new company.
    #[derive(Default)]
    pub payload("SCREAMING_SNAKE_CASE") CompanyData {
        /// The name.
        title: Option<Text>,
        /// The type, by the portal's code.
        company_type: Option<Text>,
        /// The responsible user.
        assigned_by_id: Option<UserId>,
        /// The phones.
        phone: Vec<NewMultiField>,
        /// The e-mail addresses.
        email: Vec<NewMultiField>,
        /// Any other field, by its name.
        #[serde(flatten)]
        field: BTreeMap<String, Value>,
    }
}

setters! {
    /// The fields of a new deal.
    #[derive(Default)]
    pub payload("SCREAMING_SNAKE_CASE") DealData {
        /// The title.
        title: Option<Text>,
        /// The funnel; 0 is the common one.
        category_id: Option<u64>,
        /// The stage, by the portal's code.
        stage_id: Option<Text>,
        /// The source, by the portal's code.
        source_id: Option<Text>,
        /// The responsible user.
        assigned_by_id: Option<UserId>,
        /// The contacts.
        contact_ids: Vec<ContactId>,
        /// The company.
        company_id: Option<CompanyId>,
        /// Any other field, by its name.
        #[serde(flatten)]
        field: BTreeMap<String, Value>,
    }
}

/// The number of an activity and the entity it belongs to. An activity of a call has exactly one.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Communication {
    /// The number or address.
    pub value: Text,
    /// The id of the entity.
    pub entity_id: EntityId,
    /// The type of the entity.
    pub entity_type_id: EntityTypeId,
}

setters! {
    /// The fields of a new activity.
    pub payload("SCREAMING_SNAKE_CASE") ActivityData {
        type_id: ActivityType,
        owner_type_id: EntityTypeId,
        owner_id: EntityId,
        subject: Text,
        responsible_id: UserId,
        /// The numbers; of a call exactly one.
        #[serde(rename = "COMMUNICATIONS")]
        communications: Vec<Communication>,
        /// When it begins.
        start_time: Option<Moment>,
        /// When it ends.
        end_time: Option<Moment>,
        /// Whether it is completed.
        completed: Option<YesNo>,
        /// The direction.
        direction: Option<ActivityDirection>,
        /// The priority, from 1 to 3.
        priority: Option<u8>,
        /// The description.
        description: Option<Text>,
        /// Any other field, by its name.
        #[serde(flatten)]
        field: BTreeMap<String, Value>,
    }
}
