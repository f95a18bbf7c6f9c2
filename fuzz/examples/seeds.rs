//! Writes the first inputs of a target into a folder: the initial corpus of libFuzzer.

use std::io::{Error, ErrorKind};
use std::path::PathBuf;

fn main() -> Result<(), Error> {
    let missing = |what| Error::new(ErrorKind::InvalidInput, what);
    let mut arguments = std::env::args().skip(1);
    let target = arguments.next().ok_or_else(|| missing("which target?"))?;
    let folder = arguments.next().map(PathBuf::from).ok_or_else(|| missing("which folder?"))?;
    std::fs::create_dir_all(&folder)?;
    for (number, seed) in vochi_crm_fuzz::seeds(&target).into_iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{number:04}")), seed)?;
    }
    Ok(())
}
