//! Fuzz harness: parses external input and checks invariants.
//!
//! A violated invariant panics, under libFuzzer and under `cargo test`, which tries the fixtures
//! and variants of them.

mod ami;
mod mutate;
mod pbx;
mod seeds;

pub use ami::ami_stream;
pub use mutate::mutate_lines;
pub use pbx::pbx_events;
pub use seeds::{Recording, recordings};
