//! Integration tests of the Bitrix24 connector, one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod access;
mod batch;
mod clicks;
mod conformance;
mod ends;
mod errors;
mod history;
mod inbound;
mod installation;
mod limits;
mod list;
mod live;
mod portal;
mod responses;
mod stand_in;
mod support;
mod tokens;
