//! Ids of events whose CRM gives them none.

use crate::fnv::Fnv;

/// The id of an event, made of what makes two requests the same: equal parts, equal id, in every
/// version and on every machine. `word` begins it, for people who read logs; the parts cannot be
/// seen in it, so a phone number may be one. It is no signature.
///
/// ```
/// use vochi_crm_core::inbound::repeat_id;
/// let first = repeat_id("click_to_call", ["shop", "7", "+375291112233"]);
/// assert_eq!(first, repeat_id("click_to_call", ["shop", "7", "+375291112233"]));
/// assert_ne!(first, repeat_id("click_to_call", ["shop", "7+375", "291112233"]));
/// assert!(first.starts_with("click_to_call-"));
/// ```
pub fn repeat_id<'a>(word: &str, parts: impl IntoIterator<Item = &'a str>) -> String {
    // With its length before it, no part runs into the next.
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
    fn nothing_is_the_offset() {
        assert_eq!(repeat_id("x", []), "x-6c62272e07bb014262b821756295c58d", "FNV-1a of no bytes");
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
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
    fn an_id_stays_the_same_in_later_versions() {
        assert_eq!(
            repeat_id("click_to_call", ["shop", "7", "+375291112233"]),
            "click_to_call-84a948e249917d359ad6ea21816ce88a"
        );
    }
}
