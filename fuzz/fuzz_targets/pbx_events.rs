//! Fuzzes parsing and call tracking with recorded PBX events.
#![cfg_attr(fuzzing, no_main)]

vochi_crm_fuzz::target!(vochi_crm_fuzz::pbx_events);

// Every fourth mutation is libFuzzer's own.
#[cfg(fuzzing)]
libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed.is_multiple_of(4) {
        libfuzzer_sys::fuzzer_mutate(data, size, max_size)
    } else {
        vochi_crm_fuzz::mutate_lines(&mut data[..max_size], size, seed)
    }
});
