//! Lines of a file or of standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::thread;

use tokio::sync::mpsc;
use vochi_crm::{Error, Result};

/// The number of lines read in advance.
const AHEAD: usize = 64;
/// The longest line in bytes, so that input without line ends does not fill the memory.
const LONGEST: u64 = 64 * 1024;

/// Lines of a file or of standard input. A thread reads them, so that waiting for a line delays neither
/// the deadline nor Ctrl-C.
pub(super) struct Lines(mpsc::Receiver<Result<String>>);

impl Lines {
    /// Opens a file, or standard input for `-`. An error is returned as the first line.
    pub(super) fn open(path: &Path) -> Self {
        let (sender, lines) = mpsc::channel(AHEAD);
        let path = path.to_owned();
        // Not joined: it may block in a read when the command ends.
        thread::spawn(move || {
            if let Err(error) = read(&path, &sender) {
                drop(sender.blocking_send(Err(error)));
            }
        });
        Self(lines)
    }

    /// Returns the next line without its end; `None` after the last one.
    ///
    /// # Errors
    /// `input` if the rest cannot be read.
    pub(super) async fn next(&mut self) -> Option<Result<String>> {
        self.0.recv().await
    }

    /// Returns the next line, if it has been read.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub(super) fn ready(&mut self) -> Option<Result<String>> {
        self.0.try_recv().ok()
    }
}

fn read(path: &Path, lines: &mpsc::Sender<Result<String>>) -> Result<()> {
    let is_stdin = path == Path::new("-");
    let name = if is_stdin { "standard input".to_owned() } else { path.display().to_string() };
    let unreadable = |error: io::Error| {
        Error::input(format!("{name}: cannot be read: {error}"))
            .with_hint("name a file that exists and that you may read, or - for standard input")
    };
    let mut input: Box<dyn BufRead> = if is_stdin {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(path).map_err(unreadable)?))
    };
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let limited = &mut input.by_ref().take(LONGEST + 1);
        if limited.read_until(b'\n', &mut line).map_err(unreadable)? == 0 {
            break;
        }
        if line.len() as u64 > LONGEST {
            let what = format!("{name}: line {number} is longer than {LONGEST} bytes");
            return Err(Error::input(what).with_hint("write one number a line"));
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.trim_end_matches('\r');
        if lines.blocking_send(Ok(text.to_owned())).is_err() {
            break;
        }
    }
    Ok(())
}
