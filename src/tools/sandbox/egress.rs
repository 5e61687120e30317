//! The only way out of a sandbox: a proxy that the process inside listens for and this process answers.
//!
//! ```text
//! program ─► 127.0.0.1:PORT of its own network ─(descriptor passed out)─► this proxy ─► host rules ─► server
//! ```
//!
//! A request in the clear is passed on by our own client; a tunnel is opened only for TLS whose server name is the host
//! that was asked for. A name never leads inward ([`crate::net`]). Secrets are not inside: a program has stand-ins
//! ([`super::veil`]), for which they go out over TLS or to this machine.

use std::convert::Infallible;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Full, combinators::BoxBody};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT_ENCODING, CONTENT_LENGTH, HOST, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::attempts::Attempts;
use super::hello::{self, Hello};
use super::veil::{self, Bound, Veiled};
use crate::capsule::host::HostPattern;
use crate::net::{Destination, Exchange, Net, Url};

/// Where the program finds the proxy, in its own network.
pub(super) const PORT: u16 = 3_128;

/// How long the other side of a tunnel may take to say whom it wants.
const HELLO_WITHIN: Duration = Duration::from_secs(10);

/// How many connections are served at once; others wait, so that a program cannot use up our descriptors.
const AT_ONCE: usize = 64;

/// How long no connection is taken when none can be.
const PAUSE: Duration = Duration::from_millis(50);

/// Headers between a program and its proxy.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A server, and how it is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// `http` or `https`.
    pub scheme: String,
    /// The host and its port.
    pub host: HostPattern,
}

impl Server {
    /// Reads a URL that says nothing but its server.
    ///
    /// # Errors
    /// It leads nowhere, or says more: a sentence about it.
    pub fn parse(url: &str) -> Result<Self, String> {
        let (read, destination) = Destination::of(url).map_err(|error| format!("`{url}`: {error}"))?;
        if read.path() != "/" || read.query().is_some() || read.fragment().is_some() {
            return Err(format!("`{url}` names more than a server"));
        }
        let host = format!("{}:{}", destination.host, destination.port);
        Ok(Self {
            scheme: destination.scheme,
            host: HostPattern::parse(&host).map_err(|error| error.to_string())?,
        })
    }

    /// Whether `destination` is this one.
    pub(super) fn is(&self, destination: &Destination) -> bool {
        self.scheme == destination.scheme && self.host.matches(&destination.host, destination.port)
    }
}

impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)
    }
}

/// What a program may reach.
#[derive(Debug, Clone)]
pub struct Egress {
    /// The servers.
    pub servers: Vec<Server>,
    /// Secrets for some of them.
    pub secrets: Vec<Bound>,
    /// The network, or the refusal of it.
    pub net: Net,
}

/// Answers on `listener` until `open` is dropped.
pub(super) fn serve(listener: OwnedFd, egress: Egress, attempts: Attempts, open: watch::Receiver<()>) {
    let listener = std::net::TcpListener::from(listener);
    let ready = listener
        .set_nonblocking(true)
        .and_then(|()| TcpListener::from_std(listener));
    let Ok(listener) = ready else {
        attempts.note("*", Some("the listener cannot be used"));
        return;
    };
    let gate = Arc::new(Gate {
        exchange: Exchange::new(egress.net),
        egress,
        attempts,
        open: open.clone(),
        places: Arc::new(Semaphore::new(AT_ONCE)),
    });
    tokio::spawn(until(open, async move {
        loop {
            let Ok(place) = Arc::clone(&gate.places).acquire_owned().await else {
                return;
            };
            match listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(until(gate.open.clone(), connection(gate.clone(), stream, place)));
                }
                // Out of descriptors, or broken off while it waited.
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }));
}

/// Goes on with `work` until it is done or the program has ended.
async fn until(mut open: watch::Receiver<()>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        _ = open.changed() => {}
    }
}

async fn connection(gate: Arc<Gate>, stream: TcpStream, place: OwnedSemaphorePermit) {
    // A tunnel goes on after its connection was served, and keeps the place.
    let place = Arc::new(place);
    let service = hyper::service::service_fn(|request| {
        let (gate, place) = (gate.clone(), place.clone());
        async move { Ok::<_, Infallible>(gate.answer(request, place).await) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .max_buf_size(64 << 10)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    // A program may break off whenever it likes.
    let _ = served.await;
}

type Body = BoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

struct Gate {
    egress: Egress,
    exchange: Exchange,
    attempts: Attempts,
    open: watch::Receiver<()>,
    places: Arc<Semaphore>,
}

/// The place of a connection among those that are served at once.
type Place = Arc<OwnedSemaphorePermit>;

/// Why a request is not passed on: the status, and a sentence for the program and the record.
struct Refusal(StatusCode, String);

impl Gate {
    async fn answer(&self, request: Request<Incoming>, place: Place) -> Response<Body> {
        let answered = if request.method() == Method::CONNECT {
            self.tunnel(request, place).await
        } else {
            self.pass_on(request).await
        };
        answered.unwrap_or_else(|Refusal(status, why)| {
            let body = Full::new(Bytes::from(format!("somagent: {why}\n")));
            let mut response = Response::new(body.map_err(|never| match never {}).boxed());
            *response.status_mut() = status;
            response
        })
    }

    /// The server that `url` leads to, when it is one of those that may be reached.
    fn judge(&self, url: &str) -> Result<(Url, Destination), Refusal> {
        let (url, destination) = Destination::of(url).map_err(|error| {
            let why = error.to_string();
            self.attempts.note(url, Some(&why));
            Refusal(StatusCode::BAD_REQUEST, why)
        })?;
        if self.egress.servers.iter().any(|server| server.is(&destination)) {
            return Ok((url, destination));
        }
        let servers: Vec<String> = self.egress.servers.iter().map(ToString::to_string).collect();
        let servers = if servers.is_empty() {
            "none".to_owned()
        } else {
            servers.join(", ")
        };
        let why = format!("{destination} is not one of the servers this program may reach: {servers}");
        Err(self.refuse(&destination, StatusCode::FORBIDDEN, why))
    }

    /// Notes that `destination` is not reached, and why.
    fn refuse(&self, destination: &Destination, status: StatusCode, why: String) -> Refusal {
        self.attempts.note(&destination.to_string(), Some(&why));
        Refusal(status, why)
    }

    /// A request in the clear, sent again by our own client; one with a secret goes on over TLS.
    async fn pass_on(&self, request: Request<Incoming>) -> Result<Response<Body>, Refusal> {
        let (head, body) = request.into_parts();
        let mut headers = head.headers;
        end_to_end(&mut headers);
        // Whom it is for is what is judged, not what the program wrote beside it.
        headers.remove(HOST);
        let secrets = &self.egress.secrets;
        let has_secret = veil::is_asked_for(secrets, &headers);
        let asked = head.uri.to_string();
        let (url, destination) = match Destination::of(&asked) {
            Ok((mut url, destination)) if has_secret && !destination.is_loopback() && url.scheme() == "http" => {
                // The usual port becomes the usual one; another one stays.
                if url.set_scheme("https").is_err() {
                    let why = "a secret goes out over TLS only".to_owned();
                    return Err(self.refuse(&destination, StatusCode::BAD_REQUEST, why));
                }
                self.judge(url.as_str())?
            }
            Ok(_) | Err(_) => self.judge(&asked)?,
        };
        veil::reveal(secrets, &mut headers, &destination)
            .map_err(|why| self.refuse(&destination, StatusCode::FORBIDDEN, why))?;
        if !secrets.is_empty() {
            // What is compressed cannot be looked through.
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        let sent = self.exchange.forward(&url, (head.method, headers), body).await;
        let response = sent.map_err(|error| self.refuse(&destination, StatusCode::BAD_GATEWAY, error.to_string()))?;
        self.attempts.note(&destination.to_string(), None);
        let (mut head, body) = response.into_parts();
        end_to_end(&mut head.headers);
        let boxed = |error| Box::new(error) as Box<dyn std::error::Error + Send + Sync>;
        if secrets.is_empty() {
            return Ok(Response::from_parts(head, body.map_err(boxed).boxed()));
        }
        veil::hide(secrets, &mut head.headers);
        // A stand-in has another length.
        head.headers.remove(CONTENT_LENGTH);
        Ok(Response::from_parts(
            head,
            Veiled::new(body.map_err(boxed), secrets).boxed(),
        ))
    }

    /// A tunnel to where the request says, for TLS with that name.
    async fn tunnel(&self, request: Request<Incoming>, place: Place) -> Result<Response<Body>, Refusal> {
        let asked = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let (_, destination) = self.judge(&format!("https://{asked}/"))?;
        let server = self.egress.net.reach(&destination).await;
        let server = server.map_err(|error| self.refuse(&destination, StatusCode::BAD_GATEWAY, error.to_string()))?;
        let attempts = self.attempts.clone();
        let upgraded = hyper::upgrade::on(request);
        tokio::spawn(until(self.open.clone(), async move {
            let _place = place;
            let Ok(client) = upgraded.await else { return };
            // The program may end as soon as this is closed, so it is open until it is noted why.
            let mut client = TokioIo::new(client);
            let reached = || attempts.note(&destination.to_string(), None);
            if let Err(why) = carry(&mut client, server, &destination, reached).await {
                attempts.note(&destination.to_string(), Some(&why));
            }
        }));
        Ok(Response::new(Empty::new().map_err(|never| match never {}).boxed()))
    }
}

/// Carries bytes both ways once the client has said whom it wants, and it is the host of the tunnel.
async fn carry(
    client: &mut (impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin),
    mut server: TcpStream,
    destination: &Destination,
    reached: impl FnOnce(),
) -> Result<(), String> {
    let mut begun = Vec::new();
    let name = tokio::time::timeout(HELLO_WITHIN, async {
        let mut piece = [0; 4 << 10];
        loop {
            match hello::read(&begun) {
                Hello::Incomplete => {}
                Hello::Name(name) => return Ok(name),
                Hello::NotTls => return Err("a tunnel carries TLS only".to_owned()),
            }
            match client.read(&mut piece).await {
                Ok(0) | Err(_) => return Err("the program closed the tunnel before it said whom it wants".to_owned()),
                Ok(count) => begun.extend_from_slice(&piece[..count]),
            }
        }
    });
    let name = name
        .await
        .map_err(|_| "the program did not say whom it wants".to_owned())??;
    match (&name, destination.address()) {
        (Some(name), None) if name.eq_ignore_ascii_case(&destination.host) => {}
        // A server that is called by its address has no name to be asked for (RFC 6066, section 3).
        (None, Some(_)) => {}
        (name, _) => {
            let name = name.as_deref().unwrap_or("nobody");
            return Err(format!("the tunnel to {destination} was used to ask for `{name}`"));
        }
    }
    reached();
    let carried = async {
        server.write_all(&begun).await?;
        tokio::io::copy_bidirectional(client, &mut server).await
    };
    carried.await.map(|_| ()).or_else(|error| match error.kind() {
        std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error.to_string()),
    })
}

/// Leaves out what concerns one connection only (RFC 9110, section 7.6.1).
fn end_to_end(headers: &mut HeaderMap) {
    let named: Vec<String> = headers
        .get_all("connection")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(',').map(|name| name.trim().to_ascii_lowercase()))
        .collect();
    for name in named.iter().map(String::as_str).chain(HOP_BY_HOP) {
        headers.remove(name);
    }
}
