//! Finished calls: registered and finished, once each.

use vochi_crm_core::spi::{DueRecord, HistoryJob, RecordRepeat};
use vochi_crm_core::{CallRecord, Cx, Error, ErrorKind, Result, WarningKind};

use super::calls::{Call, Calls};
use super::crm_state::CrmState;
use super::recordings::{Recordings, of_record};
use super::upload::Upload;

/// Records finished calls. A call that its end finished already needs no request.
pub(super) struct History<'a> {
    pub(super) calls: Calls<'a>,
    pub(super) recordings: Recordings<'a>,
}

type Due = DueRecord<CrmState, Option<Upload>>;

impl HistoryJob for History<'_> {
    type State = CrmState;
    /// `None` for a call that is finished.
    type Upload = Option<Upload>;
    /// Bitrix24 recognizes a repeat for 30 minutes after the start, and not once it is finished.
    const REPEAT: RecordRepeat = RecordRepeat::LookFirst;
    /// Two commands each; a batch takes 50.
    const BATCH: usize = 25;

    async fn prepare(
        &self,
        call: &mut Call,
        record: &CallRecord,
    ) -> Result<Option<Option<Upload>>> {
        call.cx().add_warnings(record.warnings().iter().cloned());
        let upload = self.calls.upload(call, record);
        let Some(finished) = &call.crm().finished else {
            return Ok(upload?.map(Some));
        };
        if let Ok(Some(upload)) = upload
            && upload.contradicts(finished)
        {
            let (new, text) = (upload.finished(), "and Bitrix24 does not change it");
            let text = format!("the call was finished with {finished}, {text} to {new}");
            call.cx().warn(WarningKind::Incomplete, text);
        }
        Ok(Some(None))
    }

    /// Sends the records, and stores which of them the portal has: a record that failed among others
    /// is sent again alone.
    async fn send(&self, cx: &Cx, records: &mut [Due]) -> Result<()> {
        let all = records.len();
        let mut failed = self.calls.record_pairs(cx, &mut pairs(records)).await?;
        match failed.len() {
            0 => Ok(()),
            1 if all == 1 => Err(failed.remove(0)),
            some => Err(Error::new(ErrorKind::Rejected, format!("{some} of {all} records failed"))),
        }
    }

    /// Looks for the calls in the statistics. One that is registered and not there is finished: that
    /// cannot record it twice.
    async fn is_recorded(&self, cx: &Cx, due: &[Due]) -> Result<bool> {
        let open = due.iter().filter(|record| record.call().crm().finished.is_none());
        let open: Vec<(&Due, &Upload)> =
            open.filter_map(|record| Some((record, record.upload().as_ref()?))).collect();
        let uploads: Vec<&Upload> = open.iter().map(|(_, upload)| *upload).collect();
        let entries = self.calls.find_entries(cx, &uploads).await?;
        let missing = open.into_iter().zip(entries).filter(|(_, entry)| entry.is_none());
        let mut all = true;
        for ((record, upload), _) in missing {
            let call = record.call();
            all &= match call.crm().portal_id(call.state()) {
                Some(portal_id) => self.calls.finish(call, upload, portal_id).await.is_ok(),
                None => false,
            };
        }
        Ok(all)
    }

    async fn finish(&self, call: &mut Call, record: &CallRecord, _: bool) {
        if call.crm().finished.is_none() {
            self.learn_portal_id(call, record).await;
        }
        if let Some(recording) = of_record(record, call.cx()) {
            self.recordings.attach_or_warn(call, &recording).await;
        }
    }
}

impl History<'_> {
    /// Takes the `CALL_ID` of a call whose response was lost from the statistics: its recording needs
    /// it.
    async fn learn_portal_id(&self, call: &mut Call, record: &CallRecord) {
        let cx = call.cx().clone();
        let Ok(Some(upload)) = self.calls.upload(call, record) else { return };
        if let Ok(mut found) = self.calls.find_entries(&cx, &[&upload]).await
            && let Some(entry) = found.pop().flatten()
        {
            let crm = call.crm_mut();
            crm.call_id = entry.call_id.or(crm.call_id.take());
            crm.finished = Some(upload.finished());
            crm.open.clear();
        }
    }
}

/// The calls that are not finished, with what they become.
fn pairs(records: &mut [Due]) -> Vec<(&mut Call, &Upload)> {
    let all = records.iter_mut().map(|record| {
        let (call, _, upload) = record.parts_mut();
        (call, upload.as_ref())
    });
    all.filter_map(|(call, upload)| Some((call, upload?))).collect()
}
