//! A bare connection to a server by name: for programs that are let out through the sandbox.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use tokio::net::TcpStream;

use super::address::{Inward, addresses};
use super::{Closed, Destination, Net};

/// How long a connection of a confined program may take to be made.
const CONNECT: Duration = Duration::from_secs(10);

/// Listens on loopback, in the network of whoever calls: the process inside a sandbox does, in its own.
///
/// # Errors
/// The port is taken, or the loopback is down.
pub fn listen_here(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

/// Why a server was not reached.
#[derive(Debug, thiserror::Error)]
pub enum NotReached {
    /// The network is refused.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// The name leads where nothing is sent.
    #[error(transparent)]
    Inward(#[from] Inward),
    /// No address, or none that answers.
    #[error("`{host}` cannot be reached: {why}")]
    Unreachable {
        /// The host.
        host: String,
        /// What the system said.
        why: String,
    },
}

impl Net {
    /// Connects to `destination`. A name never leads to this machine or into its network; an address that is written
    /// down may, when whoever judged it said so.
    ///
    /// # Errors
    /// Each variant of [`NotReached`].
    pub async fn reach(&self, destination: &Destination) -> Result<TcpStream, NotReached> {
        self.open()?;
        Inward::written(destination)?;
        let unreachable = |why: String| NotReached::Unreachable {
            host: destination.host.clone(),
            why,
        };
        let connect = async {
            let found = match destination.address() {
                Some(address) => vec![SocketAddr::new(address, destination.port)],
                None => resolved(destination, &unreachable).await?,
            };
            let mut last = io::Error::from(io::ErrorKind::NotFound);
            for address in found {
                match TcpStream::connect(address).await {
                    Ok(stream) => return Ok(stream),
                    Err(error) => last = error,
                }
            }
            Err(unreachable(last.to_string()))
        };
        match tokio::time::timeout(CONNECT, connect).await {
            Ok(connected) => connected,
            Err(_) => Err(unreachable(format!("no answer within {} s", CONNECT.as_secs()))),
        }
    }
}

async fn resolved(
    destination: &Destination,
    unreachable: &impl Fn(String) -> NotReached,
) -> Result<Vec<SocketAddr>, NotReached> {
    let name = destination.host.clone();
    // The system's resolver blocks.
    let found = tokio::task::spawn_blocking(move || addresses(&name, false)).await;
    let found = found.map_err(|error| unreachable(error.to_string()))?;
    let found = found.map_err(|error| match error.downcast::<Inward>() {
        Ok(inward) => NotReached::Inward(*inward),
        Err(error) => unreachable(error.to_string()),
    })?;
    Ok(found
        .into_iter()
        .map(|address| SocketAddr::new(address.ip(), destination.port))
        .collect())
}
