//! Reading long lists page by page.

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
    /// Where the next page begins; `None` after the last, by the server's own mark.
    pub next: Option<C>,
}

impl<T, C> Page<T, C> {
    /// A page and where the next one begins.
    pub fn new(items: Vec<T>, next: Option<C>) -> Self {
        Self { items, next }
    }
}

type Fetch<'a, T, C> =
    Box<dyn FnMut(C) -> Pin<Box<dyn Future<Output = Result<Page<T, C>>> + Send + 'a>> + Send + 'a>;

/// A long list, read as it is asked for.
///
/// It ends where the server says so, not at an empty page; a server that repeats a page's address
/// or never ends becomes an error instead of an endless loop. After an error it is over.
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

/// No account has more pages; a server that goes on beyond is going round in circles.
const MOST_PAGES: usize = 10_000;

impl<'a, T, C> Pager<'a, T, C>
where
    C: Clone + PartialEq + Send + 'a,
{
    /// A pager that begins at `first` and fetches with `fetch`.
    pub fn new<F, Fut>(first: C, fetch: F) -> Self
    where
        F: FnMut(C) -> Fut + Send + 'a,
        Fut: Future<Output = Result<Page<T, C>>> + Send + 'a,
    {
        Self::with_check(first, fetch, |seen, next| seen.contains(next) || seen.len() >= MOST_PAGES)
    }

    /// The same for a list whose pages begin at ever greater places, as a log that is read on from
    /// its last id. It may be of any length, and a place that is not beyond the last one is the
    /// server going round in circles.
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
            return Err(Error::new(ErrorKind::Decode, "the CRM's list repeats itself")
                .with_hint("what was read so far is good; report this to the CRM's support"));
        }
        self.seen.push(cursor.clone());
        self.pages += 1;
        let page = (self.fetch)(cursor).await?;
        self.next = page.next;
        Ok(Some(page.items))
    }

    /// Everything that is left.
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
