//! The numbers of a file, in its order.

use std::collections::HashSet;
use std::io::{self, Read};
use std::path::Path;

use vochi_crm::phone::PhoneReader;
use vochi_crm::{Error, PhoneNumber, Result};

use crate::commands::route;

/// What stands in one line.
pub(super) enum Line {
    /// A number that did not stand in a line before.
    Number(PhoneNumber),
    /// Something that is no number.
    Wrong {
        place: String,
        raw: String,
        error: Error,
    },
}

/// Reads a file, or standard input for `-`, on a thread of its own: waiting for it does not keep
/// Ctrl-C waiting.
///
/// # Errors
/// `input` where it cannot be read.
pub(super) async fn read(path: &Path, phones: PhoneReader) -> Result<Vec<Line>> {
    let path = path.to_owned();
    let text = tokio::task::spawn_blocking(move || text_of(&path))
        .await
        .map_err(|_| Error::internal("reading the numbers broke down"))??;
    Ok(lines(&text, phones))
}

fn text_of(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    let (name, read) = if path == Path::new("-") {
        let read = io::stdin().lock().read_to_end(&mut bytes).map(drop);
        ("standard input".to_owned(), read)
    } else {
        let read = std::fs::read(path).map(|read| bytes = read);
        (path.display().to_string(), read)
    };
    read.map_err(|error| {
        Error::input(format!("{name}: cannot be read: {error}"))
            .with_hint("name a file that exists and that you may read, or - for standard input")
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn lines(text: &str, phones: PhoneReader) -> Vec<Line> {
    let mut met = HashSet::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let written = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty());
    written
        .filter_map(|(number, raw)| match route::number(phones, raw) {
            Ok(phone) => met.insert(phone).then_some(Line::Number(phone)),
            Err(error) => Some(Line::Wrong {
                place: format!("line {number}"),
                raw: raw.to_owned(),
                error,
            }),
        })
        .collect()
}
