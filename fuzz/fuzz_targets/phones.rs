//! Fuzzes parsing of phone numbers.
#![cfg_attr(fuzzing, no_main)]

vochi_crm_fuzz::target!(vochi_crm_fuzz::phone);
