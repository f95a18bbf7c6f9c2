//! Access keys: got for the `ApiKey`, kept in memory for minutes, renewed once for all who wait.

use std::fmt;
use std::sync::{Arc, Mutex as Plain, PoisonError};
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use tokio::sync::Mutex;
use tokio::time::Instant;
use vochi_crm_core::http::{Answer, Dialect, Grant, HttpRequest, Pipeline, Refusal, Renewal};
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
    /// The newest key once more, for those who must not wait.
    known: Plain<Option<Secret>>,
}

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
    pub(crate) fn new(exchange: Exchange, pipeline: Pipeline) -> Self {
        Self {
            shared: Arc::new(Shared {
                exchange,
                pipeline,
                held: Mutex::default(),
                known: Plain::default(),
            }),
        }
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
        held.key
            .as_ref()
            .ok_or_else(|| Error::internal("an access key was got and is not there"))
    }

    /// Gets another key. Everybody else who needs one waits for it.
    async fn get(&self, cx: &Cx, held: &mut Held) -> Result<()> {
        let shared = &self.shared;
        // What is refused or too old is good for nothing.
        held.key = None;
        shared.know(None);
        let whose = match &shared.exchange {
            Exchange::Private(request) => shared.pipeline.send(cx, request).await?,
            Exchange::Public(request) => shared.pipeline.send(cx, request).await?,
        };
        let header = header(&whose.access_key)
            .ok_or_else(|| Error::internal("an access key is no header"))?;
        held.number += 1;
        shared.know(Some(whose.access_key.clone()));
        held.key = Some(Key {
            got: Instant::now(),
            header,
            whose,
        });
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
                shared.know(None);
            }
        });
    }
}

impl Shared {
    fn know(&self, key: Option<Secret>) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = key;
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
        let known = self.shared.known.lock();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        known.iter().cloned().collect()
    }

    fn judge(&self, answer: &Answer) -> Result<(), Refusal> {
        error::judge(answer)
    }
}

impl fmt::Debug for AccessKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessKeys")
    }
}

/// A credential that never changes: a ready access key, a person's bearer key, a key that came with
/// a request of Kontur's, or none where the operation brings its own.
#[derive(Debug)]
pub(crate) struct Fixed(Option<(HeaderName, HeaderValue)>);

impl Fixed {
    /// The operation brings its own credentials.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// This access key.
    ///
    /// # Errors
    /// `config`: it is no key.
    pub(crate) fn access_key(key: &Secret) -> Result<Self> {
        let header = header(key).ok_or_else(|| wrong("access_key"))?;
        Ok(Self(Some((ACCESS_KEY, header))))
    }

    /// A person's key.
    ///
    /// # Errors
    /// `config`: it is no key.
    pub(crate) fn bearer(key: &Secret) -> Result<Self> {
        let value = Secret::new(format!("Bearer {}", key.expose()));
        let header = header(&value).ok_or_else(|| wrong("bearer"))?;
        Ok(Self(Some((http::header::AUTHORIZATION, header))))
    }
}

#[async_trait::async_trait]
impl Dialect for Fixed {
    fn crm(&self) -> CrmName {
        CRM
    }

    async fn authorize(&self, _: &Cx, request: &mut HttpRequest) -> Result<Grant> {
        if let Some((name, value)) = &self.0 {
            request.headers.insert(name.clone(), value.clone());
        }
        Ok(Grant::FIXED)
    }

    fn judge(&self, answer: &Answer) -> Result<(), Refusal> {
        error::judge(answer)
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
