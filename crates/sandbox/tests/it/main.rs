//! The stand-ins over real connections.

#![allow(
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what went wrong by failing"
)]

mod bitrix24;
mod control;
mod faults;
mod kontur;
mod origin;
mod page;
mod retailcrm;
mod rules;
mod serving;
mod support;
mod uon;
