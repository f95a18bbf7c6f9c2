//! File work on blocking threads.

use std::path::Path;

use tokio::task::{JoinHandle, spawn_blocking};

use super::super::error::StoreError;

/// Starts file work under the caller's span and subscriber. It continues if the handle is dropped.
pub(super) fn start<T, F>(work: F) -> JoinHandle<T>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    let span = tracing::Span::current();
    let subscriber = tracing::dispatcher::get_default(Clone::clone);
    spawn_blocking(move || tracing::dispatcher::with_default(&subscriber, || span.in_scope(work)))
}

/// Runs file work on `path` and waits for it.
pub(super) async fn run<T, F>(path: &Path, work: F) -> Result<T, StoreError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, StoreError> + Send + 'static,
{
    start(work).await.unwrap_or_else(|_| Err(StoreError::Stopped { path: path.to_owned() }))
}
