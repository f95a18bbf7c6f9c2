//! The networks that a CRM's requests may come from.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};

use super::InboundRequest;
use crate::error::{Error, ErrorKind, Result};

/// The prefix length of `::ffff:0:0/96`, the IPv6 network of IPv4 addresses.
const MAPPED_PREFIX: u8 = 96;

/// The networks that a CRM's requests may come from; an empty list allows every address.
///
/// An IPv4 address and its IPv6 form (`::ffff:192.0.2.7`) are equal, in the list and in requests.
///
/// ```
/// use http::{HeaderMap, Method};
/// use vochi_crm_core::inbound::{AllowedNetworks, InboundRequest};
/// let allowed = AllowedNetworks::new(["192.0.2.0/24", "2001:db8::7"])?;
/// let request = InboundRequest::new(Method::GET, "/make-call", "", HeaderMap::new(), "");
/// assert!(allowed.check(&request).is_err(), "the sender's address is unknown");
/// let request = request.with_peer("192.0.2.7".parse().unwrap());
/// assert!(allowed.check(&request).is_ok());
/// assert!(AllowedNetworks::new(["192.0.2.0/33"]).is_err());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedNetworks(Vec<IpNet>);

impl AllowedNetworks {
    /// Parses networks in CIDR notation and single addresses, IPv4 and IPv6.
    ///
    /// # Errors
    /// `config` for an entry that is neither.
    pub fn new(entries: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self> {
        let networks = entries.into_iter().map(|entry| network(entry.as_ref()));
        networks.collect::<Result<_>>().map(Self)
    }

    /// Returns true if the list is empty, so that every address is allowed.
    pub fn allows_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Checks the sender's address of a request.
    ///
    /// # Errors
    /// `auth` if the address is outside the networks, or unknown; the reply is 403.
    pub fn check(&self, request: &InboundRequest) -> Result<()> {
        if self.allows_all() {
            return Ok(());
        }
        let Some(peer) = request.peer else {
            return Err(Error::new(
                ErrorKind::Auth,
                "cannot check the sender of the request against allowed_networks: its address is unknown",
            )
            .with_hint("set the sender's address of the request, or leave allowed_networks out"));
        };
        let peer = peer.to_canonical();
        if self.0.iter().any(|network| network.contains(&peer)) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Auth,
            format!("request from {peer} refused: the address is outside allowed_networks"),
        )
        .with_hint(
            "if the CRM sent it, add the address to allowed_networks; behind a reverse proxy, check \
             that the sender's address is passed on",
        ))
    }
}

fn network(entry: &str) -> Result<IpNet> {
    let entry = entry.trim();
    let parsed = match entry.parse::<IpAddr>() {
        Ok(address) => Some(IpNet::from(address)),
        Err(_) => entry.parse().ok(),
    };
    parsed.map(canonical).ok_or_else(|| {
        Error::config(format!("invalid network {entry:?}"))
            .with_hint("write 192.0.2.0/24, 2001:db8::/32 or a single address")
    })
}

/// Converts a network of IPv4 addresses in their IPv6 form to IPv4.
fn canonical(network: IpNet) -> IpNet {
    let mapped = |address: Ipv6Addr| address.to_ipv4_mapped();
    match network {
        IpNet::V6(v6) if v6.prefix_len() >= MAPPED_PREFIX => mapped(v6.addr())
            .and_then(|address| Ipv4Net::new(address, v6.prefix_len() - MAPPED_PREFIX).ok())
            .map_or(network, IpNet::V4),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};

    use super::*;

    fn check(entries: &[&str], peer: Option<&str>) -> Result<()> {
        let request = InboundRequest::new(Method::GET, "", "", HeaderMap::new(), "");
        let request = match peer {
            Some(peer) => request.with_peer(peer.parse().unwrap()),
            None => request,
        };
        AllowedNetworks::new(entries).unwrap().check(&request)
    }

    #[test]
    fn peer_inside_a_network_passes() {
        for (entry, peer) in [
            ("192.0.2.0/24", "192.0.2.255"),
            ("192.0.2.77/24", "192.0.2.1"),
            ("192.0.2.7", "192.0.2.7"),
            (" 192.0.2.7 ", "192.0.2.7"),
            ("0.0.0.0/0", "203.0.113.9"),
            ("2001:db8::/32", "2001:db8:1::9"),
            ("2001:db8::7", "2001:DB8:0::7"),
            ("192.0.2.0/24", "::ffff:192.0.2.7"),
            ("::ffff:192.0.2.0/120", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "::ffff:192.0.2.7"),
        ] {
            let checked = check(&["198.51.100.1", entry], Some(peer));
            assert!(checked.is_ok(), "{peer} is in {entry}: {checked:?}");
        }
    }

    #[test]
    fn peer_outside_every_network_is_refused() {
        for (entry, peer) in [
            ("192.0.2.0/24", "192.0.3.0"),
            ("192.0.2.7", "192.0.2.8"),
            ("2001:db8::/32", "2001:db9::"),
            ("0.0.0.0/0", "2001:db8::7"),
            ("::/0", "192.0.2.7"),
            ("192.0.2.0/24", "::192.0.2.7"),
        ] {
            let error = check(&[entry], Some(peer)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Auth, "{peer} is outside {entry}");
        }
    }

    #[test]
    fn unknown_peer_passes_only_without_networks() {
        assert!(check(&[], None).is_ok());
        assert!(check(&[], Some("192.0.2.7")).is_ok());
        let error = check(&["0.0.0.0/0", "::/0"], None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth, "{error}");
    }

    #[test]
    fn bad_entry_is_refused_by_name() {
        for entry in [
            "",
            "192.0.2.0/33",
            "192.0.2/24",
            "192.0.2.0/255.255.255.0",
            "2001:db8::/129",
            "fe80::1%eth0",
            "crm.example.test",
        ] {
            let error = AllowedNetworks::new(["192.0.2.7", entry]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{entry}");
            assert!(error.message().contains(entry), "{entry}: {error}");
        }
    }
}
