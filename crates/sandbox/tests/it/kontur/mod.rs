//! Kontur's stand-in.

mod calls;
mod checks;
mod clients;
mod dialect;
mod files;
mod fixtures;
mod keys;
mod outgoing;
mod scenarios;
pub(crate) mod support;
