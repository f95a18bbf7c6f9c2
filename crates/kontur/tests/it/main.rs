//! Integration tests of Kontur's operations, one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod answers;
mod auth;
mod client;
mod clock;
mod errors;
mod fixture;
mod gossip;
mod history;
mod input;
mod live;
mod live_faults;
mod losses;
mod mutations;
mod operations;
mod policies;
mod recordings;
mod requests;
mod scenarios;
mod secrets;
mod stand_in;
mod support;
mod upload;
