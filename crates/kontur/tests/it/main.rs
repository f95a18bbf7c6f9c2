//! Integration tests of Kontur's operations, one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod answers;
mod auth;
mod bad_input;
mod changes;
mod client;
mod clock;
mod errors;
mod faults;
mod feed;
mod find;
mod fixture;
mod gossip;
mod health;
mod hints;
mod history;
mod inbound;
mod input;
mod limits;
mod linked;
mod live;
mod live_faults;
mod losses;
mod mutations;
mod operations;
mod people_support;
mod policies;
mod recordings;
mod requests;
mod responsible;
mod scenarios;
mod secrets;
mod setup;
mod stand_in;
mod stand_in_people;
mod support;
mod talk_unknown;
mod upload;
