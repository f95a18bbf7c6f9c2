//! Finds the end of a JSON value byte by byte.
//!
//! The scan checks only as much of the grammar as it needs to find the end and to detect invalid
//! values early. `serde_json` validates the whole value.

use super::source::Take;

/// Deepest nesting of arrays and objects in one event.
pub(super) const MAX_LEVELS: u32 = 64;

/// Effect of a byte on the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The value continues.
    More,
    /// The value ends with this byte.
    Last,
    /// The value ended before this byte.
    Past,
    /// Invalid JSON.
    Invalid,
    /// Nesting exceeds [`MAX_LEVELS`].
    TooDeep,
}

impl From<Step> for Take {
    fn from(step: Step) -> Self {
        match step {
            Step::More => Self::Next,
            Step::Last => Self::Last,
            Step::Past | Step::Invalid | Step::TooDeep => Self::Stop,
        }
    }
}

/// The expected input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Value,
    /// The first value of an array, or its end.
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    /// A comma, or the end of the array or object.
    CommaOrEnd,
    Text {
        is_key: bool,
    },
    /// After a backslash.
    Escape {
        is_key: bool,
    },
    /// A number, `true`, `false` or `null`.
    Word,
}

/// Finds the end of one JSON value.
#[derive(Clone, Debug)]
pub(super) struct Scan {
    state: State,
    levels: u32,
    /// One bit per level: set for an object.
    objects: u64,
}

impl Scan {
    pub(super) fn new() -> Self {
        Self { state: State::Value, levels: 0, objects: 0 }
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    /// Number of open arrays and objects.
    pub(super) fn levels(&self) -> u32 {
        self.levels
    }

    /// Continues after a value that was read elsewhere.
    pub(super) fn pass_value(&mut self) {
        self.state = State::CommaOrEnd;
    }

    /// Processes the next byte. `Past`, `Invalid` and `TooDeep` do not consume it.
    pub(super) fn step(&mut self, byte: u8) -> Step {
        let is_blank = is_blank(byte);
        match self.state {
            State::Text { is_key } => self.text(byte, is_key),
            State::Escape { .. } if byte < b' ' => Step::Invalid,
            State::Escape { is_key } => self.go_on(State::Text { is_key }),
            State::Word if byte.is_ascii_alphanumeric() || b"+-.".contains(&byte) => Step::More,
            State::Word if self.levels == 0 => Step::Past,
            State::Word => {
                self.state = State::CommaOrEnd;
                self.step(byte)
            }
            _ if is_blank => Step::More,
            State::Value | State::ValueOrEnd => match byte {
                b'{' => self.open(true),
                b'[' => self.open(false),
                b'"' => self.go_on(State::Text { is_key: false }),
                b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => self.go_on(State::Word),
                b']' if self.state == State::ValueOrEnd => self.close(),
                _ => Step::Invalid,
            },
            State::Key | State::KeyOrEnd => match byte {
                b'"' => self.go_on(State::Text { is_key: true }),
                b'}' if self.state == State::KeyOrEnd => self.close(),
                _ => Step::Invalid,
            },
            State::Colon if byte == b':' => self.go_on(State::Value),
            State::Colon => Step::Invalid,
            State::CommaOrEnd => match (byte, self.is_in_object()) {
                (b',', true) => self.go_on(State::Key),
                (b',', false) => self.go_on(State::Value),
                (b'}', true) | (b']', false) => self.close(),
                _ => Step::Invalid,
            },
        }
    }

    fn text(&mut self, byte: u8, is_key: bool) -> Step {
        match byte {
            b'"' if is_key => self.go_on(State::Colon),
            b'"' => self.end_value(),
            b'\\' => self.go_on(State::Escape { is_key }),
            0..b' ' => Step::Invalid,
            _ => Step::More,
        }
    }

    fn go_on(&mut self, state: State) -> Step {
        self.state = state;
        Step::More
    }

    fn open(&mut self, is_object: bool) -> Step {
        if self.levels == MAX_LEVELS {
            return Step::TooDeep;
        }
        self.objects = self.objects << 1 | u64::from(is_object);
        self.levels += 1;
        self.go_on(if is_object { State::KeyOrEnd } else { State::ValueOrEnd })
    }

    fn close(&mut self) -> Step {
        self.objects >>= 1;
        self.levels = self.levels.saturating_sub(1);
        self.end_value()
    }

    fn end_value(&mut self) -> Step {
        self.state = State::CommaOrEnd;
        if self.levels == 0 { Step::Last } else { Step::More }
    }

    fn is_in_object(&self) -> bool {
        self.objects & 1 == 1
    }
}

/// Returns true if a text starts with a value that is nested too deep.
pub(super) fn is_too_deep(text: &[u8]) -> bool {
    // Almost no event has that many brackets, and counting them is fast.
    let brackets = text.iter().filter(|byte| b"{[".contains(byte)).count();
    if u32::try_from(brackets).is_ok_and(|brackets| brackets <= MAX_LEVELS) {
        return false;
    }
    let mut scan = Scan::new();
    let end = text.iter().map(|byte| scan.step(*byte)).find(|step| *step != Step::More);
    end == Some(Step::TooDeep)
}

/// Returns true for JSON whitespace.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Where reading continues after an invalid array entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resume {
    /// Not found yet.
    More,
    /// Before a comma or the end of the array.
    Separator,
    /// Before an object at the start of a line.
    Object,
}

/// Finds the end of an array entry that is invalid or too large, by counting brackets; exact for
/// valid JSON.
#[derive(Clone, Debug)]
pub(super) struct Skip {
    levels: u32,
    inside: Inside,
    /// Only whitespace since the line started.
    begins_line: bool,
    /// Brackets are unreliable: an object at the start of a line is the next entry.
    is_broken: bool,
}

/// Context of a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Brackets,
    Text,
    /// After a backslash.
    Escape,
}

impl Skip {
    /// Continues where a scan stopped, after `text`.
    pub(super) fn behind(scan: &Scan, text: &[u8], is_broken: bool) -> Self {
        let line = text.iter().rposition(|byte| *byte == b'\n').and_then(|at| text.get(at..));
        Self {
            levels: scan.levels(),
            inside: match scan.state() {
                State::Text { .. } => Inside::Text,
                State::Escape { .. } => Inside::Escape,
                _ => Inside::Brackets,
            },
            begins_line: line.is_some_and(|line| line.iter().copied().all(is_blank)),
            is_broken,
        }
    }

    /// Processes the next byte, unless reading continues before it.
    pub(super) fn step(&mut self, byte: u8) -> Resume {
        let begins_line = self.begins_line;
        self.begins_line = byte == b'\n' || begins_line && is_blank(byte);
        match (self.inside, byte) {
            (Inside::Brackets, b'{') if begins_line && self.is_broken => return Resume::Object,
            (Inside::Brackets, b',' | b']') if self.levels == 0 => return Resume::Separator,
            (Inside::Brackets, b'{' | b'[') => self.levels = self.levels.saturating_add(1),
            (Inside::Brackets, b'}' | b']') => self.levels = self.levels.saturating_sub(1),
            (Inside::Brackets, b'"') => self.inside = Inside::Text,
            (Inside::Brackets, _) => {}
            // No string continues across a line end.
            (_, b'\n') => (self.inside, self.is_broken) = (Inside::Brackets, true),
            (Inside::Text, b'"') => self.inside = Inside::Brackets,
            (Inside::Text, b'\\') => self.inside = Inside::Escape,
            (Inside::Text | Inside::Escape, _) => self.inside = Inside::Text,
        }
        Resume::More
    }
}
