//! Where a URL leads: read once, in one way, by whoever judges it and whoever goes there.
//!
//! Follows the WHATWG URL standard, as clients do: an address written in decimal, octal or
//! hexadecimal is the address it means. Never resolves a name.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use reqwest::Url;

/// The server that a URL leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// `http` or `https`.
    pub scheme: String,
    /// Lower case, names of other scripts in Punycode, an IPv6 address in brackets, no trailing dot.
    pub host: String,
    /// The port, written or usual.
    pub port: u16,
}

/// Why a text leads nowhere that is allowed to be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotADestination {
    /// It cannot be read.
    #[error("it is no absolute URL: {why}")]
    Unreadable {
        /// What the standard says of it.
        why: String,
    },
    /// Another protocol.
    #[error("its scheme is `{scheme}`, and only `http` and `https` are spoken")]
    Scheme {
        /// What is written.
        scheme: String,
    },
    /// `user:password@host`, which also makes a host look like another one.
    #[error("it carries a user or a password before the host")]
    UserInfo,
    /// No host, or one with an empty part.
    #[error("it names no host")]
    NoHost,
}

impl Destination {
    /// Reads `url`, and says where it leads.
    ///
    /// # Errors
    /// It is not absolute, carries a user, names no host, or speaks something else than HTTP.
    pub fn of(url: &str) -> Result<(Url, Self), NotADestination> {
        let url = Url::parse(url).map_err(|error| NotADestination::Unreadable { why: error.to_string() })?;
        let destination = Self::of_url(&url)?;
        Ok((url, destination))
    }

    /// Says where a URL leads that is read already.
    ///
    /// # Errors
    /// As for [`Destination::of`].
    pub fn of_url(url: &Url) -> Result<Self, NotADestination> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(NotADestination::Scheme {
                scheme: url.scheme().to_owned(),
            });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NotADestination::UserInfo);
        }
        let host = url.host_str().ok_or(NotADestination::NoHost)?;
        let port = url.port_or_known_default().ok_or(NotADestination::NoHost)?;
        Ok(Self {
            scheme: url.scheme().to_owned(),
            host: plain(host).ok_or(NotADestination::NoHost)?,
            port,
        })
    }

    /// The address, where the host is one.
    pub fn address(&self) -> Option<IpAddr> {
        match self.host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(inner) => inner.parse().ok().map(IpAddr::V6),
            None => self.host.parse().ok(),
        }
    }

    /// Whether it is this machine itself: a loopback address, or `localhost` (RFC 6761, section 6.3).
    pub fn is_loopback(&self) -> bool {
        match self.address() {
            Some(address) => address.is_loopback(),
            None => is_localhost(&self.host),
        }
    }
}

/// Whether a name means this machine, whatever a name server says (RFC 6761, section 6.3).
pub(super) fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

/// One way to write a host: what reaches the same place has the same text.
fn plain(host: &str) -> Option<String> {
    if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let address: Ipv6Addr = inner.parse().ok()?;
        // A mapped address is reached over IPv4 (RFC 4291, section 2.5.5.2).
        return Some(match address.to_ipv4_mapped() {
            Some(mapped) => mapped.to_string(),
            None => format!("[{address}]"),
        });
    }
    // A trailing dot names the same host.
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    // A star is no letter of a name, and in a pattern it stands for all of them.
    let is_name = !host.contains('*') && !host.split('.').any(str::is_empty);
    is_name.then_some(host)
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_35_a_host_written_in_another_way_is_the_host_it_reaches() {
        for (url, leads_to) in [
            ("http://2130706433/", "http://127.0.0.1:80"),
            ("http://0x7f.1/", "http://127.0.0.1:80"),
            ("http://0177.0.0.01:8080/x", "http://127.0.0.1:8080"),
            ("http://127.1/", "http://127.0.0.1:80"),
            ("http://127.0.0.1./", "http://127.0.0.1:80"),
            ("http://[::ffff:127.0.0.1]/", "http://127.0.0.1:80"),
            ("http://[::FFFF:7f00:1]/", "http://127.0.0.1:80"),
            ("http://[0:0:0:0:0:0:0:1]:7/", "http://[::1]:7"),
            ("http://0xa9fea9fe/latest", "http://169.254.169.254:80"),
            ("http://LOCALHOST./", "http://localhost:80"),
            ("HTTPS://API.Example.COM./a?b#c", "https://api.example.com:443"),
            ("https://bücher.example/", "https://xn--bcher-kva.example:443"),
            ("http://\u{ff11}27.0.0.1/", "http://127.0.0.1:80"),
            ("http://ex%61mple.com/", "http://example.com:80"),
            ("http:\\\\example.com\\@evil.org", "http://example.com:80"),
            ("http://allowed.com.evil.org/", "http://allowed.com.evil.org:80"),
            ("http://exa\tmple.com/", "http://example.com:80"),
            ("http://evil.org#@allowed.com/", "http://evil.org:80"),
            ("http://evil.org?@allowed.com/", "http://evil.org:80"),
        ] {
            let (_, destination) = Destination::of(url).unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!(destination.to_string(), leads_to, "{url}");
        }
    }

    #[test]
    fn what_speaks_no_http_or_hides_its_host_leads_nowhere() {
        for (url, says) in [
            ("file:///etc/passwd", "`file`"),
            ("ftp://example.com/", "`ftp`"),
            ("gopher://127.0.0.1:70/", "`gopher`"),
            ("unix:/run/docker.sock", "`unix`"),
            ("data:text/plain,x", "`data`"),
            ("http://allowed.com@evil.org/", "a user"),
            ("http://user:pass@allowed.com/", "a user"),
            ("http://:pass@allowed.com/", "a user"),
            ("https:///", "absolute"),
            ("http://", "absolute"),
            ("/path", "absolute"),
            ("", "absolute"),
            ("http://a..b/", "names no host"),
            ("https://*/", "names no host"),
            ("https://*.com/", "names no host"),
            ("http://example.com../", "names no host"),
            ("http://256.256.256.256/", "absolute"),
            ("http://1.2.3.4.5/", "absolute"),
            ("http://[::g]/", "absolute"),
            ("http://a b/", "absolute"),
            ("http://example.com:99999/", "absolute"),
            ("http://exa%00mple.com/", "absolute"),
        ] {
            let refused = Destination::of(url).unwrap_err();
            assert!(refused.to_string().contains(says), "{url}: {refused}");
        }
    }

    #[test]
    fn loopback_is_told_from_what_only_sounds_like_it() {
        let is = |url: &str| Destination::of(url).unwrap().1.is_loopback();
        for url in [
            "http://127.0.0.1/",
            "http://127.9.9.9/",
            "http://[::1]/",
            "http://localhost/",
            "http://a.localhost./",
        ] {
            assert!(is(url), "{url}");
        }
        for url in [
            "http://localhost.evil.org/",
            "http://127.0.0.1.evil.org/",
            "http://0.0.0.0/",
            "http://10.0.0.1/",
        ] {
            assert!(!is(url), "{url}");
        }
    }
}
