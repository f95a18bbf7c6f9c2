//! Integration tests of the Bitrix24 connector, one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod conformance;
mod list;
mod portal;
mod support;
mod tokens;
