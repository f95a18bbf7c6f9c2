//! The whole program against the sandbox: what it prints, sends and ends with.

// Permissions, signals and the shell are those of Unix.
#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail the test"
)]

mod answers;
mod calls;
mod changes;
mod checklist;
mod config;
mod config_mistakes;
mod dry_run;
mod failures;
mod health;
mod kontur;
mod lookup;
mod loopback;
mod masking;
mod packaging;
mod phone;
mod process;
mod reading;
mod records;
mod replay;
mod replay_accounts;
mod replay_kontur;
mod replay_mistakes;
mod replay_state;
mod replay_streams;
mod sandbox;
mod secrets;
mod settle;
mod setup;
mod shell_path;
mod state;
mod support;
