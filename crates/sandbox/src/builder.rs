//! Builder of a sandbox.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use url::Url;

use crate::bitrix24::{self, Bitrix24};
use crate::control;
use crate::host::{CrmHost, StandIn};
use crate::kontur::Kontur;
use crate::retailcrm::RetailCrm;
use crate::sandbox::{Hosts, Sandbox};
use crate::server::{self, Bodies, Handler};
use crate::uon::Uon;

/// Number of ports tried for one CRM, after the page's.
const PORTS_TRIED: u16 = 100;

/// Why a sandbox could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address is not `HOST:PORT`, or its host is unknown.
    #[error("{address:?} is not a valid address: {reason}; give HOST:PORT, such as 127.0.0.1:8800")]
    Address {
        /// The given address.
        address: String,
        /// The reason.
        reason: String,
    },
    /// The address is not available.
    #[error("cannot listen at {address}: {source}; use another port, or 0 for any free one")]
    Listen {
        /// The address.
        address: String,
        /// The system error.
        source: std::io::Error,
    },
    /// The certificate or its key is invalid.
    #[error("{0}; give a PEM certificate chain and its PEM key")]
    Tls(String),
}

/// Settings of a sandbox; see [`Sandbox::builder`].
#[derive(Debug, Clone)]
pub struct Builder {
    address: String,
    tls: Option<(PathBuf, PathBuf)>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self { address: "127.0.0.1:0".into(), tls: None }
    }

    /// Sets the address of the page, `HOST:PORT`; the CRMs get the free ports after it. With port
    /// 0, as in the default `127.0.0.1:0`, each gets any free port. The host name is kept in the
    /// URLs, so that `localhost:0` works with a certificate for `localhost`.
    #[must_use]
    pub fn bind(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }

    /// Serves https with a certificate chain and a key, both PEM files.
    #[must_use]
    pub fn tls(mut self, cert: impl AsRef<Path>, key: impl AsRef<Path>) -> Self {
        self.tls = Some((cert.as_ref().to_owned(), key.as_ref().to_owned()));
        self
    }

    /// Starts serving on the caller's runtime, with tokio's clock. A caller that blocks its thread,
    /// such as for a child process, needs the multi-thread runtime.
    ///
    /// # Errors
    /// The address is not available, or the certificate is invalid.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        let tls = match &self.tls {
            None => None,
            Some((cert, key)) => Some(server::acceptor(cert, key).map_err(StartError::Tls)?),
        };
        let host = host_of(&self.address)?;
        let page = listen(&self.address).await?;
        let first = page.1.ip();
        // Port 0 requests any free port, for every CRM as well.
        let mut next = self.address.rsplit(':').next().and_then(|port| port.parse::<u16>().ok());
        next = next.filter(|port| *port != 0);

        let (stop, stopped) = watch::channel(false);
        let mut serving = Vec::new();
        let url = |at: SocketAddr| address_of(&host, at, tls.is_some());
        let start = |listener, handler, bodies, serving: &mut Vec<_>| {
            serving.push(tokio::spawn(server::serve(
                listener,
                tls.clone(),
                handler,
                bodies,
                stopped.clone(),
            )));
        };

        let (listener, at) = after(first, &mut next).await?;
        let address = url(at)?;
        let retailcrm = Arc::new(CrmHost::new(address.clone(), RetailCrm::new(&address)));
        start(
            listener,
            handler(Arc::clone(&retailcrm) as Arc<CrmHost<dyn StandIn>>),
            Bodies::ORDINARY,
            &mut serving,
        );

        let (listener, at) = after(first, &mut next).await?;
        let address = url(at)?;
        let kontur = Arc::new(CrmHost::new(address.clone(), Kontur::new(&address)));
        start(
            listener,
            handler(Arc::clone(&kontur) as Arc<CrmHost<dyn StandIn>>),
            Kontur::BODIES,
            &mut serving,
        );

        let (listener, at) = after(first, &mut next).await?;
        let address = url(at)?;
        let uon = Arc::new(CrmHost::new(address.clone(), Uon::new(&address)));
        start(
            listener,
            handler(Arc::clone(&uon) as Arc<CrmHost<dyn StandIn>>),
            Bodies::ORDINARY,
            &mut serving,
        );

        let (listener, at) = after(first, &mut next).await?;
        let (oauth_listener, oauth_at) = after(first, &mut next).await?;
        let (address, oauth_address) = (url(at)?, url(oauth_at)?);
        let stand_in = Bitrix24::new(&address, &oauth_address);
        let bitrix24 = Arc::new(CrmHost::new(address, stand_in));
        let portal = handler(Arc::clone(&bitrix24) as Arc<CrmHost<dyn StandIn>>);
        start(listener, Arc::clone(&portal), Bodies::ORDINARY, &mut serving);
        let oauth_host = bitrix24::oauth_host(portal);
        start(oauth_listener, oauth_host, Bodies::ORDINARY, &mut serving);

        let hosts = Hosts::new(retailcrm, kontur, uon, bitrix24);
        let page_url = url(page.1)?;
        start(
            page.0,
            control::handler(hosts.clone(), page_url.clone()),
            Bodies::ORDINARY,
            &mut serving,
        );
        Ok(Sandbox::new(page_url, hosts, stop, serving))
    }
}

/// Handler of a CRM's port.
fn handler(crm_host: Arc<CrmHost<dyn StandIn>>) -> Handler {
    Arc::new(move |request| {
        let crm_host = Arc::clone(&crm_host);
        Box::pin(async move { crm_host.handle(request).await })
    })
}

fn host_of(address: &str) -> Result<String, StartError> {
    let wrong = |reason: &str| StartError::Address {
        address: address.to_owned(),
        reason: reason.to_owned(),
    };
    let (host, port) = address.rsplit_once(':').ok_or_else(|| wrong("missing port"))?;
    port.parse::<u16>().map_err(|_| wrong("invalid port"))?;
    if host.is_empty() {
        return Err(wrong("missing host"));
    }
    Ok(host.to_owned())
}

async fn listen(address: &str) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address: address.to_owned(), source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let at = listener.local_addr().map_err(failed)?;
    Ok((listener, at))
}

/// Listens on the next free port, or on any.
async fn after(
    ip: IpAddr,
    last: &mut Option<u16>,
) -> Result<(TcpListener, SocketAddr), StartError> {
    let Some(taken) = *last else {
        return listen(&SocketAddr::new(ip, 0).to_string()).await;
    };
    let mut port = taken;
    loop {
        port = port.saturating_add(1);
        let found = listen(&SocketAddr::new(ip, port).to_string()).await;
        if found.is_ok() || port == u16::MAX || port - taken >= PORTS_TRIED {
            *last = Some(port);
            return found;
        }
    }
}

/// The URL for clients. `0.0.0.0` becomes loopback, since clients cannot connect to it.
fn address_of(host: &str, at: SocketAddr, tls: bool) -> Result<Url, StartError> {
    let named = host.parse::<SocketAddr>().is_err()
        && host.trim_matches(['[', ']']).parse::<IpAddr>().is_err();
    let shown = match at.ip() {
        _ if named => host.to_owned(),
        IpAddr::V4(ip) if ip.is_unspecified() => "127.0.0.1".to_owned(),
        IpAddr::V6(ip) if ip.is_unspecified() => "[::1]".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    let scheme = if tls { "https" } else { "http" };
    let text = format!("{scheme}://{shown}:{}", at.port());
    Url::parse(&text)
        .map_err(|error| StartError::Address { address: text, reason: error.to_string() })
}
