//! Suggestions for words that are nearly right.

/// The known word nearest to a mistaken one, if one is near.
///
/// ```
/// use vochi_crm_core::config::nearest;
/// assert_eq!(nearest("apikey", ["url", "api_key"]), Some("api_key"));
/// assert_eq!(nearest("colour", ["url", "api_key"]), None);
/// ```
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    known
        .into_iter()
        .map(|word| (distance(&wrong, word), word))
        .filter(|(distance, word)| *distance * 3 <= word.len().max(wrong.len()))
        .min()
        .map(|(_, word)| word)
}

/// How many letters must be typed, left out, changed or swapped with their neighbour to get from
/// one word to the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // Two rows above each other; the one above them is kept for swaps.
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, right) in b.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX);
            let changed = at(&row, j).saturating_add(usize::from(left != right));
            let typed = at(&next, j).saturating_add(1);
            let left_out = at(&row, j + 1).saturating_add(1);
            let mut best = changed.min(typed).min(left_out);
            let swapped =
                i > 0 && j > 0 && a.get(i - 1) == Some(right) && b.get(j - 1) == Some(left);
            if swapped {
                best = best.min(at(&above, j - 1).saturating_add(1));
            }
            next.push(best);
        }
        above = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_is_recognised_and_a_far_one_is_not() {
        const KNOWN: [&str; 5] = ["extensions", "timezone", "api_key", "burst", "client_id"];
        for (wrong, meant) in [
            ("extension", Some("extensions")),
            ("Extensions", Some("extensions")),
            ("time_zone", Some("timezone")),
            ("apikey", Some("api_key")),
            ("brust", Some("burst")),
            ("client", Some("client_id")),
            ("colour", None),
        ] {
            assert_eq!(nearest(wrong, KNOWN), meant, "{wrong}");
        }
    }
}
