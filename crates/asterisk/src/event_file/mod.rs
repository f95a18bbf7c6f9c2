//! Recorded events: JSON lines, an array, or an object that contains the array.

mod array;
mod event;
mod object;
mod position;
mod scan;
mod source;
mod text;

#[cfg(test)]
mod tests;

use std::io::BufRead;

use vochi_crm_core::{Result, Timestamp};

pub use self::event::RecordedEvent;
pub use self::position::{BrokenLine, Position};

use self::object::Object;
use self::scan::{Skip, is_blank};
use self::source::{Source, Take, Taken};
use self::text::{BOM, decode, too_long, trim};

/// An event, or the description of an invalid one.
type Entry = std::result::Result<RecordedEvent, BrokenLine>;

/// Reads recorded events in order. Invalid ones are returned as errors, and reading continues after
/// them.
///
/// ```
/// use vochi_crm_asterisk::EventFile;
/// let text = "{\"t\": 0.5, \"type\": \"start\", \"data\": {\"UniqueId\": \"17.185\"}}\nnonsense\n";
/// let mut events = EventFile::open(text.as_bytes())?;
/// assert_eq!(events.next_event()?.ok_or("an event")??.name(), "start");
/// let broken = events.next_event()?.ok_or("a line")?.unwrap_err();
/// assert_eq!(broken.position().to_string(), "line 2");
/// assert!(events.next_event()?.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Events are returned as soon as they are complete; at most one event of up to 1 MiB is buffered.
/// A larger one, or one nested deeper than 64 levels, is invalid.
#[derive(Debug)]
pub struct EventFile<R> {
    source: Source<R>,
    /// The bytes of the value being read.
    text: Vec<u8>,
    form: Form,
    /// An entry to return first.
    ready: Option<Entry>,
    /// The object around the events.
    object: Option<Object>,
    /// The first line of the array or object.
    first_line: u64,
    /// Number of array entries read.
    entries: u64,
}

/// The expected input.
#[derive(Debug)]
enum Form {
    /// One object per line.
    Lines(Lines),
    /// Array entries; `Some` while the last one is being skipped.
    Array(Option<Skip>),
    /// The rest of the object around the events.
    Object,
    /// Nothing.
    End,
}

/// How lines are read after an invalid entry.
#[derive(Clone, Copy, Debug)]
struct Lines {
    /// The rest of the line is skipped.
    skips_rest: bool,
    reports: Reports,
}

/// Which invalid lines are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reports {
    All,
    /// All if the next line starts like an object, else none.
    Undecided,
    /// None up to the next event: they are the rest of an invalid document.
    None,
}

const LINES: Lines = Lines { skips_rest: false, reports: Reports::All };

impl<R: BufRead> EventFile<R> {
    /// Detects the format. For an object, reads everything before its events.
    ///
    /// # Errors
    /// The input cannot be read.
    pub fn open(input: R) -> Result<Self> {
        let mut file = Self {
            source: Source::new(input),
            text: Vec::new(),
            form: Form::Lines(LINES),
            ready: None,
            object: None,
            first_line: 0,
            entries: 0,
        };
        let is_before = |byte| is_blank(byte) || BOM.contains(&byte);
        file.source.take(None, |byte| if is_before(byte) { Take::Next } else { Take::Stop })?;
        file.first_line = file.source.place().line;
        match file.source.peek()? {
            Some(b'[') => file.begin_array()?,
            Some(b'{') => {
                file.object = Some(Object::new());
                file.read_object()?;
            }
            _ => {}
        }
        Ok(file)
    }

    /// The time of `t` = 0 (`started_at`), if the input has one and it was read already.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.object.as_ref()?.started_at().ok()?
    }

    /// Reads on to find the time of `t` = 0 after the events. Lines and a bare array have none and
    /// are not read.
    ///
    /// # Errors
    /// The input cannot be read.
    pub fn find_started_at(mut self) -> Result<Option<Timestamp>> {
        while self.object.is_some() && self.started_at().is_none() {
            if self.next_event()?.is_none() {
                break;
            }
        }
        Ok(self.started_at())
    }

    /// Returns the next event, or the description of an invalid one; `None` at the end.
    ///
    /// # Errors
    /// The input cannot be read.
    pub fn next_event(&mut self) -> Result<Option<Entry>> {
        loop {
            if let Some(ready) = self.ready.take() {
                return Ok(Some(ready));
            }
            match &mut self.form {
                Form::Lines(lines) => {
                    let lines = *lines;
                    return self.next_line(lines);
                }
                Form::Array(skip) => {
                    let skip = skip.take();
                    self.next_entry(skip)?;
                }
                Form::Object => self.read_object()?,
                Form::End => return Ok(None),
            }
        }
    }

    fn next_line(&mut self, mut lines: Lines) -> Result<Option<Entry>> {
        loop {
            if lines.skips_rest {
                self.source.take_line(None)?;
            }
            self.text.clear();
            let start = self.source.place();
            let taken = self.source.take_line(Some(&mut self.text))?;
            lines.skips_rest = taken == Taken::Full;
            if taken == Taken::End && self.text.is_empty() {
                return Ok(None);
            }
            let text = trim(&self.text);
            let position = Position::Line(start.line);
            let entry = match taken {
                Taken::Full => Err(too_long(position)),
                _ if text.is_empty() => continue,
                _ => decode(position, start, text),
            };
            if lines.reports == Reports::Undecided {
                let begins_object = text.starts_with(b"{");
                lines.reports = if begins_object { Reports::All } else { Reports::None };
            }
            if entry.is_ok() {
                lines.reports = Reports::All;
            }
            if lines.reports != Reports::None {
                self.form = Form::Lines(lines);
                return Ok(Some(entry));
            }
        }
    }

    /// Switches to reading lines.
    fn switch_to_lines(&mut self, broken: BrokenLine, reports: Reports) {
        self.ready = Some(Err(broken));
        self.form = Form::Lines(Lines { skips_rest: true, reports });
    }

    fn consume_byte(&mut self) -> Result<()> {
        self.source.take(None, |_| Take::Last).map(drop)
    }
}
