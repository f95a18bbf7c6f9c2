//! Rotating tokens: a refresh invalidates the old one.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderValue;
use serde_json::{Value, json};
use tokio::time::Instant;
use vochi_crm_core::http::auth::{
    CachedToken, FetchToken, HeaderKey, PathKey, TokenLifetime, TokenSecrets, TokenStore,
};
use vochi_crm_core::http::{HttpRequest, Response, Transport, TransportError};
use vochi_crm_core::state::{CallSlot, CallStore, MemoryCallStore, Space, StoreError};
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{Cx, Error, ErrorKind, Hub, Result, Secret};

use super::{GetClient, error, pipeline, result};

/// The server: only the newest token can be refreshed.
#[derive(Debug, Default)]
struct Server {
    newest: AtomicU64,
    refreshes: AtomicU64,
    refusals: AtomicU64,
    is_down: AtomicBool,
}

#[derive(Clone, Debug)]
struct Refresh(Arc<Server>);

#[async_trait::async_trait]
impl FetchToken for Refresh {
    type Token = u64;

    async fn fetch(&self, _: &Cx, current: Option<&u64>) -> Result<u64> {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if self.0.is_down.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Unavailable, "the server is down"));
        }
        let newest = self.0.newest.load(Ordering::SeqCst);
        // A lost token cannot be refreshed.
        if current.copied().unwrap_or_default() != newest {
            self.0.refusals.fetch_add(1, Ordering::SeqCst);
            return Err(Error::new(ErrorKind::Auth, "refused").with_code("invalid_grant"));
        }
        self.0.refreshes.fetch_add(1, Ordering::SeqCst);
        Ok(self.0.newest.fetch_add(1, Ordering::SeqCst) + 1)
    }

    fn apply(&self, token: &u64, request: &mut HttpRequest) -> Result<()> {
        let value = HeaderValue::from_str(&format!("canary-token-{token}")).unwrap();
        request.headers.insert("x-token", value);
        Ok(())
    }

    fn lifetime(&self, _: &u64) -> TokenLifetime {
        TokenLifetime::new(Duration::from_secs(50 * 60), Duration::from_secs(3600))
    }

    fn secrets(&self, token: &u64) -> Vec<Secret> {
        vec![Secret::new(format!("canary-token-{token}"))]
    }

    fn write_document(&self, token: &u64) -> Option<Value> {
        Some(json!({ "token": token }))
    }

    fn read_document(&self, document: &Value) -> Option<u64> {
        document["token"].as_u64()
    }
}

/// The token's document in a call store.
#[derive(Debug)]
struct TokenDocument(Arc<MemoryCallStore>);

#[async_trait::async_trait]
impl TokenStore for TokenDocument {
    async fn lock(&self) -> Result<Box<dyn CallSlot>, StoreError> {
        self.0.open_in(Space::Tokens, "shop", "oauth").await
    }
}

/// A store that cannot write while it is full.
#[derive(Debug)]
struct Full {
    place: TokenDocument,
    is_full: AtomicBool,
}

#[async_trait::async_trait]
impl TokenStore for Full {
    async fn lock(&self) -> Result<Box<dyn CallSlot>, StoreError> {
        let slot = self.place.lock().await?;
        let is_full = self.is_full.load(Ordering::SeqCst);
        Ok(if is_full { Box::new(ReadOnly(slot)) } else { slot })
    }
}

#[derive(Debug)]
struct ReadOnly(Box<dyn CallSlot>);

#[async_trait::async_trait]
impl CallSlot for ReadOnly {
    fn document(&self) -> Option<&Value> {
        self.0.document()
    }

    async fn save(&mut self, _: &Value) -> Result<(), StoreError> {
        Err(StoreError::other("no space left"))
    }

    async fn remove(&mut self) -> Result<(), StoreError> {
        Err(StoreError::other("no space left"))
    }
}

fn stored(server: &Arc<Server>, store: &Arc<MemoryCallStore>) -> Arc<CachedToken<Refresh>> {
    let store = Arc::new(TokenDocument(store.clone()));
    Arc::new(CachedToken::stored(Refresh(server.clone()), TokenSecrets::default(), store))
}

fn hub(steps: impl IntoIterator<Item = Step>) -> (Hub, ScriptedTransport) {
    let script = ScriptedTransport::new(steps);
    (Hub::builder().transport(Arc::new(script.clone())).build().unwrap(), script)
}

fn tokens(script: &ScriptedTransport) -> Vec<String> {
    let headers = script.played().into_iter().flat_map(|played| played.headers);
    headers.filter_map(|(name, value)| (name == "x-token").then_some(value)).collect()
}

/// A transport that notes when requests are sent.
#[derive(Debug)]
struct Timed(Arc<Mutex<Vec<Instant>>>);

#[async_trait::async_trait]
impl Transport for Timed {
    async fn send(&self, _: HttpRequest) -> Result<Response, TransportError> {
        self.0.lock().unwrap().push(Instant::now());
        Ok(Response::ok_json(&json!({ "result": 7 })))
    }
}

/// A token that takes five seconds to fetch.
#[derive(Clone, Debug)]
struct SlowToken;

#[async_trait::async_trait]
impl FetchToken for SlowToken {
    type Token = u64;

    async fn fetch(&self, _: &Cx, _: Option<&u64>) -> Result<u64> {
        tokio::time::sleep(Duration::from_secs(5)).await;
        Ok(1)
    }

    fn apply(&self, _: &u64, _: &mut HttpRequest) -> Result<()> {
        Ok(())
    }

    fn lifetime(&self, _: &u64) -> TokenLifetime {
        TokenLifetime::new(Duration::from_secs(50 * 60), Duration::from_secs(3600))
    }

    fn secrets(&self, _: &u64) -> Vec<Secret> {
        Vec::new()
    }
}

#[tokio::test(start_paused = true)]
async fn requests_that_wait_for_a_token_keep_the_limit() {
    let times = Arc::new(Mutex::new(Vec::new()));
    let hub = Hub::builder().transport(Arc::new(Timed(times.clone()))).build().unwrap();
    let tokens = Arc::new(CachedToken::new(SlowToken, TokenSecrets::default()));
    let pipeline = pipeline(&hub, tokens);
    let requests = (0..30).map(|id| {
        let pipeline = pipeline.clone();
        tokio::spawn(async move { pipeline.send(&Cx::live(), &GetClient(id)).await })
    });
    for request in requests.collect::<Vec<_>>() {
        request.await.unwrap().unwrap();
    }
    let times = times.lock().unwrap();
    let in_a_second = |from: &Instant| {
        times
            .iter()
            .filter(|at| **at >= *from && at.duration_since(*from) < Duration::from_secs(1))
            .count()
    };
    let most = times.iter().map(in_a_second).max();
    // Ten at once after a rest, and two a second.
    assert!(most <= Some(12), "{most:?} requests in a second");
    assert_eq!(times.len(), 30);
}

#[tokio::test(start_paused = true)]
async fn two_processes_with_one_store_refresh_once() {
    let (server, store) = (Arc::new(Server::default()), Arc::new(MemoryCallStore::new()));
    let (hub, script) = hub((0..10).map(|_| result(1)));
    let pipelines = [stored(&server, &store), stored(&server, &store)];
    let requests = pipelines.into_iter().flat_map(|tokens| {
        let pipeline = pipeline(&hub, tokens);
        (0..5).map(move |id| {
            let pipeline = pipeline.clone();
            tokio::spawn(async move { pipeline.send(&Cx::live(), &GetClient(id)).await })
        })
    });
    for request in requests.collect::<Vec<_>>() {
        request.await.unwrap().unwrap();
    }
    assert_eq!(server.refreshes.load(Ordering::SeqCst), 1);
    assert_eq!(tokens(&script), vec!["canary-token-1"; 10]);
}

#[tokio::test(start_paused = true)]
async fn expired_token_is_refreshed_once_for_all() {
    let (server, store) = (Arc::new(Server::default()), Arc::new(MemoryCallStore::new()));
    let steps = [result(1), result(1), error(401, "expired"), result(1)];
    let (hub, script) = hub(steps.into_iter().chain([error(401, "expired"), result(1)]));
    let [one, other] = [stored(&server, &store), stored(&server, &store)];
    let [one, other] = [pipeline(&hub, one), pipeline(&hub, other)];
    one.send(&Cx::live(), &GetClient(1)).await.unwrap();
    other.send(&Cx::live(), &GetClient(1)).await.unwrap();
    // One refreshes; the other is refused with the old token and finds the new one.
    one.send(&Cx::live(), &GetClient(1)).await.unwrap();
    other.send(&Cx::live(), &GetClient(1)).await.unwrap();
    assert_eq!(server.refreshes.load(Ordering::SeqCst), 2);
    assert_eq!(tokens(&script), [1, 1, 1, 2, 1, 2].map(|token| format!("canary-token-{token}")));
}

#[tokio::test(start_paused = true)]
async fn token_is_renewed_before_it_expires() {
    let (server, store) = (Arc::new(Server::default()), Arc::new(MemoryCallStore::new()));
    let (hub, script) = hub([result(1), result(1)]);
    let pipeline = pipeline(&hub, stored(&server, &store));
    pipeline.send(&Cx::live(), &GetClient(1)).await.unwrap();
    tokio::time::advance(Duration::from_secs(51 * 60)).await;
    pipeline.send(&Cx::live(), &GetClient(1)).await.unwrap();
    assert_eq!(tokens(&script), ["canary-token-1", "canary-token-2"]);
}

#[tokio::test(start_paused = true)]
async fn failed_refresh_loses_no_token() {
    let server = Arc::new(Server::default());
    let memory = CachedToken::new(Refresh(server.clone()), TokenSecrets::default());
    let (hub, script) = hub([result(1), error(401, "expired"), result(1)]);
    let pipeline = pipeline(&hub, Arc::new(memory));
    pipeline.send(&Cx::live(), &GetClient(1)).await.unwrap();
    server.is_down.store(true, Ordering::SeqCst);
    let error = pipeline.send(&Cx::live(), &GetClient(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    server.is_down.store(false, Ordering::SeqCst);
    pipeline.send(&Cx::live(), &GetClient(1)).await.unwrap();
    assert_eq!(tokens(&script).last().map(String::as_str), Some("canary-token-2"));
}

#[tokio::test(start_paused = true)]
async fn refused_refresh_is_not_repeated_by_all_who_wait_for_it() {
    let (server, store) = (Arc::new(Server::default()), Arc::new(MemoryCallStore::new()));
    server.newest.store(7, Ordering::SeqCst);
    let place = Arc::new(TokenDocument(store));
    let tokens = CachedToken::stored(Refresh(server.clone()), TokenSecrets::default(), place);
    let (hub, _) = hub([result(1)]);
    let pipeline = pipeline(&hub, Arc::new(tokens.clone()));
    tokens.replace(|_| Ok(Some(3))).await.unwrap();
    tokio::time::advance(Duration::from_secs(61 * 60)).await;
    let requests = (0..1_000).map(|id| {
        let pipeline = pipeline.clone();
        tokio::spawn(async move { pipeline.send(&Cx::live(), &GetClient(id)).await })
    });
    for request in requests.collect::<Vec<_>>() {
        let error = request.await.unwrap().unwrap_err();
        assert_eq!(error.code(), Some("invalid_grant"), "{error}");
    }
    assert_eq!(server.refusals.load(Ordering::SeqCst), 1);
    tokio::time::advance(Duration::from_secs(31)).await;
    pipeline.send(&Cx::live(), &GetClient(1)).await.unwrap_err();
    assert_eq!(server.refusals.load(Ordering::SeqCst), 2, "after a while it is tried again");
    tokens.renewed(&Cx::live()).await.unwrap_err();
    assert_eq!(server.refusals.load(Ordering::SeqCst), 3, "an operator need not wait");
    tokens.replace(|_| Ok(Some(7))).await.unwrap();
    pipeline.send(&Cx::live(), &GetClient(1)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_for_a_fetch_share_its_failure() {
    let server = Arc::new(Server::default());
    server.is_down.store(true, Ordering::SeqCst);
    let tokens = CachedToken::new(Refresh(server), TokenSecrets::default());
    let requests = (0..1_000).map(|_| {
        let tokens = tokens.clone();
        tokio::spawn(async move { tokens.token(&Cx::live()).await })
    });
    let began = Instant::now();
    for request in requests.collect::<Vec<_>>() {
        assert_eq!(request.await.unwrap().unwrap_err().kind(), ErrorKind::Unavailable);
    }
    let took = began.elapsed();
    assert!(took < Duration::from_millis(150), "one attempt takes 50 ms, all took {took:?}");
}

#[tokio::test(start_paused = true)]
async fn unsaved_token_is_used_and_saved_later() {
    let (server, store) = (Arc::new(Server::default()), Arc::new(MemoryCallStore::new()));
    let full =
        Arc::new(Full { place: TokenDocument(store.clone()), is_full: AtomicBool::new(true) });
    let fetch = Refresh(server.clone());
    let tokens = CachedToken::stored(fetch, TokenSecrets::default(), full.clone());
    let (hub, script) = hub((0..3).map(|_| result(1)));
    let own = pipeline(&hub, Arc::new(tokens));
    own.send(&Cx::live(), &GetClient(1)).await.unwrap();
    full.is_full.store(false, Ordering::SeqCst);
    own.send(&Cx::live(), &GetClient(1)).await.unwrap();
    // Another process finds it and fetches none.
    let other = pipeline(&hub, stored(&server, &store));
    other.send(&Cx::live(), &GetClient(1)).await.unwrap();
    assert_eq!(server.refreshes.load(Ordering::SeqCst), 1);
    assert_eq!(self::tokens(&script), vec!["canary-token-1"; 3]);
}

#[tokio::test(start_paused = true)]
async fn replaced_token_is_still_masked() {
    let (server, store) = (Arc::new(Server::default()), Arc::new(MemoryCallStore::new()));
    let quoting = error(400, "canary-token-1 canary-token-2");
    let (hub, _) = hub([error(401, "expired"), quoting]);
    let pipeline = pipeline(&hub, stored(&server, &store));
    let error = pipeline.send(&Cx::live(), &GetClient(1)).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn path_key_is_only_in_the_url() {
    let (hub, script) = hub([result(1), error(400, "see /rest/1/canary-key-0001/client.get")]);
    let origin = "https://crm.example.test".parse().unwrap();
    let key = PathKey::new(&origin, ["rest", "1"], &Secret::new("canary-key-0001")).unwrap();
    let pipeline = pipeline(&hub, Arc::new(key));
    pipeline.send(&Cx::live(), &GetClient(7)).await.unwrap();
    assert_eq!(script.played()[0].line, "GET /rest/1/canary-key-0001/client.get?id=7");
    let error = pipeline.send(&Cx::live(), &GetClient(7)).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn refused_key_has_the_hint_of_its_kind() {
    let (hub, _) = hub([error(401, "expired")]);
    let name = http::HeaderName::from_static("x-key");
    let key = HeaderKey::new(name, &Secret::new("canary-key-0001")).unwrap();
    let pipeline = pipeline(&hub, Arc::new(key.with_hint("copy the key again")));
    let error = pipeline.send(&Cx::live(), &GetClient(7)).await.unwrap_err();
    assert_eq!((error.kind(), error.hint()), (ErrorKind::Auth, Some("copy the key again")));
}
