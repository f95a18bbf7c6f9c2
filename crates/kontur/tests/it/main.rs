//! Integration tests of Kontur's operations, one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod answers;
mod changes;
mod errors;
mod feed;
mod find;
mod fixture;
mod health;
mod inbound;
mod input;
mod mutations;
mod operations;
mod people_support;
mod policies;
mod requests;
mod responsible;
mod secrets;
mod setup;
mod stand_in_people;
mod upload;
