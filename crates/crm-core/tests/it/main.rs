//! Integration tests of the core, one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod cache;
mod call_record;
mod call_state;
mod credentials;
mod invented;
mod kit;
mod limit;
mod page;
mod pending;
mod phone;
mod pipeline;
mod process;
mod state;
mod streaming;
mod transport;
