//! What a finished call becomes.

use vochi_crm_core::{Seconds, Text, Timestamp};

use super::crm_state::Finished;
use super::options::Options;
use crate::api::{FinishCall, ListStatistics, RegisterCall};
use crate::model::{
    CallType, DialString, Flag, LineNumber, Moment, PortalCallId, Statistic, StatusCode, UserId,
};

/// How far the start of a call in the statistics may be from ours, in seconds: Bitrix24 keeps whole
/// ones.
const START_TOLERANCE: i64 = 2;

/// How far two talk times of one call may differ, in seconds.
const TALK_TOLERANCE: u32 = 5;

/// What a finished call becomes.
#[derive(Clone, Debug)]
pub(super) struct Upload {
    pub(super) external_id: Text,
    pub(super) phone: DialString,
    pub(super) call_type: CallType,
    pub(super) started_at: Timestamp,
    pub(super) line: Option<LineNumber>,
    pub(super) user: UserId,
    pub(super) duration: Seconds,
    pub(super) status: StatusCode,
    pub(super) reason: Option<Text>,
    pub(super) lead: Flag,
    pub(super) source: Option<Text>,
    pub(super) options: Options,
    /// The call came from a click, so that the portal registered it.
    pub(super) clicked: bool,
}

impl Upload {
    /// The registration of a call that is over: no card is shown.
    pub(super) fn register(&self, user: UserId) -> RegisterCall {
        let (phone, id) = (self.phone.clone(), self.external_id.clone());
        let register = RegisterCall::new(user, phone, self.call_type, id)
            .call_start_date(Some(self.started_at.into()))
            .line_number(self.line.clone())
            .show(Flag::Off)
            .past();
        with_options(register, self.lead, self.source.clone(), &self.options)
    }

    pub(super) fn finish(&self, call: PortalCallId) -> FinishCall {
        FinishCall::new(call, self.user, self.duration, self.status.clone())
            .failed_reason(self.reason.clone())
            .vote(self.options.vote)
            .add_to_chat(self.options.chat.unwrap_or(Flag::Off))
    }

    pub(super) fn finished(&self) -> Finished {
        let (status, duration) = (self.status.clone(), self.duration.get());
        Finished { status, user: self.user, duration }
    }

    /// Returns true if a call was finished differently. Talk times that the PBX and its records give
    /// for one call differ by some seconds.
    pub(super) fn contradicts(&self, finished: &Finished) -> bool {
        let seconds = self.duration.get().abs_diff(finished.duration);
        self.status != finished.status || self.user != finished.user || seconds > TALK_TOLERANCE
    }

    /// Returns true if an entry of the statistics is this call.
    pub(super) fn is(&self, entry: &Statistic) -> bool {
        if let Some(external) = &entry.external_id {
            return *external == *self.external_id.as_str();
        }
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let phone = entry.phone.as_deref().map(digits);
        let at = |entry: Timestamp| entry.since(self.started_at).max(self.started_at.since(entry));
        phone.is_none_or(|phone| phone == digits(self.phone.as_str()))
            && (self.clicked
                || entry
                    .started_at
                    .is_none_or(|entry| at(entry).as_secs() <= START_TOLERANCE.unsigned_abs()))
    }

    /// The search for this call in the statistics by our id, which not every portal keeps.
    pub(super) fn search_by_id(&self) -> ListStatistics {
        ListStatistics::new().filter("EXTERNAL_CALL_ID", self.external_id.as_str())
    }

    /// The search for this call in the statistics by number and start.
    pub(super) fn search_by_number(&self) -> ListStatistics {
        let at = |seconds: i64| {
            let at = self.started_at.unix_millis() + seconds * 1000;
            Moment::from(Timestamp::from_unix_millis(at)).to_string()
        };
        ListStatistics::new()
            .filter("PHONE_NUMBER", self.phone.as_str())
            .filter(">=CALL_START_DATE", at(-START_TOLERANCE))
            .filter("<=CALL_START_DATE", at(START_TOLERANCE))
    }
}

/// Sets the options of a registration.
pub(super) fn with_options(
    register: RegisterCall,
    lead: Flag,
    source: Option<Text>,
    options: &Options,
) -> RegisterCall {
    let source = options.source.clone().or(source).filter(|_| lead == Flag::On);
    register
        .crm_create(lead)
        .crm_source(source)
        .call_list_id(options.call_list)
        .client(options.client.clone())
}
