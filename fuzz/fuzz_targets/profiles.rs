//! Fuzzes settings of an account.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vochi_crm_fuzz::profile;

fuzz_target!(|input: &[u8]| profile(input));
