//! The only way out of a sandbox: a proxy that the process inside listens for and this process answers.
//!
//! ```text
//! program ─► 127.0.0.1:PORT of its own network ─(descriptor passed out)─► this proxy ─► host rules ─► server
//! ```
//!
//! A request in the clear is passed on by our own client; a tunnel is opened only for TLS whose server name is the host
//! that was asked for. A name never leads inward ([`crate::net`]). Secrets are not inside: a program has a stand-in, which
//! is replaced here, for one host and one header, and only on the way out over TLS or to this machine.

use std::convert::Infallible;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Full, combinators::BoxBody};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HOST, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::hello::{self, Hello};
use crate::capsule::host::HostPattern;
use crate::net::{Destination, Exchange, Net, Url};

/// Where the program finds the proxy, in its own network.
pub(super) const PORT: u16 = 3_128;

/// How long the other side of a tunnel may take to say whom it wants.
const HELLO_WITHIN: Duration = Duration::from_secs(10);

/// How many attempts are kept; later ones are only counted.
const KEPT: usize = 200;

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

/// What a program may reach.
#[derive(Debug, Clone)]
pub struct Egress {
    /// The hosts.
    pub hosts: Vec<HostPattern>,
    /// Secrets for some of them.
    pub secrets: Vec<Bound>,
    /// The network, or the refusal of it.
    pub net: Net,
}

/// A secret that stays outside.
#[derive(Clone)]
pub struct Bound {
    /// What the program has instead of it; random, made for one run.
    pub stand_in: String,
    /// The secret.
    pub secret: String,
    /// The only host that it goes to.
    pub host: HostPattern,
    /// The only header that it goes in, lower case.
    pub header: String,
}

impl std::fmt::Debug for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bound({} to {})", self.header, self.host)
    }
}

/// One attempt to reach a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// `host:port` as it was understood, or as it was written where it could not be.
    pub place: String,
    /// Why it was refused; absent when it was let through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// The attempts of one program.
#[derive(Debug, Clone, Default)]
pub(super) struct Attempts(Arc<Mutex<Vec<Reach>>>);

impl Attempts {
    fn note(&self, place: &str, refused: Option<String>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reach = Reach {
            place: place.chars().take(300).collect(),
            refused,
        };
        if kept.len() < KEPT && !kept.contains(&reach) {
            kept.push(reach);
        }
    }

    /// What there was so far, each once, in the order of its first time.
    pub(super) fn so_far(&self) -> Vec<Reach> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Answers on `listener` until `open` is dropped.
pub(super) fn serve(listener: OwnedFd, egress: Egress, attempts: Attempts, open: watch::Receiver<()>) {
    let listener = std::net::TcpListener::from(listener);
    let ready = listener
        .set_nonblocking(true)
        .and_then(|()| TcpListener::from_std(listener));
    let Ok(listener) = ready else {
        attempts.note("*", Some("the listener cannot be used".to_owned()));
        return;
    };
    let gate = Arc::new(Gate {
        exchange: Exchange::new(egress.net),
        egress,
        attempts,
        open: open.clone(),
    });
    tokio::spawn(until(open, async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(until(gate.open.clone(), connection(gate.clone(), stream)));
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

async fn connection(gate: Arc<Gate>, stream: TcpStream) {
    let service = hyper::service::service_fn(|request| {
        let gate = gate.clone();
        async move { Ok::<_, Infallible>(gate.answer(request).await) }
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
}

/// Why a request is not passed on: the status, and a sentence for the program and the record.
struct Refusal(StatusCode, String);

impl Gate {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let asked = match request.uri().authority() {
            Some(authority) => authority.to_string(),
            None => "a request that is not for a proxy".to_owned(),
        };
        let answered = if request.method() == Method::CONNECT {
            self.tunnel(request, &asked).await
        } else {
            self.pass_on(request).await
        };
        match answered {
            Ok(response) => {
                self.attempts.note(&asked, None);
                response
            }
            Err(Refusal(status, why)) => {
                let text = format!("somagent: {why}\n");
                self.attempts.note(&asked, Some(why));
                let body = Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed();
                let mut response = Response::new(body);
                *response.status_mut() = status;
                response
            }
        }
    }

    /// Whether `url` leads to a host of the rules.
    fn judge(&self, url: &str) -> Result<(Url, Destination), Refusal> {
        let unreadable = |why: String| Refusal(StatusCode::BAD_REQUEST, why);
        let (url, destination) = Destination::of(url).map_err(|error| unreadable(error.to_string()))?;
        let allowed = self
            .egress
            .hosts
            .iter()
            .any(|host| host.matches(&destination.host, destination.port));
        if allowed {
            return Ok((url, destination));
        }
        let hosts: Vec<String> = self.egress.hosts.iter().map(ToString::to_string).collect();
        let hosts = if hosts.is_empty() {
            "none".to_owned()
        } else {
            hosts.join(", ")
        };
        let why = format!(
            "{} is not one of the hosts this program may reach: {hosts}",
            destination
        );
        Err(Refusal(StatusCode::FORBIDDEN, why))
    }

    /// A request in the clear, sent again by our own client.
    async fn pass_on(&self, request: Request<Incoming>) -> Result<Response<Body>, Refusal> {
        let (mut url, destination) = self.judge(&request.uri().to_string())?;
        let (head, body) = request.into_parts();
        let mut headers = head.headers;
        end_to_end(&mut headers);
        // Whom it is for is what was judged, not what the program wrote beside it.
        headers.remove(HOST);
        if self.reveal(&mut headers, &destination)? && !destination.is_loopback() {
            url.set_scheme("https")
                .and_then(|()| url.set_port(None))
                .map_err(|()| Refusal(StatusCode::BAD_REQUEST, "a secret goes out over TLS only".to_owned()))?;
            // The port for TLS has to be allowed as well.
            self.judge(url.as_str())?;
        }
        let sent = self.exchange.forward(&url, (head.method, headers), body).await;
        let response = sent.map_err(|error| Refusal(StatusCode::BAD_GATEWAY, error.to_string()))?;
        let (mut head, body) = response.into_parts();
        end_to_end(&mut head.headers);
        let body = body
            .map_err(|error| Box::new(error) as Box<dyn std::error::Error + Send + Sync>)
            .boxed();
        Ok(Response::from_parts(head, body))
    }

    /// Puts secrets in the places of their stand-ins, and says whether there was one.
    fn reveal(&self, headers: &mut HeaderMap, destination: &Destination) -> Result<bool, Refusal> {
        let mut revealed = false;
        for bound in &self.egress.secrets {
            for (name, value) in headers.iter_mut() {
                let Ok(text) = value.to_str() else { continue };
                if !text.contains(&bound.stand_in) {
                    continue;
                }
                if name.as_str() != bound.header || !bound.host.matches(&destination.host, destination.port) {
                    let why = format!(
                        "the secret for the header `{}` of {} is in the header `{name}` for {destination}",
                        bound.header, bound.host
                    );
                    return Err(Refusal(StatusCode::FORBIDDEN, why));
                }
                let text = text.replace(&bound.stand_in, &bound.secret);
                *value = HeaderValue::from_str(&text)
                    .map_err(|_| Refusal(StatusCode::BAD_REQUEST, "the secret is no header's value".to_owned()))?;
                value.set_sensitive(true);
                revealed = true;
            }
        }
        Ok(revealed)
    }

    /// A tunnel to where the request says, for TLS with that name.
    async fn tunnel(&self, request: Request<Incoming>, asked: &str) -> Result<Response<Body>, Refusal> {
        let (_, destination) = self.judge(&format!("https://{asked}/"))?;
        let server = self.egress.net.reach(&destination).await;
        let server = server.map_err(|error| Refusal(StatusCode::BAD_GATEWAY, error.to_string()))?;
        let attempts = self.attempts.clone();
        let upgraded = hyper::upgrade::on(request);
        tokio::spawn(until(self.open.clone(), async move {
            let Ok(client) = upgraded.await else { return };
            if let Err(why) = carry(TokioIo::new(client), server, &destination).await {
                attempts.note(&destination.to_string(), Some(why));
            }
        }));
        Ok(Response::new(Empty::new().map_err(|never| match never {}).boxed()))
    }
}

/// Carries bytes both ways once the client has said whom it wants, and it is the host of the tunnel.
async fn carry(
    mut client: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    mut server: TcpStream,
    destination: &Destination,
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
    let carried = async {
        server.write_all(&begun).await?;
        tokio::io::copy_bidirectional(&mut client, &mut server).await
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
