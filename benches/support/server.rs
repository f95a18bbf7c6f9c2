//! A minimal HTTP/1.1 server with keep-alive that responds from the fixtures.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::fixture;

/// What a server received.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    connections: AtomicUsize,
    requests: Mutex<Vec<String>>,
}

impl Seen {
    /// Number of accepted connections.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// The requests, each as method, address, headers in order of name, body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Serves until dropped, and records what it receives if asked to.
pub(crate) async fn serve(listener: TcpListener, seen: Option<Arc<Seen>>) {
    let answers: Arc<BTreeMap<&str, Bytes>> = Arc::new(
        [
            "/api/v5/telephony/call/event",
            "/api/v5/telephony/manager",
            "/api/v5/telephony/calls/upload",
        ]
        .into_iter()
        .map(|path| (path, Bytes::from(fixture::answer_to(path))))
        .collect(),
    );
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        if let Some(seen) = &seen {
            seen.connections.fetch_add(1, Ordering::Relaxed);
        }
        let (seen, answers) = (seen.clone(), Arc::clone(&answers));
        let service = hyper::service::service_fn(move |request| {
            let (seen, answers) = (seen.clone(), Arc::clone(&answers));
            async move { answer(request, &answers, seen.as_deref()).await }
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service),
        );
    }
}

async fn answer(
    request: Request<Incoming>,
    answers: &BTreeMap<&str, Bytes>,
    seen: Option<&Seen>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    if let Some(seen) = seen {
        let mut headers: Vec<_> = head
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        headers.sort();
        let body = String::from_utf8_lossy(&body);
        let text = format!("{} {}\n{}\n\n{body}", head.method, head.uri, headers.join("\n"));
        seen.requests.lock().unwrap().push(text);
    }
    let answer = answers.get(head.uri.path()).cloned();
    Ok(Response::builder()
        .status(if answer.is_some() { 200 } else { 404 })
        .header("content-type", "application/json")
        .body(Full::new(answer.unwrap_or_default()))
        .unwrap())
}
