//! Which addresses a name may stand for: a public name must not lead to this machine or into its network.
//!
//! A name server answers what it likes, and something else the next time (DNS rebinding), so the
//! addresses are checked where the connection is made. Whoever means an inner address writes it
//! down, and then the constitution judges it.

use std::collections::BTreeSet;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::destination::{Destination, is_localhost};

/// A host that leads where nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{host}` leads to {address}, which is {kind}")]
pub struct Inward {
    /// The name or address.
    pub host: String,
    /// Where it leads.
    pub address: IpAddr,
    kind: &'static str,
}

impl Inward {
    /// Checks an address that is written down: nothing answers there but the machine's own network.
    pub(super) fn written(destination: &Destination) -> Result<(), Self> {
        match destination.address() {
            Some(address) => Self::unless(&destination.host, address, nobody(address)),
            None => Ok(()),
        }
    }

    fn named(host: &str, address: IpAddr) -> Result<(), Self> {
        Self::unless(host, address, nobody(address).or_else(|| inner(address)))
    }

    fn unless(host: &str, address: IpAddr, kind: Option<&'static str>) -> Result<(), Self> {
        kind.map_or(Ok(()), |kind| {
            Err(Self {
                host: host.to_owned(),
                address,
                kind,
            })
        })
    }
}

/// What no server of anybody has: RFC 6890 and RFC 5771.
fn nobody(address: IpAddr) -> Option<&'static str> {
    match plain(address) {
        IpAddr::V4(v4) if v4.is_unspecified() || v4.octets()[0] == 0 => Some("no host's address"),
        IpAddr::V4(v4) if v4.is_link_local() => Some("link-local"),
        IpAddr::V4(v4) if v4.is_multicast() || v4.is_broadcast() || v4.octets()[0] >= 240 => Some("no host's address"),
        IpAddr::V6(v6) if v6.is_unspecified() || v6.is_multicast() => Some("no host's address"),
        IpAddr::V6(v6) if v6.is_unicast_link_local() => Some("link-local"),
        IpAddr::V4(_) | IpAddr::V6(_) => None,
    }
}

/// What only this machine or its own network has.
fn inner(address: IpAddr) -> Option<&'static str> {
    match plain(address) {
        IpAddr::V4(v4) if v4.is_loopback() => Some("this machine itself"),
        IpAddr::V6(v6) if v6.is_loopback() => Some("this machine itself"),
        // 100.64.0.0/10 is shared by the customers of a provider (RFC 6598).
        IpAddr::V4(v4) if v4.is_private() || (v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64) => {
            Some("an address of an inner network")
        }
        IpAddr::V6(v6) if v6.is_unique_local() => Some("an address of an inner network"),
        IpAddr::V4(_) | IpAddr::V6(_) => None,
    }
}

/// The IPv4 address that an IPv6 one carries, where it is reached through that.
fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else {
        return address;
    };
    let within = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (v6.to_ipv4_mapped(), v6.segments()) {
        (Some(mapped), _) => IpAddr::V4(mapped),
        // Translated (RFC 6052, section 2.1) and tunnelled (RFC 3056, section 2).
        (None, [0x64, 0xff9b, 0, 0, 0, 0, high, low]) | (None, [0x2002, high, low, ..]) => {
            IpAddr::V4(within(high, low))
        }
        (None, _) => address,
    }
}

/// Resolves names, and keeps them from leading inward.
#[derive(Debug)]
pub(super) struct Resolver {
    /// The proxies that the user set, which may well be inside.
    trusted: BTreeSet<String>,
}

impl Resolver {
    /// Knows the proxies of the environment.
    pub(super) fn from_env() -> Self {
        let names = [
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "http_proxy",
            "https_proxy",
            "all_proxy",
        ];
        let set = names.iter().filter_map(|name| std::env::var(name).ok());
        Self {
            trusted: set.filter_map(|proxy| host_of(&proxy)).collect(),
        }
    }
}

/// The host of a proxy, which may be written without a scheme.
fn host_of(proxy: &str) -> Option<String> {
    let url = match proxy.split_once("://") {
        Some(_) => proxy.to_owned(),
        None => format!("http://{proxy}"),
    };
    reqwest::Url::parse(&url).ok()?.host_str().map(str::to_owned)
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let trusted = self.trusted.contains(&name);
        Box::pin(async move {
            // The system's resolver blocks.
            let found = tokio::task::spawn_blocking(move || addresses(&name, trusted)).await;
            let found = found.map_err(|error| -> Box<dyn Error + Send + Sync> { Box::new(error) })??;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

pub(super) fn addresses(name: &str, trusted: bool) -> Result<Vec<SocketAddr>, Box<dyn Error + Send + Sync>> {
    if is_localhost(name) {
        let here = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        return Ok(here.into_iter().map(|address| SocketAddr::new(address, 0)).collect());
    }
    let found: Vec<SocketAddr> = (name, 0).to_socket_addrs()?.collect();
    if trusted {
        return Ok(found);
    }
    for address in &found {
        Inward::named(name, address.ip())?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_35_a_name_never_leads_inward() {
        for address in [
            "127.0.0.1",
            "127.9.9.9",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "0.1.2.3",
            "255.255.255.255",
            "224.0.0.1",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "2002:a00:1::1",
        ] {
            let refused = Inward::named("rebind.example", address.parse().unwrap()).unwrap_err();
            assert!(
                refused.to_string().starts_with("`rebind.example` leads to "),
                "{refused}"
            );
        }
        for address in [
            "1.1.1.1",
            "93.184.216.34",
            "100.128.0.1",
            "172.32.0.1",
            "2606:4700::1111",
            "2002:101:101::",
        ] {
            assert_eq!(
                Inward::named("a.example", address.parse().unwrap()),
                Ok(()),
                "{address}"
            );
        }
    }

    #[test]
    fn an_address_that_is_written_down_may_be_inside_and_must_be_a_hosts() {
        let written = |url: &str| Inward::written(&Destination::of(url).unwrap().1);
        for url in [
            "http://127.0.0.1/",
            "http://10.0.0.1/",
            "http://[::1]/",
            "http://[fd00::1]/",
            "http://a.example/",
        ] {
            assert_eq!(written(url), Ok(()), "{url}");
        }
        for url in [
            "http://169.254.169.254/",
            "http://0xa9fea9fe/",
            "http://[::ffff:169.254.169.254]/",
            "http://0.0.0.0/",
            "http://0/",
            "http://[::]/",
            "http://[fe80::1]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
        ] {
            assert!(written(url).is_err(), "{url}");
        }
    }

    #[test]
    fn localhost_is_this_machine_whatever_a_name_server_says() {
        for name in ["localhost", "LOCALHOST.", "db.localhost"] {
            let found = addresses(name, false).unwrap();
            assert!(found.iter().all(|address| address.ip().is_loopback()), "{found:?}");
        }
    }

    #[test]
    fn a_proxy_is_named_by_its_host() {
        for (proxy, host) in [
            ("http://proxy.corp:3128", "proxy.corp"),
            ("proxy.corp:3128", "proxy.corp"),
            ("http://user:pass@Proxy.corp:3128/", "proxy.corp"),
        ] {
            assert_eq!(host_of(proxy).as_deref(), Some(host), "{proxy}");
        }
        assert_eq!(host_of("::"), None);
    }
}
