//! Recorded events: one JSON object a line, an array of them, or an object that holds such an array.

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

/// An event, or what stands where one should be.
type Entry = std::result::Result<RecordedEvent, BrokenLine>;

/// Reads recorded events one after the other. What is no event is passed on as such; reading goes on
/// behind it.
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
/// An event is given out as soon as it is complete, and no more of the input is held than one event
/// of at most 1 MiB. A larger one, and one nested deeper than 64 levels, counts as broken.
#[derive(Debug)]
pub struct EventFile<R> {
    source: Source<R>,
    /// The bytes of what is being read.
    text: Vec<u8>,
    form: Form,
    /// An entry that is to be given out first.
    ready: Option<Entry>,
    /// The object around the events.
    object: Option<Object>,
    /// The line on which the array or object begins.
    first_line: u64,
    /// How many entries of the array were read.
    entries: u64,
}

/// What comes next.
#[derive(Debug)]
enum Form {
    /// One object a line.
    Lines(Lines),
    /// The entries of an array; `Some` where the last one is still to be skipped.
    Array(Option<Skip>),
    /// The rest of the object around the events.
    Object,
    /// Nothing.
    End,
}

/// How lines are read behind something broken.
#[derive(Clone, Copy, Debug)]
struct Lines {
    /// The rest of the line is skipped.
    skips_rest: bool,
    reports: Reports,
}

/// Which lines are reported when they are broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reports {
    All,
    /// All if the next line begins like an object, else none.
    Undecided,
    /// None up to the next event: they are the rest of a broken document.
    None,
}

const LINES: Lines = Lines { skips_rest: false, reports: Reports::All };

impl<R: BufRead> EventFile<R> {
    /// Looks at how the events are written. Of an object around them everything is read that stands
    /// before the events.
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

    /// The moment of `t` = 0, where the input says so (`started_at`) and as far as it was read.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.object.as_ref()?.started_at().ok()?
    }

    /// Reads on to the moment of `t` = 0 where it stands behind the events. Lines and a bare array
    /// are not read: they say no such thing.
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

    /// The next event, or what stands where one should be; none at the end.
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

    /// Reads lines from the next one on.
    fn give_up(&mut self, broken: BrokenLine, reports: Reports) {
        self.ready = Some(Err(broken));
        self.form = Form::Lines(Lines { skips_rest: true, reports });
    }

    fn take_byte(&mut self) -> Result<()> {
        self.source.take(None, |_| Take::Last).map(drop)
    }
}
