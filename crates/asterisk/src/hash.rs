//! Hashes that are stable across builds and machines, unlike the standard library's: saved calls
//! contain them, and a host may be updated before it restores them.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher13;

/// Hashes the parts as one sequence of bytes.
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
    fn hashes_are_stable() {
        assert_eq!(of(&[]), 0xd1fb_a762_150c_532c, "SipHash-1-3 of no bytes");
        assert_eq!(of(&[b"1795171", b"178.1417"]), of(&[b"1795171178.1417"]));
    }
}
