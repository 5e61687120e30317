//! Which hosts may be reached: patterns as capsules and constitutions write them.
//!
//! Compares names as text; what a name resolves to is the network's question.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A host that may be reached: `api.example.com`, `*.example.com`, `127.0.0.1:8080`, `[::1]:*`.
///
/// Without a port only 80 and 443 are meant. `*.` stands for at least one label; `*` alone for every host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostPattern {
    host: String,
    port: Port,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Port {
    Usual,
    Any,
    One(u16),
}

/// A text that is no [`HostPattern`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a host such as `api.example.com`, `*.example.com` or `127.0.0.1:8080`")]
pub struct NotAHost {
    /// As written.
    pub text: String,
}

impl HostPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A scheme, a path, a user, an empty label or a port that is none.
    pub fn parse(text: &str) -> Result<Self, NotAHost> {
        let wrong = || NotAHost { text: text.to_owned() };
        let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((inner, rest)) => (format!("[{inner}]"), rest),
            None => match text.split_once(':') {
                Some((host, port)) => (host.to_owned(), &text[text.len() - port.len() - 1..]),
                None => (text.to_owned(), ""),
            },
        };
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => Port::Usual,
            Some("*") => Port::Any,
            Some(port) => Port::One(port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?),
            None => return Err(wrong()),
        };
        let host = host.to_ascii_lowercase();
        if is_host(&host) {
            Ok(Self { host, port })
        } else {
            Err(wrong())
        }
    }

    /// Whether `host` (an IPv6 address in brackets) and `port` are meant.
    pub fn matches(&self, host: &str, port: u16) -> bool {
        let host = host.to_ascii_lowercase();
        // A trailing dot names the same host.
        let host = host.strip_suffix('.').unwrap_or(&host);
        let host_fits = match self.host.strip_prefix('*') {
            Some(suffix) => is_below(host, suffix),
            None => self.host == host,
        };
        self.means_port(port) && host_fits
    }

    /// The host as it is written: `*` or the `*` of `*.` stands for names.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port that it names; none where it means the usual ones or all.
    pub fn port(&self) -> Option<u16> {
        match self.port {
            Port::One(port) => Some(port),
            Port::Usual | Port::Any => None,
        }
    }

    /// Whether it says nothing about ports, so that it means the usual ones.
    pub fn means_usual_ports(&self) -> bool {
        self.port == Port::Usual
    }

    /// Whether it means this port.
    pub fn means_port(&self, port: u16) -> bool {
        match self.port {
            Port::Usual => is_usual(port),
            Port::Any => true,
            Port::One(one) => one == port,
        }
    }

    /// Whether everything that `other` means is meant by this one, too.
    pub fn covers(&self, other: &Self) -> bool {
        let port_fits = match (self.port, other.port) {
            (Port::Any, _) => true,
            (Port::Usual, Port::One(port)) => is_usual(port),
            (mine, its) => mine == its,
        };
        let host_fits = match (self.host.strip_prefix('*'), other.host.strip_prefix('*')) {
            (None, _) => self.host == other.host,
            (Some(suffix), Some(other)) => other.ends_with(suffix),
            (Some(suffix), None) => is_below(&other.host, suffix),
        };
        port_fits && host_fits
    }

    /// Whether there is a host at a port that both mean.
    pub fn meets(&self, other: &Self) -> bool {
        let ports_meet = match (self.port, other.port) {
            (Port::Any, _) | (_, Port::Any) => true,
            (Port::Usual, Port::One(port)) | (Port::One(port), Port::Usual) => is_usual(port),
            (mine, its) => mine == its,
        };
        let hosts_meet = match (self.host.strip_prefix('*'), other.host.strip_prefix('*')) {
            (None, None) => self.host == other.host,
            (Some(suffix), None) => is_below(&other.host, suffix),
            (None, Some(suffix)) => is_below(&self.host, suffix),
            (Some(mine), Some(its)) => mine.ends_with(its) || its.ends_with(mine),
        };
        ports_meet && hosts_meet
    }
}

fn is_usual(port: u16) -> bool {
    port == 80 || port == 443
}

/// Whether `*` and `suffix` together mean `host`.
fn is_below(host: &str, suffix: &str) -> bool {
    suffix.is_empty() || (host.len() > suffix.len() && host.ends_with(suffix))
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let name = host.strip_prefix("*.").unwrap_or(host);
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    host == "*" || name.split('.').all(label)
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Port::Usual => f.write_str(&self.host),
            Port::Any => write!(f, "{}:*", self.host),
            Port::One(port) => write!(f, "{}:{port}", self.host),
        }
    }
}

impl TryFrom<String> for HostPattern {
    type Error = NotAHost;

    fn try_from(text: String) -> Result<Self, NotAHost> {
        Self::parse(&text)
    }
}

impl From<HostPattern> for String {
    fn from(pattern: HostPattern) -> Self {
        pattern.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_its_host_and_port_and_nothing_that_looks_like_it() {
        let api = HostPattern::parse("API.example.com").unwrap();
        assert!(api.matches("api.example.com", 443) && api.matches("api.example.com.", 80));
        for (host, port) in [
            ("api.example.com", 8080),
            ("api.example.com.evil.org", 443),
            ("xapi.example.com", 443),
        ] {
            assert!(!api.matches(host, port), "{host}:{port}");
        }
        let below = HostPattern::parse("*.example.com:*").unwrap();
        assert!(below.matches("a.b.example.com", 8080) && !below.matches("example.com", 8080));
        assert!(HostPattern::parse("[::1]:7").unwrap().matches("[::1]", 7));
        assert!(HostPattern::parse("*").unwrap().matches("anything", 80));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in [
            "", "http://a", "a/b", "u@a", "a..b", "a:0", "a:x", "a:70000", "[::g]", "*a", "a.*", "a b", ":80",
        ] {
            assert!(HostPattern::parse(text).is_err(), "{text}");
        }
        for text in ["a.b", "*.a.b:*", "127.0.0.1:80", "[::1]", "*"] {
            assert_eq!(HostPattern::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_covers_and_what_meets_is_what_matches() {
        let texts = [
            "*",
            "*:*",
            "*.a.b",
            "*.b:*",
            "x.a.b",
            "x.a.b:443",
            "x.a.b:8080",
            "y.b",
            "127.0.0.1:*",
            "[::1]:80",
        ];
        let hosts = ["x.a.b", "z.x.a.b", "y.b", "127.0.0.1", "[::1]", "b"];
        let reached = |pattern: &HostPattern| -> Vec<(usize, u16)> {
            let all = (0..hosts.len()).flat_map(|host| [80, 443, 8080].map(|port| (host, port)));
            all.filter(|(host, port)| pattern.matches(hosts[*host], *port))
                .collect()
        };
        for one in texts.map(|text| HostPattern::parse(text).unwrap()) {
            for other in texts.map(|text| HostPattern::parse(text).unwrap()) {
                let (mine, its) = (reached(&one), reached(&other));
                let all = its.iter().all(|place| mine.contains(place));
                let some = its.iter().any(|place| mine.contains(place));
                assert!(!one.covers(&other) || all, "{one} {other}");
                assert!(one.meets(&other) || !some, "{one} {other}");
                assert_eq!(one.meets(&other), other.meets(&one), "{one} {other}");
                assert!(!one.covers(&other) || one.meets(&other), "{one} {other}");
            }
        }
    }
}
