//! Reading histories continuously.

use std::fmt;

use vochi_crm_core::page::{Page, Pager};
use vochi_crm_core::{Cx, Result};

use super::Client;
use crate::api::ListHistory;
use crate::model::{CustomerId, Historic, HistoryCursor, HistoryRecord, OrderId};

impl Client {
    /// Returns the operations on histories.
    pub fn history(&self) -> History<'_> {
        History(self)
    }
}

/// Operations under `customers/history` and `orders/history`.
#[derive(Clone, Copy, Debug)]
pub struct History<'a>(&'a Client);

impl History<'_> {
    /// Reads every requested change of customers (`customers/history`).
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_retailcrm::Client) -> Result<(), vochi_crm_core::Error> {
    /// use vochi_crm_core::Cx;
    /// use vochi_crm_retailcrm::api::ListCustomersHistory;
    /// use vochi_crm_retailcrm::model::HistoryCursor;
    /// # fn load() -> HistoryCursor { HistoryCursor::new(1) }
    /// # fn store(_: Option<HistoryCursor>) {}
    /// let request = ListCustomersHistory::since(load());
    /// let mut changes = client.history().customers(&Cx::history(), request);
    /// while let Some(change) = changes.next().await? {
    ///     if change.by_this_key != Some(true) {
    ///         println!("{:?}: {:?}", change.entity.and_then(|who| who.id), change.field);
    ///     }
    ///     store(changes.cursor());
    /// }
    /// store(changes.cursor());
    /// # Ok(())
    /// # }
    /// ```
    pub fn customers(self, cx: &Cx, request: ListHistory<CustomerId>) -> HistoryPager<CustomerId> {
        HistoryPager::new(self.0, cx, request)
    }

    /// Reads every requested change of orders (`orders/history`).
    pub fn orders(self, cx: &Cx, request: ListHistory<OrderId>) -> HistoryPager<OrderId> {
        HistoryPager::new(self.0, cx, request)
    }
}

/// A history, fetched on demand: every change once, the oldest first, up to the CRM's end. An error
/// ends it; [`cursor`](Self::cursor) is the position to continue from.
pub struct HistoryPager<Id> {
    pages: Pager<'static, Chunk<Id>, Option<HistoryCursor>>,
    records: std::vec::IntoIter<HistoryRecord<Id>>,
    end: Option<HistoryCursor>,
    cursor: Option<HistoryCursor>,
}

/// The new changes of a page, and its greatest id.
struct Chunk<Id> {
    records: Vec<HistoryRecord<Id>>,
    end: Option<HistoryCursor>,
}

impl<Id: Historic> HistoryPager<Id> {
    fn new(client: &Client, cx: &Cx, request: ListHistory<Id>) -> Self {
        let (client, cx) = (client.clone(), cx.clone());
        let first = request.cursor();
        let pages = Pager::ascending(first, move |place: Option<HistoryCursor>| {
            let (client, cx) = (client.clone(), cx.clone());
            let request = match place {
                Some(cursor) => request.clone().further(cursor),
                None => request.clone(),
            };
            async move { read(&client, &cx, &request).await }
        });
        Self { pages, records: Vec::new().into_iter(), end: first, cursor: first }
    }

    /// Returns the next change; `None` after the last.
    ///
    /// # Errors
    /// As [`Client::send`]; `decode` if the CRM's list does not advance.
    pub async fn next(&mut self) -> Result<Option<HistoryRecord<Id>>> {
        loop {
            if let Some(record) = self.records.next() {
                self.cursor = Some(record.cursor);
                return Ok(Some(record));
            }
            // Unreadable changes are skipped only with the rest of their page.
            self.cursor = self.cursor.max(self.end);
            let Some(chunk) = self.pages.next().await? else {
                return Ok(None);
            };
            self.records = chunk.records.into_iter();
            self.end = chunk.end;
        }
    }

    /// The position after the last returned change. Store it once that change is processed.
    pub fn cursor(&self) -> Option<HistoryCursor> {
        self.cursor
    }
}

async fn read<Id: Historic>(
    client: &Client,
    cx: &Cx,
    request: &ListHistory<Id>,
) -> Result<Page<Chunk<Id>, Option<HistoryCursor>>> {
    let place = request.cursor();
    let page = client.send(cx, request).await?;
    for broken in &page.history.broken {
        tracing::warn!(
            account = %client.pipeline.account(), since = place.map(HistoryCursor::get),
            index = broken.index, why = broken.why, "unreadable change left out"
        );
    }
    let more = page.has_more(request.size().get());
    let end = place.max(page.last);
    let mut records = page.history.good;
    // Sorted and without repeats, so that a stored cursor covers all earlier changes.
    records.retain(|record| Some(record.cursor) > place);
    records.sort_by_key(|record| record.cursor);
    records.dedup_by_key(|record| record.cursor);
    Ok(Page::new(vec![Chunk { records, end }], more.then_some(end)))
}

impl<Id> fmt::Debug for HistoryPager<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HistoryPager").field("cursor", &self.cursor).finish_non_exhaustive()
    }
}
