//! For tests of connectors and hosts: a transport that plays a script, and answers with one thing
//! wrong at a time. Behind the feature `testing`.

mod mutation;
mod script;

pub use mutation::{Mutation, mutations, places};
pub use script::{Played, ScriptedTransport, Step};
