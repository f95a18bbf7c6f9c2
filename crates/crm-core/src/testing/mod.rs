//! For tests of connectors and hosts: a transport that plays a script, and answers with one thing
//! wrong at a time, and checks for stores of a host's own. Behind the feature `testing`.

mod mutation;
mod script;
mod store;

pub use mutation::{Mutation, mutations, places};
pub use script::{Played, ScriptedTransport, Step};
pub use store::check_call_store;
