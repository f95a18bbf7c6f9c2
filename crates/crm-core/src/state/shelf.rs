//! Values kept in memory per document, bounded by age and by count.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use super::store::Space;
use super::turns::{CallKey, Turns, lock};

/// When a shelf forgets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// `None`: it never forgets by age.
    pub(super) kept_for: Option<Duration>,
    pub(super) capacity: usize,
}

impl Bounds {
    /// What holds in a space, where these bounds are those of calls. What must not be lost is not
    /// bounded by count.
    fn of(self, space: Space) -> Self {
        let bounded = matches!(space, Space::Calls | Space::Numbers);
        Self {
            kept_for: self.kept_for.map_or(space.kept_for(), |calls| space.kept(calls)),
            capacity: if bounded { self.capacity } else { usize::MAX },
        }
    }
}

/// A shelf per space.
#[derive(Debug)]
pub(super) struct Shelves<V> {
    calls: Shelf<V>,
    numbers: Shelf<V>,
    pending: Shelf<V>,
    tokens: Shelf<V>,
}

impl<V: Clone> Shelves<V> {
    pub(super) fn new() -> Self {
        Self {
            calls: Shelf::new(),
            numbers: Shelf::new(),
            pending: Shelf::new(),
            tokens: Shelf::new(),
        }
    }

    fn of(&self, space: Space) -> &Shelf<V> {
        match space {
            Space::Calls => &self.calls,
            Space::Numbers => &self.numbers,
            Space::Pending => &self.pending,
            Space::Tokens => &self.tokens,
        }
    }

    pub(super) fn get(&self, key: &CallKey, bounds: Bounds) -> Option<V> {
        self.of(key.space).get(key, bounds.of(key.space))
    }

    /// Keeps a value. The caller holds the turn of its key.
    pub(super) fn put(&self, key: &Arc<CallKey>, value: V, bounds: Bounds, turns: &Turns) {
        self.of(key.space).put(key, value, bounds.of(key.space), turns);
    }

    pub(super) fn remove(&self, key: &CallKey) {
        self.of(key.space).remove(key);
    }

    /// Ids and values of an account in a space.
    pub(super) fn list(&self, space: Space, account: &str, bounds: Bounds) -> Vec<(String, V)> {
        self.of(space).list(account, bounds.of(space))
    }

    pub(super) fn sweep(&self, bounds: Bounds, turns: &Turns) -> usize {
        let swept = |&space: &Space| self.of(space).make_room(bounds.of(space), turns);
        Space::ALL.iter().map(swept).sum()
    }
}

struct Shelf<V> {
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
        bounds.kept_for.is_some_and(|kept_for| now.duration_since(self.saved_at) >= kept_for)
    }
}

impl<V: Clone> Shelf<V> {
    fn new() -> Self {
        Self {
            books: Mutex::new(Books { by_key: HashMap::new(), by_age: BTreeMap::new(), saves: 0 }),
        }
    }

    fn get(&self, key: &CallKey, bounds: Bounds) -> Option<V> {
        let books = lock(&self.books);
        let book = books.by_key.get(key)?;
        (!book.is_over(bounds, Instant::now())).then(|| book.value.clone())
    }

    /// The caller holds the turn of the key, so this value is not the one that makes room.
    fn put(&self, key: &Arc<CallKey>, value: V, bounds: Bounds, turns: &Turns) {
        let mut books = lock(&self.books);
        books.saves += 1;
        let save = books.saves;
        let book = Book { value, saved_at: Instant::now(), save };
        if let Some(previous) = books.by_key.insert(Arc::clone(key), book) {
            books.by_age.remove(&previous.save);
        }
        books.by_age.insert(save, Arc::clone(key));
        books.make_room(bounds, turns);
    }

    fn remove(&self, key: &CallKey) {
        let mut books = lock(&self.books);
        if let Some(book) = books.by_key.remove(key) {
            books.by_age.remove(&book.save);
        }
    }

    fn list(&self, account: &str, bounds: Bounds) -> Vec<(String, V)> {
        let (books, now) = (lock(&self.books), Instant::now());
        let of_account = books
            .by_key
            .iter()
            .filter(|(key, book)| &*key.account == account && !book.is_over(bounds, now));
        let found = of_account.map(|(key, book)| (key.call_id.to_string(), book.value.clone()));
        found.collect()
    }

    fn make_room(&self, bounds: Bounds, turns: &Turns) -> usize {
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
            let over = self.by_key.get(key).is_none_or(|book| book.is_over(bounds, now));
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
        f.debug_struct("Shelf").field("calls", &lock(&self.books).by_key.len()).finish()
    }
}
