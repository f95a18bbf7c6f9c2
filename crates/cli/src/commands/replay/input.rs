//! The input of `replay`: recorded events.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use vochi_crm::asterisk::{BrokenLine, EventFile, RecordedEvent};
use vochi_crm::{Error, Result, Timestamp};

/// An event, or a broken entry.
pub(super) type Entry = std::result::Result<RecordedEvent, BrokenLine>;

/// The number of entries read in advance. Each may be large.
const AHEAD: usize = 32;

/// Recorded events. A thread reads them, so that waiting for input delays neither timeouts of calls nor
/// Ctrl-C.
pub(super) struct Input {
    started_at: Option<Timestamp>,
    entries: mpsc::Receiver<Entry>,
    reader: Option<JoinHandle<Result<Option<Timestamp>>>>,
}

impl Input {
    /// Opens a file, or standard input for `-`, and waits until its format is known.
    ///
    /// # Errors
    /// `input`
    pub(super) async fn open(path: &Path) -> Result<Self> {
        let (sender, entries) = mpsc::channel(AHEAD);
        let (opened, opening) = oneshot::channel();
        let path = path.to_owned();
        let reader = tokio::task::spawn_blocking(move || read(&path, opened, &sender));
        let mut input = Self { started_at: None, entries, reader: Some(reader) };
        match opening.await {
            Ok(started_at) => input.started_at = started_at,
            Err(_) => input.end().await?,
        }
        Ok(input)
    }

    /// Returns the time of `t` = 0, if the input has it. On standard input it may follow the events.
    pub(super) fn started_at(&self) -> Option<Timestamp> {
        self.started_at
    }

    /// Returns the next entry; none at the end. Cancel safe.
    ///
    /// # Errors
    /// `input` if the rest cannot be read.
    pub(super) async fn next(&mut self) -> Result<Option<Entry>> {
        match self.entries.recv().await {
            Some(entry) => Ok(Some(entry)),
            None => self.end().await.map(|()| None),
        }
    }

    /// Takes the result of the reading thread.
    async fn end(&mut self) -> Result<()> {
        let Some(reader) = self.reader.take() else {
            return Ok(());
        };
        let read = reader.await;
        self.started_at =
            read.map_err(|_| Error::internal("the thread that reads the events panicked"))??;
        Ok(())
    }
}

/// Reads to the end. Returns the time of `t` = 0, if the input has it.
fn read(
    path: &Path,
    opened: oneshot::Sender<Option<Timestamp>>,
    entries: &mpsc::Sender<Entry>,
) -> Result<Option<Timestamp>> {
    let is_stdin = path == Path::new("-");
    let name = if is_stdin { "standard input".to_owned() } else { path.display().to_string() };
    let unreadable =
        |error: Error| Error::new(error.kind(), format!("{name}: {}", error.message()));
    let mut events = EventFile::open(open(path)?).map_err(unreadable)?;
    let mut started_at = events.started_at();
    if started_at.is_none() && !is_stdin && path.is_file() {
        // In a file `started_at` may follow the events.
        let events = EventFile::open(open(path)?).map_err(unreadable)?;
        started_at = events.find_started_at().map_err(unreadable)?;
    }
    // The receiver has ended.
    if opened.send(started_at).is_err() {
        return Ok(started_at);
    }
    while let Some(entry) = events.next_event().map_err(unreadable)? {
        if entries.blocking_send(entry).is_err() {
            break;
        }
    }
    Ok(started_at.or(events.started_at()))
}

fn open(path: &Path) -> Result<Box<dyn BufRead>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let file = File::open(path).map_err(|error| {
        Error::input(format!("{}: cannot be read: {error}", path.display()))
            .with_hint("name a file that exists and that you may read, or - for standard input")
    })?;
    Ok(Box::new(BufReader::new(file)))
}
