//! Fuzzes the text of the manager interface.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vochi_crm_fuzz::ami_text;

fuzz_target!(|input: &[u8]| ami_text(input));
