//! Test tools for connectors and hosts, behind the feature `testing`.
//!
//! A scripted transport, mutated responses, and checks for a host's own call store.

mod mutation;
mod script;
mod store;

pub use mutation::{Mutation, mutations, places};
pub use script::{Played, ScriptedTransport, Step};
pub use store::check_call_store;
