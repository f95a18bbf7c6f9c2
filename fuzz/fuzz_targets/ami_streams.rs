//! Fuzzes call tracking with AMI streams generated from bytes.
#![cfg_attr(fuzzing, no_main)]

vochi_crm_fuzz::target!(vochi_crm_fuzz::ami_stream);
