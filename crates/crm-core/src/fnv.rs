//! 128-bit FNV-1a.
//!
//! Unlike the standard library's hashers it is stable across builds: file names of calls contain
//! it, and hosts keep those files.

const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// A hash state that bytes are added to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fnv(u128);

impl Fnv {
    pub(crate) fn new() -> Self {
        Self(BASIS)
    }

    #[must_use]
    pub(crate) fn with(self, bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(self.0, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME)))
    }

    pub(crate) fn get(self) -> u128 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Fnv;

    #[test]
    fn published_test_vectors_match() {
        for (bytes, hash) in [
            ("", 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d),
            ("a", 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964),
        ] {
            assert_eq!(Fnv::new().with(bytes.as_bytes()).get(), hash, "{bytes:?}");
        }
    }
}
