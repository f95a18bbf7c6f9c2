//! The stand-ins, asked over real connections.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says what went wrong by failing")]

mod control;
mod faults;
mod kontur;
mod retailcrm;
mod sender;
mod serving;
mod support;
