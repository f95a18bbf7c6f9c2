//! Entries of an array of events.

use std::io::BufRead;

use vochi_crm_core::Result;

use super::scan::{Resume, Scan, Skip, Step};
use super::source::{Place, Take, Taken};
use super::text::{Fault, decode, too_deep, too_long};
use super::{BrokenLine, EventFile, Form, LINES, Position};

impl<R: BufRead> EventFile<R> {
    pub(super) fn begin_array(&mut self) -> Result<()> {
        self.consume_byte()?;
        self.form = Form::Array(None);
        Ok(())
    }

    /// Reads the next entry of the array, or its end.
    pub(super) fn next_entry(&mut self, skip: Option<Skip>) -> Result<()> {
        if let Some(skip) = skip {
            self.skip_entry(skip)?;
        }
        let mut needs_comma = self.entries > 0;
        loop {
            match self.source.peek_filled()? {
                None => {
                    let why = "the input ends inside the array of events: missing `]`";
                    self.ready = Some(Err(BrokenLine::new(Position::Whole, why)));
                    self.form = Form::End;
                    return Ok(());
                }
                Some(b',') => {
                    self.consume_byte()?;
                    needs_comma = false;
                }
                Some(b']') => {
                    self.consume_byte()?;
                    self.end_array();
                    return Ok(());
                }
                Some(b'{') if needs_comma && self.is_behind_first_line() => {
                    let position = Position::Line(self.first_line);
                    let why = "invalid JSON: an array that does not end";
                    self.continue_with_lines(BrokenLine::new(position, why));
                    return Ok(());
                }
                // A missing comma between two objects is harmless.
                Some(_) => return self.read_entry(),
            }
        }
    }

    fn read_entry(&mut self) -> Result<()> {
        self.entries += 1;
        let position = Position::Entry(self.entries);
        let start = self.source.place();
        let mut scan = Scan::new();
        let mut step = Step::More;
        self.text.clear();
        let taken = self.source.take(Some(&mut self.text), |byte| {
            step = scan.step(byte);
            step.into()
        })?;
        let broken = match (taken, step) {
            (Taken::Full, _) => too_long(position),
            (Taken::End, _) => {
                self.form = Form::End;
                BrokenLine::new(position, "the input ends inside the event")
            }
            (_, Step::TooDeep) => too_deep(position),
            (_, Step::Invalid) => return self.pass_invalid(position, start, &scan),
            _ => {
                self.ready = Some(decode(position, start, &self.text));
                return Ok(());
            }
        };
        if taken != Taken::End {
            self.form = Form::Array(Some(Skip::behind(&scan, &self.text, false)));
        }
        self.ready = Some(Err(broken));
        Ok(())
    }

    /// Skips an entry that is invalid JSON.
    fn pass_invalid(&mut self, position: Position, start: Place, scan: &Scan) -> Result<()> {
        let skip = Skip::behind(scan, &self.text, true);
        self.text.extend(self.source.peek()?);
        let fault = Fault::find(start, &self.text);
        if self.skip_entry(skip)? == Resume::Object && self.is_behind_first_line() {
            self.continue_with_lines(fault.at(Position::Line(self.first_line)));
        } else {
            self.ready = Some(Err(fault.at(position)));
        }
        Ok(())
    }

    /// Skips the rest of an invalid entry; `More` at the end of the input.
    fn skip_entry(&mut self, mut skip: Skip) -> Result<Resume> {
        let mut resume = Resume::More;
        self.source.take(None, |byte| {
            resume = skip.step(byte);
            if resume == Resume::More { Take::Next } else { Take::Stop }
        })?;
        Ok(resume)
    }

    /// Returns true if everything read of a bare array is on its first line, and the next byte is
    /// not.
    fn is_behind_first_line(&self) -> bool {
        let is_bare = self.object.is_none();
        let line = self.source.place().line;
        is_bare && self.source.filled_line() == self.first_line && line > self.first_line
    }

    /// Treats the start of an array as an invalid line, and continues with lines.
    fn continue_with_lines(&mut self, broken: BrokenLine) {
        self.ready = Some(Err(broken));
        self.form = Form::Lines(LINES);
    }

    fn end_array(&mut self) {
        self.form = match &mut self.object {
            Some(object) => {
                object.pass_events();
                Form::Object
            }
            None => Form::Lines(LINES),
        };
    }
}
