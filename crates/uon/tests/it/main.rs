//! Integration tests of the U-ON connector, one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod changes;
mod conformance;
mod errors;
mod follow_up;
mod forms;
mod health;
mod history;
mod inbound;
mod live;
mod lookup;
mod requests;
mod responses;
mod setup;
mod stand_in;
mod support;
