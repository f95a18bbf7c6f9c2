//! Fuzzes the error tables and the reading of responses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vochi_crm_fuzz::response;

fuzz_target!(|input: &[u8]| {
    response(input);
});
