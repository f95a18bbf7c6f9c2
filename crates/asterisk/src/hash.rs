//! Hashes that are the same in every build and on every machine: saved calls carry them, and a host
//! may be updated while it is down. The standard library's do not promise that.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher13;

/// The hash of these bytes, one part after the other.
pub(crate) fn of(parts: &[&[u8]]) -> u64 {
    let mut hasher = SipHasher13::new();
    for part in parts {
        hasher.write(part);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn saved_hashes_are_still_understood() {
        assert_eq!(of(&[]), 0xd1fb_a762_150c_532c, "SipHash-1-3 of no bytes");
        assert_eq!(of(&[b"1795171", b"178.1417"]), of(&[b"1795171178.1417"]));
    }
}
