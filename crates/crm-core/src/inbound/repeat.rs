//! Ids of events, for CRMs that send none.

use crate::fnv::Fnv;

/// Derives the id of an event from the parts that make two requests equal: equal parts give an
/// equal id, in every version and on every machine. `word` is a readable prefix; the parts cannot
/// be read from the id, so they may contain a phone number. It is not a signature.
///
/// ```
/// use vochi_crm_core::inbound::repeat_id;
/// let first = repeat_id("click_to_call", ["shop", "7", "+375291112233"]);
/// assert_eq!(first, repeat_id("click_to_call", ["shop", "7", "+375291112233"]));
/// assert_ne!(first, repeat_id("click_to_call", ["shop", "7+375", "291112233"]));
/// assert!(first.starts_with("click_to_call-"));
/// ```
pub fn repeat_id<'a>(word: &str, parts: impl IntoIterator<Item = &'a str>) -> String {
    // Each part is preceded by its length, so that parts cannot be shifted into each other.
    let hash = parts.into_iter().fold(Fnv::new(), |hash, part| {
        let length = (part.len() as u64).to_le_bytes();
        hash.with(&length).with(part.as_bytes())
    });
    let hash = hash.get();
    format!("{word}-{hash:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_parts_hash_to_the_fnv_offset() {
        assert_eq!(repeat_id("x", []), "x-6c62272e07bb014262b821756295c58d", "FNV-1a of no bytes");
    }

    #[test]
    fn shifted_parts_have_different_ids() {
        let ids = [
            repeat_id("x", ["ab", "c"]),
            repeat_id("x", ["a", "bc"]),
            repeat_id("x", ["abc"]),
            repeat_id("x", ["abc", ""]),
            repeat_id("y", ["abc"]),
        ];
        for (index, id) in ids.iter().enumerate() {
            assert!(!ids[..index].contains(id), "{id}");
        }
    }

    #[test]
    fn id_is_stable_across_versions() {
        assert_eq!(
            repeat_id("click_to_call", ["shop", "7", "+375291112233"]),
            "click_to_call-84a948e249917d359ad6ea21816ce88a"
        );
    }
}
