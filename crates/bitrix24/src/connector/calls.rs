//! Registering and finishing calls, once each.

use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_core::connector::Context;
use vochi_crm_core::http::BatchKey;
use vochi_crm_core::spi::CallSession;
use vochi_crm_core::state::Space;
use vochi_crm_core::{
    CallId, CallRecord, Cx, Directory, Effect, Error, ErrorKind, Outcome, Result, Text, TryAgain,
    WarningKind,
};

use super::crm_state::CrmState;
use super::mapping::{self, incomplete};
use super::options::{Options, creates_lead};
use super::upload::Upload;
use crate::api::{AddLine, HideCard, ListStatistics, RegisterCall};
use crate::error::{CALL_NOT_FOUND, LINE_NOT_FOUND, USER_NOT_FOUND};
use crate::model::{FinishedCall, LineNumber, PortalCallId, Registration, Statistic, UserId};
use crate::{Batch, Client, reference};

pub(super) type Call = CallSession<CrmState>;

/// How long a card may wait: later it would disturb, and a finish must not wait for cards.
pub(super) const CARD_TIMEOUT: Duration = Duration::from_secs(15);

const STATISTICS: &str = "give the webhook's or application's employee the right to view the statistics of all calls: without it a lost response cannot be resolved";

/// Registers and finishes calls.
#[derive(Clone, Copy)]
pub(super) struct Calls<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) directory: &'a Directory<UserId>,
}

impl Calls<'_> {
    /// Builds what a record becomes. `None` is a warning.
    ///
    /// # Errors
    /// `config` if no user is known.
    pub(super) fn upload(&self, call: &Call, record: &CallRecord) -> Result<Option<Upload>> {
        let (cx, account) = (call.cx(), self.context.account());
        let options = Options::read(record.extra(), cx);
        let Some(call_type) = mapping::call_type(record.direction(), &options) else {
            cx.warn(
                WarningKind::NothingToSend,
                "internal call not sent: Bitrix24 does not record internal calls",
            );
            return Ok(None);
        };
        let Some(phone) = mapping::phone(record.client(), cx) else {
            return Ok(None);
        };
        let user = self.user(call, record)?;
        Ok(Some(Upload {
            external_id: self.external_id(record.call_id())?,
            phone,
            call_type,
            started_at: record.started_at(),
            line: self.line(record.line()),
            user,
            duration: mapping::duration(record),
            status: mapping::status(record),
            reason: mapping::reason(record),
            lead: creates_lead(account, record.direction()),
            source: self.source(),
            options,
            clicked: record.crm_call_id().is_some(),
        }))
    }

    /// The employee of a finished call: the last who talked; of a missed one `missed_user`, else the
    /// last who rang; without any `default_user`, else one with the card.
    fn user(&self, call: &Call, record: &CallRecord) -> Result<UserId> {
        let missed = self.directory.missed_user().filter(|_| record.outcome() == Outcome::Missed);
        let handler = || self.directory.mapped_user(call.cx(), record.handled_by()?);
        if let Some(user) = missed.or_else(handler) {
            return Ok(*user);
        }
        let rang = record.rang().iter().rev().find_map(|rang| self.directory.user_of(rang));
        let default = self.directory.default_user();
        // Of an answered call, who rang is only a guess.
        let known = if record.handled_by().is_some() { default.or(rang) } else { rang.or(default) };
        let crm = call.crm();
        let user =
            known.or(crm.seen.first()).or(crm.registrar.as_ref()).copied().ok_or_else(|| {
                Error::config("missing: no user of the call is known, and Bitrix24 requires one")
                    .with_hint("map the extensions, or set default_user and missed_user")
                    .with_key("missed_user")
            })?;
        if let Some(handler) = record.handled_by() {
            let text = format!("the call of extension {handler} is recorded for user {user}");
            call.cx().warn(WarningKind::UnmappedExtension, text);
        }
        Ok(user)
    }

    pub(super) fn external_id(&self, call: &CallId) -> Result<Text> {
        Text::new(self.context.account().external_id(call))
    }

    pub(super) fn line(&self, line: Option<&vochi_crm_core::Line>) -> Option<LineNumber> {
        mapping::line(line, |line| self.directory.number_of(line))
    }

    /// The source of leads (`lead_source`).
    pub(super) fn source(&self) -> Option<Text> {
        self.context.account().config().lead_source.clone().and_then(|it| Text::new(it).ok())
    }

    /// Registers a call, and stores its `CALL_ID`. After a lost response the state keeps the user: a
    /// registration for another user would be a second call.
    ///
    /// # Errors
    /// Also if the portal returns the `CALL_ID` of another call: finishing either would end both.
    pub(super) async fn register(
        &self,
        cx: &Cx,
        call: &mut Call,
        user: UserId,
        register: RegisterCall,
    ) -> Result<PortalCallId> {
        let before = call.crm_mut().registrar.replace(user);
        // A killed process must lose neither the user nor the id.
        call.checkpoint().await;
        let registered = match self.register_with_line(cx, register).await {
            Ok(registered) => registered,
            Err(error) => {
                if error.code() == Some(USER_NOT_FOUND) {
                    call.crm_mut().registrar = None;
                } else if error.effect() == Effect::NotApplied {
                    // An earlier one may be registered.
                    call.crm_mut().registrar = before;
                }
                return Err(error);
            }
        };
        self.accept(cx, call.id(), &registered).await?;
        call.crm_mut().call_id = Some(registered.call_id.clone());
        call.checkpoint().await;
        Ok(registered.call_id)
    }

    /// A line that the portal does not know, and does not create itself, is added first.
    async fn register_with_line(&self, cx: &Cx, register: RegisterCall) -> Result<Registration> {
        match self.client.send(cx, &register).await {
            Err(error) if error.code() == Some(LINE_NOT_FOUND) => {
                if let Some(line) = register.line_number.clone() {
                    self.client.send(cx, AddLine::new(line)).await?;
                }
                self.client.send(cx, &register).await
            }
            other => other,
        }
    }

    /// Notes a registration, and checks that its `CALL_ID` is not another call's.
    pub(super) async fn accept(
        &self,
        cx: &Cx,
        call: &CallId,
        registered: &Registration,
    ) -> Result<()> {
        if let Some(error) = &registered.lead_error {
            let text = format!("the call is registered, but Bitrix24 created no lead: {error}");
            cx.warn(WarningKind::Incomplete, text);
        }
        let Some(owner) = self.owner_of(call, &registered.call_id).await else {
            return Ok(());
        };
        Err(Error::new(
            ErrorKind::Rejected,
            format!(
                "cannot register call {call}: Bitrix24 returned the CALL_ID of call {owner}, which \
                 is not finished"
            ),
        )
        .with_try_again(TryAgain::Later)
        .with_hint("the record is sent when the other call is finished"))
    }

    /// The other call that a `CALL_ID` belongs to; without one it is this call's from now on.
    async fn owner_of(&self, call: &CallId, portal_id: &PortalCallId) -> Option<String> {
        if self.context.hub().plan().is_some() {
            return None;
        }
        let (store, account) = (self.context.hub().store(), self.context.account().name());
        let opened = store.open_in(Space::Calls, account.as_str(), portal_id.as_str()).await;
        // A store that cannot be written costs only this check.
        let mut slot = opened.ok()?;
        let owner = slot.document().and_then(|document| document["owner"].as_str());
        if let Some(owner) = owner.filter(|owner| *owner != call.as_str()) {
            return Some(owner.to_owned());
        }
        let owner: Value = json!({"owner": call.as_str()});
        if let Err(error) = slot.save(&owner).await {
            tracing::warn!(%call, %error, "cannot store the owner of a CALL_ID");
        }
        None
    }

    /// Finishes a call, and registers it before if the portal does not know it. Then the state has
    /// the status, and no card is open.
    ///
    /// # Errors
    /// With effect `maybe` if a response was lost and the statistics cannot be read.
    pub(super) async fn record(&self, call: &mut Call, upload: &Upload) -> Result<()> {
        let recorded = self.register_and_finish(call, upload).await;
        recorded.map_err(|error| stays_due(call, error))?;
        let crm = call.crm_mut();
        crm.finished = Some(upload.finished());
        crm.open.clear();
        Ok(())
    }

    async fn register_and_finish(&self, call: &mut Call, upload: &Upload) -> Result<()> {
        let cx = call.cx().clone();
        let mut known = call.crm().portal_id(call.state());
        if let Some(click) = known.clone().filter(|_| call.crm().call_id.is_none())
            && let Some(owner) = self.owner_of(call.id(), &click).await
        {
            let text = format!("the click belongs to call {owner}: this one is recorded apart");
            cx.warn(WarningKind::Incomplete, text);
            known = None;
        }
        if let Some(portal_id) = known {
            match self.finish(call, upload, portal_id).await {
                // The portal forgot the registration, or it was made in another portal.
                Err(error) if is_unknown_call(&error) && error.effect() == Effect::NotApplied => {
                    call.crm_mut().call_id = None;
                }
                finished => return finished,
            }
        }
        let user = call.crm().registrar.unwrap_or(upload.user);
        let portal_id = self.register(&cx, call, user, upload.register(user)).await?;
        self.finish(call, upload, portal_id).await
    }

    /// Records calls, new ones by pairs of commands in one batch. Returns the errors of those that
    /// failed.
    ///
    /// # Errors
    /// If the batch failed as a whole.
    pub(super) async fn record_pairs(
        &self,
        cx: &Cx,
        pairs: &mut [(&mut Call, &Upload)],
    ) -> Result<Vec<Error>> {
        let mut batch = Batch::new();
        let (mut keys, mut failed) = (Vec::new(), Vec::new());
        for (index, (call, upload)) in pairs.iter_mut().enumerate() {
            if call.crm().finished.is_some() {
                continue;
            }
            let crm = call.crm();
            if crm.portal_id(call.state()).is_some() || crm.registrar.is_some() {
                failed.extend(self.record(call, upload).await.err());
                continue;
            }
            let Ok((register, finish)) = add_pair(&mut batch, upload) else {
                // A text that looks like a reference is refused in a batch only.
                failed.extend(self.record(call, upload).await.err());
                continue;
            };
            keys.push((index, register, finish));
        }
        if keys.is_empty() {
            return Ok(failed);
        }
        let mut results = self.client.batch(cx, &batch).await?;
        for (index, register, finish) in keys {
            let Some((call, upload)) = pairs.get_mut(index) else { continue };
            let (registered, finished) = (results.take(register), results.take(finish));
            let recorded = self.check_pair(call, upload, registered, finished).await;
            failed.extend(recorded.err().map(|error| stays_due(call, error)));
        }
        Ok(failed)
    }

    /// Checks the results of a pair: what a failed registration left of the reference must not have
    /// finished another call.
    async fn check_pair(
        &self,
        call: &mut Call,
        upload: &Upload,
        registered: Result<Registration>,
        finished: Result<FinishedCall>,
    ) -> Result<()> {
        let cx = call.cx().clone();
        let registered = match registered {
            // The line is added, and the call recorded alone.
            Err(error) if error.code() == Some(LINE_NOT_FOUND) => {
                return self.record(call, upload).await;
            }
            other => other?,
        };
        self.accept(&cx, call.id(), &registered).await?;
        call.crm_mut().call_id = Some(registered.call_id.clone());
        check_finished(&cx, &finished?, &registered.call_id)?;
        call.crm_mut().finished = Some(upload.finished());
        Ok(())
    }

    /// Finishes a registered call. Where the response was lost, or the portal does not know the call,
    /// the statistics decide.
    pub(super) async fn finish(
        &self,
        call: &Call,
        upload: &Upload,
        portal_id: PortalCallId,
    ) -> Result<()> {
        let cx = call.cx();
        // The finish closes the card of its own user.
        let others: Vec<UserId> = open_cards(call, |user| *user != upload.user);
        if !others.is_empty() {
            let hide = HideCard::new(portal_id.clone()).users(others);
            let soon = cx.clone().with_timeout(CARD_TIMEOUT);
            if let Err(error) = self.client.send(&soon, hide).await {
                cx.add_warnings([incomplete("cannot close the card for everybody", &error)]);
            }
        }
        let error = match self.client.send(cx, upload.finish(portal_id.clone())).await {
            Ok(finished) => return check_finished(cx, &finished, &portal_id),
            Err(error) if is_unknown_call(&error) || error.effect() != Effect::NotApplied => error,
            Err(error) => return Err(error),
        };
        let by_id = ListStatistics::new().filter("CALL_ID", portal_id.as_str());
        match self.client.send(cx, by_id).await {
            // Its other values may be the portal's own: the number of a click, the start of a ring.
            Ok(found)
                if found.items.good.iter().any(|it| it.call_id.as_ref() == Some(&portal_id)) =>
            {
                Ok(())
            }
            // An earlier attempt may have finished it, and the employee may not see it.
            Ok(_) if error.attempts() > 1 => {
                Err(error.with_effect(Effect::Maybe).with_hint(STATISTICS))
            }
            Ok(_) => Err(error),
            Err(_) => Err(error.with_effect(Effect::Maybe).with_hint(STATISTICS)),
        }
    }

    /// Finds calls in the statistics.
    pub(super) async fn find_entries(
        &self,
        cx: &Cx,
        uploads: &[&Upload],
    ) -> Result<Vec<Option<Statistic>>> {
        let mut entries: Vec<Option<Statistic>> = uploads.iter().map(|_| None).collect();
        for search in [Upload::search_by_id, Upload::search_by_number] {
            let mut batch = Batch::new();
            let mut keys = Vec::new();
            for (index, (upload, entry)) in uploads.iter().zip(&entries).enumerate() {
                if entry.is_none() {
                    keys.push((index, batch.add(search(upload))?));
                }
            }
            if keys.is_empty() {
                break;
            }
            let mut results = self.client.batch(cx, &batch).await?;
            for (index, key) in keys {
                let found = results.take(key)?.items.good;
                if let (Some(upload), Some(place)) = (uploads.get(index), entries.get_mut(index)) {
                    *place = found.into_iter().find(|entry| upload.is(entry));
                }
            }
        }
        Ok(entries)
    }
}

/// The users with an open card, as far as they are wanted.
pub(super) fn open_cards(call: &Call, wanted: impl Fn(&UserId) -> bool) -> Vec<UserId> {
    call.crm().open.iter().filter(|user| wanted(user)).copied().collect()
}

/// Keeps a record pending that was refused until the configuration or the rights are corrected, and
/// one whose call is registered: its card may be open.
fn stays_due(call: &Call, error: Error) -> Error {
    let is_fixable = error.code() == Some(USER_NOT_FOUND) || error.kind() == ErrorKind::Unsupported;
    let is_registered = call.crm().portal_id(call.state()).is_some();
    if error.try_again() == TryAgain::Never && (is_fixable || is_registered) {
        return error.with_try_again(TryAgain::Later);
    }
    error
}

/// Adds both commands of a call.
fn add_pair(
    batch: &mut Batch,
    upload: &Upload,
) -> Result<(BatchKey<Registration>, BatchKey<FinishedCall>)> {
    let register = batch.add(upload.register(upload.user))?;
    let finish = batch.add(upload.finish(reference(register)?))?;
    Ok((register, finish))
}

/// Returns true if the portal does not know the call, or finished it.
pub(super) fn is_unknown_call(error: &Error) -> bool {
    error.code() == Some(CALL_NOT_FOUND)
}

/// Checks the response to a finish: a batch may have finished another call.
pub(super) fn check_finished(cx: &Cx, finished: &FinishedCall, call: &PortalCallId) -> Result<()> {
    if finished.call_id != *call {
        return Err(Error::new(
            ErrorKind::Decode,
            format!("Bitrix24 finished call {} in place of {call}", finished.call_id),
        )
        .with_effect(Effect::Maybe));
    }
    if let Some(error) = finished.errors.as_ref().and_then(|errors| errors.activity.as_deref()) {
        let text = format!("the call is recorded, but Bitrix24 created no activity: {error}");
        cx.warn(WarningKind::Incomplete, text);
    }
    Ok(())
}
