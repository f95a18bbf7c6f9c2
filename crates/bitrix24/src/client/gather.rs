//! Operations of different tasks in one request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tracing::Instrument as _;
use vochi_crm_core::http::{BatchResults, Operation, Output};
use vochi_crm_core::limit::Lane;
use vochi_crm_core::{Cx, Effect, Error, ErrorKind, Result};

use super::Client;
use super::batch::Batch;

/// Sends operations of different tasks in one request, up to 50: for portals where many small
/// requests would use up the limit. Cheap to clone.
///
/// The first operation waits for others at most as long as [`Client::gather`] was given. Operations
/// with [`Cx::live`] and [`Cx::history`] are gathered apart.
#[derive(Clone, Debug)]
pub struct Gathering {
    client: Client,
    wait: Duration,
    live: Arc<Mutex<Gathered>>,
    history: Arc<Mutex<Gathered>>,
}

/// Operations that wait to be sent.
#[derive(Default)]
struct Gathered {
    /// The number of this batch, so that a timer does not send a later one.
    number: u64,
    batch: Batch,
    answers: Vec<Answer>,
}

/// Hands the result of one operation to its task.
type Answer = Box<dyn FnOnce(&mut Result<BatchResults>) + Send>;

impl std::fmt::Debug for Gathered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Gathered").field(&self.batch).finish()
    }
}

impl Client {
    /// Returns a sender that gathers operations for at most `wait`, and sends them in one request.
    ///
    /// ```
    /// use std::time::Duration;
    /// use vochi_crm_bitrix24::Client;
    /// use vochi_crm_core::Hub;
    /// let client = Client::webhook("https://portal.bitrix24.by/rest/1/invented/").build(&Hub::new()?)?;
    /// let gathering = client.gather(Duration::from_millis(50));
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub fn gather(&self, wait: Duration) -> Gathering {
        Gathering { client: self.clone(), wait, live: Arc::default(), history: Arc::default() }
    }
}

impl Gathering {
    /// Sends an operation together with those of other tasks, and returns its own result.
    ///
    /// # Errors
    /// As [`Client::send`]; `timeout` at the deadline of `cx`, with effect `maybe` for a write that
    /// may have been sent.
    pub async fn send<O>(&self, cx: &Cx, operation: O) -> Result<<O::Output as Output>::Value>
    where
        O: Operation + 'static,
        <O::Output as Output>::Value: 'static,
    {
        let effect = match operation.access() {
            vochi_crm_core::http::Access::Read => Effect::NotApplied,
            _ => Effect::Maybe,
        };
        let (sender, receiver) = oneshot::channel();
        self.add(cx, operation, sender)?;
        let lost =
            || Error::internal("the task that sends a batch was stopped").with_effect(effect);
        let received = async { receiver.await.unwrap_or_else(|_| Err(lost())) };
        match cx.deadline() {
            None => received.await,
            Some(deadline) => {
                tokio::time::timeout_at(deadline, received).await.unwrap_or_else(|_| {
                    Err(Error::new(ErrorKind::Timeout, "deadline exceeded while a batch was sent")
                        .with_effect(effect))
                })
            }
        }
    }

    fn add<O>(
        &self,
        cx: &Cx,
        operation: O,
        sender: oneshot::Sender<Result<<O::Output as Output>::Value>>,
    ) -> Result<()>
    where
        O: Operation + 'static,
        <O::Output as Output>::Value: 'static,
    {
        let lane = match cx.lane() {
            Lane::Live => &self.live,
            _ => &self.history,
        };
        let mut gathered = lane.lock().unwrap_or_else(PoisonError::into_inner);
        let key = gathered.batch.add(operation)?;
        gathered.answers.push(Box::new(move |results| {
            let result = match results {
                Ok(results) => results.take(key),
                Err(error) => Err(error.duplicate()),
            };
            drop(sender.send(result));
        }));
        // The batch is no one's alone: no deadline of one task ends it.
        let cx = if cx.lane() == Lane::Live { Cx::live() } else { Cx::history() };
        if gathered.batch.len() == super::batch::LARGEST {
            let full = gathered.take();
            drop(gathered);
            let client = self.client.clone();
            tokio::spawn(full.send(client, cx).in_current_span());
        } else if gathered.batch.len() == 1 {
            let (client, lane, wait) = (self.client.clone(), Arc::clone(lane), self.wait);
            let number = gathered.number;
            let send_later = async move {
                tokio::time::sleep(wait).await;
                let due = {
                    let mut gathered = lane.lock().unwrap_or_else(PoisonError::into_inner);
                    (gathered.number == number).then(|| gathered.take())
                };
                if let Some(due) = due {
                    due.send(client, cx).await;
                }
            };
            tokio::spawn(send_later.in_current_span());
        }
        Ok(())
    }
}

impl Gathered {
    /// Takes what waits, and begins the next batch.
    fn take(&mut self) -> Self {
        let next = Self { number: self.number + 1, ..Self::default() };
        std::mem::replace(self, next)
    }

    async fn send(self, client: Client, cx: Cx) {
        let mut results = client.batch(&cx, &self.batch).await;
        for answer in self.answers {
            answer(&mut results);
        }
    }
}
