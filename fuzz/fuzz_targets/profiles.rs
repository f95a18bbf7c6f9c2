//! Fuzzes settings of an account.
#![cfg_attr(fuzzing, no_main)]

vochi_crm_fuzz::target!(vochi_crm_fuzz::profile);
