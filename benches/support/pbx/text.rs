//! Texts of events, split into parts that differ between copies and constant ones.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Copy;

/// The phones of employees in the recordings.
const EMPLOYEES: [&str; 8] = ["150", "151", "152", "153", "154", "155", "158", "180"];

/// Prefix of the company's own outside numbers.
const OWN_NUMBERS: &str = "375172000";

/// The token in the recordings of a dialplan.
const TOKEN: &str = "375291112233";

/// Most ids, bridges or channels of one call.
const MAX_IDS: usize = 64;

/// Five-digit extensions and outside numbers reserved per call.
const NUMBERS: usize = 8;

/// A value of an event.
pub(super) enum Shape {
    Same(Value),
    Text(Vec<Piece>),
    List(Vec<Shape>),
}

/// A part of a text.
pub(super) enum Piece {
    Same(String),
    /// The number after the time in an id.
    Id(usize),
    /// The first eight digits of a bridge's id.
    Bridge(usize),
    /// The eight digits after a channel's name.
    Channel(usize),
    /// The last six digits of an outside number.
    Outside(usize),
    Employee(usize),
    Token,
}

impl Shape {
    pub(super) fn render(&self, copy: Copy) -> Value {
        match self {
            Self::Same(value) => value.clone(),
            Self::Text(pieces) => {
                Value::String(pieces.iter().fold(String::with_capacity(32), |mut text, piece| {
                    piece.render(copy, &mut text);
                    text
                }))
            }
            Self::List(entries) => {
                Value::Array(entries.iter().map(|entry| entry.render(copy)).collect())
            }
        }
    }
}

impl Piece {
    fn render(&self, copy: Copy, text: &mut String) {
        use std::fmt::Write as _;
        let of_all = |place: &usize| copy.number * MAX_IDS + place;
        let of_tenant = |place: &usize| copy.of_tenant * NUMBERS + place;
        match self {
            Self::Same(same) => {
                text.push_str(same);
                Ok(())
            }
            Self::Id(place) => write!(text, "{}", of_all(place)),
            Self::Bridge(place) | Self::Channel(place) => write!(text, "{:08x}", of_all(place)),
            Self::Outside(place) => write!(text, "{:06}", of_tenant(place) % 1_000_000),
            Self::Employee(place) => write!(text, "{}", 10_000 + of_tenant(place) % 90_000),
            Self::Token => write!(text, "37529{:07}", 1_000_000 + copy.tenant),
        }
        .unwrap();
    }
}

/// Names found in a recording, each with its index.
#[derive(Default)]
pub(super) struct Names {
    ids: BTreeMap<String, usize>,
    bridges: BTreeMap<String, usize>,
    channels: BTreeMap<String, usize>,
    outside: BTreeMap<String, usize>,
    employees: BTreeMap<String, usize>,
}

fn place(names: &mut BTreeMap<String, usize>, name: &str) -> usize {
    let next = names.len();
    *names.entry(name.to_owned()).or_insert(next)
}

impl Names {
    pub(super) fn check(&self) {
        for many in [&self.ids, &self.bridges, &self.channels] {
            assert!(many.len() <= MAX_IDS, "copies would share ids: {many:?}");
        }
        for few in [&self.outside, &self.employees] {
            assert!(few.len() <= NUMBERS, "copies would share numbers: {few:?}");
        }
    }

    pub(super) fn shape(&mut self, value: &Value) -> Shape {
        match value {
            Value::String(text) => {
                let pieces = self.pieces(text);
                if pieces.iter().all(|piece| matches!(piece, Piece::Same(_))) {
                    Shape::Same(value.clone())
                } else {
                    Shape::Text(pieces)
                }
            }
            Value::Array(entries) => {
                Shape::List(entries.iter().map(|entry| self.shape(entry)).collect())
            }
            other => Shape::Same(other.clone()),
        }
    }

    fn pieces(&mut self, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = text;
        let mut before = None;
        while !rest.is_empty() {
            let (length, mut found) = self.next(before, rest);
            before = rest[..length].chars().next_back();
            rest = &rest[length..];
            if let (Some(Piece::Same(last)), Some(Piece::Same(more))) =
                (pieces.last_mut(), found.first())
            {
                last.push_str(more);
                found.remove(0);
            }
            pieces.extend(found);
        }
        pieces
    }

    /// Splits off the start of a text: its length and its pieces.
    fn next(&mut self, before: Option<char>, text: &str) -> (usize, Vec<Piece>) {
        let same = |text: &str| vec![Piece::Same(text.to_owned())];
        let first = text.chars().next().map_or(0, char::len_utf8);
        if let Some(id) = bridge_id(text).filter(|_| !before.is_some_and(char::is_alphanumeric)) {
            let bridge = Piece::Bridge(place(&mut self.bridges, id));
            return (id.len(), vec![bridge, Piece::Same(id[8..].to_owned())]);
        }
        if before == Some('-')
            && run(text, |c| c.is_ascii_alphanumeric()) == 8
            && run(text, |c| c.is_ascii_hexdigit()) == 8
        {
            return (8, vec![Piece::Channel(place(&mut self.channels, &text[..8]))]);
        }
        let digits = run(text, |c| c.is_ascii_digit());
        if digits == 0 {
            return (first, same(&text[..first]));
        }
        let number = &text[..digits];
        let behind = &text[digits..];
        let counted =
            behind.strip_prefix('.').map_or(0, |behind| run(behind, |c| c.is_ascii_digit()));
        if digits == 10 && (1..=5).contains(&counted) {
            let id = &text[..digits + 1 + counted];
            let place = place(&mut self.ids, id);
            let time = Piece::Same(text[..=digits].to_owned());
            return (id.len(), vec![time, Piece::Id(place)]);
        }
        if number == TOKEN {
            return (digits, vec![Piece::Token]);
        }
        if EMPLOYEES.contains(&number) && !behind.starts_with('.') && before != Some('.') {
            return (digits, vec![Piece::Employee(place(&mut self.employees, number))]);
        }
        let epoch = digits == 10 && number.starts_with("17");
        if (11..=13).contains(&digits) && !epoch && !number.starts_with(OWN_NUMBERS) {
            let head = &number[..digits - 6];
            // One number may occur in several forms.
            let place = place(&mut self.outside, &number[digits - 8..]);
            return (digits, vec![Piece::Same(head.to_owned()), Piece::Outside(place)]);
        }
        (digits, same(number))
    }
}

fn run(text: &str, of: impl Fn(char) -> bool) -> usize {
    text.find(|c| !of(c)).unwrap_or(text.len())
}

/// The bridge id at the start of a text: 8, 4, 4, 4 and 12 hexadecimal digits.
fn bridge_id(text: &str) -> Option<&str> {
    let id = text.get(..36)?;
    let groups: Vec<&str> = id.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let hexadecimal = id.chars().all(|c| c == '-' || c.is_ascii_hexdigit());
    (hexadecimal && lengths == [8, 4, 4, 4, 12]).then_some(id)
}
