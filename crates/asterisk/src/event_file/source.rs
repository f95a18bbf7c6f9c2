//! Buffered input with positions.

use std::io::{BufRead, ErrorKind};

use vochi_crm_core::{Error, Result};

use super::scan::is_blank;

/// Most bytes of one event.
pub(super) const MAX_BYTES: usize = 1 << 20;
/// Most bytes of a line end.
const LINE_END: usize = 2;

/// What to do with a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    /// Consume it and continue.
    Next,
    /// Consume it and stop.
    Last,
    /// Stop before it.
    Stop,
}

/// Why consuming stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// At the requested byte.
    Stopped,
    /// The buffer is full.
    Full,
    /// At the end of the input.
    End,
}

/// Buffered input with positions.
#[derive(Debug)]
pub(super) struct Source<R> {
    input: R,
    /// Bytes to read again before the rest of the input.
    again: Vec<u8>,
    /// How many of them were read.
    done: usize,
    has_ended: bool,
    place: Place,
    /// The line of the last non-blank byte.
    filled_line: u64,
}

/// A position in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// From 1.
    pub(super) line: u64,
    /// In bytes, from 1.
    pub(super) column: u64,
}

impl Place {
    pub(super) fn line(line: u64) -> Self {
        Self { line, column: 1 }
    }

    /// The position within a text that starts here.
    pub(super) fn within(self, line: usize, column: usize) -> Self {
        let (line, column) = (count(line), count(column));
        match line {
            0 | 1 => Self { line: self.line, column: self.column + column.saturating_sub(1) },
            _ => Self { line: self.line + line - 1, column },
        }
    }

    fn advance(&mut self, taken: &[u8]) {
        match taken.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => {
                let lines = taken.split(|byte| *byte == b'\n').count();
                self.line += count(lines) - 1;
                self.column = count(taken.len() - last);
            }
            None => self.column += count(taken.len()),
        }
    }
}

impl<R: BufRead> Source<R> {
    pub(super) fn new(input: R) -> Self {
        let place = Place::line(1);
        Self { input, again: Vec::new(), done: 0, has_ended: false, place, filled_line: 0 }
    }

    /// The position of the next byte.
    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// The line of the last non-blank byte consumed.
    pub(super) fn filled_line(&self) -> u64 {
        self.filled_line
    }

    /// Puts bytes back, to be read before the rest of the input.
    pub(super) fn put_back(&mut self, bytes: Vec<u8>, line: u64) {
        self.again = bytes;
        self.done = 0;
        self.place = Place::line(line);
    }

    /// Number of bytes put back.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.again.capacity()
    }

    /// Returns the next byte without consuming it.
    ///
    /// # Errors
    /// The input cannot be read.
    pub(super) fn peek(&mut self) -> Result<Option<u8>> {
        self.fill().map(|bytes| bytes.first().copied())
    }

    /// Returns the next non-blank byte without consuming it.
    ///
    /// # Errors
    /// The input cannot be read.
    pub(super) fn peek_filled(&mut self) -> Result<Option<u8>> {
        self.take(None, |byte| if is_blank(byte) { Take::Next } else { Take::Stop })?;
        self.peek()
    }

    /// Consumes the rest of a line, including its end.
    ///
    /// # Errors
    /// The input cannot be read.
    pub(super) fn take_line(&mut self, kept: Option<&mut Vec<u8>>) -> Result<Taken> {
        self.take(kept, |byte| if byte == b'\n' { Take::Last } else { Take::Next })
    }

    /// Consumes bytes while `judge` accepts them and `kept` has room.
    ///
    /// # Errors
    /// The input cannot be read.
    pub(super) fn take(
        &mut self,
        mut kept: Option<&mut Vec<u8>>,
        mut judge: impl FnMut(u8) -> Take,
    ) -> Result<Taken> {
        loop {
            let (mut place, mut filled_line) = (self.place, self.filled_line);
            let bytes = self.fill()?;
            if bytes.is_empty() {
                return Ok(Taken::End);
            }
            let room = kept
                .as_ref()
                .map_or(usize::MAX, |kept| (MAX_BYTES + LINE_END).saturating_sub(kept.len()));
            let mut count = 0;
            let mut stopped = None;
            for byte in bytes {
                if count == room {
                    stopped = Some(Taken::Full);
                    break;
                }
                let take = judge(*byte);
                count += usize::from(take != Take::Stop);
                if take != Take::Next {
                    stopped = Some(Taken::Stopped);
                    break;
                }
            }
            let taken = bytes.get(..count).unwrap_or_default();
            if let Some(kept) = &mut kept {
                kept.extend_from_slice(taken);
            }
            if let Some(last) = taken.iter().rposition(|byte| !is_blank(*byte)) {
                let (upto, behind) = taken.split_at(last);
                place.advance(upto);
                filled_line = place.line;
                place.advance(behind);
            } else {
                place.advance(taken);
            }
            (self.place, self.filled_line) = (place, filled_line);
            self.consume(count);
            if let Some(stopped) = stopped {
                return Ok(stopped);
            }
        }
    }

    /// Bytes available to consume; empty at the end of the input.
    fn fill(&mut self) -> Result<&[u8]> {
        if self.done < self.again.len() {
            return Ok(self.again.get(self.done..).unwrap_or_default());
        }
        // A terminal must not be read after its end.
        while !self.has_ended {
            match self.input.fill_buf() {
                Ok([]) => self.has_ended = true,
                // Read twice: the borrow of the result cannot leave the loop.
                Ok(_) => return self.input.fill_buf().map_err(|error| unreadable(&error)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(&error)),
            }
        }
        Ok(&[])
    }

    fn consume(&mut self, count: usize) {
        if self.done < self.again.len() {
            self.done += count;
            if self.done >= self.again.len() {
                self.again = Vec::new();
                self.done = 0;
            }
        } else {
            self.input.consume(count);
        }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::input(format!("cannot read the events: {error}"))
}
