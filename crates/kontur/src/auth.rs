//! Access keys: got for the `ApiKey`, kept in memory for minutes, renewed once for all who wait.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex as Plain, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use tokio::sync::Mutex;
use tokio::time::Instant;
use vochi_crm_core::http::{
    Advice, Dialect, Grant, HttpRequest, Pipeline, Refusal, Renewal, Response,
};
use vochi_crm_core::{CrmName, Cx, Error, Result, Secret};

use crate::api::{AuthorizePrivate, AuthorizePublic};
use crate::model::Authorized;
use crate::{CRM, error};

/// Kontur's keys live 20 minutes; the next one is got before that.
const RENEWED_AFTER: Duration = Duration::from_mins(15);

/// A key is not kept longer, whether or not anybody asks for another.
const FORGOTTEN_AFTER: Duration = Duration::from_mins(20);

const ACCESS_KEY: HeaderName = HeaderName::from_static("x-xcom-accesskey");

/// How an access key is got.
#[derive(Clone, Debug)]
pub(crate) enum Exchange {
    /// For a private integration.
    Private(AuthorizePrivate),
    /// For a public one.
    Public(AuthorizePublic),
}

/// Access keys of one account, the newest of which is in use. It is kept nowhere but in memory.
#[derive(Clone)]
pub(crate) struct AccessKeys {
    shared: Arc<Shared>,
}

struct Shared {
    exchange: Exchange,
    /// The way to the authorisation, which carries credentials of its own.
    pipeline: Pipeline,
    held: Mutex<Held>,
    known: Known,
}

/// The newest keys once more, by their number, so that none is printed: answers to an old one may
/// still be on their way.
#[derive(Clone, Default)]
pub(crate) struct Known(Arc<Plain<VecDeque<(u64, Secret)>>>);

/// So many keys are kept out of errors and logs.
const KNOWN: usize = 3;

#[derive(Default)]
struct Held {
    /// How many keys there have been.
    number: u64,
    key: Option<Key>,
}

struct Key {
    got: Instant,
    header: HeaderValue,
    whose: Authorized,
}

impl AccessKeys {
    /// Keys got over this pipeline, which speaks as [`Asking`] with the same known keys.
    pub(crate) fn new(exchange: Exchange, pipeline: Pipeline, known: Known) -> Self {
        Self { shared: Arc::new(Shared { exchange, pipeline, held: Mutex::default(), known }) }
    }

    /// Whose the newest key is; one is got where there is none. What else Kontur said of the
    /// workspace and the integration is as old as the key.
    pub(crate) async fn authorized(&self, cx: &Cx) -> Result<Authorized> {
        let mut held = self.shared.held.lock().await;
        let key = self.fresh(cx, &mut held).await?;
        Ok(key.whose.clone())
    }

    async fn fresh<'a>(&self, cx: &Cx, held: &'a mut Held) -> Result<&'a Key> {
        let old = |key: &Key| key.got.elapsed() >= RENEWED_AFTER;
        if held.key.as_ref().is_none_or(old) {
            self.get(cx, held).await?;
        }
        held.key.as_ref().ok_or_else(|| Error::internal("an access key was got and is not there"))
    }

    /// Gets another key. Everybody else who needs one waits for it.
    async fn get(&self, cx: &Cx, held: &mut Held) -> Result<()> {
        let shared = &self.shared;
        // What is refused or too old is good for nothing, but whoever was refused may yet quote it.
        held.key = None;
        let whose = match &shared.exchange {
            Exchange::Private(request) => shared.pipeline.send(cx, request).await?,
            Exchange::Public(request) => shared.pipeline.send(cx, request).await?,
        };
        let header = header(&whose.access_key)
            .ok_or_else(|| Error::internal("an access key is no header"))?;
        held.number += 1;
        shared.known.add(held.number, whose.access_key.clone());
        held.key = Some(Key { got: Instant::now(), header, whose });
        self.forget_later(held.number);
        Ok(())
    }

    /// Lets a key go at the end of its life, also where nobody asks for the next.
    fn forget_later(&self, number: u64) {
        let shared = Arc::downgrade(&self.shared);
        tokio::spawn(async move {
            tokio::time::sleep(FORGOTTEN_AFTER).await;
            let Some(shared) = shared.upgrade() else {
                return;
            };
            let mut held = shared.held.lock().await;
            if held.number == number {
                held.key = None;
            }
            shared.known.forget(number);
        });
    }
}

impl Known {
    fn lock(&self) -> MutexGuard<'_, VecDeque<(u64, Secret)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, number: u64, key: Secret) {
        let mut known = self.lock();
        if known.len() == KNOWN {
            known.pop_front();
        }
        known.push_back((number, key));
    }

    fn forget(&self, number: u64) {
        self.lock().retain(|(known, _)| *known != number);
    }

    fn secrets(&self) -> Vec<Secret> {
        self.lock().iter().map(|(_, key)| key.clone()).collect()
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Known")
    }
}

/// Asks for a key: the operation brings its own credentials.
#[derive(Debug)]
pub(crate) struct Asking(pub(crate) Known);

#[async_trait::async_trait]
impl Dialect for Asking {
    fn crm(&self) -> CrmName {
        CRM
    }

    async fn authorize(&self, _: &Cx, _: &mut HttpRequest) -> Result<Grant> {
        Ok(Grant::FIXED)
    }

    fn secrets(&self) -> Vec<Secret> {
        self.0.secrets()
    }

    fn judge(&self, answer: &Response) -> Result<(), Refusal> {
        error::judge(answer)
    }
}

#[async_trait::async_trait]
impl Dialect for AccessKeys {
    fn crm(&self) -> CrmName {
        CRM
    }

    async fn authorize(&self, cx: &Cx, request: &mut HttpRequest) -> Result<Grant> {
        let mut held = self.shared.held.lock().await;
        let header = self.fresh(cx, &mut held).await?.header.clone();
        request.headers.insert(ACCESS_KEY, header);
        Ok(Grant::new(held.number))
    }

    async fn renew(&self, cx: &Cx, refused: Grant) -> Result<Renewal> {
        let mut held = self.shared.held.lock().await;
        if refused == Grant::new(held.number) {
            self.get(cx, &mut held).await?;
        }
        Ok(Renewal::Renewed)
    }

    fn secrets(&self) -> Vec<Secret> {
        self.shared.known.secrets()
    }

    fn judge(&self, answer: &Response) -> Result<(), Refusal> {
        error::judge(answer)
    }
}

impl fmt::Debug for AccessKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessKeys")
    }
}

/// A credential that never changes: a ready access key, a person's bearer key, a key that came with
/// a request of Kontur's.
#[derive(Debug)]
pub(crate) struct Fixed {
    name: HeaderName,
    value: HeaderValue,
    /// What to do when it is refused.
    hint: &'static str,
}

const READY_KEY_OVER: &str = "the ready access_key is wrong or over: it lives 20 minutes; configure api_key, which gets new ones";
const BEARER_REFUSED: &str = "copy `bearer` again: the page of private integrations shows it";
const BROUGHT_KEY_OVER: &str = "the key came with a request of Kontur's, and is good for minutes";

impl Fixed {
    /// This access key.
    ///
    /// # Errors
    /// `config`: it is no key.
    pub(crate) fn access_key(key: &Secret) -> Result<Self> {
        Self::of(key, READY_KEY_OVER)
    }

    /// A key that came with a request of Kontur's.
    ///
    /// # Errors
    /// `config`: it is no key.
    pub(crate) fn brought_key(key: &Secret) -> Result<Self> {
        Self::of(key, BROUGHT_KEY_OVER)
    }

    fn of(key: &Secret, hint: &'static str) -> Result<Self> {
        Ok(Self { name: ACCESS_KEY, value: header(key).ok_or_else(|| wrong("access_key"))?, hint })
    }

    /// A person's key.
    ///
    /// # Errors
    /// `config`: it is no key.
    pub(crate) fn bearer(key: &Secret) -> Result<Self> {
        let value = Secret::new(format!("Bearer {}", key.expose()));
        Ok(Self {
            name: http::header::AUTHORIZATION,
            value: header(&value).ok_or_else(|| wrong("bearer"))?,
            hint: BEARER_REFUSED,
        })
    }
}

#[async_trait::async_trait]
impl Dialect for Fixed {
    fn crm(&self) -> CrmName {
        CRM
    }

    async fn authorize(&self, _: &Cx, request: &mut HttpRequest) -> Result<Grant> {
        request.headers.insert(self.name.clone(), self.value.clone());
        Ok(Grant::FIXED)
    }

    fn judge(&self, answer: &Response) -> Result<(), Refusal> {
        error::judge(answer).map_err(|refusal| {
            // Only what another key would mend is about the key.
            if refusal.advice() == Advice::Renew { refusal.with_hint(self.hint) } else { refusal }
        })
    }
}

fn header(key: &Secret) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(key.expose()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn wrong(name: &str) -> Error {
    Error::config(format!("{name}: it contains characters no key has"))
        .with_hint("copy the key again, without line breaks")
}
