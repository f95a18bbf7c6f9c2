//! Fuzzes parsing and call tracking with recorded PBX events.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use vochi_crm_fuzz::{mutate_lines, pbx_events};

fuzz_target!(|input: &[u8]| pbx_events(input));

// Every fourth mutation is libFuzzer's own.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed.is_multiple_of(4) {
        fuzzer_mutate(data, size, max_size)
    } else {
        mutate_lines(&mut data[..max_size], size, seed)
    }
});
