//! Fuzzes parsing of requests that claim to be a CRM's.
#![cfg_attr(fuzzing, no_main)]

vochi_crm_fuzz::target!(vochi_crm_fuzz::inbound);
