//! Host and origin check of the page's port: other sites must not reach it through a browser,
//! directly or by DNS rebinding.

use http::uri::Authority;
use url::{Host, Url};

use crate::wire::Request;

/// Checks `Host` and `Origin`. The host must be a loopback name or the page's; the origin, if any,
/// must match the host.
pub(crate) fn check(page: &Url, request: &Request) -> Result<(), String> {
    let host = request.header("host").unwrap_or_default().to_ascii_lowercase();
    let authority: Authority =
        host.parse().map_err(|_| format!("invalid Host {host:?}: name the sandbox's address"))?;
    let default_port = if page.scheme() == "https" { 443 } else { 80 };
    let port = authority.port_u16().unwrap_or(default_port);
    let is_own =
        page.host_str() == Some(authority.host()) && page.port_or_known_default() == Some(port);
    if !is_own && !is_loopback(authority.host()) {
        return Err(format!(
            "unknown Host {host:?}: use the page's own address or a loopback name"
        ));
    }
    let Some(origin) = request.headers.get("origin") else {
        return Ok(());
    };
    let own = format!("{}://{host}", page.scheme());
    if origin.as_bytes().eq_ignore_ascii_case(own.as_bytes()) {
        return Ok(());
    }
    Err(format!("unknown Origin {origin:?}: only the sandbox's own page may use it"))
}

fn is_loopback(host: &str) -> bool {
    match Host::parse(host.trim_end_matches('.')) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(ip)) => ip.is_loopback(),
        Ok(Host::Ipv6(ip)) => ip.is_loopback(),
        Err(_) => false,
    }
}
