//! Integration tests of the core, one binary.

mod cache;
mod call_state;
mod limit;
mod page;
mod phone;
mod pipeline;
mod state;
mod transport;
