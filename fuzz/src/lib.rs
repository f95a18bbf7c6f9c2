//! Fuzz harness: parses external input and checks invariants.
//!
//! A violated invariant panics, under libFuzzer and under `cargo test`, which tries the fixtures
//! and variants of them.

mod accounts;
mod ami;
mod ami_text;
mod inbound;
mod mutate;
mod pbx;
mod phones;
mod profile;
mod responses;
mod seeds;

pub use ami::ami_stream;
pub use ami_text::ami_text;
pub use inbound::inbound;
pub use mutate::mutate_lines;
pub use pbx::pbx_events;
pub use phones::phone;
pub use profile::profile;
pub use responses::response;
pub use seeds::{Recording, recordings, seeds};

/// The program of a target: libFuzzer's with `--cfg fuzzing`, else one that checks the files it is
/// given, to reproduce a finding.
#[macro_export]
macro_rules! target {
    ($check:path) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|input: &[u8]| {
            $check(input);
        });

        #[cfg(not(fuzzing))]
        fn main() -> std::io::Result<()> {
            for file in std::env::args_os().skip(1) {
                $check(&std::fs::read(file)?);
            }
            Ok(())
        }
    };
}
