//! Calls as a PBX tells of them, against what really happened.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod attempts;
mod bounds;
mod broken;
mod event_file;
mod fixture;
mod helpers;
mod host;
mod legs;
mod live;
mod losses;
mod lost_ends;
mod manager;
mod outside_parties;
mod properties;
mod reports;
mod restart;
mod rooms;
mod script;
mod together;
mod unrecorded;
