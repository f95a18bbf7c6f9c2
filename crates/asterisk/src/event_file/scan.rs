//! Where a JSON value ends, found byte by byte.
//!
//! A scan follows the grammar only as far as it must to find the end and to notice early that a
//! value is broken. What a whole value says is for `serde_json` to judge.

use super::source::Take;

/// How deep arrays and objects may be nested in one event.
pub(super) const MAX_LEVELS: u32 = 64;

/// What a byte means for the value it is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The value goes on.
    More,
    /// The value ends with this byte.
    Last,
    /// The value ended before this byte.
    Past,
    /// No JSON value goes on like this.
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

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Value,
    /// The first value of an array, or the array's end.
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    /// A comma, or the end of the array or object.
    CommaOrEnd,
    Text {
        is_key: bool,
    },
    /// Behind a backslash.
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
    /// A bit for each level: whether it is an object.
    objects: u64,
}

impl Scan {
    pub(super) fn new() -> Self {
        Self { state: State::Value, levels: 0, objects: 0 }
    }

    pub(super) fn state(&self) -> State {
        self.state
    }

    /// How many arrays and objects are open.
    pub(super) fn levels(&self) -> u32 {
        self.levels
    }

    /// Goes on behind a value that was read elsewhere.
    pub(super) fn pass_value(&mut self) {
        self.state = State::CommaOrEnd;
    }

    /// Takes the next byte. One that is `Past`, `Invalid` or `TooDeep` is not taken.
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

/// Whether a text begins with a value that is nested too deep.
pub(super) fn is_too_deep(text: &[u8]) -> bool {
    // Next to no event has that many brackets, and counting them is fast.
    let brackets = text.iter().filter(|byte| b"{[".contains(byte)).count();
    if u32::try_from(brackets).is_ok_and(|brackets| brackets <= MAX_LEVELS) {
        return false;
    }
    let mut scan = Scan::new();
    let end = text.iter().map(|byte| scan.step(*byte)).find(|step| *step != Step::More);
    end == Some(Step::TooDeep)
}

/// Whether JSON has no meaning for the byte between its tokens.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Where reading goes on behind a broken entry of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resume {
    /// Nothing is found yet.
    More,
    /// Before a comma or the end of the array.
    Separator,
    /// Before an object that begins a line.
    Object,
}

/// Looks for the end of an entry of an array that is broken or exceeds a bound. It counts brackets,
/// which is exact for JSON that is merely too large.
#[derive(Clone, Debug)]
pub(super) struct Skip {
    levels: u32,
    inside: Inside,
    /// Only blanks were seen since the line began.
    begins_line: bool,
    /// Brackets cannot be relied on: an object that begins a line is the next entry.
    is_broken: bool,
}

/// What a byte is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Brackets,
    Text,
    /// Behind a backslash.
    Escape,
}

impl Skip {
    /// Goes on where a scan stopped, behind `text`.
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

    /// Takes the next byte, unless reading goes on before it.
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
            // No text goes on over a line's end.
            (_, b'\n') => (self.inside, self.is_broken) = (Inside::Brackets, true),
            (Inside::Text, b'"') => self.inside = Inside::Brackets,
            (Inside::Text, b'\\') => self.inside = Inside::Escape,
            (Inside::Text | Inside::Escape, _) => self.inside = Inside::Text,
        }
        Resume::More
    }
}
