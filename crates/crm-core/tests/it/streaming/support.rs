//! Servers that record requests, and observable sources.

use std::borrow::Cow;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use vochi_crm_core::http::{
    ApiRequest, Body, FileSource, Operation, Pipeline, Repeat, Source, SourceReader,
};
use vochi_crm_core::testing::ScriptedTransport;
use vochi_crm_core::{Hub, Result};

use crate::pipeline::{PlainDialect, PlainKey, Whole};

/// How long a server waits for an expected request.
const TIMEOUT: Duration = Duration::from_secs(20);

/// An upload of one body.
pub(super) struct Upload(Repeat, Body);

impl Upload {
    pub(super) fn new(repeat: Repeat, body: Body) -> Self {
        Self(repeat, body)
    }
}

impl Operation for Upload {
    type Output = Whole;
    const NAME: &'static str = "files.upload";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::post("/files").body(self.1.clone()))
    }

    fn repeat(&self) -> Repeat {
        self.0
    }
}

pub(super) fn pipeline(hub: &Hub, address: &str) -> Pipeline {
    let origin = address.parse().unwrap();
    Pipeline::builder(hub, "shop".into(), origin, Arc::new(PlainDialect), Arc::new(PlainKey))
        .build()
}

/// A pipeline with the default transport.
pub(super) fn over(address: &str) -> Pipeline {
    pipeline(&Hub::new().unwrap(), address)
}

/// A pipeline with a script.
pub(super) fn on(script: &ScriptedTransport) -> Pipeline {
    let hub = Hub::builder().transport(Arc::new(script.clone()));
    pipeline(&hub.build().unwrap(), "https://crm.example.test")
}

/// Bytes in which a swap of neighbours is visible.
pub(super) fn pattern(length: u64) -> Vec<u8> {
    (0..length).map(byte_at).collect()
}

fn byte_at(position: u64) -> u8 {
    u8::try_from(position % 251).unwrap()
}

/// Generates its bytes while they are read.
pub(super) struct Generated {
    length: u64,
    opened: Arc<AtomicU64>,
    taken: Option<Arc<AtomicU64>>,
    widest: Arc<AtomicU64>,
}

impl Generated {
    pub(super) fn new(length: u64) -> Self {
        Self { length, opened: Arc::default(), taken: None, widest: Arc::default() }
    }

    /// Compares the provided bytes with the received ones.
    pub(super) fn against(mut self, taken: Arc<AtomicU64>) -> Self {
        self.taken = Some(taken);
        self
    }

    /// The number of times it was opened.
    pub(super) fn opened(&self) -> Arc<AtomicU64> {
        self.opened.clone()
    }

    /// The most bytes that were provided but not received.
    pub(super) fn widest(&self) -> Arc<AtomicU64> {
        self.widest.clone()
    }
}

#[async_trait::async_trait]
impl Source for Generated {
    fn name(&self) -> Cow<'_, str> {
        "generated".into()
    }

    async fn open(&self) -> Result<SourceReader> {
        self.opened.fetch_add(1, Ordering::SeqCst);
        let bytes = Generator {
            given: 0,
            length: self.length,
            taken: self.taken.clone(),
            widest: self.widest.clone(),
        };
        Ok(SourceReader::new(self.length, bytes))
    }
}

struct Generator {
    given: u64,
    length: u64,
    taken: Option<Arc<AtomicU64>>,
    widest: Arc<AtomicU64>,
}

impl AsyncRead for Generator {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let left = self.length - self.given;
        let now = left.min(buffer.remaining() as u64);
        for position in self.given..self.given + now {
            buffer.put_slice(&[byte_at(position)]);
        }
        self.given += now;
        if let Some(taken) = &self.taken {
            let in_flight = self.given - taken.load(Ordering::SeqCst).min(self.given);
            self.widest.fetch_max(in_flight, Ordering::SeqCst);
        }
        Poll::Ready(Ok(()))
    }
}

/// Announces a length and provides something else, different each time it is opened; the last one
/// repeats.
pub(super) struct Odd {
    pub(super) length: u64,
    pub(super) gives: Vec<Vec<io::Result<&'static [u8]>>>,
    opened: Arc<AtomicU64>,
}

impl Odd {
    pub(super) fn new(length: u64, gives: Vec<Vec<io::Result<&'static [u8]>>>) -> Self {
        Self { length, gives, opened: Arc::default() }
    }

    pub(super) fn opened(&self) -> Arc<AtomicU64> {
        self.opened.clone()
    }
}

#[async_trait::async_trait]
impl Source for Odd {
    fn name(&self) -> Cow<'_, str> {
        "odd".into()
    }

    async fn open(&self) -> Result<SourceReader> {
        let time = usize::try_from(self.opened.fetch_add(1, Ordering::SeqCst)).unwrap();
        let mut bytes: Box<dyn AsyncRead + Send + Unpin> = Box::new(tokio::io::empty());
        for piece in &self.gives[time.min(self.gives.len() - 1)] {
            bytes = match piece {
                Ok(piece) => Box::new(bytes.chain(*piece)),
                Err(error) => Box::new(bytes.chain(Fails(error.kind()))),
            };
        }
        Ok(SourceReader::new(self.length, bytes))
    }
}

struct Fails(io::ErrorKind);

impl AsyncRead for Fails {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Err(self.0.into()))
    }
}

/// A file that is deleted while it is read.
pub(super) struct Vanishing(pub(super) FileSource);

#[async_trait::async_trait]
impl Source for Vanishing {
    fn name(&self) -> Cow<'_, str> {
        self.0.name()
    }

    async fn open(&self) -> Result<SourceReader> {
        let opened = self.0.open().await;
        // The second time it is already gone.
        let _ = std::fs::remove_file(self.0.path());
        opened
    }
}

/// A file with a length that changes right after it was opened.
pub(super) struct Resized(pub(super) FileSource, pub(super) u64);

#[async_trait::async_trait]
impl Source for Resized {
    fn name(&self) -> Cow<'_, str> {
        self.0.name()
    }

    async fn open(&self) -> Result<SourceReader> {
        let opened = self.0.open().await;
        let file = std::fs::OpenOptions::new().write(true).open(self.0.path()).unwrap();
        file.set_len(self.1).unwrap();
        opened
    }
}

/// A received request.
pub(super) struct Seen {
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(": ")?;
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

/// Serves one connection after another.
pub(super) async fn server<F, Fut>(serve: F) -> String
where
    F: Fn(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            serve(stream).await;
        }
    });
    format!("http://{address}")
}

/// Reads requests one after another, each whole or as far as it comes, and sends these responses.
pub(super) async fn serve<const N: usize>(
    answers: [&'static [u8]; N],
) -> (String, JoinHandle<Vec<Seen>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = tokio::spawn(async move {
        let mut seen = Vec::new();
        let mut open: Option<TcpStream> = None;
        while seen.len() < answers.len() {
            let mut stream = if let Some(stream) = open.take() {
                stream
            } else {
                // A missing request fails its test instead of blocking it.
                let came = tokio::time::timeout(TIMEOUT, listener.accept()).await;
                came.expect("missing request").unwrap().0
            };
            let head = head_of(&mut stream).await;
            let length: usize = header(&head, "content-length").map_or(0, |n| n.parse().unwrap());
            let mut body = Vec::new();
            let mut limited = (&mut stream).take(length as u64);
            let read = limited.read_to_end(&mut body).await;
            let whole = !head.is_empty() && read.is_ok() && body.len() == length;
            if whole {
                stream.write_all(answers[seen.len()]).await.unwrap();
                open = Some(stream);
            }
            seen.push(Seen { head, body });
        }
        seen
    });
    (format!("http://{address}"), seen)
}

/// The head of a request, byte by byte so that the body is not read with it.
pub(super) async fn head_of(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}
