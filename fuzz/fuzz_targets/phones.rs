//! Fuzzes parsing of phone numbers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vochi_crm_fuzz::phone;

fuzz_target!(|input: &[u8]| phone(input));
