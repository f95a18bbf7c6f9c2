//! Writes the fixtures into a folder, as the initial corpus of libFuzzer.

use std::io::{Error, ErrorKind};
use std::path::PathBuf;

fn main() -> Result<(), Error> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "which folder?"))?;
    std::fs::create_dir_all(&folder)?;
    for recording in vochi_crm_fuzz::recordings() {
        std::fs::write(folder.join(format!("{}.json", recording.name)), &recording.document)?;
        std::fs::write(folder.join(format!("{}.jsonl", recording.name)), &recording.lines)?;
    }
    Ok(())
}
