//! Fuzzes parsing of requests that claim to be a CRM's.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vochi_crm_fuzz::inbound;

fuzz_target!(|input: &[u8]| {
    inbound(input);
});
