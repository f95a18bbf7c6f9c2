//! Limits of a stand-in's memory; the oldest entries are dropped.

/// Most entries of one list: requests, calls, popups, customers and so on.
pub(crate) const MAX_ENTRIES: usize = 10_000;

/// Most bytes in the bodies of one CRM's logged requests, and in its files.
pub(crate) const MAX_BYTES: usize = 256 * 1024 * 1024;

/// Most pending faults of one CRM.
pub(crate) const MAX_FAULTS: usize = 1_000;

/// Removes and returns the oldest entries beyond the limit.
pub(crate) fn keep_newest<T>(list: &mut Vec<T>) -> Vec<T> {
    list.drain(..list.len().saturating_sub(MAX_ENTRIES)).collect()
}

/// Removes the oldest entries beyond the limits of entries and bytes, keeping at least the newest.
pub(crate) fn keep_newest_bytes<T>(list: &mut Vec<T>, bytes: impl Fn(&T) -> usize) {
    let mut sum = 0_usize;
    let kept = list.iter().rev().take(MAX_ENTRIES).take_while(|entry| {
        sum = sum.saturating_add(bytes(entry));
        sum <= MAX_BYTES
    });
    let kept = kept.count().max(1);
    list.drain(..list.len().saturating_sub(kept));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oldest_entries_are_dropped() {
        let mut list: Vec<usize> = (0..MAX_ENTRIES + 3).collect();
        assert_eq!(keep_newest(&mut list), [0, 1, 2]);
        assert_eq!((list.len(), list.first()), (MAX_ENTRIES, Some(&3)));
        assert!(keep_newest(&mut list).is_empty(), "it is within its bound now");
    }

    #[test]
    fn large_entries_are_dropped_earlier() {
        let half = MAX_BYTES / 2;
        let mut list = vec![half, 1, half, half];
        keep_newest_bytes(&mut list, |bytes| *bytes);
        assert_eq!(list, [half, half]);
        list.push(MAX_BYTES + 1);
        keep_newest_bytes(&mut list, |bytes| *bytes);
        assert_eq!(list, [MAX_BYTES + 1], "the newest entry stays");
    }
}
