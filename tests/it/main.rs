//! Tests that cross crates, one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod conformance;
mod examples;
mod live_call;
mod open;
mod two_crms;
