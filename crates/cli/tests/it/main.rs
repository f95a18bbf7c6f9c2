//! The whole program against the sandbox: what it prints, sends and ends with.

mod answers;
mod calls;
mod config;
mod dry_run;
mod failures;
mod packaging;
mod phone;
mod process;
mod reading;
mod sandbox;
mod secrets;
mod state;
mod support;
