//! A real server in a process of its own, for tests of what goes wrong on the way.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::net::{AddressFamily, SocketType, bind, getsockname, socket};

/// Somebody who takes connections on a port of this machine and never says anything; nobody once it is dropped.
pub(crate) fn mute() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// A port of this machine on which nobody takes connections, and which nobody else gets as long as this is held.
pub(crate) fn deaf() -> (OwnedFd, u16) {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap();
    let place = SocketAddr::try_from(getsockname(&socket).unwrap()).unwrap();
    (socket, place.port())
}

/// The server of `tests/services/odd.py`, gone with the test.
pub(crate) struct Odd {
    child: Child,
    pub(crate) port: u16,
}

impl Odd {
    /// It speaks plainly.
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// It speaks TLS with this certificate and its key.
    pub(crate) fn with_tls(certificate: &Path, key: &Path) -> Self {
        Self::with(&[certificate, key])
    }

    fn with(files: &[&Path]) -> Self {
        let mut child = Command::new("python3")
            .args(["-u", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/services/odd.py")])
            .args(files)
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

    /// Where it answers for `path`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Odd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
