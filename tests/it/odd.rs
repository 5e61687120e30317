//! A real web server with odd manners, in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::net::sockopt::set_socket_reuseaddr;
use rustix::net::{AddressFamily, SocketType, bind, getsockname, socket};

/// A port of this machine, any for 0, on which nobody takes connections, and which nobody else gets as long as this is
/// held.
pub fn deaf(port: u16) -> (OwnedFd, u16) {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    // Connections to whoever had it may be there still.
    set_socket_reuseaddr(&socket, true).unwrap();
    bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)).unwrap();
    let place = SocketAddr::try_from(getsockname(&socket).unwrap()).unwrap();
    (socket, place.port())
}

/// The server of `tests/services/odd.py`, gone with the test.
pub struct Odd {
    child: Child,
    /// The port on 127.0.0.1.
    pub port: u16,
}

impl Odd {
    /// It speaks plainly.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// It speaks TLS with this certificate and its key.
    pub fn with_tls(certificate: &Path, key: &Path) -> Self {
        Self::with(&[certificate, key])
    }

    fn with(options: &[&Path]) -> Self {
        let mut child = Command::new("python3")
            .args(["-u", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/services/odd.py")])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("{line:?}"));
        Self { child, port }
    }
}

impl Drop for Odd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
