//! The object around the events, or an event that starts like it.

use std::io::BufRead;

use serde_json::Value;
use vochi_crm_core::{Result, Timestamp};

use super::event::is_plausible;
use super::scan::{Scan, State, Step, is_blank};
use super::source::{Place, Take, Taken};
use super::text::{Fault, decode, too_deep, too_long, trim};
use super::{BrokenLine, EventFile, Form, LINES, Position, Reports};

/// Most bytes kept of a key or of `started_at`.
const MAX_KEPT: usize = 64;

/// Effect of a byte on the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ObjectStep {
    /// The array under `events` starts with this byte, which is not consumed.
    Events,
    /// As for any value.
    Value(Step),
}

/// An object that contains `events`, or is an event itself.
#[derive(Clone, Debug)]
pub(super) struct Object {
    scan: Scan,
    /// The last key, with the closing quote.
    key: Vec<u8>,
    /// The value of `started_at`.
    started_at: Vec<u8>,
    /// `events` exists and is not an array.
    has_other_events: bool,
}

impl Object {
    pub(super) fn new() -> Self {
        let (key, started_at) = (Vec::new(), Vec::new());
        Self { scan: Scan::new(), key, started_at, has_other_events: false }
    }

    /// Processes the next byte.
    fn step(&mut self, byte: u8) -> ObjectStep {
        if self.scan.levels() == 1 {
            match self.scan.state() {
                State::Key | State::KeyOrEnd if byte == b'"' => self.key.clear(),
                State::Text { is_key: true } | State::Escape { is_key: true } => {
                    keep(&mut self.key, byte);
                }
                State::Colon if self.key == b"started_at\"" => self.started_at.clear(),
                State::Value if self.key == b"events\"" => match byte {
                    b'[' => return ObjectStep::Events,
                    _ => self.has_other_events |= !is_blank(byte),
                },
                _ if self.key == b"started_at\"" => keep(&mut self.started_at, byte),
                _ => {}
            }
        }
        ObjectStep::Value(self.scan.step(byte))
    }

    /// Continues after the array of events.
    pub(super) fn pass_events(&mut self) {
        self.scan.pass_value();
    }

    /// Returns true if `events` exists and is not an array.
    fn has_other_events(&self) -> bool {
        self.has_other_events
    }

    /// The time of `t` = 0, if the object has one.
    ///
    /// # Errors
    /// The value is not a valid time.
    pub(super) fn started_at(&self) -> std::result::Result<Option<Timestamp>, &'static str> {
        let end = self.started_at.iter().rposition(|byte| !b",} \t\r\n".contains(byte));
        let Some(text) = end.and_then(|end| self.started_at.get(..=end)) else {
            return Ok(None);
        };
        match serde_json::from_slice(text) {
            Ok(Value::Null) => Ok(None),
            Ok(Value::String(text)) => match text.parse() {
                Ok(at) if is_plausible(at) => Ok(Some(at)),
                Ok(_) => Err("invalid `started_at`: must lie between 1990 and 2100"),
                Err(_) => Err(NO_TIME),
            },
            _ => Err(NO_TIME),
        }
    }

    /// Ignores an invalid `started_at`.
    fn forget_started_at(&mut self) {
        self.started_at.clear();
    }
}

const NO_TIME: &str =
    "invalid `started_at`: must be a time with a zone, as \"2026-03-02T11:00:00+03:00\"";

fn keep(kept: &mut Vec<u8>, byte: u8) {
    if kept.len() < MAX_KEPT {
        kept.push(byte);
    }
}

impl<R: BufRead> EventFile<R> {
    /// Reads up to the events, or to the end of the object.
    pub(super) fn read_object(&mut self) -> Result<()> {
        let Some(mut object) = self.object.take() else {
            self.form = Form::Lines(LINES);
            return Ok(());
        };
        let is_behind_events = matches!(self.form, Form::Object);
        let start = self.source.place();
        let mut step = ObjectStep::Value(Step::More);
        let mut judge = |byte| {
            step = object.step(byte);
            match step {
                ObjectStep::Events => Take::Stop,
                ObjectStep::Value(step) => step.into(),
            }
        };
        self.text.clear();
        let mut taken = self.source.take(Some(&mut self.text), &mut judge)?;
        // Whatever its size, events may follow.
        let is_cut = taken == Taken::Full;
        if is_cut {
            self.text.clear();
            taken = self.source.take(None, &mut judge)?;
        }
        match (taken, step) {
            (Taken::Stopped, ObjectStep::Events) => {
                self.begin_array()?;
                self.report_started_at(&mut object);
            }
            (Taken::Stopped, ObjectStep::Value(Step::Last)) if is_behind_events => {
                self.form = Form::Lines(LINES);
                self.report_started_at(&mut object);
            }
            (Taken::Stopped, ObjectStep::Value(Step::Last)) => {
                return self.end_object(&object, start, is_cut);
            }
            _ if is_behind_events => {
                let place = self.source.place();
                let broken = match taken {
                    Taken::End => BrokenLine::new(
                        Position::Whole,
                        "the input ends inside the object around the events: missing `}`",
                    ),
                    _ => BrokenLine::new(
                        Position::Line(place.line),
                        format!("invalid JSON behind the events, at column {}", place.column),
                    ),
                };
                self.switch_to_lines(broken, Reports::None);
            }
            (_, ObjectStep::Value(Step::TooDeep)) => {
                let broken = too_deep(Position::Line(self.source.place().line));
                self.switch_to_lines(broken, Reports::Undecided);
                return Ok(());
            }
            _ if is_cut => {
                let broken = too_long(Position::Line(self.first_line));
                self.switch_to_lines(broken, Reports::Undecided);
                return Ok(());
            }
            _ => return self.pass_object(start),
        }
        self.object = Some(object);
        Ok(())
    }

    /// Handles the end of an object without an array of events.
    fn end_object(&mut self, object: &Object, start: Place, is_cut: bool) -> Result<()> {
        let position = Position::Line(self.first_line);
        if object.has_other_events() {
            let why = "invalid `events`: must be an array";
            self.switch_to_lines(BrokenLine::new(Position::Whole, why), Reports::Undecided);
        } else if is_cut || self.source.take_line(Some(&mut self.text))? == Taken::Full {
            self.switch_to_lines(too_long(position), Reports::All);
        } else {
            self.ready = Some(decode(position, start, trim(&self.text)));
        }
        Ok(())
    }

    /// Skips an object that is invalid or incomplete JSON. If the next line starts like an object,
    /// it is an invalid line before others, else an invalid document.
    fn pass_object(&mut self, start: Place) -> Result<()> {
        let next = self.source.peek()?;
        let end = self.text.iter().position(|byte| *byte == b'\n');
        let lines = end.and_then(|end| self.text.split_at_checked(end));
        if let Some((first, rest)) = lines
            && rest.iter().copied().chain(next).find(|byte| !is_blank(*byte)) == Some(b'{')
        {
            let position = Position::Line(self.first_line);
            self.ready = Some(decode(position, start, trim(first)));
            let rest = rest.get(1..).unwrap_or_default().to_vec();
            self.source.put_back(rest, self.first_line + 1);
            return Ok(());
        }
        let reports = if lines.is_some() { Reports::None } else { Reports::Undecided };
        self.text.extend(next);
        self.switch_to_lines(Fault::find(start, &self.text).on_its_line(), reports);
        Ok(())
    }

    fn report_started_at(&mut self, object: &mut Object) {
        if let Err(why) = object.started_at() {
            object.forget_started_at();
            self.ready = Some(Err(BrokenLine::new(Position::Whole, why)));
        }
    }
}
