//! Detects values that look like a key.

/// Shorter runs of letters and digits are names, ids and numbers.
const SHORTEST_RUN: usize = 16;

/// The lengths of the groups of a GUID.
const GUID: [usize; 5] = [8, 4, 4, 4, 12];

/// Returns the parts of a configuration value that look like keys and must not be printed: path
/// segments, or the whole value, with a run of at least 16 ASCII letters and digits that contains
/// both, or with a GUID.
///
/// ```
/// use vochi_crm_core::key_like_parts;
/// let parts = |value| key_like_parts(value).collect::<Vec<_>>();
/// assert_eq!(parts("key=invented0key1of2many3signs"), ["key=invented0key1of2many3signs"]);
/// assert_eq!(parts("/run/a1b2c3d4-1111-4a4a-8b8b-000000000101/shop").len(), 1);
/// assert!(parts("Europe/Minsk").is_empty());
/// ```
pub fn key_like_parts(value: &str) -> impl Iterator<Item = &str> {
    value.split(['/', '\\']).filter(|part| looks_like_key(part))
}

/// Returns true if a text contains a run of letters and digits like a key, or a GUID.
pub(crate) fn looks_like_key(text: &str) -> bool {
    let mut runs = text.split(|c: char| !c.is_ascii_alphanumeric());
    runs.any(|run| {
        run.len() >= SHORTEST_RUN
            && run.bytes().any(|byte| byte.is_ascii_digit())
            && run.bytes().any(|byte| byte.is_ascii_alphabetic())
    }) || has_guid(text)
}

fn has_guid(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_hexdigit() && c != '-');
    words.any(|word| {
        let groups: Vec<usize> = word.split('-').map(str::len).collect();
        groups.windows(GUID.len()).any(|groups| groups == GUID)
    })
}
