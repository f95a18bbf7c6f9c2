//! Calls of the telephony.

use serde::{Deserialize, Deserializer, Serialize};
use vochi_crm_core::{Error, Result, Secret, open_word};

use super::{
    ActivityId, EntityType, FileId, LineNumber, PortalCallId, StatisticId, TranscriptionId, UserId,
    entity, open_number,
};

open_number! {
    /// The type of a call (`TYPE`).
    CallType {
        /// Outgoing.
        Outgoing = 1,
        /// Incoming.
        Incoming = 2,
        /// Incoming, transferred.
        Redirected = 3,
        /// A callback that the client asked for.
        Callback = 4,
        /// An informational call.
        Informational = 5,
    }
}

open_word! {
    /// How a call ended (`STATUS_CODE`).
    StatusCode {
        /// Answered.
        Answered = "200",
        /// Missed; of an incoming call, it is in the list of missed calls.
        Missed = "304",
        /// Declined.
        Declined = "603",
        /// Cancelled by the employee before an answer.
        Cancelled = "603-S",
        /// Forbidden.
        Forbidden = "403",
        /// An invalid number.
        InvalidNumber = "404",
        /// Busy.
        Busy = "486",
        /// An incomplete number, or a direction that is not available.
        Incomplete = "484",
        /// No line or direction available.
        NoLine = "503",
        /// Not reachable, or no answer to an outgoing call.
        Unavailable = "480",
        /// No money on the account.
        NoFunds = "402",
        /// Blocked.
        Blocked = "423",
        /// Undefined.
        Undefined = "OTHER",
    }
}

open_word! {
    /// Whether an employee works now (`TIMEMAN_STATUS`).
    WorkStatus {
        /// During the working day.
        Opened = "OPENED",
        /// The working day is over.
        Closed = "CLOSED",
        /// On a break.
        Paused = "PAUSED",
        /// The day before was not closed.
        Expired = "EXPIRED",
        /// Unknown to the portal.
        Unavailable = "UNAVAILABLE",
        /// The portal does not track working time.
        NotInstalled = "NOT_INSTALLED",
    }
}

/// The assessment of a call, from 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Vote(u8);

impl Vote {
    /// Checks and wraps an assessment.
    ///
    /// # Errors
    /// `input` for a number outside 1 to 5.
    pub fn new(vote: u8) -> Result<Self> {
        match vote {
            1..=5 => Ok(Self(vote)),
            _ => Err(Error::input(format!("invalid vote {vote}: must be from 1 to 5"))),
        }
    }
}

/// An entity of the CRM as a call names it (`CRM_ENTITY_TYPE` and `CRM_ENTITY_ID`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CrmLink {
    /// The type.
    #[serde(rename = "CRM_ENTITY_TYPE")]
    pub kind: EntityType,
    /// The id.
    #[serde(rename = "CRM_ENTITY_ID")]
    pub id: EntityId,
}

/// The id of an entity of any type.
pub type EntityId = vochi_crm_core::Id<EntityType>;

entity! {
    /// An entity that a call created.
    CreatedEntity {
        /// The type.
        kind: value(EntityType) = "ENTITY_TYPE",
        /// The id.
        id: own(EntityId) = "ENTITY_ID",
    }
}

entity! {
    /// A registered call.
    Registration {
        /// The portal's id of the call.
        call_id: own(PortalCallId) = "CALL_ID",
        /// The created lead.
        created_lead: value(super::LeadId) = "CRM_CREATED_LEAD",
        /// The created entities.
        created: list(CreatedEntity) = "CRM_CREATED_ENTITIES",
        /// The type of the entity with the number.
        crm_kind: value(EntityType) = "CRM_ENTITY_TYPE",
        /// The id of the entity with the number.
        crm_id: value(EntityId) = "CRM_ENTITY_ID",
        /// Why no lead was created; the call is registered all the same.
        lead_error: text = "LEAD_CREATION_ERROR",
    }
}

entity! {
    /// What went wrong beside a finished call.
    FinishErrors {
        /// Why no activity was created.
        activity: text = "ACTIVITY_CREATION",
    }
}

entity! {
    /// A finished call.
    FinishedCall {
        /// The portal's id of the call.
        call_id: own(PortalCallId) = "CALL_ID",
        /// The id of the entry in the statistics.
        id: value(StatisticId) = "ID",
        /// Our id of the call. Not every portal returns it.
        external_id: text = "EXTERNAL_CALL_ID",
        /// The employee.
        user: value(UserId) = "PORTAL_USER_ID",
        /// The client's number.
        phone: text = "PHONE_NUMBER",
        /// The number of the line, or `REST_APP:<id>` without one.
        line: text = "PORTAL_NUMBER",
        /// The type of the call.
        call_type: value(CallType) = "INCOMING",
        /// The talk time in seconds.
        duration: number = "CALL_DURATION",
        /// 1 for an answered call.
        status: number = "CALL_STATUS",
        /// The assessment; 0 is none.
        vote: number = "CALL_VOTE",
        /// The cost.
        cost: text = "COST",
        /// The currency of the cost.
        currency: text = "COST_CURRENCY",
        /// How the call ended.
        status_code: value(StatusCode) = "CALL_FAILED_CODE",
        /// Why the call was not answered.
        reason: text = "CALL_FAILED_REASON",
        /// The activity of the call in the CRM.
        activity: value(ActivityId) = "CRM_ACTIVITY_ID",
        /// The type of the entity of the call.
        crm_kind: value(EntityType) = "CRM_ENTITY_TYPE",
        /// The id of the entity of the call.
        crm_id: value(EntityId) = "CRM_ENTITY_ID",
        /// A comment.
        comment: text = "COMMENT",
        /// The id of the application that registered the call.
        app_id: text = "REST_APP_ID",
        /// The name of the application that registered the call.
        app_name: text = "REST_APP_NAME",
        /// What went wrong beside it.
        errors: value(FinishErrors) = "ERRORS",
    }
}

entity! {
    /// The employee responsible for an entity.
    AssignedUser {
        /// The user.
        id: value(UserId) = "ID",
        /// Whether the employee works now.
        work_status: value(WorkStatus) = "TIMEMAN_STATUS",
        /// The inner number.
        inner_phone: text = "USER_PHONE_INNER",
        /// The office number.
        work_phone: text = "WORK_PHONE",
        /// The private number.
        personal_phone: text = "PERSONAL_PHONE",
        /// The mobile number.
        mobile: text = "PERSONAL_MOBILE",
    }
}

entity! {
    /// An entity with the number that was searched.
    FoundEntity {
        /// The type.
        kind: own(EntityType) = "CRM_ENTITY_TYPE",
        /// The id.
        id: own(EntityId) = "CRM_ENTITY_ID",
        /// The name.
        name: text = "NAME",
        /// The responsible user.
        assigned_to: value(UserId) = "ASSIGNED_BY_ID",
        /// What is known of the responsible user.
        assigned: value(AssignedUser) = "ASSIGNED_BY",
    }
}

entity! {
    /// A call in the statistics.
    Statistic {
        /// The id of the entry.
        id: own(StatisticId) = "ID",
        /// The portal's id of the call.
        call_id: value(PortalCallId) = "CALL_ID",
        /// Our id of the call. Not every portal returns it.
        external_id: text = "EXTERNAL_CALL_ID",
        /// The category, as `external`.
        category: text = "CALL_CATEGORY",
        /// The employee.
        user: value(UserId) = "PORTAL_USER_ID",
        /// The number of the line.
        line: text = "PORTAL_NUMBER",
        /// The client's number.
        phone: text = "PHONE_NUMBER",
        /// The type of the call.
        call_type: value(CallType) = "CALL_TYPE",
        /// The talk time in seconds.
        duration: number = "CALL_DURATION",
        /// When the call started.
        started_at: time = "CALL_START_DATE",
        /// How the call ended.
        status_code: value(StatusCode) = "CALL_FAILED_CODE",
        /// Why the call was not answered.
        reason: text = "CALL_FAILED_REASON",
        /// The log of the call.
        log: text = "CALL_LOG",
        /// The address of the recording.
        record_url: text = "CALL_RECORD_URL",
        /// The file of the recording.
        record_file: value(FileId) = "RECORD_FILE_ID",
        /// The length of the recording in seconds.
        record_duration: number = "RECORD_DURATION",
        /// The assessment; 0 is none.
        vote: number = "CALL_VOTE",
        /// The cost.
        cost: text = "COST",
        /// The currency of the cost.
        currency: text = "COST_CURRENCY",
        /// The type of the entity of the call.
        crm_kind: value(EntityType) = "CRM_ENTITY_TYPE",
        /// The id of the entity of the call.
        crm_id: value(EntityId) = "CRM_ENTITY_ID",
        /// The activity of the call in the CRM.
        activity: value(ActivityId) = "CRM_ACTIVITY_ID",
        /// The id of the application that registered the call.
        app_id: text = "REST_APP_ID",
        /// The name of the application that registered the call.
        app_name: text = "REST_APP_NAME",
        /// The transcription.
        transcription: value(TranscriptionId) = "TRANSCRIPT_ID",
        /// Whether a transcription is expected.
        transcription_pending: flag = "TRANSCRIPT_PENDING",
        /// The id of the session of a built-in line.
        session: text = "SESSION_ID",
        /// The number of the redial.
        redial: number = "REDIAL_ATTEMPT",
        /// A comment.
        comment: text = "COMMENT",
    }
}

entity! {
    /// An external line of our application.
    Line {
        /// The number, the key of the line.
        number: own(LineNumber) = "NUMBER",
        /// The name.
        name: text = "NAME",
        /// Whether calls that the portal starts create leads.
        crm_auto_create: flag = "CRM_AUTO_CREATE",
    }
}

/// Where to upload a recording. The address is signed: it is used unchanged, and once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadTarget {
    /// The address.
    pub url: Secret,
    /// The name of the field with the file.
    pub field: String,
}

impl<'de> Deserialize<'de> for UploadTarget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(rename = "uploadUrl")]
            url: url::Url,
            #[serde(
                default,
                rename = "fieldName",
                deserialize_with = "vochi_crm_core::wire::text_or_none"
            )]
            field: Option<String>,
        }
        let Wire { url, field } = Wire::deserialize(deserializer)?;
        let field = field.unwrap_or_else(|| "file".to_owned());
        Ok(Self { url: Secret::new(url.as_str()), field })
    }
}
