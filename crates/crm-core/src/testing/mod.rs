//! For tests of connectors and hosts: a transport that plays a script, and a detector of leaked
//! secrets. Behind the feature `testing`.

mod script;

pub use script::{Played, ScriptedTransport, Step};
