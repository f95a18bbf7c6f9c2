//! Fixtures as fuzzer input.

use std::path::Path;

/// A recorded call of the fixtures.
#[derive(Debug)]
pub struct Recording {
    /// The folder and the name of its file.
    pub name: String,
    /// The whole file: a document that contains the events.
    pub document: Vec<u8>,
    /// The events only, one per line, so that a mutation breaks one of them and not all.
    pub lines: Vec<u8>,
}

/// Every recorded call of the fixtures.
///
/// # Panics
/// The fixtures are missing or invalid.
pub fn recordings() -> Vec<Recording> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut recordings = Vec::new();
    for folder in ["asterisk", "asterisk-ami", "reports"] {
        let files = std::fs::read_dir(fixtures.join(folder)).expect("missing fixtures");
        for file in files {
            let path = file.expect("unreadable folder").path();
            let Some(stem) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".json"))
            else {
                continue;
            };
            let document = std::fs::read(&path).expect("unreadable fixture");
            recordings.push(Recording {
                name: format!("{folder}-{stem}"),
                lines: lines(&document),
                document,
            });
        }
    }
    recordings.sort_by(|one, other| one.name.cmp(&other.name));
    recordings
}

fn lines(document: &[u8]) -> Vec<u8> {
    let document: serde_json::Value =
        serde_json::from_slice(document).expect("invalid fixture JSON");
    let events = document["events"].as_array().expect("fixture without events");
    let lines: Vec<String> = events.iter().map(ToString::to_string).collect();
    lines.join("\n").into_bytes()
}
