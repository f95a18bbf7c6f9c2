//! What is fuzzed: input from outside through the code that takes it in, with the laws that hold for
//! all of it.
//!
//! A law that is broken panics, whoever calls: libFuzzer, which searches, or `cargo test`, which
//! tries the fixtures and variants of them.

mod ami;
mod mutate;
mod pbx;
mod seeds;

pub use ami::ami_stream;
pub use mutate::mutate_lines;
pub use pbx::pbx_events;
pub use seeds::{Recording, recordings};
