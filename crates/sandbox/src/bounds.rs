//! How much a stand-in keeps: one that serves for weeks must not grow without end. The oldest
//! entries make room for new ones.

/// The most entries of one list: requests, calls, popups, customers and so on.
pub(crate) const MOST_ENTRIES: usize = 10_000;

/// The most bytes in the bodies of one CRM's logged requests, and in its files.
pub(crate) const MOST_BYTES: usize = 256 * 1024 * 1024;

/// The most faults that wait for one CRM.
pub(crate) const MOST_FAULTS: usize = 1_000;

/// Removes the oldest entries of a list that has too many and returns them.
pub(crate) fn keep_newest<T>(list: &mut Vec<T>) -> Vec<T> {
    list.drain(..list.len().saturating_sub(MOST_ENTRIES)).collect()
}

/// Removes the oldest entries of a list that has too many entries or bytes. The newest one stays,
/// however large.
pub(crate) fn keep_newest_bytes<T>(list: &mut Vec<T>, bytes: impl Fn(&T) -> usize) {
    let mut sum = 0_usize;
    let kept = list.iter().rev().take(MOST_ENTRIES).take_while(|entry| {
        sum = sum.saturating_add(bytes(entry));
        sum <= MOST_BYTES
    });
    let kept = kept.count().max(1);
    list.drain(..list.len().saturating_sub(kept));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entries_make_room() {
        let mut list: Vec<usize> = (0..MOST_ENTRIES + 3).collect();
        assert_eq!(keep_newest(&mut list), [0, 1, 2]);
        assert_eq!((list.len(), list.first()), (MOST_ENTRIES, Some(&3)));
        assert!(keep_newest(&mut list).is_empty(), "it is within its bound now");
    }

    #[test]
    fn large_entries_make_room_earlier() {
        let half = MOST_BYTES / 2;
        let mut list = vec![half, 1, half, half];
        keep_newest_bytes(&mut list, |bytes| *bytes);
        assert_eq!(list, [half, half]);
        list.push(MOST_BYTES + 1);
        keep_newest_bytes(&mut list, |bytes| *bytes);
        assert_eq!(list, [MOST_BYTES + 1], "the newest entry stays");
    }
}
