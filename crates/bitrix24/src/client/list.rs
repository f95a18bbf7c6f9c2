//! Lists over all pages.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use vochi_crm_core::page::{Page, Pager};
use vochi_crm_core::retry::wait_out_limit;
use vochi_crm_core::{Cx, Error, ErrorKind, Result};

use super::Client;
use super::batch::{Batch, Reference};
use crate::api::{Listed, Paged};

/// The number of elements of a full page.
const PAGE: u64 = 50;

/// The most pages of one request.
const PAGES: u64 = 50;

/// Where a list continues.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListCursor {
    /// At its first page.
    First,
    /// After the element with this id; so many pages are left, as far as is known.
    After {
        /// The id of the last element.
        last: u64,
        /// The pages that are left.
        pages: u64,
    },
    /// At an element, counted from 0.
    At {
        /// The number of the element.
        start: u64,
        /// The pages that are left.
        pages: u64,
    },
}

impl Client {
    /// Lists entities over all pages, up to 50 of them in one request.
    ///
    /// A list in the order of its ids is read by ids: no element comes twice or is lost, whatever is
    /// added during the read. Any other list is read by `start`; an element that moved to a later page
    /// comes once. Where the portal's limits need minutes, a list of the history lane waits for
    /// them, at most until the deadline of `cx`. An unreadable element is logged and left out.
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_bitrix24::Client) -> Result<(), vochi_crm_core::Error> {
    /// use vochi_crm_bitrix24::api::ListEntities;
    /// use vochi_crm_bitrix24::model::Contact;
    /// use vochi_crm_core::Cx;
    /// let mut contacts = client.list(&Cx::history(), ListEntities::<Contact>::new());
    /// while let Some(contact) = contacts.next().await? {
    ///     println!("{}", contact.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list<L: Paged>(&self, cx: &Cx, list: L) -> Pager<'static, L::Row, ListCursor> {
        let reader =
            Arc::new(Reader { client: self.clone(), cx: cx.clone(), list, seen: Mutex::default() });
        Pager::new(ListCursor::First, move |cursor| {
            let reader = Arc::clone(&reader);
            async move { wait_out_limit(&reader.cx, || reader.read(&cursor)).await }
        })
    }
}

/// Reads a list.
struct Reader<L> {
    client: Client,
    cx: Cx,
    list: L,
    /// The elements so far, of a list that is not read by ids.
    seen: Mutex<HashSet<u64>>,
}

type Rows<L> = Page<<L as Paged>::Row, ListCursor>;

impl<L: Paged> Reader<L> {
    async fn read(&self, cursor: &ListCursor) -> Result<Rows<L>> {
        match *cursor {
            ListCursor::First => self.first().await,
            ListCursor::After { last, pages } => self.after(last, pages).await,
            ListCursor::At { start, pages } => self.at(start, pages).await,
        }
    }

    /// The first page, with the number of all elements.
    async fn first(&self) -> Result<Rows<L>> {
        let by_id = self.list.clone().after(None).map(|list| list.starting_at(0));
        let is_by_id = by_id.is_some();
        let list = by_id.unwrap_or_else(|| self.list.clone());
        let listed = self.client.send(&self.cx, list).await?;
        let left = pages(listed.total.unwrap_or_default().saturating_sub(PAGE));
        if is_by_id {
            return self.by_id(vec![listed], None, left);
        }
        Ok(self.by_start(vec![listed], 0, left))
    }

    /// Pages by ids, each after the last element of the one before.
    async fn after(&self, last: u64, left: u64) -> Result<Rows<L>> {
        let after = |place: Value| self.list.clone().after(Some(place));
        let not_by_id = || vochi_crm_core::Error::internal("the list is not read by ids");
        let first = after(last.into()).ok_or_else(not_by_id)?;
        if left <= 1 {
            let listed = self.client.send(&self.cx, first).await?;
            return self.by_id(vec![listed], Some(last), 0);
        }
        let mut batch = Batch::new();
        let mut keys = vec![batch.add(first)?];
        while let Some(before) = keys.last().filter(|_| keys.len() as u64 != left.min(PAGES)) {
            let place = Reference::new(*before, L::place_of_last_id());
            keys.push(batch.add(after(place.into()).ok_or_else(not_by_id)?)?);
        }
        let read = self.send_pages(batch, keys).await?;
        let left = left.saturating_sub(read.len() as u64);
        self.by_id(read, Some(last), left)
    }

    /// The elements of consecutive pages. A page that is not full is the last: what a later command
    /// of the batch answered refers to nothing.
    fn by_id(&self, read: Vec<Listed<L::Row>>, before: Option<u64>, left: u64) -> Result<Rows<L>> {
        let mut rows = Vec::new();
        let mut is_full = true;
        for listed in read {
            self.log_broken(&listed);
            is_full = size(&listed) >= PAGE;
            if is_full && listed.items.good.is_empty() {
                // The next page begins after the last id.
                let text = "cannot read the list: no row of a full page is readable";
                return Err(Error::new(ErrorKind::Decode, text));
            }
            rows.extend(listed.items.good);
            if !is_full {
                break;
            }
        }
        let last = rows.last().map(L::id_of).or(before);
        let next = last.filter(|_| is_full);
        let next = next.map(|last| ListCursor::After { last, pages: left.max(1) });
        Ok(Page::new(rows, next))
    }

    /// Pages by their place.
    async fn at(&self, start: u64, left: u64) -> Result<Rows<L>> {
        if left <= 1 {
            let listed = self.client.send(&self.cx, self.list.clone().starting_at(start)).await?;
            return Ok(self.by_start(vec![listed], start, 0));
        }
        let mut batch = Batch::new();
        let starts = (0..left.min(PAGES)).map(|page| start + page * PAGE);
        let keys = starts.map(|start| batch.add(self.list.clone().starting_at(start)));
        let keys = keys.collect::<Result<Vec<_>>>()?;
        let read = self.send_pages(batch, keys).await?;
        let left = left.saturating_sub(read.len() as u64);
        Ok(self.by_start(read, start, left))
    }

    fn by_start(&self, read: Vec<Listed<L::Row>>, start: u64, left: u64) -> Rows<L> {
        let mut rows = Vec::new();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut next, mut place) = (None, start);
        for listed in read {
            self.log_broken(&listed);
            // A `next` that does not advance would never end.
            next = listed.next.filter(|next| *next > place && size(&listed) > 0);
            place += PAGE;
            // 0: the elements have no id.
            let is_new = |row: &L::Row| L::id_of(row) == 0 || seen.insert(L::id_of(row));
            rows.extend(listed.items.good.into_iter().filter(is_new));
            if next.is_none() {
                break;
            }
        }
        let next = next.map(|start| ListCursor::At { start, pages: left.max(1) });
        Page::new(rows, next)
    }

    /// Sends pages in one request and returns those before the first failure.
    async fn send_pages(
        &self,
        batch: Batch,
        keys: Vec<vochi_crm_core::http::BatchKey<Listed<L::Row>>>,
    ) -> Result<Vec<Listed<L::Row>>> {
        let mut results = self.client.batch(&self.cx, &batch).await?;
        let mut read = Vec::with_capacity(keys.len());
        for key in keys {
            match results.take(key) {
                Ok(listed) => read.push(listed),
                // The next request continues after what was read.
                Err(_) if !read.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }

    fn log_broken(&self, listed: &Listed<L::Row>) {
        for broken in &listed.items.broken {
            tracing::warn!(
                account = %self.client.pipeline.account(), operation = L::NAME,
                index = broken.index, why = broken.why, "unreadable element of a list left out"
            );
        }
    }
}

fn size<T>(listed: &Listed<T>) -> u64 {
    (listed.items.good.len() + listed.items.broken.len()) as u64
}

fn pages(elements: u64) -> u64 {
    elements.div_ceil(PAGE)
}
