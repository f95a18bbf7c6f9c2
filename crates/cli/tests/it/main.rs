//! The built program against the stand-ins: output, requests, exit codes.

// The tests use permissions, signals and shells of Unix.
#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail the test"
)]

mod bitrix24;
mod call_event;
mod call_log;
mod changes;
mod checklist;
mod config;
mod config_errors;
mod dialplan;
mod dry_run;
mod failures;
mod health;
mod kontur;
mod lookup;
mod loopback;
mod masking;
mod oauth;
mod output;
mod packaging;
mod phone;
mod process;
mod queries;
mod replay;
mod replay_accounts;
mod replay_errors;
mod replay_kontur;
mod replay_state;
mod replay_streams;
mod sandbox;
mod secrets;
mod settle;
mod setup;
mod snapshots;
mod state;
mod support;
mod uon;
