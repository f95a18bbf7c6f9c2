//! Fuzzes the error tables and the reading of responses.
#![cfg_attr(fuzzing, no_main)]

vochi_crm_fuzz::target!(vochi_crm_fuzz::response);
