//! Fuzzes the text of the manager interface.
#![cfg_attr(fuzzing, no_main)]

vochi_crm_fuzz::target!(vochi_crm_fuzz::ami_text);
