//! Integration tests of the Kontur connector, in one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod auth;
mod caller_links;
mod changes;
mod client;
mod clock;
mod config_hints;
mod errors;
mod faults;
mod feed;
mod fixture;
mod health;
mod history;
mod idempotency;
mod inbound;
mod invalid_values;
mod limits;
mod live;
mod live_faults;
mod lookup;
mod lookup_support;
mod lost_messages;
mod mutations;
mod operations;
mod recordings;
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
mod support;
mod unknown_talk_time;
mod upload;
