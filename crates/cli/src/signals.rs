//! Being asked to stop.

/// Waits for Ctrl-C. Where it cannot be heard, for ever: the system's own answer stays.
pub(crate) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Hears from now on, and then waits for, a polite request to end, as service managers send it.
#[cfg(unix)]
pub(crate) fn termination() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let heard = signal(SignalKind::terminate());
    async move {
        match heard {
            Ok(mut terminate) => drop(terminate.recv().await),
            Err(_) => std::future::pending().await,
        }
    }
}

/// Waits for a polite request to end; there is none on this system.
#[cfg(not(unix))]
pub(crate) fn termination() -> impl Future<Output = ()> {
    std::future::pending()
}
