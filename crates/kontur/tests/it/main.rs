//! Integration tests of the Kontur connector, in one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod accepted_values;
mod auth;
mod caller_links;
mod changes;
mod client;
mod clock;
mod config_hints;
mod conformance;
mod errors;
mod feed;
mod fixture;
mod health;
mod history;
mod idempotency;
mod inbound;
mod limits;
mod live;
mod live_faults;
mod lookup;
mod lookup_support;
mod lost_messages;
mod operations;
mod recordings;
mod renewed_keys;
mod request_validation;
mod requests;
mod responses;
mod responsible;
mod sandbox_calls;
mod sandbox_lookup;
mod scenarios;
mod secret_leaks;
mod secrets;
mod setup;
mod success_forms;
mod support;
mod unknown_talk_time;
mod upload;
mod value_types;
