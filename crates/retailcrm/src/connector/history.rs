//! Finished calls: each is uploaded once, when it is complete.

use vochi_crm_core::connector::Context;
use vochi_crm_core::spi::{
    CallSession, DueRecord, HistoryJob, RecordRepeat, follow_up, recording_link,
};
use vochi_crm_core::{
    CallId, CallRecord, Cx, Directory, Effect, Error, ErrorKind, Extension, Outcome, Recording,
    Result, Text, TryAgain, WarningKind, Zone,
};

use super::crm_state::CrmState;
use super::follow_up::FollowUps;
use super::mapping;
use super::settings::{Settings, ZoneSource};
use crate::api::{MOST_CALLS, UploadCalls};
use crate::model::{CallSource, CallUpload, PhoneText, UserId};
use crate::{Client, Config};

/// Uploads finished calls. RetailCRM recognizes a call by its `externalId`.
pub(super) struct History<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) directory: &'a Directory<UserId>,
    pub(super) config: &'a Config,
    pub(super) settings: Settings<'a>,
    pub(super) follow_ups: FollowUps<'a>,
}

type Call = CallSession<CrmState>;

/// The employee a call is recorded for.
#[derive(Default)]
struct Handler {
    code: Option<Extension>,
    user: Option<UserId>,
}

impl HistoryJob for History<'_> {
    type State = CrmState;
    type Upload = CallUpload;
    const REPEAT: RecordRepeat = RecordRepeat::Keyed;
    const BATCH: usize = MOST_CALLS;

    async fn prepare(&self, call: &mut Call, record: &CallRecord) -> Result<Option<CallUpload>> {
        let (cx, account) = (call.cx(), self.context.account());
        let Some(direction) = mapping::direction(record.direction()) else {
            cx.warn(
                WarningKind::NothingToSend,
                "internal call not sent: RetailCRM does not record internal calls",
            );
            return Ok(None);
        };
        let Some(phone) = mapping::phone(record.client(), cx) else {
            return Ok(None);
        };
        let phone = if self.config.strip_plus_in_upload { phone.without_plus() } else { phone };
        let handler = self.handler(cx, record)?;
        let zone = self.zone(cx).await?;
        let outside = account.outside_number(cx, record.line());
        let mut upload = CallUpload::new(
            zone.local(record.started_at()),
            direction,
            phone,
            mapping::result(record.outcome(), record.reason()),
            Text::new(account.external_id(record.call_id()))?,
        )
        .duration(record.talk())
        .duration_waiting(record.wait())
        .code(handler.code)
        .user_id(handler.user)
        .external_phone(outside.map(PhoneText::from))
        .site(self.settings.site(record.extra()));
        match record.recording() {
            None => {}
            Some(Recording::Url(url)) => {
                upload = upload.record_url(recording_link(cx, self.context, url));
            }
            Some(_) => {
                return Err(Error::unsupported("cannot attach a recording file: RetailCRM accepts recordings of calls by URL only")
                    .with_hint("set the recording's URL instead"));
            }
        }
        if let Some(source) = record.extra().get("source") {
            match CallSource::deserialize_from(source) {
                Some(source) => upload = upload.source(source),
                None => cx.add_warnings([mapping::unusable("source")]),
            }
        }
        Ok(Some(upload))
    }

    async fn send(&self, cx: &Cx, due: &mut [DueRecord<CrmState, CallUpload>]) -> Result<()> {
        let before = cx.requests();
        let calls = due.iter().map(|record| record.upload().clone());
        let client_id = self.config.sent_client_id().cloned();
        let response =
            self.client.send(cx, UploadCalls::new().calls(calls).client_id(client_id)).await?;
        let processed = response.processed.and_then(|count| usize::try_from(count).ok());
        let taken = processed.map(|count| count + response.duplicates.len());
        if taken.is_some_and(|taken| taken < due.len()) {
            let processed = processed.unwrap_or_default();
            let text = format!("RetailCRM processed {processed} of {} calls", due.len());
            tracing::warn!(account = %self.context.account().name(), "{text}");
            return Err(Error::new(ErrorKind::Rejected, text)
                .with_effect(Effect::Maybe)
                .with_try_again(TryAgain::Later)
                .with_hint("the calls are pending and are retried"));
        }
        let repeated = cx.requests().saturating_sub(before) > 1;
        for record in due {
            let id = record.upload().external_id.as_str();
            if !response.duplicates.iter().any(|duplicate| duplicate == id) {
                continue;
            }
            let text = format!("RetailCRM already had call {id} and did not change it");
            record.call().cx().warn(WarningKind::AlreadyRecorded, text);
            if !repeated && !record.may_be_recorded() {
                record.set_recorded_by_another();
            }
        }
        Ok(())
    }

    async fn follow_up(&self, cx: &Cx, call: &CallId) {
        follow_up(&self.follow_ups, self.context, cx, call).await;
    }
}

impl History<'_> {
    /// The employee of a recorded call: the last who talked; of an unanswered one `missed_user`,
    /// else the last who rang; without any, `default_user`.
    fn handler(&self, cx: &Cx, record: &CallRecord) -> Result<Handler> {
        let missed = self.directory.missed_user().filter(|_| record.outcome() == Outcome::Missed);
        if missed.is_none()
            && let Some(extension) = record.handled_by()
        {
            let user = self.directory.mapped_user(cx, extension).copied();
            return Ok(Handler { code: Some(extension.clone()), user });
        }
        let user = missed.or(self.directory.default_user()).copied().ok_or_else(|| {
            Error::config(format!(
                "cannot record call {}: no employee is known, and RetailCRM requires one",
                record.call_id()
            ))
            .with_hint(
                "set the extension of the record, or missed_user or default_user to a RetailCRM user",
            )
        })?;
        Ok(Handler { code: self.directory.extension_of(&user).cloned(), user: Some(user) })
    }

    async fn zone(&self, cx: &Cx) -> Result<Zone> {
        let (zone, source) = self.settings.zone(cx).await?;
        if source == ZoneSource::Assumed {
            cx.warn(
                WarningKind::AssumedZone,
                format!("the account's time zone is unknown; {zone} is assumed, set `timezone`"),
            );
        }
        Ok(zone)
    }
}
