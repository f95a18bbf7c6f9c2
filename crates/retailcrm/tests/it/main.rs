//! Integration tests of the RetailCRM connector, one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod account;
mod changes;
mod conformance;
mod corporate;
mod custom_fields;
mod customer_requests;
mod customers;
mod customers_by_phone;
mod error_texts;
mod errors;
mod files;
mod find;
mod fixture;
mod health;
mod history;
mod history_pager;
mod inbound;
mod insecure_recording;
mod live;
mod module_plan;
mod module_scopes;
mod modules;
mod orders;
mod policies;
mod refusals;
mod requests;
mod response_values;
mod secret_leaks;
mod sent_client_id;
mod sent_values;
mod setup;
mod stand_in;
mod stand_in_customers;
mod support;
mod system;
mod talk_unknown;
mod tasks;
mod unknown_employees;
mod wire;
