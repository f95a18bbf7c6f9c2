//! Fuzzes call tracking with AMI streams generated from bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vochi_crm_fuzz::ami_stream;

fuzz_target!(|input: &[u8]| ami_stream(input));
