//! Entities of the CRM, in the fields of its classic methods.

use vochi_crm_core::open_word;

use super::{
    ActivityId, CompanyId, ContactId, CrmStatusId, DealId, EntityId, LeadId, MultiFieldId, UserId,
    entity, open_number,
};

open_word! {
    /// The type of an entity, as calls and the search for duplicates name it.
    EntityType {
        /// A contact: a person.
        Contact = "CONTACT",
        /// A lead.
        Lead = "LEAD",
        /// A company.
        Company = "COMPANY",
        /// A deal.
        Deal = "DEAL",
    }
}

open_number! {
    /// The type of an entity, as activities and universal lists number it; 128 and above are the
    /// portal's own lists.
    EntityTypeId {
        /// A lead.
        Lead = 1,
        /// A deal.
        Deal = 2,
        /// A contact.
        Contact = 3,
        /// A company.
        Company = 4,
        /// A quote.
        Quote = 7,
        /// An invoice.
        Invoice = 31,
    }
}

open_number! {
    /// The type of an activity.
    ActivityType {
        /// A meeting.
        Meeting = 1,
        /// A call.
        Call = 2,
        /// A task.
        Task = 3,
        /// An e-mail.
        Email = 4,
        /// An activity of a provider.
        Provider = 6,
    }
}

open_number! {
    /// The direction of an activity.
    ActivityDirection {
        /// From the client.
        Incoming = 1,
        /// To the client.
        Outgoing = 2,
    }
}

entity! {
    /// A phone or e-mail address of an entity.
    MultiField {
        /// The id.
        id: value(MultiFieldId) = "ID",
        /// The type, as `PHONE`.
        type_id: text = "TYPE_ID",
        /// The kind: `WORK`, `MOBILE`, `HOME`, `FAX`, `PAGER`, `MAILING`, `OTHER`.
        value_type: text = "VALUE_TYPE",
        /// The phone or address, as stored.
        value: text = "VALUE",
    }
}

entity! {
    /// A contact.
    Contact {
        /// The id.
        id: own(ContactId) = "ID",
        /// The given name.
        name: text = "NAME",
        /// The second name.
        second_name: text = "SECOND_NAME",
        /// The family name.
        last_name: text = "LAST_NAME",
        /// The type, by the portal's code.
        type_id: text = "TYPE_ID",
        /// The source, by the portal's code.
        source_id: text = "SOURCE_ID",
        /// The company.
        company: value(CompanyId) = "COMPANY_ID",
        /// The lead it was made of.
        lead: value(LeadId) = "LEAD_ID",
        /// The responsible user.
        assigned_to: value(UserId) = "ASSIGNED_BY_ID",
        /// The user who created it.
        created_by: value(UserId) = "CREATED_BY_ID",
        /// When it was created.
        created_at: time = "DATE_CREATE",
        /// When it was changed.
        modified_at: time = "DATE_MODIFY",
        /// Whether every employee may see it.
        opened: flag = "OPENED",
        /// Whether it has a phone.
        has_phone: flag = "HAS_PHONE",
        /// Whether it has an e-mail address.
        has_email: flag = "HAS_EMAIL",
        /// The system that created it.
        originator: text = "ORIGINATOR_ID",
        /// Its id in that system.
        origin: text = "ORIGIN_ID",
        /// The phones, if they are selected.
        phones: list(MultiField) = "PHONE",
        /// The e-mail addresses, if they are selected.
        emails: list(MultiField) = "EMAIL",
    }
}

entity! {
    /// A lead.
    Lead {
        /// The id.
        id: own(LeadId) = "ID",
        /// The title.
        title: text = "TITLE",
        /// The given name.
        name: text = "NAME",
        /// The family name.
        last_name: text = "LAST_NAME",
        /// The status, by the portal's code.
        status_id: text = "STATUS_ID",
        /// The meaning of the status: `P` in work, `S` converted, `F` lost.
        status_semantics: text = "STATUS_SEMANTIC_ID",
        /// The source, by the portal's code.
        source_id: text = "SOURCE_ID",
        /// The contact.
        contact: value(ContactId) = "CONTACT_ID",
        /// The company.
        company: value(CompanyId) = "COMPANY_ID",
        /// The amount.
        amount: text = "OPPORTUNITY",
        /// The currency of the amount.
        currency: text = "CURRENCY_ID",
        /// The responsible user.
        assigned_to: value(UserId) = "ASSIGNED_BY_ID",
        /// When it was created.
        created_at: time = "DATE_CREATE",
        /// When it was changed.
        modified_at: time = "DATE_MODIFY",
        /// When it was closed.
        closed_at: time = "DATE_CLOSED",
        /// Whether every employee may see it.
        opened: flag = "OPENED",
        /// Whether it has a phone.
        has_phone: flag = "HAS_PHONE",
        /// The phones, if they are selected.
        phones: list(MultiField) = "PHONE",
        /// The e-mail addresses, if they are selected.
        emails: list(MultiField) = "EMAIL",
    }
}

entity! {
    /// A company.
    Company {
        /// The id.
        id: own(CompanyId) = "ID",
        /// The name.
        title: text = "TITLE",
        /// The type, by the portal's code.
        company_type: text = "COMPANY_TYPE",
        /// The responsible user.
        assigned_to: value(UserId) = "ASSIGNED_BY_ID",
        /// When it was created.
        created_at: time = "DATE_CREATE",
        /// When it was changed.
        modified_at: time = "DATE_MODIFY",
        /// Whether every employee may see it.
        opened: flag = "OPENED",
        /// Whether it has a phone.
        has_phone: flag = "HAS_PHONE",
        /// The phones, if they are selected.
        phones: list(MultiField) = "PHONE",
        /// The e-mail addresses, if they are selected.
        emails: list(MultiField) = "EMAIL",
    }
}

entity! {
    /// A deal. It has no phone of its own: its contacts and its company have.
    Deal {
        /// The id.
        id: own(DealId) = "ID",
        /// The title.
        title: text = "TITLE",
        /// The type, by the portal's code.
        type_id: text = "TYPE_ID",
        /// The funnel; 0 is the common one.
        category_id: number = "CATEGORY_ID",
        /// The stage, by the portal's code.
        stage_id: text = "STAGE_ID",
        /// The meaning of the stage: `P` in work, `S` won, `F` lost.
        stage_semantics: text = "STAGE_SEMANTIC_ID",
        /// The amount.
        amount: text = "OPPORTUNITY",
        /// The currency of the amount.
        currency: text = "CURRENCY_ID",
        /// The contact.
        contact: value(ContactId) = "CONTACT_ID",
        /// The company.
        company: value(CompanyId) = "COMPANY_ID",
        /// The responsible user.
        assigned_to: value(UserId) = "ASSIGNED_BY_ID",
        /// Whether it is closed.
        closed: flag = "CLOSED",
        /// When it was created.
        created_at: time = "DATE_CREATE",
        /// When it was changed.
        modified_at: time = "DATE_MODIFY",
    }
}

entity! {
    /// An activity: a call, a meeting, an e-mail.
    Activity {
        /// The id.
        id: own(ActivityId) = "ID",
        /// The type of the entity it belongs to.
        owner_type: value(EntityTypeId) = "OWNER_TYPE_ID",
        /// The id of the entity it belongs to.
        owner: value(EntityId) = "OWNER_ID",
        /// The type.
        activity_type: value(ActivityType) = "TYPE_ID",
        /// The provider: `VOXIMPLANT_CALL` for a call of the telephony.
        provider: text = "PROVIDER_ID",
        /// The provider's type.
        provider_type: text = "PROVIDER_TYPE_ID",
        /// The subject.
        subject: text = "SUBJECT",
        /// The description.
        description: text = "DESCRIPTION",
        /// When it begins.
        start_time: time = "START_TIME",
        /// When it ends.
        end_time: time = "END_TIME",
        /// Whether it is completed.
        completed: flag = "COMPLETED",
        /// The status.
        status: number = "STATUS",
        /// The priority, from 1 to 3.
        priority: number = "PRIORITY",
        /// The responsible user.
        responsible: value(UserId) = "RESPONSIBLE_ID",
        /// The direction.
        direction: value(ActivityDirection) = "DIRECTION",
        /// The system that created it.
        originator: text = "ORIGINATOR_ID",
        /// Its id in that system; of a call of the telephony `VI_` and the `CALL_ID`.
        origin: text = "ORIGIN_ID",
    }
}

entity! {
    /// A value of a dictionary: a source, a status of leads.
    CrmStatus {
        /// The id.
        id: own(CrmStatusId) = "ID",
        /// The dictionary, as `SOURCE`.
        entity_id: text = "ENTITY_ID",
        /// The code, as other methods take it.
        status_id: text = "STATUS_ID",
        /// The name.
        name: text = "NAME",
        /// The name before it was changed.
        initial_name: text = "NAME_INIT",
        /// The place in the list.
        sort: number = "SORT",
        /// Whether the value cannot be deleted.
        system: flag = "SYSTEM",
        /// The funnel.
        category_id: text = "CATEGORY_ID",
        /// The colour.
        color: text = "COLOR",
        /// The meaning.
        semantics: text = "SEMANTICS",
    }
}
