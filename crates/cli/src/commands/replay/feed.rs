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

/// How many entries are read before anybody asks for them.
const AHEAD: usize = 256;

/// Recorded events as they come in. They are read on a thread of their own, so that waiting for a
/// line keeps neither the clock of the calls nor Ctrl-C waiting.
pub(super) struct Feed {
    started_at: Option<Timestamp>,
    entries: mpsc::Receiver<Entry>,
    reader: Option<JoinHandle<Result<()>>>,
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
        let mut feed = Self {
            started_at: None,
            entries,
            reader: Some(reader),
        };
        match opening.await {
            Ok(started_at) => feed.started_at = started_at,
            Err(_) => feed.end().await?,
        }
        Ok(feed)
    }

    /// The moment of `t` = 0, where the file says so.
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
        match self.reader.take() {
            Some(reader) => reader
                .await
                .map_err(|_| Error::internal("reading the events broke down"))?,
            None => Ok(()),
        }
    }
}

fn read(
    path: &Path,
    opened: oneshot::Sender<Option<Timestamp>>,
    entries: &mpsc::Sender<Entry>,
) -> Result<()> {
    let (name, input): (_, Box<dyn BufRead>) = if path == Path::new("-") {
        let input = BufReader::new(io::stdin());
        ("standard input".to_owned(), Box::new(input))
    } else {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| {
            Error::input(format!("{name}: cannot be read: {error}"))
                .with_hint("name a file that exists and that you may read, or - for standard input")
        })?;
        (name, Box::new(BufReader::new(file)))
    };
    let unreadable =
        |error: Error| Error::new(error.kind(), format!("{name}: {}", error.message()));
    let mut events = EventFile::open(input).map_err(unreadable)?;
    // Where nobody takes them any more, there is nothing left to do.
    if opened.send(events.started_at()).is_err() {
        return Ok(());
    }
    while let Some(entry) = events.next_event().map_err(unreadable)? {
        if entries.blocking_send(entry).is_err() {
            break;
        }
    }
    Ok(())
}
