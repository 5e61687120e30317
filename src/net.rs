//! The one place that makes HTTP clients and sockets, so that `--offline` has one place to say no.
//!
//! Proxies come from the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`); an
//! [`Exchange`] with this machine itself asks none.
//! Nothing here sends anything by itself.

use std::time::Duration;

mod address;
mod destination;
mod exchange;
#[cfg(test)]
pub(crate) mod fixture;
pub mod local;
mod reach;
pub mod web;

pub use address::Inward;
pub use destination::{Destination, NotADestination};
pub use exchange::{Answer, Ask, Broken, Exchange};
pub use reach::{NotReached, listen_here};
pub use reqwest::Url;

/// How long a connection may take, name look-up and TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the other side may stay silent once connected.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// The network, or the refusal of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Net {
    offline: bool,
}

/// Why the network is not to be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// The user asked for it.
    #[error("the network is refused because of `--offline`")]
    Offline,
    /// TLS or its certificates cannot be set up.
    #[error("no HTTP client can be made: {why}")]
    NoClient {
        /// What the library said.
        why: String,
    },
}

impl Net {
    /// The network; every use of it is refused when `offline`.
    pub fn new(offline: bool) -> Self {
        Self { offline }
    }

    /// Says whether the network may be used, for programs that bring their own client.
    ///
    /// # Errors
    /// [`Closed::Offline`].
    pub fn open(&self) -> Result<(), Closed> {
        if self.offline { Err(Closed::Offline) } else { Ok(()) }
    }

    /// Makes a client: 2 s to connect, 30 s of silence, our user agent.
    ///
    /// # Errors
    /// The network is refused, or TLS cannot be set up.
    pub fn client(&self) -> Result<reqwest::Client, Closed> {
        self.open()?;
        builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .build()
            .map_err(|error| Closed::NoClient { why: error.to_string() })
    }
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder().user_agent(concat!("somagent/", env!("CARGO_PKG_VERSION")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offline_refuses_a_client() {
        assert_eq!(Net::new(true).client().err(), Some(Closed::Offline));
        assert_eq!(Net::new(true).open(), Err(Closed::Offline));
        assert!(Net::new(false).client().is_ok());
    }
}
