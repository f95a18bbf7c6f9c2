//! Tests that cross crates, one binary.

#![allow(
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed step fails the test"
)]

mod examples;
mod guide;
mod live_call;
mod open;
mod two_crms;
