//! Signals: Ctrl-C and SIGTERM. A command ends at both in the same way.

/// Waits for Ctrl-C; for ever if no handler can be installed, so that the default action applies.
pub(crate) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Installs a handler for SIGTERM and returns a future that waits for it.
#[cfg(unix)]
pub(crate) fn termination() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let handler = signal(SignalKind::terminate());
    async move {
        match handler {
            Ok(mut terminate) => drop(terminate.recv().await),
            Err(_) => std::future::pending().await,
        }
    }
}

/// Waits for ever: this system has no SIGTERM.
#[cfg(not(unix))]
pub(crate) fn termination() -> impl Future<Output = ()> {
    std::future::pending()
}
