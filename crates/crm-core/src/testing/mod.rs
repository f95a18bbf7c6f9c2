//! Test tools for connectors and hosts, behind the feature `testing`.
//!
//! A scripted transport, recorded and mutated responses, checks for a host's own call store, and the
//! checks that every connector has to pass.

pub mod conformance;
mod fixture;
mod mutation;
mod script;
mod store;

pub use fixture::{Fixture, recorded_response};
pub use mutation::{Mutation, mutations, places};
pub use script::{Played, ScriptedTransport, Step, response};
pub use store::check_call_store;
