//! Paged lists.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::error::{Error, ErrorKind, Result};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T, C> {
    /// The page's elements.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` after the last, as marked by the server.
    pub next: Option<C>,
}

impl<T, C> Page<T, C> {
    /// Creates a page with the cursor of the next one.
    pub fn new(items: Vec<T>, next: Option<C>) -> Self {
        Self { items, next }
    }
}

type Fetch<'a, T, C> =
    Box<dyn FnMut(C) -> Pin<Box<dyn Future<Output = Result<Page<T, C>>> + Send + 'a>> + Send + 'a>;

/// A long list, fetched page by page on demand.
///
/// It ends where the server marks the end, not at an empty page. A server that repeats a page's
/// cursor, or never ends, becomes an error instead of an endless loop. An error ends the list.
///
/// ```
/// # use vochi_crm_core::page::{Page, Pager};
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut pager = Pager::new(1, |page: u32| async move {
///     Ok(Page::new(vec![page * 10, page * 10 + 1], (page < 2).then_some(page + 1)))
/// });
/// let mut all = Vec::new();
/// while let Some(item) = pager.next().await? {
///     all.push(item);
/// }
/// assert_eq!(all, [10, 11, 20, 21]);
/// # Ok::<(), vochi_crm_core::Error>(())
/// # }).unwrap();
/// ```
pub struct Pager<'a, T, C> {
    fetch: Fetch<'a, T, C>,
    next: Option<C>,
    seen: Vec<C>,
    repeats: fn(&mut Vec<C>, &C) -> bool,
    pages: usize,
    items: std::vec::IntoIter<T>,
}

/// The page limit. A server that exceeds it is assumed to be in a loop.
const MOST_PAGES: usize = 10_000;

impl<'a, T, C> Pager<'a, T, C>
where
    C: Clone + PartialEq + Send + 'a,
{
    /// Creates a pager that starts at `first` and fetches pages with `fetch`.
    pub fn new<F, Fut>(first: C, fetch: F) -> Self
    where
        F: FnMut(C) -> Fut + Send + 'a,
        Fut: Future<Output = Result<Page<T, C>>> + Send + 'a,
    {
        Self::with_check(first, fetch, |seen, next| seen.contains(next) || seen.len() >= MOST_PAGES)
    }

    /// Creates a pager for a list with ever greater cursors, such as a log continued after its last
    /// id. The list may have any length; a cursor that does not increase is a server loop.
    pub fn ascending<F, Fut>(first: C, fetch: F) -> Self
    where
        C: PartialOrd,
        F: FnMut(C) -> Fut + Send + 'a,
        Fut: Future<Output = Result<Page<T, C>>> + Send + 'a,
    {
        Self::with_check(first, fetch, |seen, next| seen.pop().is_some_and(|last| *next <= last))
    }

    fn with_check<F, Fut>(first: C, mut fetch: F, repeats: fn(&mut Vec<C>, &C) -> bool) -> Self
    where
        F: FnMut(C) -> Fut + Send + 'a,
        Fut: Future<Output = Result<Page<T, C>>> + Send + 'a,
    {
        Self {
            fetch: Box::new(move |cursor| Box::pin(fetch(cursor))),
            next: Some(first),
            seen: Vec::new(),
            repeats,
            pages: 0,
            items: Vec::new().into_iter(),
        }
    }

    /// The next element; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<T>> {
        loop {
            if let Some(item) = self.items.next() {
                return Ok(Some(item));
            }
            match self.next_page().await? {
                Some(page) => self.items = page.into_iter(),
                None => return Ok(None),
            }
        }
    }

    /// The next whole page; `None` after the last. A page may be empty and not the last.
    pub async fn next_page(&mut self) -> Result<Option<Vec<T>>> {
        let Some(cursor) = self.next.take() else {
            return Ok(None);
        };
        if (self.repeats)(&mut self.seen, &cursor) {
            return Err(Error::new(
                ErrorKind::Decode,
                "cannot read the CRM's list: a page was repeated",
            )
            .with_hint("the elements read so far are valid; report this to the CRM's support"));
        }
        self.seen.push(cursor.clone());
        self.pages += 1;
        let page = (self.fetch)(cursor).await?;
        self.next = page.next;
        Ok(Some(page.items))
    }

    /// Reads all remaining elements.
    pub async fn all(mut self) -> Result<Vec<T>> {
        let mut all: Vec<T> = self.items.by_ref().collect();
        while let Some(page) = self.next_page().await? {
            all.extend(page);
        }
        Ok(all)
    }
}

impl<T, C> fmt::Debug for Pager<'_, T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pager").field("pages_read", &self.pages).finish_non_exhaustive()
    }
}
