//! Recorded events as they come in.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use vochi_crm::asterisk::{BrokenLine, EventFile, RecordedEvent};
use vochi_crm::{Error, Result, Timestamp};

/// An event, or what stands where one should be.
pub(super) type Entry = std::result::Result<RecordedEvent, BrokenLine>;

/// How many entries are read before they are asked for. Each may be large.
const AHEAD: usize = 32;

/// Recorded events as they come in. They are read on a thread of their own, so that waiting for a
/// line keeps neither the clock of the calls nor Ctrl-C waiting.
pub(super) struct Feed {
    started_at: Option<Timestamp>,
    entries: mpsc::Receiver<Entry>,
    reader: Option<JoinHandle<Result<Option<Timestamp>>>>,
}

impl Feed {
    /// Opens a file, or standard input for `-`, and waits until it is clear how it is written.
    ///
    /// # Errors
    /// `input`
    pub(super) async fn open(path: &Path) -> Result<Self> {
        let (sender, entries) = mpsc::channel(AHEAD);
        let (opened, opening) = oneshot::channel();
        let path = path.to_owned();
        let reader = tokio::task::spawn_blocking(move || read(&path, opened, &sender));
        let mut feed = Self { started_at: None, entries, reader: Some(reader) };
        match opening.await {
            Ok(started_at) => feed.started_at = started_at,
            Err(_) => feed.end().await?,
        }
        Ok(feed)
    }

    /// The moment of `t` = 0, where the input says so. Of standard input it may be known at the end
    /// only.
    pub(super) fn started_at(&self) -> Option<Timestamp> {
        self.started_at
    }

    /// The next entry; none at the end. Nothing is lost when nobody waits for it any more.
    ///
    /// # Errors
    /// `input` where the rest cannot be read.
    pub(super) async fn next(&mut self) -> Result<Option<Entry>> {
        match self.entries.recv().await {
            Some(entry) => Ok(Some(entry)),
            None => self.end().await.map(|()| None),
        }
    }

    /// How reading ended.
    async fn end(&mut self) -> Result<()> {
        let Some(reader) = self.reader.take() else {
            return Ok(());
        };
        let read = reader.await;
        self.started_at = read.map_err(|_| Error::internal("reading the events broke down"))??;
        Ok(())
    }
}

/// Reads to the end. Returns the moment of `t` = 0 as far as the input says so.
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
        // A file can be read twice, so it may say so behind the events.
        let events = EventFile::open(open(path)?).map_err(unreadable)?;
        started_at = events.find_started_at().map_err(unreadable)?;
    }
    // Where nobody takes them any more, there is nothing left to do.
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
