//! Ids of events whose CRM gives them none.

/// The offset and the prime of FNV-1a with 128 bits.
const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

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
    let mut hash = OFFSET;
    let mut take = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u128::from(*byte)).wrapping_mul(PRIME);
        }
    };
    for part in parts {
        // With its length before it, no part runs into the next.
        take(&(part.len() as u64).to_le_bytes());
        take(part.as_bytes());
    }
    format!("{word}-{hash:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_the_offset() {
        assert_eq!(
            repeat_id("x", []),
            "x-6c62272e07bb014262b821756295c58d",
            "FNV-1a of no bytes"
        );
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
