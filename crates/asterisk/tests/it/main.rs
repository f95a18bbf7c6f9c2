//! Calls derived from PBX events, compared with what really happened.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed setup fails the test"
)]

mod ami;
mod attempts;
mod concurrent_calls;
mod conferences;
mod dialplan;
mod edge_cases;
mod event_file;
mod fixture;
mod helper_channels;
mod invalid_events;
mod legs;
mod live;
mod lost_events;
mod lost_hangups;
mod many_channels;
mod outside_parties;
mod properties;
mod reports;
mod restart;
mod stream;
