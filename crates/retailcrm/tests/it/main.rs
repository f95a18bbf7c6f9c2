//! Integration tests of the RetailCRM connector, one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod account;
mod errors;
mod fixture;
mod history;
mod live;
mod requests;
mod secrets;
mod stand_in;
mod support;
mod wire;
