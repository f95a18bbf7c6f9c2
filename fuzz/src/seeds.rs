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

/// The first inputs of a target.
///
/// # Panics
/// The target is unknown; the fixtures are missing or invalid.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    match target {
        "pbx_events" => recordings().into_iter().flat_map(|it| [it.document, it.lines]).collect(),
        "ami_streams" => vec![(0..=255).collect()],
        "ami_text" => vec![read("../examples/ami.txt")],
        "phones" => phones(),
        "inbound" => inbound(),
        "responses" => responses(),
        "profiles" => crate::accounts::settings().map(|it| it.to_string().into_bytes()).into(),
        other => panic!("unknown target {other}"),
    }
}

fn read(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("missing file")
}

fn phones() -> Vec<Vec<u8>> {
    let table = String::from_utf8(read("../fixtures/phones/raw_forms.tsv")).expect("UTF-8");
    let written = table.lines().filter_map(|line| line.split('\t').next());
    written.flat_map(|text| [0, 1, 2].map(|home| [&[home], text.as_bytes()].concat())).collect()
}

fn inbound() -> Vec<Vec<u8>> {
    let query = "clientId=$&phone=%2B375291112233&userId=7&status=busy&event=x&code=101";
    let json = r#"{"communicationId":"3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01","clientPhone":"375291112233",
        "fromUserId":"a1b2c3d4-1111-4a4a-8b8b-000000000101"}"#;
    let hook =
        "uon_id=12345&type_id=47&user_id=7&phone=375291112233&client[u_phone]=%2B375291112233";
    let click = "event=ONEXTERNALCALLSTART&data[PHONE_NUMBER]=%2B375291112233&data[USER_ID]=7&\
                 data[CALL_ID]=externalCall.1.2&ts=1778743592&auth[application_token]=$&\
                 auth[member_id]=1&auth[domain]=portal.bitrix24.by";
    let mut seeds = Vec::new();
    for path in 0..14 {
        seeds.push([&[path, 0, 1, 0], click.as_bytes()].concat());
        seeds.push([&[path, 0, 1, 0], hook.as_bytes()].concat());
        seeds.push([&[path, 0, 0], query.as_bytes()].concat());
        seeds.push([&[path, 0, 1, 0], query.as_bytes()].concat());
        seeds.push([&[path, 1, 1, 0], json.as_bytes()].concat());
    }
    seeds
}

/// Every response of the fixtures, as a success and as a refusal.
fn responses() -> Vec<Vec<u8>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut seeds = Vec::new();
    for folder in ["retailcrm", "kontur", "uon", "bitrix24"] {
        let mut files: Vec<_> = std::fs::read_dir(fixtures.join(folder))
            .expect("missing fixtures")
            .map(|file| file.expect("unreadable folder").path())
            .filter(|path| path.extension().is_some_and(|it| it == "json"))
            .collect();
        files.sort();
        for file in files {
            let text = std::fs::read(&file).expect("unreadable fixture");
            let fixture: serde_json::Value = serde_json::from_slice(&text).expect("invalid JSON");
            for response in fixture["responses"].as_array().into_iter().flatten() {
                let body = response["body"].to_string();
                seeds.extend([0, 128].map(|status| [&[status, 0], body.as_bytes()].concat()));
            }
        }
    }
    // The same errors are in many fixtures.
    seeds.sort();
    seeds.dedup();
    seeds
}
