//! The `vochi-crm` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    vochi_crm_cli::run()
}
