//! Resources that accounts share in one process.

use std::fmt;
use std::sync::Arc;

use tokio::sync::{OwnedRwLockReadGuard, RwLock};

use crate::cache::Cache;
use crate::error::Result;
use crate::http::{Plan, Transport, default_transport};
use crate::limit::{GovernorLimiter, Limiter};
use crate::state::{CallStore, MemoryCallStore};
use crate::time::{Clock, SystemClock};

/// Shared resources: transport and connections, limiters, clock, call store, cache.
///
/// A host creates one and passes it to every builder. Cheap to clone.
///
/// ```
/// use vochi_crm_core::Hub;
/// let hub = Hub::new()?;
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Arc<dyn Transport>,
    limiter: Arc<dyn Limiter>,
    store: Arc<dyn CallStore>,
    clock: Arc<dyn Clock>,
    cache: Cache,
    plan: Option<Plan>,
    /// Held by everything that obtains a token.
    renewals: Arc<RwLock<()>>,
}

/// The largest number of responses the hub keeps.
const CACHED_RESPONSES: u64 = 100_000;

impl Hub {
    /// Creates a hub with all defaults: the default transport, limiters and call store in this process.
    ///
    /// # Errors
    /// `config` where TLS cannot be set up, or without the feature `transport`.
    pub fn new() -> Result<Self> {
        Self::builder().build()
    }

    /// Creates a builder, for a hub with parts of the host's own.
    pub fn builder() -> HubBuilder {
        HubBuilder::default()
    }

    /// The HTTP transport.
    pub fn transport(&self) -> &dyn Transport {
        &*self.inner.transport
    }

    /// The limiters.
    pub fn limiter(&self) -> &dyn Limiter {
        &*self.inner.limiter
    }

    /// The store of call states.
    pub fn store(&self) -> &Arc<dyn CallStore> {
        &self.inner.store
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    /// The cache.
    pub fn cache(&self) -> &Cache {
        &self.inner.cache
    }

    /// The plan that collects requests, in a dry run.
    pub fn plan(&self) -> Option<&Plan> {
        self.inner.plan.as_ref()
    }

    /// Waits until tokens that are being renewed are stored. Await it before the process ends: the
    /// CRM may have replaced an old token already, and the new one is known here only. It takes as
    /// long as a request to the CRM; without a renewal it returns at once.
    pub async fn finish(&self) {
        drop(self.inner.renewals.write().await);
    }

    /// Makes [`finish`](Self::finish) wait until the guard is dropped.
    pub(crate) async fn renewing(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.inner.renewals).read_owned().await
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub")
            .field("transport", &self.inner.transport)
            .field("dry_run", &self.inner.plan.is_some())
            .finish_non_exhaustive()
    }
}

/// Builds a [`Hub`]; every part left out is the default.
#[derive(Debug, Default)]
pub struct HubBuilder {
    transport: Option<Arc<dyn Transport>>,
    limiter: Option<Arc<dyn Limiter>>,
    store: Option<Arc<dyn CallStore>>,
    clock: Option<Arc<dyn Clock>>,
    user_agent: Option<String>,
    plan: Option<Plan>,
}

impl HubBuilder {
    /// Sets the host's own transport.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Sets the host's own limiter, for example one shared between processes.
    #[must_use]
    pub fn limiter(mut self, limiter: Arc<dyn Limiter>) -> Self {
        self.limiter = Some(limiter);
        self
    }

    /// Sets the call store. By default it is in memory, and a restart loses live calls.
    #[must_use]
    pub fn store(mut self, store: Arc<dyn CallStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// Sets the host's own clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Sets the `User-Agent` of the default transport.
    #[must_use]
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = Some(name.into());
        self
    }

    /// Makes it a dry run: nothing is sent, and requests are collected in the plan.
    #[must_use]
    pub fn plan(mut self, plan: Plan) -> Self {
        self.plan = Some(plan);
        self
    }

    /// Builds the hub.
    ///
    /// # Errors
    /// `config` where the default transport cannot be set up, or is needed without the feature
    /// `transport`.
    pub fn build(self) -> Result<Hub> {
        let transport = if let Some(transport) = self.transport {
            transport
        } else {
            let name = self.user_agent.as_deref().unwrap_or(DEFAULT_USER_AGENT);
            default_transport(name)?
        };
        Ok(Hub {
            inner: Arc::new(Inner {
                transport,
                limiter: self.limiter.unwrap_or_else(|| Arc::new(GovernorLimiter::new())),
                store: self.store.unwrap_or_else(|| Arc::new(MemoryCallStore::new())),
                clock: self.clock.unwrap_or_else(|| Arc::new(SystemClock)),
                cache: Cache::new(CACHED_RESPONSES),
                plan: self.plan,
                renewals: Arc::default(),
            }),
        })
    }
}

const DEFAULT_USER_AGENT: &str = concat!("vochi-crm/", env!("CARGO_PKG_VERSION"));
