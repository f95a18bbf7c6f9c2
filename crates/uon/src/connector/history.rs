//! Finished calls: each is logged once, although U-ON has no key for a call.

use vochi_crm_core::connector::Context;
use vochi_crm_core::spi::{
    CallSession, DueRecord, HistoryJob, RecordRepeat, follow_up, recording_link,
};
use vochi_crm_core::{
    CallId, CallRecord, Cx, Directory, Error, Outcome, Recording, Result, WarningKind, Zone,
};

use super::crm_state::CrmState;
use super::follow_up::FollowUps;
use super::lookup::Lookup;
use super::mapping;
use crate::Client;
use crate::api::{ListCalls, ListUserCalls, Listed, LogCall};
use crate::model::{CallData, Digits, LoggedCall, UserId};

/// Logs finished calls.
pub(super) struct History<'a, F> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) directory: &'a Directory<UserId>,
    pub(super) zone: &'a Zone,
    pub(super) lookup: Lookup<'a>,
    /// Creates the follow-ups of one call, with its own number of requests.
    pub(super) follow_ups: F,
}

type Call = CallSession<CrmState>;
type Due = DueRecord<CrmState, CallData>;

impl<'a, F: Fn() -> FollowUps<'a> + Send + Sync> HistoryJob for History<'a, F> {
    type State = CrmState;
    type Upload = CallData;
    const REPEAT: RecordRepeat = RecordRepeat::LookFirst;

    async fn prepare(&self, call: &mut Call, record: &CallRecord) -> Result<Option<CallData>> {
        let (cx, account) = (call.cx(), self.context.account());
        let Some(direction) = mapping::direction(record.direction()) else {
            cx.warn(
                WarningKind::NothingToSend,
                "internal call not sent: U-ON does not record internal calls",
            );
            return Ok(None);
        };
        let Some(phone) = mapping::phone(record.client(), cx) else {
            return Ok(None);
        };
        let link = match record.recording() {
            None => None,
            Some(Recording::Url(url)) => recording_link(cx, self.context, url),
            Some(_) => {
                return Err(Error::unsupported(
                    "cannot attach a recording file: U-ON accepts recordings of calls by URL only",
                )
                .with_hint("set the recording's URL instead"));
            }
        };
        let id = account.external_id(record.call_id());
        let start = self.zone.local(record.started_at());
        let data = CallData::new(phone, start, direction)
            .duration(mapping::duration(record))
            .manager(self.manager(cx, record))
            .record_link(link)
            .note(mapping::note(record, &id));
        Ok(Some(data))
    }

    async fn send(&self, cx: &Cx, due: &mut [Due]) -> Result<()> {
        for record in due {
            let logged = self.client.send(cx, LogCall::new(record.upload().clone())).await?;
            record.parts_mut().0.crm_mut().logged = logged;
        }
        Ok(())
    }

    /// Looks for each call among those of the client, then on the first and the last page of the
    /// history, since its order is not documented.
    async fn is_recorded(&self, cx: &Cx, due: &[Due]) -> Result<bool> {
        for record in due {
            if !self.is_logged(cx, record).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn follow_up(&self, cx: &Cx, call: &CallId) {
        follow_up(&(self.follow_ups)(), self.context, cx, call).await;
    }
}

impl<F> History<'_, F> {
    /// The manager of a recorded call: the last who talked; of an unanswered one `missed_user`, else
    /// the last who rang; without any, `default_user`. U-ON accepts a call without a manager.
    fn manager(&self, cx: &Cx, record: &CallRecord) -> Option<UserId> {
        let missed = self.directory.missed_user().filter(|_| record.outcome() == Outcome::Missed);
        let handler = || {
            let extension = record.handled_by()?;
            self.directory.mapped_user(cx, extension)
        };
        missed.or_else(handler).or(self.directory.default_user()).copied()
    }

    async fn is_logged(&self, cx: &Cx, record: &Due) -> Result<bool> {
        let data = record.upload();
        let mark = self.context.account().external_id(record.record().call_id());
        let mark = mapping::call_mark(&mark);
        let is_it = |page: &Listed<LoggedCall>| {
            page.items.good.iter().any(|call| self.is_same(call, data, &mark))
        };
        if let Some(number) = record.record().client().number() {
            let clients = self.lookup.clients(cx, number).await?;
            if let Some(client) = clients.first()
                && is_it(&self.client.send(cx, ListUserCalls::new(client.id)).await?)
            {
                return Ok(true);
            }
        }
        let first = self.client.send(cx, ListCalls::new()).await?;
        if is_it(&first) {
            return Ok(true);
        }
        let last = first.pages_all.and_then(|all| u32::try_from(all).ok()).filter(|all| *all > 1);
        match last {
            Some(last) => Ok(is_it(&self.client.send(cx, ListCalls::new().page(last)).await?)),
            None => Ok(false),
        }
    }

    /// Compares by the call id in the note; if U-ON shows no note, by number, start and direction.
    fn is_same(&self, call: &LoggedCall, data: &CallData, mark: &str) -> bool {
        if let Some(note) = &call.note {
            return note.ends_with(mark);
        }
        let phone = call.phone.as_deref().and_then(|phone| Digits::of(phone).ok());
        let start = call.start.map(|start| self.zone.local(start.instant(self.zone)));
        phone.as_ref() == Some(&data.phone)
            && start == Some(data.start)
            && call.direction.is_none_or(|direction| direction == data.direction)
    }
}
