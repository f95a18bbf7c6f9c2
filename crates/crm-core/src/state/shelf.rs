//! Values kept in memory per call, bounded by age and by count.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use super::turns::{CallKey, Turns, lock};

/// When a shelf forgets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) kept_for: Duration,
    pub(super) capacity: usize,
}

pub(super) struct Shelf<V> {
    books: Mutex<Books<V>>,
}

struct Books<V> {
    by_key: HashMap<Arc<CallKey>, Book<V>>,
    /// In the order of the saves, which is also the order of age.
    by_age: BTreeMap<u64, Arc<CallKey>>,
    saves: u64,
}

struct Book<V> {
    value: V,
    saved_at: Instant,
    save: u64,
}

impl<V> Book<V> {
    fn is_over(&self, bounds: Bounds, now: Instant) -> bool {
        now.duration_since(self.saved_at) >= bounds.kept_for
    }
}

impl<V: Clone> Shelf<V> {
    pub(super) fn new() -> Self {
        Self {
            books: Mutex::new(Books {
                by_key: HashMap::new(),
                by_age: BTreeMap::new(),
                saves: 0,
            }),
        }
    }

    pub(super) fn get(&self, key: &CallKey, bounds: Bounds) -> Option<V> {
        let books = lock(&self.books);
        let book = books.by_key.get(key)?;
        (!book.is_over(bounds, Instant::now())).then(|| book.value.clone())
    }

    /// Keeps a value; whoever calls holds the turn of its key, so it is not what makes room.
    pub(super) fn put(&self, key: &Arc<CallKey>, value: V, bounds: Bounds, turns: &Turns) {
        let mut books = lock(&self.books);
        books.saves += 1;
        let save = books.saves;
        let book = Book {
            value,
            saved_at: Instant::now(),
            save,
        };
        if let Some(previous) = books.by_key.insert(Arc::clone(key), book) {
            books.by_age.remove(&previous.save);
        }
        books.by_age.insert(save, Arc::clone(key));
        books.make_room(bounds, turns);
    }

    pub(super) fn remove(&self, key: &CallKey) {
        let mut books = lock(&self.books);
        if let Some(book) = books.by_key.remove(key) {
            books.by_age.remove(&book.save);
        }
    }

    pub(super) fn sweep(&self, bounds: Bounds, turns: &Turns) -> usize {
        lock(&self.books).make_room(bounds, turns)
    }
}

impl<V> Books<V> {
    /// Drops what is too old, then the oldest beyond the capacity, never a call in use.
    fn make_room(&mut self, bounds: Bounds, turns: &Turns) -> usize {
        let now = Instant::now();
        let mut excess = self.by_key.len().saturating_sub(bounds.capacity);
        let mut leaving = Vec::new();
        for (&save, key) in &self.by_age {
            let over = self
                .by_key
                .get(key)
                .is_none_or(|book| book.is_over(bounds, now));
            if excess == 0 && !over {
                break;
            }
            if !turns.is_taken(key) {
                excess = excess.saturating_sub(1);
                leaving.push(save);
            }
        }
        for save in &leaving {
            if let Some(key) = self.by_age.remove(save) {
                self.by_key.remove(&key);
            }
        }
        leaving.len()
    }
}

impl<V> fmt::Debug for Shelf<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf")
            .field("calls", &lock(&self.books).by_key.len())
            .finish()
    }
}
